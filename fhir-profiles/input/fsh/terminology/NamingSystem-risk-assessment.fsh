Instance: risk-assessment-namingsystem
InstanceOf: NamingSystem
Usage: #definition
* id = "risk-assessment"
* name = "RiskAssessmentIdentifier"
* status = #draft
* kind = #identifier
* date = "2026-11-24"
* description = "Identifies RiskAssessments and reports, one a patient, model and landmark date. The value is an HMAC: nobody can tell from it whose it is."
* uniqueId[0].type = #uri
* uniqueId[0].value = "https://recurrence-cds.org/fhir/NamingSystem/risk-assessment"
* uniqueId[0].preferred = true
