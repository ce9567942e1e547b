ValueSet: ClinicalMetastasesType
Id: clinical-metastases-type
Title: "Clinical M category"
Description: "What an Observation of the distant metastases category is coded with, clinical or of no stated kind."
* ^experimental = false
* include http://snomed.info/sct#399387003 "cM category"
* include http://snomed.info/sct#277208005 "M category"
* include http://loinc.org#21907-1 "Distant metastases.clinical [Class] Cancer"
