ValueSet: PathologicStageType
Id: pathologic-stage-type
Title: "Pathologic TNM stage grouping"
Description: "What an Observation of the pathologic (p or yp) stage group is coded with."
* ^experimental = false
* include http://snomed.info/sct#399588009 "Pathologic TNM stage grouping"
* include http://loinc.org#21902-2 "Stage group.pathology Cancer"
