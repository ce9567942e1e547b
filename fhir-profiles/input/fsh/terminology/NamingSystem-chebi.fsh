Instance: chebi-namingsystem
InstanceOf: NamingSystem
Usage: #definition
* id = "chebi"
* name = "ChEBI"
* status = #draft
* kind = #codesystem
* date = "2026-11-24"
* description = "Identifiers of Chemical Entities of Biological Interest (CHEBI:15603 is L-leucine), as a further coding of analytes."
* uniqueId[0].type = #uri
* uniqueId[0].value = "https://recurrence-cds.org/fhir/NamingSystem/chebi"
* uniqueId[0].preferred = true
