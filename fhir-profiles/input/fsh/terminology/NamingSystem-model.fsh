Instance: model-namingsystem
InstanceOf: NamingSystem
Usage: #definition
* id = "model"
* name = "ModelIdentifier"
* status = #draft
* kind = #identifier
* date = "2026-11-24"
* description = "Identifies a prediction model in one version: its id in the model registry, an @ and its version."
* uniqueId[0].type = #uri
* uniqueId[0].value = "https://recurrence-cds.org/fhir/NamingSystem/model"
* uniqueId[0].preferred = true
