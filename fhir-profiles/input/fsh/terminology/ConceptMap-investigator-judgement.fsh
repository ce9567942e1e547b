Instance: investigator-judgement-conceptmap
InstanceOf: ConceptMap
Usage: #definition
* id = "investigator-judgement"
* url = "https://recurrence-cds.org/fhir/ConceptMap/investigator-judgement"
* version = "0.1.0"
* name = "InvestigatorJudgementMap"
* title = "Judgement codes to suitable, unsuitable"
* status = #draft
* experimental = false
* group[0].source = "https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds"
* group[0].target = "https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds"
* group[0].element[0].code = #suitable
* group[0].element[0].display = "Suitable"
* group[0].element[0].target[0].code = #suitable
* group[0].element[0].target[0].equivalence = #equivalent
* group[0].element[1].code = #unsuitable
* group[0].element[1].display = "Unsuitable"
* group[0].element[1].target[0].code = #unsuitable
* group[0].element[1].target[0].equivalence = #equivalent
