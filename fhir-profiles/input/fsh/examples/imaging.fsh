Instance: chest-ct-example
InstanceOf: ChestCt
Usage: #example
* identifier[studyInstanceUid].system = "urn:dicom:uid"
* identifier[studyInstanceUid].value = "urn:oid:2.25.188512391823749182374918237491823749"
* status = #available
* modality[ct] = $dcm#CT
* subject = Reference(Patient/patient-example)
* started = "2025-03-04T10:31:00+08:00"
* endpoint = Reference(Endpoint/dicomweb-example)
* procedureCode = $loinc#24627-2 "CT Chest"

Instance: nodule-attenuation-example
InstanceOf: NoduleAttenuation
Usage: #example
* status = #final
* category[imaging] = $observation-category#imaging
* code = $project#nodule-attenuation
* subject = Reference(Patient/patient-example)
* effectiveDateTime = "2025-03-04"
* derivedFrom = Reference(ImagingStudy/chest-ct-example)
* valueCodeableConcept = $project#solid

Instance: radiomic-risk-score-example
InstanceOf: RadiomicRiskScore
Usage: #example
* status = #final
* category[imaging] = $observation-category#imaging
* code = $project#radiomic-risk-score
* subject = Reference(Patient/patient-example)
* effectiveDateTime = "2025-03-04"
* derivedFrom = Reference(ImagingStudy/chest-ct-example)
* device = Reference(Device/device-example)
* valueQuantity = 0.83 '1' "1"
