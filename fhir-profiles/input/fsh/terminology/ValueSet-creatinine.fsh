ValueSet: Creatinine
Id: creatinine
Title: "Creatinine"
Description: "Creatinine in serum, plasma or blood."
* ^experimental = false
* include http://loinc.org#2160-0 "Creatinine [Mass/volume] in Serum or Plasma"
* include http://loinc.org#14682-9 "Creatinine [Moles/volume] in Serum or Plasma"
* include http://loinc.org#38483-4 "Creatinine [Mass/volume] in Blood"
* include http://loinc.org#59826-8 "Creatinine [Moles/volume] in Blood"
