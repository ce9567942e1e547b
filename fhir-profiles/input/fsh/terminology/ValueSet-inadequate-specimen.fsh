ValueSet: InadequateSpecimen
Id: inadequate-specimen
Title: "Inadequate specimen"
Description: "Conditions of a Specimen that make it unfit for the study's analyses."
* ^experimental = false
* include http://terminology.hl7.org/CodeSystem/v2-0493#AUT "Autolyzed"
* include http://terminology.hl7.org/CodeSystem/v2-0493#CLOT "Clotted"
* include http://terminology.hl7.org/CodeSystem/v2-0493#CON "Contaminated"
* include http://terminology.hl7.org/CodeSystem/v2-0493#HEM "Hemolyzed"
* include http://terminology.hl7.org/CodeSystem/v2-0493#SNR "Sample not received"
