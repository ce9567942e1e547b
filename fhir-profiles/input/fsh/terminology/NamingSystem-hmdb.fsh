Instance: hmdb-namingsystem
InstanceOf: NamingSystem
Usage: #definition
* id = "hmdb"
* name = "HMDB"
* status = #draft
* kind = #codesystem
* date = "2026-11-23"
* description = "Accession numbers of the Human Metabolome Database, as a second coding of analytes that LOINC may not have."
* uniqueId[0].type = #uri
* uniqueId[0].value = "https://recurrence-cds.org/fhir/NamingSystem/hmdb"
* uniqueId[0].preferred = true
