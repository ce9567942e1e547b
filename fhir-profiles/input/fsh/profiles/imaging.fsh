Profile: ChestCt
Parent: ImagingStudy
Id: chest-ct
Title: "Chest CT"
Description: "A CT study of the chest, before treatment or in follow-up: where its images are, and nothing of them."
* obeys rct-day
* identifier 1..*
* identifier ^slicing.discriminator.type = #value
* identifier ^slicing.discriminator.path = "system"
* identifier ^slicing.rules = #open
* identifier contains studyInstanceUid 1..1
* identifier[studyInstanceUid] obeys rct-uid
* identifier[studyInstanceUid].system 1..1
* identifier[studyInstanceUid].system = "urn:dicom:uid" (exactly)
* identifier[studyInstanceUid].value 1..1
* modality 1..*
* modality ^slicing.discriminator.type = #value
* modality ^slicing.discriminator.path = "code"
* modality ^slicing.rules = #open
* modality contains ct 1..1
* modality[ct].system 1..1
* modality[ct].system = "http://dicom.nema.org/resources/ontology/DCM" (exactly)
* modality[ct].code 1..1
* modality[ct].code = #CT (exactly)
* subject only Reference(Patient)
* started 1..1
* started ^short = "When it was made, to the day or better"
* endpoint MS
* endpoint ^short = "DICOMweb (dicom-wado-rs) address of the images"
* procedureCode MS
* procedureCode ^short = "Such as LOINC 24627-2, CT Chest"

Invariant: rct-uid
Description: "A DICOM UID as urn:oid"
Severity: #error
Expression: "value.matches('^urn:oid:[0-2](\\\\.(0|[1-9][0-9]*))+$')"

Invariant: rct-day
Description: "The day it was made is known"
Severity: #error
Expression: "started.toString().length() >= 10"

RuleSet: ImagingCategory
* category 1..*
* category ^slicing.discriminator.type = #pattern
* category ^slicing.discriminator.path = "$this"
* category ^slicing.rules = #open
* category contains imaging 1..1
* category[imaging] = $observation-category#imaging

RuleSet: PatientFinding
* subject 1..1
* subject only Reference(Patient)
* effective[x] 1..1
* effective[x] only dateTime

RuleSet: CodedFinding(code, values)
* insert PatientFinding
* code = $project#{code}
* value[x] 1..1
* value[x] only CodeableConcept
* value[x] from {values} (required)
* component 0..0

Profile: RadiomicRiskScore
Parent: Observation
Id: radiomic-risk-score
Title: "Radiomic risk score"
Description: "What a model reads from one chest CT: a standardised log-hazard of recurrence or death, without unit; a higher score means earlier recurrence. It is no risk and has no bounds. Measurements that have a place in the images are the matter of IHE Radiology IMR (imr-observation); this score has none, and does not claim that profile."
* insert PatientFinding
* insert ImagingCategory
* code = $project#radiomic-risk-score
* value[x] 1..1
* value[x] only Quantity
* value[x].value 1..1
* value[x].comparator 0..0
* value[x].system 1..1
* value[x].system = "http://unitsofmeasure.org" (exactly)
* value[x].code 1..1
* value[x].code = #1 (exactly)
* derivedFrom 1..*
* derivedFrom only Reference(ChestCt)
* device 1..1
* device only Reference(RecurrenceModelDevice)
* component 0..0

Profile: NoduleAttenuation
Parent: Observation
Id: nodule-attenuation
Title: "Attenuation of the nodule"
Description: "Whether the resected tumour was a pure ground-glass, part-solid or solid nodule on the CT before treatment. A pure ground-glass nodule is outside the study; unknown is reported and does not bar a patient."
* insert CodedFinding(nodule-attenuation, NoduleAttenuationValue)
* insert ImagingCategory
* derivedFrom only Reference(ChestCt)
* derivedFrom MS
