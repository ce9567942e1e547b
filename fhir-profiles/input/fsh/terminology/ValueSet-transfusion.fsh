ValueSet: Transfusion
Id: transfusion
Title: "Transfusion"
Description: "Procedures that are a transfusion, and blood products given."
* ^experimental = false
* include http://snomed.info/sct#116859006 "Transfusion of blood product (procedure)"
* include http://snomed.info/sct#116863004 "Transfusion of red blood cells (procedure)"
* include http://snomed.info/sct#71493000 "Transfusion of packed red blood cells (procedure)"
* include http://snomed.info/sct#12719002 "Platelet transfusion (procedure)"
* include http://snomed.info/sct#13569004 "Transfusion of plasma (procedure)"
* include codes from system http://www.whocc.no/atc where concept is-a #B05AX
