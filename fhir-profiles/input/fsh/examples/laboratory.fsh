RuleSet: DrawnOn(specimen)
* status = #final
* subject = Reference(Patient/patient-example)
* effectiveDateTime = "2026-05-20T08:10:00+08:00"
* issued = "2026-05-26T16:00:00+08:00"
* specimen = Reference(Specimen/{specimen})

Instance: specimen-example
InstanceOf: PlasmaSpecimen
Usage: #example
* accessionIdentifier.system = "https://laboratory.hospital.example/accession"
* accessionIdentifier.value = "26-05-20-0117"
* status = #available
* type = $specimen-type#PLAS "Plasma"
* subject = Reference(Patient/patient-example)
* collection.collectedDateTime = "2026-05-20T08:10:00+08:00"
* collection.fastingStatusDuration = 10 'h' "h"

// Haemolysed, and drawn after breakfast: usable, and the card says so.
Instance: specimen-haemolysed-example
InstanceOf: PlasmaSpecimen
Usage: #example
* status = #available
* type = $specimen-type#PLAS "Plasma"
* subject = Reference(Patient/patient-example)
* collection.collectedDateTime = "2026-02-11T10:40:00+08:00"
* collection.fastingStatusCodeableConcept = $fasting-status#NF
* condition = $specimen-condition#HEM

Instance: metabolite-panel-example
InstanceOf: MetabolitePanel
Usage: #example
* insert DrawnOn(specimen-example)
* extension[analyticalBatch].valueString = "MET-2026-021"
* category[laboratory] = $observation-category#laboratory
* code = $project#metabolomics-panel
* component[0].code.coding[0] = $loinc#20649-0
* component[0].code.coding[1] = $hmdb#HMDB0000687
* component[0].code.coding[2] = $chebi#CHEBI:15603
* component[0].code.text = "leucine"
* component[0].valueQuantity = 121.4 'umol/L' "umol/L"
* component[0].extension[pooledQc].extension[relativeStandardDeviation].valueQuantity = 6.2 '%' "%"
* component[0].extension[pooledQc].extension[recovery].valueDecimal = 1.04
* component[1].code.coding[0] = $hmdb#HMDB0000684
* component[1].code.coding[1] = $chebi#CHEBI:16946
* component[1].code.text = "kynurenine"
* component[1].valueQuantity = 0.5 'umol/L' "umol/L"
* component[1].valueQuantity.comparator = #<
* component[1].extension[pooledQc].extension[relativeStandardDeviation].valueQuantity = 18.5 '%' "%"
* component[1].extension[pooledQc].extension[recovery].valueDecimal = 0.97
* component[2].code.coding[0] = $loinc#20659-9
* component[2].code.coding[1] = $hmdb#HMDB0000929
* component[2].code.text = "tryptophan"
* component[2].dataAbsentReason = $data-absent#unknown

// The same panel as other laboratories send it: the analytes are its members.
Instance: metabolite-panel-of-members-example
InstanceOf: MetabolitePanel
Usage: #example
* insert DrawnOn(specimen-example)
* category[laboratory] = $observation-category#laboratory
* code = $project#metabolomics-panel
* hasMember = Reference(Observation/metabolite-example)

Instance: metabolite-example
InstanceOf: Metabolite
Usage: #example
* insert DrawnOn(specimen-example)
* category[laboratory] = $observation-category#laboratory
* code.coding[0] = $loinc#20649-0
* code.coding[1] = $hmdb#HMDB0000687
* code.text = "leucine"
* valueQuantity = 1.592 'mg/dL' "mg/dL"
* extension[pooledQc].extension[relativeStandardDeviation].valueQuantity = 6.2 '%' "%"
* extension[pooledQc].extension[recovery].valueDecimal = 1.04

Instance: tumour-fraction-example
InstanceOf: CfdnaTumourFraction
Usage: #example
* insert DrawnOn(specimen-example)
* category[labCategory] = $observation-category#laboratory
* category[mbCategory] = $tbd-codes#biomarker-category
* code = $project#tumour-fraction
* valueQuantity = 3.7 '%' "%"

Instance: fragment-score-example
InstanceOf: CfdnaFragmentScore
Usage: #example
* insert DrawnOn(specimen-example)
* category[labCategory] = $observation-category#laboratory
* category[mbCategory] = $tbd-codes#biomarker-category
* code = $project#fragment-score
* valueQuantity = 0.234 '1' "1"

Instance: methylation-score-example
InstanceOf: CfdnaMethylationScore
Usage: #example
* insert DrawnOn(specimen-example)
* category[labCategory] = $observation-category#laboratory
* category[mbCategory] = $tbd-codes#biomarker-category
* code = $project#methylation-score
* valueQuantity = 0.041 '1' "1"

Instance: cfdna-report-example
InstanceOf: CfdnaReport
Usage: #example
* insert DrawnOn(specimen-example)
* category[Genetics] = $diagnostic-service#GE
* code = $loinc#51969-4 "Genetic analysis report"
* result[0] = Reference(Observation/tumour-fraction-example)
* result[1] = Reference(Observation/fragment-score-example)
* result[2] = Reference(Observation/methylation-score-example)
