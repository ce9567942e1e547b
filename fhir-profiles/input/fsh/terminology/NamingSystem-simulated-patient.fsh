Instance: simulated-patient-namingsystem
InstanceOf: NamingSystem
Usage: #definition
* id = "simulated-patient"
* name = "SimulatedPatientIdentifier"
* status = #draft
* kind = #identifier
* date = "2026-11-24"
* description = "Identifies simulated patients wherever their charts are copied to; no person has one."
* uniqueId[0].type = #uri
* uniqueId[0].value = "https://recurrence-cds.org/fhir/NamingSystem/simulated-patient"
* uniqueId[0].preferred = true
