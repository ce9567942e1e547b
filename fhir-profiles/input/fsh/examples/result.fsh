// The result for the demo's patient of high risk, and what surrounds it.

Instance: risk-assessment-example
InstanceOf: RecurrenceRiskAssessment
Usage: #example
* identifier.system = "https://recurrence-cds.org/fhir/NamingSystem/risk-assessment"
* identifier.value = "rc-1f6b0c5a8d3e7b12a4c6d8e0f19c2f4f1f6b0c5a"
* extension[computedAt].valueInstant = "2026-06-01T07:20:11.482Z"
* extension[result].valueId = "9c2f4f1f6b0c5a8d3e7b12a4c6d8e0f19c2f4f1f6b0c5a8d3e7b12a4c6d8e0f1"
* status = #final
* method = $project#recurrence-risk
* code = $project#recurrence-risk
* subject = Reference(Patient/patient-example)
* occurrenceDateTime = "2026-06-01"
* condition = Reference(Condition/condition-example)
* performer = Reference(Device/device-example)
* basis[0] = Reference(Observation/metabolite-panel-example)
* basis[1] = Reference(Observation/tumour-fraction-example)
* basis[2] = Reference(Procedure/surgery-example)
* prediction[0].outcome = $project#recurrence-or-death
* prediction[0].probabilityDecimal = 0.142
* prediction[0].extension[interval].extension[low].valueDecimal = 0.098
* prediction[0].extension[interval].extension[high].valueDecimal = 0.201
* prediction[0].extension[interval].extension[level].valueDecimal = 0.9
* prediction[0].whenPeriod.start = "2026-06-01"
* prediction[0].whenPeriod.end = "2026-12-01"
* prediction[0].rationale = "14.2 % within 6 months (90 % interval 9.8 % to 20.1 %)"
* prediction[1].outcome = $project#recurrence-or-death
* prediction[1].probabilityDecimal = 0.274
* prediction[1].extension[interval].extension[low].valueDecimal = 0.196
* prediction[1].extension[interval].extension[high].valueDecimal = 0.373
* prediction[1].extension[interval].extension[level].valueDecimal = 0.9
* prediction[1].qualitativeRisk = $risk-probability#high "High likelihood"
* prediction[1].whenPeriod.start = "2026-06-01"
* prediction[1].whenPeriod.end = "2027-06-01"
* prediction[1].rationale = "27.4 % within 12 months (90 % interval 19.6 % to 37.3 %)"
* prediction[2].outcome = $project#recurrence-or-death
* prediction[2].probabilityDecimal = 0.431
* prediction[2].extension[interval].extension[low].valueDecimal = 0.315
* prediction[2].extension[interval].extension[high].valueDecimal = 0.56
* prediction[2].extension[interval].extension[level].valueDecimal = 0.9
* prediction[2].whenPeriod.start = "2026-06-01"
* prediction[2].whenPeriod.end = "2028-06-01"
* prediction[2].rationale = "43.1 % within 24 months (90 % interval 31.5 % to 56.0 %)"
* note.text = "The model was trained on simulated patients: not for clinical use."

Instance: device-example
InstanceOf: RecurrenceModelDevice
Usage: #example
* identifier.system = "https://recurrence-cds.org/fhir/NamingSystem/model"
* identifier.value = "recurrence-risk@1.0.0+sha256.d637781853efe4b6914689a045e47edbcd28746e6078d69f62a9a82931cbd1f0"
* status = #active
* manufacturer = "recurrence-cds"
* deviceName.name = "recurrence-risk"
* deviceName.type = #model-name
* type = $model#prediction-model "Prediction model"
* version[model].type = $model#model-version "Model version"
* version[model].value = "1.0.0"
* version[digest].type = $model#model-digest "Model digest"
* version[digest].value = "d637781853efe4b6914689a045e47edbcd28746e6078d69f62a9a82931cbd1f0"
* note[0].text = "Decision support for thoracic surgeons at follow-up visits after neoadjuvant chemo-immunotherapy and radical resection of stage IB-IIIA non-small-cell lung cancer. It informs the choice of follow-up; it decides nothing."
* note[1].text = "Trained on 190 simulated patients: not for clinical use."

Instance: provenance-example
InstanceOf: RecurrenceProvenance
Usage: #example
* target[0] = Reference(RiskAssessment/risk-assessment-example)
* target[1] = Reference(DiagnosticReport/risk-report-example)
* occurredDateTime = "2026-06-01T07:20:11+08:00"
* recorded = "2026-06-01T07:20:11+08:00"
* activity = $data-operation#CREATE "create"
* agent.type = $participant-type#assembler "Assembler"
* agent.who = Reference(Device/device-example)
* entity[0].role = #source
* entity[0].what = Reference(Observation/metabolite-panel-example/_history/2)
* entity[1].role = #source
* entity[1].what = Reference(Observation/tumour-fraction-example/_history/1)
* entity[2].role = #source
* entity[2].what = Reference(Procedure/surgery-example)

Instance: risk-report-example
InstanceOf: RecurrenceRiskReport
Usage: #example
* extension[result].valueId = "9c2f4f1f6b0c5a8d3e7b12a4c6d8e0f19c2f4f1f6b0c5a8d3e7b12a4c6d8e0f1"
* extension[riskAssessment].valueReference = Reference(RiskAssessment/risk-assessment-example)
* identifier.system = "https://recurrence-cds.org/fhir/NamingSystem/risk-assessment"
* identifier.value = "rc-c4f6d8e0f19c2f4f1f6b0c5a8d3e7b12a4c6d8e0"
* status = #final
* category = $diagnostic-service#OTH "Other"
* code = $project#recurrence-risk
* subject = Reference(Patient/patient-example)
* effectiveDateTime = "2026-06-01"
* issued = "2026-06-01T07:20:11+08:00"
* conclusion = "Risk of recurrence or death: 14.2 % within 6 months, 27.4 % within 12 months (high), 43.1 % within 24 months. The model was trained on simulated patients: not for clinical use."

Instance: audit-event-example
InstanceOf: RecurrenceAuditEvent
Usage: #example
* type = $audit-event-type#rest "RESTful Operation"
* subtype = $restful-interaction#search-type "search-type"
* action = #E
* recorded = "2026-06-01T07:20:10+08:00"
* outcome = #0
* agent.type = $dcm#110153 "Source Role ID"
* agent.who.identifier.system = "https://recurrence-cds.org/fhir/NamingSystem/service"
* agent.who.identifier.value = "recurrence-cds"
* agent.who.display = "recurrence-cds"
* agent.requestor = true
* source.observer.display = "recurrence-cds"
* entity[patient].what = Reference(Patient/patient-example)
* entity[patient].role = http://terminology.hl7.org/CodeSystem/object-role#1 "Patient"
