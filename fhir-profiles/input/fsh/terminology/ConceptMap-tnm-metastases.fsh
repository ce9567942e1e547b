Instance: tnm-metastases-conceptmap
InstanceOf: ConceptMap
Usage: #definition
* id = "tnm-metastases"
* url = "https://recurrence-cds.org/fhir/ConceptMap/tnm-metastases"
* version = "0.1.0"
* name = "TnmMetastasesMap"
* title = "M category codes to M0 ... M1c"
* status = #draft
* experimental = false
* group[0].source = "http://snomed.info/sct"
* group[0].target = "https://recurrence-cds.org/fhir/CodeSystem/tnm-metastases"
* group[0].element[0].code = #1229901006
* group[0].element[0].display = "American Joint Committee on Cancer cM0 (qualifier value)"
* group[0].element[0].target[0].code = #M0
* group[0].element[0].target[0].equivalence = #equivalent
* group[0].element[1].code = #1229903009
* group[0].element[1].display = "American Joint Committee on Cancer cM1 (qualifier value)"
* group[0].element[1].target[0].code = #M1
* group[0].element[1].target[0].equivalence = #equivalent
* group[0].element[2].code = #1229904003
* group[0].element[2].display = "American Joint Committee on Cancer cM1a (qualifier value)"
* group[0].element[2].target[0].code = #M1a
* group[0].element[2].target[0].equivalence = #equivalent
* group[0].element[3].code = #1229907005
* group[0].element[3].display = "American Joint Committee on Cancer cM1b (qualifier value)"
* group[0].element[3].target[0].code = #M1b
* group[0].element[3].target[0].equivalence = #equivalent
* group[0].element[4].code = #1229910003
* group[0].element[4].display = "American Joint Committee on Cancer cM1c (qualifier value)"
* group[0].element[4].target[0].code = #M1c
* group[0].element[4].target[0].equivalence = #equivalent
* group[0].element[5].code = #1229916009
* group[0].element[5].display = "American Joint Committee on Cancer pM1 (qualifier value)"
* group[0].element[5].target[0].code = #M1
* group[0].element[5].target[0].equivalence = #equivalent
