Instance: model-namingsystem
InstanceOf: NamingSystem
Usage: #definition
* id = "model"
* name = "ModelIdentifier"
* status = #draft
* kind = #identifier
* date = "2026-11-24"
* description = "Identifies a prediction model in one version: id@version+sha256.digest. Two files of one version are two models."
* uniqueId[0].type = #uri
* uniqueId[0].value = "https://recurrence-cds.org/fhir/NamingSystem/model"
* uniqueId[0].preferred = true
