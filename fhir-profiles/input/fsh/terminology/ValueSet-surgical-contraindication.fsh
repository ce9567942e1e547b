ValueSet: SurgicalContraindication
Id: surgical-contraindication
Title: "Contraindication to surgery"
Description: "Reasons why a resection was not done, and Conditions that stand against one."
* ^experimental = false
* include http://snomed.info/sct#183932001 "Procedure contraindicated (situation)"
* include http://snomed.info/sct#397745006 "Medical contraindication (finding)"
