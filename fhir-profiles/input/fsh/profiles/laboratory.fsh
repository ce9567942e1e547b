RuleSet: LaboratoryResult
* subject 1..1
* subject only Reference(Patient)
* effective[x] 1..1
* effective[x] only dateTime
* effective[x] ^short = "When the blood was drawn, to the day or better"
* issued 1..1
* issued ^short = "When the laboratory gave it out: no assessment of an earlier date uses it"
* obeys rcd-day
* specimen only Reference(PlasmaSpecimen)
* specimen MS

Invariant: rcd-day
Description: "The day is known: a result known only to the month or year is never used"
Severity: #error
Expression: "effective.toString().length() >= 10"

RuleSet: LaboratoryCategory
* category 1..*
* category ^slicing.discriminator.type = #pattern
* category ^slicing.discriminator.path = "$this"
* category ^slicing.rules = #open
* category contains laboratory 1..1
* category[laboratory] = $observation-category#laboratory

RuleSet: Concentration(path)
* {path} only Quantity
* {path}.value 1..1
* {path}.system 1..1
* {path}.system = "http://unitsofmeasure.org" (exactly)
* {path}.code 1..1
* {path} ^short = "In UCUM: umol/L, mmol/L, mg/dL or any other that converts to umol/L. Below the limit of detection: the limit, with the comparator <"

Invariant: rmp-content
Description: "A panel has its analytes as components or as members"
Severity: #error
Expression: "component.exists() or hasMember.exists()"

Invariant: rmp-analyte
Description: "An analyte is coded in LOINC where it has a LOINC code (which then comes first), else in HMDB or ChEBI"
Severity: #error
Expression: "code.coding.where(system = 'http://loinc.org' or system = 'https://recurrence-cds.org/fhir/NamingSystem/hmdb' or system = 'https://recurrence-cds.org/fhir/NamingSystem/chebi').exists() and (code.coding.where(system = 'http://loinc.org').exists() implies code.coding.first().system = 'http://loinc.org')"

Invariant: rmp-member
Description: "An analyte that is an Observation of its own has an HMDB or a LOINC code: those are what a chart is searched by"
Severity: #error
Expression: "code.coding.where(system = 'http://loinc.org' or system = 'https://recurrence-cds.org/fhir/NamingSystem/hmdb').exists()"

Invariant: rmp-value
Description: "A concentration, or why there is none: missing is said, never zero"
Severity: #error
Expression: "value.exists() xor dataAbsentReason.exists()"

Extension: AnalyticalBatch
Id: analytical-batch
Title: "Analytical batch"
Description: "The laboratory's own id of the batch that a panel was measured in: samples of one batch were calibrated and judged by the same pooled quality-control samples."
Context: Observation
* . 0..1
* value[x] 1..1
* value[x] only string

Invariant: rpq-range
Description: "The relative standard deviation is 0 or more, in UCUM %; the recovery is above 0 (1: no drift)"
Severity: #error
Expression: "extension.where(url = 'relativeStandardDeviation').value.ofType(Quantity).all(value >= 0 and code = '%' and system = 'http://unitsofmeasure.org') and extension.where(url = 'recovery').value.ofType(decimal).all($this > 0)"

Extension: PooledQc
Id: pooled-qc
Title: "Pooled quality control of an analyte"
Description: "How an analyte came out in the pooled quality-control samples that were measured between the patients' samples of the batch. An analyte whose relative standard deviation is too large counts as not measured; a value is divided by the recovery before it is used, so none that was corrected already may carry one."
Context: Observation, Observation.component
* . 0..1
* obeys rpq-range
* extension contains relativeStandardDeviation 0..1 and recovery 0..1
* extension[relativeStandardDeviation] ^short = "Of the analyte over the batch's pooled samples, %"
* extension[relativeStandardDeviation].value[x] 1..1
* extension[relativeStandardDeviation].value[x] only Quantity
* extension[recovery] ^short = "Mean of the batch's pooled samples divided by the value assigned to the pool; 1 is no drift"
* extension[recovery].value[x] 1..1
* extension[recovery].value[x] only decimal

Profile: MetabolitePanel
Parent: Observation
Id: metabolite-panel
Title: "Plasma metabolite panel"
Description: "Targeted quantification of small molecules in one plasma sample. Its analytes are components, or Observations of their own that the panel names as members; laboratories do both."
* insert LaboratoryResult
* insert LaboratoryCategory
* obeys rmp-content
* code = $project#metabolomics-panel
* value[x] 0..0
* extension contains AnalyticalBatch named analyticalBatch 0..1 MS
* hasMember only Reference(Metabolite)
* component obeys rmp-analyte and rmp-value
* component.extension contains PooledQc named pooledQc 0..1 MS
* insert Concentration(component.value[x])

Profile: Metabolite
Parent: Observation
Id: metabolite
Title: "Metabolite in plasma"
Description: "One analyte of a panel, as an Observation of its own."
* insert LaboratoryResult
* insert LaboratoryCategory
* obeys rmp-analyte and rmp-value and rmp-member
* extension contains PooledQc named pooledQc 0..1 MS
* insert Concentration(value[x])
* component 0..0
* hasMember 0..0

RuleSet: CfdnaMarker(code)
* insert LaboratoryResult
* code = $project#{code}
* value[x] 1..1
* value[x] only Quantity
* value[x].value 1..1
* value[x].system 1..1
* value[x].system = "http://unitsofmeasure.org" (exactly)
* value[x].code 1..1
* device MS

Invariant: rcf-share
Description: "A share is 0 to 100 in %, or 0 to 1 in 1"
Severity: #error
Expression: "value.ofType(Quantity).exists() implies (value.ofType(Quantity).value >= 0 and ((value.ofType(Quantity).code = '%' and value.ofType(Quantity).value <= 100) or (value.ofType(Quantity).code = '1' and value.ofType(Quantity).value <= 1)))"

Invariant: rcf-ratio
Description: "A ratio is above 0 and has the unit 1"
Severity: #error
Expression: "value.ofType(Quantity).exists() implies (value.ofType(Quantity).value > 0 and value.ofType(Quantity).code = '1')"

Profile: CfdnaTumourFraction
Parent: $molecular-biomarker
Id: cfdna-tumour-fraction
Title: "Tumour fraction of plasma cfDNA"
Description: "The share of plasma cfDNA that comes from tumour, by low-pass whole-genome sequencing (ichorCNA or alike). LOINC has no code for it. A Genomics Reporting molecular biomarker: its two categories are laboratory and biomarker-category."
* insert CfdnaMarker(tumour-fraction)
* obeys rcf-share

Profile: CfdnaFragmentScore
Parent: $molecular-biomarker
Id: cfdna-fragment-score
Title: "Ratio of short to long cfDNA fragments"
Description: "The genome-wide number of fragments of 100-150 bp divided by that of 151-220 bp. LOINC has no code for it."
* insert CfdnaMarker(fragment-score)
* obeys rcf-ratio

Profile: CfdnaMethylationScore
Parent: $molecular-biomarker
Id: cfdna-methylation-score
Title: "Share of tumour-type methylation in plasma cfDNA"
Description: "The share of informative methylation markers in the state of lung tumour. LOINC has no code for it."
* insert CfdnaMarker(methylation-score)
* obeys rcf-share

Profile: CfdnaReport
Parent: $genomic-report
Id: cfdna-report
Title: "cfDNA report"
Description: "The laboratory's report of one plasma sample: which of the three markers it measured. A marker that is missing is absent from `result`."
* subject 1..1
* subject only Reference(Patient)
* effective[x] 1..1
* issued 1..1
* obeys rcd-day
* specimen only Reference(PlasmaSpecimen)
* specimen MS

Profile: PlasmaSpecimen
Parent: Specimen
Id: plasma-specimen
Title: "Plasma sample"
Description: "A plasma sample of the study. Which of the protocol's time points it stands for follows from its date and the operation's, and is not coded. Inadequate samples stay on record: status unsatisfactory, or a condition that says why."
* obeys rps-day
* accessionIdentifier MS
* status 1..1
* type 1..1
* type = $specimen-type#PLAS
* subject 1..1
* subject only Reference(Patient)
* collection 1..1
* collection.collected[x] 1..1
* collection.collected[x] only dateTime
* collection.fastingStatus[x] MS
* collection.fastingStatus[x] ^short = "v2-0916 NF where the patient had not fasted, or for how long: under 8 hours is not fasting. It is told beside the result"
* condition MS
* condition ^short = "v2-0493 HEM where the sample is haemolysed: of a metabolite panel, what red cells hold in excess is then left out"

Invariant: rps-day
Description: "The day of collection is known"
Severity: #error
Expression: "collection.collected.toString().length() >= 10"
