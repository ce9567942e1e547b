ValueSet: BloodSpecimen
Id: blood-specimen
Title: "Blood sample"
Description: "Specimens that a plasma or cfDNA analysis can be made of: plasma, and the blood that was drawn for it. Serum is none, and platelet-rich plasma neither."
* ^experimental = false
* include http://snomed.info/sct#119297000 "Blood specimen (specimen)"
* include http://snomed.info/sct#122555007 "Venous blood specimen (specimen)"
* include http://snomed.info/sct#119361006 "Plasma specimen (specimen)"
* include http://snomed.info/sct#708049000 "Plasma specimen with ethylenediamine tetraacetic acid (specimen)"
* include http://snomed.info/sct#708048008 "Plasma specimen with citrate (specimen)"
* include http://snomed.info/sct#445295009 "Blood specimen with edetic acid (specimen)"
* include http://snomed.info/sct#258580003 "Whole blood sample (specimen)"
* include http://terminology.hl7.org/CodeSystem/v2-0487#BLD "Whole blood"
* include http://terminology.hl7.org/CodeSystem/v2-0487#BLDV "Blood venous"
* include http://terminology.hl7.org/CodeSystem/v2-0487#PLAS "Plasma"
* include http://terminology.hl7.org/CodeSystem/v2-0487#PPP "Plasma, Platelet poor"
* include http://terminology.hl7.org/CodeSystem/v2-0487#WB "Blood, Whole"
