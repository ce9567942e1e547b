ValueSet: HaemolysedSpecimen
Id: haemolysed-specimen
Title: "Haemolysed specimen"
Description: "Conditions of a Specimen that say red cells have burst: a metabolite panel of it is used without what red cells hold in excess. Add a laboratory's own code for it here and to inadequate-specimen."
* ^experimental = false
* include http://terminology.hl7.org/CodeSystem/v2-0493#HEM "Hemolyzed"
* include http://terminology.hl7.org/CodeSystem/v2-0490#RH "Hemolysis"
* include http://snomed.info/sct#118128002 "Specimen hemolyzed (finding)"
