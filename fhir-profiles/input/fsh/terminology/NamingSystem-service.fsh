Instance: service-namingsystem
InstanceOf: NamingSystem
Usage: #definition
* id = "service"
* name = "ServiceIdentifier"
* status = #draft
* kind = #identifier
* date = "2026-11-24"
* description = "The service itself, where it reads and writes in its own name."
* uniqueId[0].type = #uri
* uniqueId[0].value = "https://recurrence-cds.org/fhir/NamingSystem/service"
* uniqueId[0].preferred = true
