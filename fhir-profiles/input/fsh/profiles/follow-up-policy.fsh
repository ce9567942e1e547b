Profile: FollowUpPolicy
Parent: PlanDefinition
Id: follow-up-policy
Title: "Follow-up policy"
Description: "Which follow-up is proposed at which risk: what config/follow-up-policy.json is, and what a hospital's own policy has to be. Groups of actions with conditions in FHIRPath; each proposed action names its interval and, in `contained`, the ActivityDefinition that is the template of its ServiceRequest. The policy reader (src/policy) checks the same and the FHIRPath itself at the start."
* obeys rfp-fhirpath and rfp-proposal and rfp-templates and rfp-titles and rfp-citations
* url 1..1
* version 1..1
* title 1..1
* type = http://terminology.hl7.org/CodeSystem/plan-definition-type#clinical-protocol
* status ^short = "draft | active"
* obeys rfp-status
* subject[x] 0..0
* usage 1..1
* usage ^short = "The note on every proposal: what it rests on, and that a clinician has to approve it"
* goal 0..0
* action 1..*

Invariant: rfp-status
Description: "A policy in use is a draft or active"
Severity: #error
Expression: "status = 'draft' or status = 'active'"

Invariant: rfp-fhirpath
Description: "Every condition decides applicability, in FHIRPath"
Severity: #error
Expression: "repeat(action).condition.all(kind = 'applicability' and expression.language = 'text/fhirpath' and expression.expression.exists())"

Invariant: rfp-proposal
Description: "An action without actions of its own has an interval and names a template in contained"
Severity: #error
Expression: "repeat(action).where(action.empty()).all(timing.exists() and definition.toString().startsWith('#'))"

Invariant: rfp-templates
Description: "The templates ask for ServiceRequests, and for no more than a proposal"
Severity: #error
Expression: "contained.ofType(ActivityDefinition).exists() and contained.ofType(ActivityDefinition).all(kind = 'ServiceRequest' and code.exists() and (intent.empty() or intent = 'proposal'))"

Invariant: rfp-titles
Description: "Every action has an id and a title"
Severity: #error
Expression: "repeat(action).all(id.exists() and title.exists())"

Invariant: rfp-citations
Description: "Every group cites what it rests on, or each of its actions does"
Severity: #error
Expression: "action.all(documentation.citation.exists() or (action.exists() and action.all(documentation.citation.exists())))"
