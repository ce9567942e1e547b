ValueSet: PathologicMetastasesType
Id: pathologic-metastases-type
Title: "Pathologic M category"
Description: "What an Observation of the pathologic distant metastases category is coded with."
* ^experimental = false
* include http://snomed.info/sct#371497001 "pM category"
* include http://loinc.org#21901-4 "Distant metastases.pathology [Class] Cancer"
