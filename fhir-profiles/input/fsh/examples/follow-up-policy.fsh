// The least that a policy is; config/follow-up-policy.json is the one that is shipped.

Instance: chest-ct-template
InstanceOf: ActivityDefinition
Usage: #inline
* status = #draft
* kind = #ServiceRequest
* intent = #proposal
* code = $loinc#24627-2 "CT Chest"

Instance: follow-up-policy-example
InstanceOf: FollowUpPolicy
Usage: #example
* contained = chest-ct-template
* url = "https://hospital.example/fhir/PlanDefinition/follow-up"
* version = "2026.1"
* title = "Follow-up by predicted risk"
* status = #draft
* type = http://terminology.hl7.org/CodeSystem/plan-definition-type#clinical-protocol
* usage = "A draft from a risk model: a clinician approves it."
* action.id = "high"
* action.title = "High predicted risk"
* action.condition.kind = #applicability
* action.condition.expression.language = #text/fhirpath
* action.condition.expression.expression = "%stratum = 'high'"
* action.documentation.type = #citation
* action.documentation.label = "ASCO 2020"
* action.documentation.citation = "Schneider BJ, Ismaila N, Aerts J, et al. J Clin Oncol 2020;38:753-766. doi:10.1200/JCO.19.02748"
* action.action.id = "high-chest-ct"
* action.action.title = "Chest CT"
* action.action.timingTiming.repeat.frequency = 1
* action.action.timingTiming.repeat.period = 3
* action.action.timingTiming.repeat.periodUnit = #mo
* action.action.definitionCanonical = "#chest-ct-template"
