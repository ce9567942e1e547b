Profile: RecurrenceRiskAssessment
Parent: RiskAssessment
Id: recurrence-risk-assessment
Title: "Recurrence risk"
Description: """The risk of recurrence or death within 6, 12 and 24 months of a date, given that the patient is alive and recurrence-free on it, as the service writes it back.

FHIR R4 lets `probabilityDecimal` be read as 0 to 1 or as per cent up to 100, a hundredfold apart. Here it is 0 to 1, always; the percentage is said in words beside it (`rationale`). There is one prediction a horizon; its interval is an extension of it (`risk-interval`), on the same scale: R4 gives a prediction one probability, and a Range of it, which R4's ras-1 wants in UCUM per cent, cannot be stored in HAPI FHIR. The stratum (`qualitativeRisk`) belongs to the 12-month risk alone. A horizon that cannot be estimated has no prediction, and a note says why; a result without any prediction does not claim this profile."""
* obeys rra-horizons and rra-from-landmark
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
* prediction 1..3
* prediction ^short = "The risk within one horizon"
* prediction obeys rra-scale and rra-interval and rra-percentage and rra-stratum and rra-months
* prediction.extension contains RiskInterval named interval 0..1
* prediction.extension[interval] ^short = "The interval of the risk, wherever the model gives one"
* prediction.outcome 1..1
* prediction.outcome = $project#recurrence-or-death
* prediction.probability[x] 1..1
* prediction.probability[x] only decimal
* prediction.probability[x] ^short = "0 to 1"
* prediction.qualitativeRisk from http://hl7.org/fhir/ValueSet/risk-probability (required)
* prediction.relativeRisk 0..0
* prediction.when[x] 1..1
* prediction.when[x] only Period
* prediction.whenPeriod.start 1..1
* prediction.whenPeriod.end 1..1
* prediction.rationale 1..1
* prediction.rationale ^short = "The percentage in words, such as: 27.4 % within 12 months (90 % interval 19.6 % to 37.3 %)"
* mitigation MS
* mitigation ^short = "The follow-up that is proposed at this risk"
* note MS
* note ^short = "What a reader must know: a model trained on simulated patients says so here"

Invariant: rra-scale
Description: "A probability is from 0 to 1, never per cent"
Severity: #error
Expression: "probability.ofType(decimal).exists() implies (probability.ofType(decimal) >= 0 and probability.ofType(decimal) <= 1)"

Invariant: rra-interval
Description: "The risk is within its interval"
Severity: #error
Expression: "probability.ofType(decimal).exists() implies ((extension('https://recurrence-cds.org/fhir/StructureDefinition/risk-interval').extension('low').value.ofType(decimal).first().exists() implies extension('https://recurrence-cds.org/fhir/StructureDefinition/risk-interval').extension('low').value.ofType(decimal).first() <= probability.ofType(decimal)) and (extension('https://recurrence-cds.org/fhir/StructureDefinition/risk-interval').extension('high').value.ofType(decimal).first().exists() implies probability.ofType(decimal) <= extension('https://recurrence-cds.org/fhir/StructureDefinition/risk-interval').extension('high').value.ofType(decimal).first()))"

Invariant: rra-percentage
Description: "The rationale begins with the percentage"
Severity: #error
Expression: "rationale.exists() implies rationale.matches('^(100|[0-9]{1,2})([.,][0-9]+)? ?%.*')"

// Months are counted from the texts of the dates: not every FHIRPath engine of a server adds months to a date.

Invariant: rra-stratum
Description: "The 12-month prediction has a qualitative risk, and no other has"
Severity: #error
Expression: "qualitativeRisk.exists() = (((when.end.toString().substring(0, 4).toInteger() - when.start.toString().substring(0, 4).toInteger()) * 12 + when.end.toString().substring(5, 2).toInteger() - when.start.toString().substring(5, 2).toInteger()) = 12)"

Invariant: rra-months
Description: "The horizon is 6, 12 or 24 calendar months, to the same day of the month or the last one there is"
Severity: #error
Expression: "((when.end.toString().substring(0, 4).toInteger() - when.start.toString().substring(0, 4).toInteger()) * 12 + when.end.toString().substring(5, 2).toInteger() - when.start.toString().substring(5, 2).toInteger()) in (6 | 12 | 24) and (when.end.toString().substring(8, 2).toInteger() = when.start.toString().substring(8, 2).toInteger() or (when.end.toString().substring(8, 2).toInteger() >= 28 and when.end.toString().substring(8, 2).toInteger() < when.start.toString().substring(8, 2).toInteger()))"

Invariant: rra-horizons
Description: "One prediction a horizon"
Severity: #error
Expression: "prediction.select(when.end).isDistinct()"

Invariant: rra-from-landmark
Description: "Every horizon begins at the landmark date"
Severity: #error
Expression: "prediction.all(when.start = %resource.occurrence)"

Extension: RiskInterval
Id: risk-interval
Title: "Interval of a risk"
Description: "Between which bounds a predicted risk lies, and with what confidence; all three are shares from 0 to 1. R4 would have it as a Range, a probability of its own in UCUM per cent, which HAPI FHIR takes for a duration and refuses."
Context: RiskAssessment.prediction
* . 0..1
* obeys rri-bounds
* extension contains low 1..1 and high 1..1 and level 1..1
* extension[low] ^short = "The lower bound, 0 to 1"
* extension[low].value[x] 1..1
* extension[low].value[x] only decimal
* extension[high] ^short = "The upper bound, 0 to 1"
* extension[high].value[x] 1..1
* extension[high].value[x] only decimal
* extension[level] ^short = "The confidence level: 0.9"
* extension[level].value[x] 1..1
* extension[level].value[x] only decimal
* extension[level].valueDecimal = 0.9

Invariant: rri-bounds
Description: "The bounds are from 0 to 1 (never per cent), the lower one not above the upper one"
Severity: #error
Expression: "(extension('low').exists() and extension('high').exists()) implies (extension('low').value.ofType(decimal) >= 0 and extension('low').value.ofType(decimal) <= extension('high').value.ofType(decimal) and extension('high').value.ofType(decimal) <= 1)"
