ValueSet: PathologicStageType
Id: pathologic-stage-type
Title: "Pathologic TNM stage grouping"
Description: "What an Observation of the pathologic (p or yp) stage group is coded with."
* ^experimental = false
* http://snomed.info/sct#399588009 "Pathologic TNM stage grouping"
