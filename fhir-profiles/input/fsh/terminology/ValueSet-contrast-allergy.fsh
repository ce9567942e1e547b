ValueSet: ContrastAllergy
Id: contrast-allergy
Title: "Allergy to contrast media"
Description: "Allergies that a contrast-enhanced CT has to know of."
* ^experimental = false
* include http://snomed.info/sct#293637006 "Allergy to contrast media (finding)"
* include http://snomed.info/sct#385420005 "Contrast media (substance)"
* include http://snomed.info/sct#372912004 "Iodinated contrast media (substance)"
* include codes from system http://www.whocc.no/atc where concept is-a #V08A
