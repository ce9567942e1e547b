ValueSet: ClinicalStageType
Id: clinical-stage-type
Title: "Clinical TNM stage grouping"
Description: "What an Observation of the clinical stage group is coded with; it never stands in for the pathologic one."
* ^experimental = false
* include http://snomed.info/sct#399537006 "Clinical TNM stage grouping"
* include http://loinc.org#21908-9 "Stage group.clinical Cancer"
