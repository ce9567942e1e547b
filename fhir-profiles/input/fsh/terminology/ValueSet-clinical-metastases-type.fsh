ValueSet: ClinicalMetastasesType
Id: clinical-metastases-type
Title: "Clinical M category"
Description: "What an Observation of the clinical distant metastases category is coded with. An M category that does not say its kind is taken for a clinical one: a pathologic one says so."
* ^experimental = false
* include http://snomed.info/sct#399387003 "cM category"
* include http://snomed.info/sct#277208005 "M category"
* include http://loinc.org#21907-1 "Distant metastases.clinical [Class] Cancer"
