// The chart of one made-up patient: what the service reads. No such person exists.

Instance: patient-example
InstanceOf: $mcode-patient
Usage: #example
* identifier.system = "https://recurrence-cds.org/fhir/NamingSystem/simulated-patient"
* identifier.value = "patient-example"
* name.family = "Synthson"
* name.given = "Ada"
* gender = #female
* birthDate = "1961-03-14"

Instance: condition-example
InstanceOf: $mcode-primary-cancer
Usage: #example
* clinicalStatus = $condition-clinical#active
* verificationStatus = $condition-verification#confirmed
* category[0] = $condition-category#problem-list-item
* code.coding[0] = $sct#254637007 "Non-small cell lung cancer (disorder)"
* code.coding[1] = $icd10cm#C34.11
* subject = Reference(Patient/patient-example)
* onsetDateTime = "2025-02-20"
* recordedDate = "2025-02-20"

Instance: surgery-example
InstanceOf: $mcode-surgery
Usage: #example
* status = #completed
* code = $sct#173171007 "Lobectomy of lung (procedure)"
* subject = Reference(Patient/patient-example)
* performedDateTime = "2025-06-04"
* reasonReference = Reference(Condition/condition-example)

Instance: medication-example
InstanceOf: $mcode-medication
Usage: #example
* status = #completed
* medicationCodeableConcept = $atc#L01FF01 "nivolumab"
* subject = Reference(Patient/patient-example)
* effectiveDateTime = "2025-03-18"
* reasonReference = Reference(Condition/condition-example)

Instance: stage-example
InstanceOf: $mcode-stage
Usage: #example
* status = #final
* category[0] = $observation-category#laboratory
* code = $sct#399588009 "Pathologic TNM stage grouping"
* subject = Reference(Patient/patient-example)
* focus = Reference(Condition/condition-example)
* effectiveDateTime = "2025-06-04"
* method = $sct#897275008
* valueCodeableConcept = $sct#1222769001 "American Joint Committee on Cancer stage IIB (qualifier value)"

Instance: nodes-example
InstanceOf: $mcode-nodes
Usage: #example
* status = #final
* category[0] = $observation-category#laboratory
* code = $sct#371494008 "pN category"
* subject = Reference(Patient/patient-example)
* focus = Reference(Condition/condition-example)
* effectiveDateTime = "2025-06-04"
* method = $sct#897275008
* valueCodeableConcept = $sct#1229947003 "American Joint Committee on Cancer pN0 (qualifier value)"

Instance: metastases-example
InstanceOf: $mcode-metastases
Usage: #example
* status = #final
* category[0] = $observation-category#imaging
* code = $sct#399387003 "cM category"
* subject = Reference(Patient/patient-example)
* focus = Reference(Condition/condition-example)
* effectiveDateTime = "2025-03-12"
* method = $sct#897275008
* valueCodeableConcept = $sct#1229901006 "American Joint Committee on Cancer cM0 (qualifier value)"

Instance: disease-status-example
InstanceOf: $mcode-disease-status
Usage: #example
* status = #final
* code = $loinc#97509-4 "Cancer disease status"
* subject = Reference(Patient/patient-example)
* focus = Reference(Condition/condition-example)
* effectiveDateTime = "2026-03-02"
* valueCodeableConcept = $sct#359746009 "Patient's condition stable (finding)"

Instance: residual-tumour-example
InstanceOf: ResidualTumour
Usage: #example
* status = #final
* code = $project#residual-tumour
* subject = Reference(Patient/patient-example)
* partOf = Reference(Procedure/surgery-example)
* effectiveDateTime = "2025-06-11"
* valueCodeableConcept = $project#r0

Instance: judgement-example
InstanceOf: InvestigatorJudgement
Usage: #example
* status = #final
* code = $project#investigator-judgement
* subject = Reference(Patient/patient-example)
* performer = Reference(Practitioner/practitioner-example)
* effectiveDateTime = "2025-06-12"
* valueCodeableConcept = $project#suitable

Instance: consent-example
InstanceOf: StudyConsent
Usage: #example
* status = #active
* scope = $consent-scope#research
* category[study] = $project#study-participation
* patient = Reference(Patient/patient-example)
* dateTime = "2025-03-01"
* policy.uri = "https://clinicaltrials.gov/study/NCT07291921"
* provision.type = #permit

Instance: appointment-example
InstanceOf: FollowUpAppointment
Usage: #example
* status = #booked
* appointmentType = $appointment-type#FOLLOWUP
* start = "2026-06-01T09:00:00+08:00"
* end = "2026-06-01T09:20:00+08:00"
* participant.actor = Reference(Patient/patient-example)
* participant.status = #accepted
