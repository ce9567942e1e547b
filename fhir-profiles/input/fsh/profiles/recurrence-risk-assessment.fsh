Profile: RecurrenceRiskAssessment
Parent: RiskAssessment
Id: recurrence-risk-assessment
Title: "Recurrence risk"
Description: """The risk of recurrence or death within 6, 12 and 24 months of a date, given that the patient is alive and recurrence-free on it, as the service writes it back.

FHIR R4 lets `probabilityDecimal` be read as 0 to 1 or as per cent up to 100, a hundredfold apart. Here it is 0 to 1, always; the percentage is said in words beside it (`rationale`). The interval is a prediction of its own, because R4 gives a prediction one probability: a Range, in UCUM per cent as R4's ras-1 asks. The stratum (`qualitativeRisk`) belongs to the 12-month risk alone. A horizon that cannot be estimated has no prediction, and a note says why; a result without any prediction does not claim this profile."""
* obeys rra-horizons and rra-from-landmark and rra-intervals
* identifier 1..1
* identifier ^short = "One a patient, model and landmark date: a result of newer evidence replaces that day's"
* identifier.system 1..1
* identifier.system = "https://recurrence-cds.org/fhir/NamingSystem/risk-assessment" (exactly)
* identifier.value 1..1
* extension contains ComputedAt named computedAt 0..1 and Result named result 0..1
* basedOn 0..0
* basedOn ^short = "Never ordered: it is made when the chart changes or is opened"
* method 1..1
* method = $project#recurrence-risk
* method ^short = "R4 has search parameters for method, not for code"
* code 1..1
* code = $project#recurrence-risk
* subject only Reference(Patient)
* occurrence[x] 1..1
* occurrence[x] only dateTime
* occurrence[x] ^short = "The landmark date: what is known on it, and nothing later, is in the result"
* condition only Reference(Condition)
* condition MS
* performer 1..1
* performer only Reference(RecurrenceModelDevice)
* basis 1..*
* basis ^short = "The evidence: every resource the result rests on"
* prediction 1..6
* prediction obeys rra-scale and rra-percentage and rra-stratum and rra-months
* prediction ^slicing.discriminator.type = #type
* prediction ^slicing.discriminator.path = "probability"
* prediction ^slicing.rules = #closed
* prediction ^slicing.description = "By the type of probability: the estimate is a decimal, its interval a Range"
* prediction.outcome 1..1
* prediction.outcome = $project#recurrence-or-death
* prediction.probability[x] 1..1
* prediction.qualitativeRisk from http://hl7.org/fhir/ValueSet/risk-probability (required)
* prediction.relativeRisk 0..0
* prediction.when[x] 1..1
* prediction.when[x] only Period
* prediction.whenPeriod.start 1..1
* prediction.whenPeriod.end 1..1
* prediction contains estimate 1..3 and interval 0..3
* prediction[estimate] ^short = "The risk within one horizon"
* prediction[estimate].probability[x] only decimal
* prediction[estimate].rationale 1..1
* prediction[estimate].rationale ^short = "The percentage in words, such as: 27.4 % within 12 months"
* prediction[interval] ^short = "The interval of the estimate with the same end"
* prediction[interval].probability[x] only Range
* prediction[interval].probabilityRange.low 1..1
* prediction[interval].probabilityRange.low.value 1..1
* prediction[interval].probabilityRange.high 1..1
* prediction[interval].probabilityRange.high.value 1..1
* prediction[interval].qualitativeRisk 0..0
* prediction[interval].rationale 1..1
* prediction[interval].rationale ^short = "What interval it is, such as: 90 % interval of the risk within 12 months"
* mitigation MS
* mitigation ^short = "The follow-up that is proposed at this risk"
* note MS
* note ^short = "What a reader must know: a model trained on simulated patients says so here"

Invariant: rra-scale
Description: "A probability is from 0 to 1 (never per cent); an interval is within 0 to 100 %, its low end not above the high one"
Severity: #error
Expression: "(probability.ofType(decimal).exists() implies (probability.ofType(decimal) >= 0 and probability.ofType(decimal) <= 1)) and (probability.ofType(Range).exists() implies (probability.ofType(Range).low.value >= 0 and probability.ofType(Range).high.value <= 100 and probability.ofType(Range).low.value <= probability.ofType(Range).high.value))"

Invariant: rra-percentage
Description: "The rationale of an estimate begins with its percentage"
Severity: #error
Expression: "probability.ofType(decimal).exists() implies rationale.matches('^(100|[0-9]{1,2})([.,][0-9]+)? ?%.*')"

// Months are counted from the texts of the dates: not every FHIRPath engine of a server adds months to a date.

Invariant: rra-stratum
Description: "The 12-month estimate has a qualitative risk, and no other has"
Severity: #error
Expression: "qualitativeRisk.exists() = (probability.ofType(decimal).exists() and ((when.end.toString().substring(0, 4).toInteger() - when.start.toString().substring(0, 4).toInteger()) * 12 + when.end.toString().substring(5, 2).toInteger() - when.start.toString().substring(5, 2).toInteger()) = 12)"

Invariant: rra-months
Description: "The horizon is 6, 12 or 24 calendar months, to the same day of the month or the last one there is"
Severity: #error
Expression: "((when.end.toString().substring(0, 4).toInteger() - when.start.toString().substring(0, 4).toInteger()) * 12 + when.end.toString().substring(5, 2).toInteger() - when.start.toString().substring(5, 2).toInteger()) in (6 | 12 | 24) and (when.end.toString().substring(8, 2).toInteger() = when.start.toString().substring(8, 2).toInteger() or (when.end.toString().substring(8, 2).toInteger() >= 28 and when.end.toString().substring(8, 2).toInteger() < when.start.toString().substring(8, 2).toInteger()))"

Invariant: rra-horizons
Description: "One estimate a horizon"
Severity: #error
Expression: "prediction.where(probability.ofType(decimal).exists()).select(when.end).isDistinct()"

Invariant: rra-from-landmark
Description: "Every horizon begins at the landmark date"
Severity: #error
Expression: "prediction.all(when.start = %resource.occurrence)"

Invariant: rra-intervals
Description: "One interval a horizon, of an estimate that is there"
Severity: #error
Expression: "prediction.where(probability.ofType(Range).exists()).select(when.end).isDistinct() and prediction.where(probability.ofType(Range).exists()).select(when.end).subsetOf(prediction.where(probability.ofType(decimal).exists()).select(when.end))"
