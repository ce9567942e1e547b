Profile: ResidualTumour
Parent: Observation
Id: residual-tumour
Title: "Residual tumour"
Description: "R0, R1 or R2, as the pathologist or surgeon states it after the resection; R2 is outside the study. RX (cannot be assessed) is no value of it: then there is no such Observation."
* insert CodedFinding(residual-tumour, ResidualTumourValue)
* partOf only Reference(Procedure)
* partOf MS
* partOf ^short = "The resection; without it, the one of the same day or before counts"
* focus MS

Profile: InvestigatorJudgement
Parent: Observation
Id: investigator-judgement
Title: "Investigator's judgement"
Description: "The investigator's own word on whether the patient suits the study, with the reason as a note. Nothing in the chart stands in for it."
* insert CodedFinding(investigator-judgement, InvestigatorJudgementValue)
* performer 1..*
* performer only Reference(Practitioner or PractitionerRole)
* note MS

Profile: StudyConsent
Parent: Consent
Id: study-consent
Title: "Consent to the study"
Description: "A patient's consent to take part in the study, or its withdrawal. Given: status active and provision.type permit. Withdrawn: status inactive, or provision.type deny. A hospital's general research consent is not one."
* obeys rsc-withdrawn
* scope = $consent-scope#research
* category ^slicing.discriminator.type = #pattern
* category ^slicing.discriminator.path = "$this"
* category ^slicing.rules = #open
* category contains study 1..1
* category[study] = $project#study-participation
* patient 1..1
* dateTime 1..1
* dateTime ^short = "When it was given or withdrawn"
* policy 1..*
* policy.uri 1..1
* policy.uri ^short = "The study's registration: https://clinicaltrials.gov/study/NCT07291921"
* provision 1..1
* provision.type 1..1

Invariant: rsc-withdrawn
Description: "A consent that is not active permits nothing"
Severity: #error
Expression: "provision.type = 'permit' implies (status = 'active' or status = 'entered-in-error')"

Profile: FollowUpAppointment
Parent: Appointment
Id: follow-up-appointment
Title: "Follow-up appointment"
Description: "The visit at which the card is shown. The nightly sweep assesses the patients whose appointments are tomorrow, so that the result is there when the chart is opened."
* obeys rfa-patient
* appointmentType 1..1
* appointmentType = $appointment-type#FOLLOWUP
* start 1..1
* end 1..1

Invariant: rfa-patient
Description: "Exactly one patient takes part"
Severity: #error
Expression: "participant.actor.where(reference.matches('^(.*/)?Patient/[^/]+$')).count() = 1"
