Extension: ComputedAt
Id: computed-at
Title: "Computed at"
Description: "When a result was computed: FHIR R4's RiskAssessment has no element for it. The later one of a day wins."
Context: RiskAssessment, DiagnosticReport
* value[x] 1..1
* value[x] only instant

Extension: Result
Id: result
Title: "Result"
Description: "The fingerprint of the result that a resource shows: an HMAC over its evidence, model and date, from which nothing can be read."
Context: RiskAssessment, DiagnosticReport
* value[x] 1..1
* value[x] only id

Profile: RecurrenceModelDevice
Parent: Device
Id: recurrence-model-device
Title: "Prediction model"
Description: "One version of a prediction model, as the performer of a RiskAssessment and the agent of its Provenance. The digest tells two models of the same name and version apart."
* identifier 1..1
* identifier.system 1..1
* identifier.system = "https://recurrence-cds.org/fhir/NamingSystem/model" (exactly)
* identifier.value 1..1
* identifier.value ^short = "id@version+sha256.digest"
* status 1..1
* manufacturer MS
* deviceName 1..*
* deviceName.type = #model-name
* type 1..1
* type = $model#prediction-model
* version ^slicing.discriminator.type = #pattern
* version ^slicing.discriminator.path = "type"
* version ^slicing.rules = #open
* version 2..*
* version contains model 1..1 and digest 1..1
* version[model].type 1..1
* version[model].type = $model#model-version
* version[digest] obeys rmd-digest
* version[digest].type 1..1
* version[digest].type = $model#model-digest
* patient 0..0
* note 1..*
* note ^short = "Intended use, and what it was trained on"

Invariant: rmd-digest
Description: "A SHA-256, in lower-case hexadecimal"
Severity: #error
Expression: "value.matches('^[0-9a-f]{64}$')"

Profile: RecurrenceProvenance
Parent: Provenance
Id: recurrence-provenance
Title: "Provenance of a result"
Description: "Which model made a result, when, and from what: the agent is the model's Device, the entities are the evidence, each at the version that was read where the server has versions. Each result has one of its own, also where it replaced another's RiskAssessment. No person is an agent: nobody made this result."
* target 1..*
* target only Reference(RecurrenceRiskAssessment or RecurrenceRiskReport)
* occurred[x] 1..1
* occurred[x] only dateTime
* activity 1..1
* activity = $data-operation#CREATE
* agent 1..1
* agent.type 1..1
* agent.type = $participant-type#assembler
* agent.who only Reference(RecurrenceModelDevice)
* agent.onBehalfOf only Reference(Organization)
* entity 1..*
* entity.role = #source
* entity.what ^short = "A resource of the chart at the version that was read: Observation/123/_history/4"

Profile: RecurrenceRiskReport
Parent: DiagnosticReport
Id: recurrence-risk-report
Title: "Recurrence risk report"
Description: "The result as a report, for systems that show reports and know no RiskAssessment; optional. It refers to the RiskAssessment by the extension of Genomics Reporting that does so, and repeats no number in coded form."
* extension contains
    $genomic-risk-assessment named riskAssessment 1..1 and
    ComputedAt named computedAt 0..1 and
    Result named result 0..1
* extension[riskAssessment].valueReference only Reference(RecurrenceRiskAssessment)
* identifier 1..1
* identifier.system 1..1
* identifier.system = "https://recurrence-cds.org/fhir/NamingSystem/risk-assessment" (exactly)
* identifier.value 1..1
* category 1..1
* category = $diagnostic-service#OTH
* code = $project#recurrence-risk
* subject 1..1
* subject only Reference(Patient)
* effective[x] 1..1
* effective[x] only dateTime
* issued 1..1
* conclusion 1..1
* conclusion ^short = "The risk in words, with its percentage, and whether the model was trained on simulated patients"

Profile: RecurrenceAuditEvent
Parent: AuditEvent
Id: recurrence-audit-event
Title: "Access to a chart"
Description: "That the service read a chart or wrote a result, for sites that keep the record of access on their FHIR server. Like IHE BALP: type rest, one requestor, the patient as an entity. No query string and no clinical value is in it."
* type = $audit-event-type#rest
* subtype 1..1
* subtype from http://hl7.org/fhir/ValueSet/type-restful-interaction (required)
* action 1..1
* outcome 1..1
* agent obeys rae-agent
* agent.who 1..1
* agent.who ^short = "The service, or the person whose chart view asked for it"
* obeys rae-requestor
* source.observer ^short = "The service"
* entity ^slicing.discriminator.type = #value
* entity ^slicing.discriminator.path = "role"
* entity ^slicing.rules = #open
* entity 1..*
* entity contains patient 1..1
* entity[patient].what 1..1
* entity[patient].what only Reference(Patient)
* entity[patient].role 1..1
* entity[patient].role = http://terminology.hl7.org/CodeSystem/object-role#1
* entity.query 0..0
* entity.query ^short = "Never: a query holds identifiers"

Invariant: rae-agent
Description: "Who it was is a reference or an identifier, not only a name"
Severity: #error
Expression: "who.reference.exists() or who.identifier.exists()"

Invariant: rae-requestor
Description: "Exactly one agent asked for it"
Severity: #error
Expression: "agent.where(requestor = true).count() = 1"
