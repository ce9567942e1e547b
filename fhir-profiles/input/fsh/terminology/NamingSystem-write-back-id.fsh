Instance: write-back-id-namingsystem
InstanceOf: NamingSystem
Usage: #definition
* id = "write-back-id"
* name = "WriteBackTag"
* status = #draft
* kind = #identifier
* date = "2026-11-24"
* description = "Tags what is written back and has no identifier in R4 (Provenance), so that it is found again. The value is an HMAC."
* uniqueId[0].type = #uri
* uniqueId[0].value = "https://recurrence-cds.org/fhir/NamingSystem/write-back-id"
* uniqueId[0].preferred = true
