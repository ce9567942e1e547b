ValueSet: PathologicNodesType
Id: pathologic-nodes-type
Title: "Pathologic N category"
Description: "What an Observation of the pathologic regional nodes category is coded with."
* ^experimental = false
* include http://snomed.info/sct#371494008 "pN category"
* include http://loinc.org#21900-6 "Regional lymph nodes.pathology [Class] Cancer"
