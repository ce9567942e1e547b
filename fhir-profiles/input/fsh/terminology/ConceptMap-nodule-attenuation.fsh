Instance: nodule-attenuation-conceptmap
InstanceOf: ConceptMap
Usage: #definition
* id = "nodule-attenuation"
* url = "https://recurrence-cds.org/fhir/ConceptMap/nodule-attenuation"
* version = "0.1.0"
* name = "NoduleAttenuationMap"
* title = "Attenuation codes to pure ground glass, part-solid, solid"
* status = #draft
* experimental = false
* group[0].source = "https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds"
* group[0].target = "https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds"
* group[0].element[0].code = #pure-ground-glass
* group[0].element[0].display = "Pure ground-glass nodule"
* group[0].element[0].target[0].code = #pure-ground-glass
* group[0].element[0].target[0].equivalence = #equivalent
* group[0].element[1].code = #part-solid
* group[0].element[1].display = "Part-solid nodule"
* group[0].element[1].target[0].code = #part-solid
* group[0].element[1].target[0].equivalence = #equivalent
* group[0].element[2].code = #solid
* group[0].element[2].display = "Solid nodule"
* group[0].element[2].target[0].code = #solid
* group[0].element[2].target[0].equivalence = #equivalent
