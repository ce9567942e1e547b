ValueSet: PostTherapyStageType
Id: post-therapy-stage-type
Title: "Post-therapy TNM stage grouping"
Description: "Codes, as Observation.code or method, that say a stage group was assessed after neoadjuvant therapy (yp)."
* ^experimental = false
* include http://snomed.info/sct#1222594003 "American Joint Committee on Cancer yp stage group allowable value (qualifier value)"
