ValueSet: ClinicalNodesType
Id: clinical-nodes-type
Title: "Clinical N category"
Description: "What an Observation of the clinical regional nodes category is coded with."
* ^experimental = false
* include http://snomed.info/sct#399534004 "cN category"
* include http://loinc.org#21906-3 "Regional lymph nodes.clinical [Class] Cancer"
