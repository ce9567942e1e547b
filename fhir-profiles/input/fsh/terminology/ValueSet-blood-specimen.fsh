ValueSet: BloodSpecimen
Id: blood-specimen
Title: "Blood sample"
Description: "Specimens that a plasma or cfDNA analysis can be made of. Serum is none."
* ^experimental = false
* include http://snomed.info/sct#119297000 "Blood specimen (specimen)"
* include http://snomed.info/sct#122555007 "Venous blood specimen (specimen)"
* include http://snomed.info/sct#119361006 "Plasma specimen (specimen)"
* include http://snomed.info/sct#258580003 "Whole blood sample (specimen)"
* include http://terminology.hl7.org/CodeSystem/v2-0487#BLD "Whole blood"
* include http://terminology.hl7.org/CodeSystem/v2-0487#BLDV "Blood venous"
* include http://terminology.hl7.org/CodeSystem/v2-0487#PLAS "Plasma"
