Instance: risk-assessment-namingsystem
InstanceOf: NamingSystem
Usage: #definition
* id = "risk-assessment"
* name = "RiskAssessmentIdentifier"
* status = #draft
* kind = #identifier
* date = "2026-11-24"
* description = "Identifies the RiskAssessment of one result: the value is the result's fingerprint, an HMAC that names no patient. The same evidence, model and date give the same value."
* uniqueId[0].type = #uri
* uniqueId[0].value = "https://recurrence-cds.org/fhir/NamingSystem/risk-assessment"
* uniqueId[0].preferred = true
