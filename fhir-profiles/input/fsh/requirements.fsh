RuleSet: Resource(type, expectation)
* rest.resource[+].type = #{type}
* rest.resource[=].extension[0].url = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation"
* rest.resource[=].extension[0].valueCode = #{expectation}

Instance: hospital-server
InstanceOf: CapabilityStatement
Usage: #definition
* url = "https://recurrence-cds.org/fhir/CapabilityStatement/hospital-server"
* version = "0.1.0"
* name = "HospitalServer"
* title = "What the service needs of a hospital's FHIR server"
* status = #draft
* experimental = false
* date = "2026-11-24"
* kind = #requirements
* fhirVersion = #4.0.1
* format[0] = #json
* description = "Compare it with your server's /metadata. SHALL: without it patients cannot be assessed. SHOULD: without it facts stay unknown, or the result is not written back. A test holds the searches against those that the service sends (src/chart/queries.ts)."
* rest.mode = #server
* rest.documentation = "Searches are by GET or POST with token and reference equality only; answers may be paged, and every next link stays on the server's own origin. Versions (meta.versionId, ETag) are used where there are any; without them a resource's content stands in."
* rest.security.service = http://terminology.hl7.org/CodeSystem/restful-security-service#SMART-on-FHIR
* rest.security.description = "SMART Backend Services (private_key_jwt, RS384 or ES384) for workers, discovered at .well-known/smart-configuration; the CDS Hooks access token (fhirAuthorization) within a hook. Scopes: system/*.rs for the types that are read here, system/*.cud for those that are written."
* rest.searchParam[0].name = "_lastUpdated"
* rest.searchParam[0].type = #date
* rest.searchParam[0].documentation = "SHOULD: tells in one batch whether anything changed since a result; without it cards say that the evidence was not rechecked today."
* rest.searchParam[1].name = "_count"
* rest.searchParam[1].type = #number

* insert Resource(Patient, SHALL)
* rest.resource[=].documentation = "Read by id; where the nightly sweep or training reads many, by _id."
* rest.resource[=].interaction[0].code = #read
* rest.resource[=].interaction[1].code = #search-type
* rest.resource[=].searchParam[0].name = "_id"
* rest.resource[=].searchParam[0].type = #token

* insert Resource(Condition, SHALL)
* rest.resource[=].documentation = "Diagnoses, recurrence, other malignancies."
* rest.resource[=].interaction[0].code = #search-type
* rest.resource[=].searchParam[0].name = "patient"
* rest.resource[=].searchParam[0].type = #reference

* insert Resource(Procedure, SHALL)
* rest.resource[=].documentation = "The resection: time zero."
* rest.resource[=].interaction[0].code = #search-type
* rest.resource[=].searchParam[0].name = "patient"
* rest.resource[=].searchParam[0].type = #reference

* insert Resource(MedicationAdministration, SHALL)
* rest.resource[=].documentation = "Neoadjuvant cycles that were given."
* rest.resource[=].interaction[0].code = #search-type
* rest.resource[=].searchParam[0].name = "patient"
* rest.resource[=].searchParam[0].type = #reference

* insert Resource(Observation, SHALL)
* rest.resource[=].documentation = "Stage, disease status, metabolites, cfDNA markers, nodule, residual tumour, judgement, creatinine, eGFR."
* rest.resource[=].interaction[0].code = #search-type
* rest.resource[=].searchParam[0].name = "patient"
* rest.resource[=].searchParam[0].type = #reference
* rest.resource[=].searchParam[1].name = "code"
* rest.resource[=].searchParam[1].type = #token

* insert Resource(DiagnosticReport, SHALL)
* rest.resource[=].documentation = "cfDNA reports. Written back too, where the site wants the result as a report."
* rest.resource[=].interaction[0].code = #search-type
* rest.resource[=].interaction[1].code = #update
* rest.resource[=].updateCreate = true
* rest.resource[=].conditionalUpdate = true
* rest.resource[=].searchParam[0].name = "patient"
* rest.resource[=].searchParam[0].type = #reference
* rest.resource[=].searchParam[1].name = "code"
* rest.resource[=].searchParam[1].type = #token
* rest.resource[=].searchParam[2].name = "identifier"
* rest.resource[=].searchParam[2].type = #token

* insert Resource(MedicationRequest, SHOULD)
* rest.resource[=].documentation = "Orders: reported, never counted as given."
* rest.resource[=].interaction[0].code = #search-type
* rest.resource[=].searchParam[0].name = "patient"
* rest.resource[=].searchParam[0].type = #reference

* insert Resource(AllergyIntolerance, SHOULD)
* rest.resource[=].documentation = "Allergies to contrast media."
* rest.resource[=].interaction[0].code = #search-type
* rest.resource[=].searchParam[0].name = "patient"
* rest.resource[=].searchParam[0].type = #reference

* insert Resource(Consent, SHOULD)
* rest.resource[=].documentation = "Consent to the study, and its withdrawal."
* rest.resource[=].interaction[0].code = #search-type
* rest.resource[=].searchParam[0].name = "patient"
* rest.resource[=].searchParam[0].type = #reference

* insert Resource(Specimen, SHOULD)
* rest.resource[=].documentation = "Samples, and whether they are adequate."
* rest.resource[=].interaction[0].code = #search-type
* rest.resource[=].searchParam[0].name = "patient"
* rest.resource[=].searchParam[0].type = #reference

* insert Resource(ImagingStudy, SHOULD)
* rest.resource[=].documentation = "Chest CTs."
* rest.resource[=].interaction[0].code = #search-type
* rest.resource[=].searchParam[0].name = "patient"
* rest.resource[=].searchParam[0].type = #reference

* insert Resource(Endpoint, SHOULD)
* rest.resource[=].documentation = "Where the images are."
* rest.resource[=].interaction[0].code = #read
* rest.resource[=].interaction[1].code = #search-type
* rest.resource[=].searchParam[0].name = "_id"
* rest.resource[=].searchParam[0].type = #token

* insert Resource(DocumentReference, SHOULD)
* rest.resource[=].documentation = "Laboratory files."
* rest.resource[=].interaction[0].code = #search-type
* rest.resource[=].searchParam[0].name = "patient"
* rest.resource[=].searchParam[0].type = #reference

* insert Resource(Binary, SHOULD)
* rest.resource[=].documentation = "Laboratory files."
* rest.resource[=].interaction[0].code = #read

* insert Resource(Encounter, SHOULD)
* rest.resource[=].documentation = "Visits."
* rest.resource[=].interaction[0].code = #search-type
* rest.resource[=].searchParam[0].name = "patient"
* rest.resource[=].searchParam[0].type = #reference

* insert Resource(ServiceRequest, SHOULD)
* rest.resource[=].documentation = "Follow-up that is ordered already."
* rest.resource[=].interaction[0].code = #search-type
* rest.resource[=].searchParam[0].name = "patient"
* rest.resource[=].searchParam[0].type = #reference

* insert Resource(CarePlan, SHOULD)
* rest.resource[=].documentation = "Follow-up that is planned already."
* rest.resource[=].interaction[0].code = #search-type
* rest.resource[=].searchParam[0].name = "patient"
* rest.resource[=].searchParam[0].type = #reference

* insert Resource(Appointment, SHOULD)
* rest.resource[=].documentation = "Tomorrow's follow-up visits, for the nightly sweep."
* rest.resource[=].interaction[0].code = #search-type
* rest.resource[=].searchParam[0].name = "patient"
* rest.resource[=].searchParam[0].type = #reference
* rest.resource[=].searchParam[1].name = "date"
* rest.resource[=].searchParam[1].type = #date
* rest.resource[=].searchParam[2].name = "status"
* rest.resource[=].searchParam[2].type = #token

* insert Resource(RiskAssessment, SHOULD)
* rest.resource[=].documentation = "The result. PUT with a deterministic id (update-create); where the server refuses client ids, conditional update by identifier."
* rest.resource[=].interaction[0].code = #read
* rest.resource[=].interaction[1].code = #search-type
* rest.resource[=].interaction[2].code = #update
* rest.resource[=].versioning = #versioned-update
* rest.resource[=].updateCreate = true
* rest.resource[=].conditionalUpdate = true
* rest.resource[=].searchParam[0].name = "identifier"
* rest.resource[=].searchParam[0].type = #token
* rest.resource[=].searchParam[1].name = "patient"
* rest.resource[=].searchParam[1].type = #reference
* rest.resource[=].searchParam[2].name = "method"
* rest.resource[=].searchParam[2].type = #token

* insert Resource(Device, SHOULD)
* rest.resource[=].documentation = "The model that made a result. As RiskAssessment."
* rest.resource[=].interaction[0].code = #read
* rest.resource[=].interaction[1].code = #search-type
* rest.resource[=].interaction[2].code = #update
* rest.resource[=].versioning = #versioned-update
* rest.resource[=].updateCreate = true
* rest.resource[=].conditionalUpdate = true
* rest.resource[=].searchParam[0].name = "identifier"
* rest.resource[=].searchParam[0].type = #token

* insert Resource(Provenance, SHOULD)
* rest.resource[=].documentation = "From what a result was made. As RiskAssessment."
* rest.resource[=].interaction[0].code = #read
* rest.resource[=].interaction[1].code = #search-type
* rest.resource[=].interaction[2].code = #update
* rest.resource[=].versioning = #versioned-update
* rest.resource[=].updateCreate = true
* rest.resource[=].searchParam[0].name = "target"
* rest.resource[=].searchParam[0].type = #reference
* rest.resource[=].searchParam[1].name = "patient"
* rest.resource[=].searchParam[1].type = #reference

* insert Resource(AuditEvent, MAY)
* rest.resource[=].documentation = "Access to charts, where the site keeps that record here."
* rest.resource[=].interaction[0].code = #create

* insert Resource(Subscription, MAY)
* rest.resource[=].documentation = "New data without a hook: rest-hook of R4, or the R5 backport (handshake, heartbeat, id-only or full-resource)."
* rest.resource[=].supportedProfile = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription"
* rest.resource[=].interaction[0].code = #read
* rest.resource[=].interaction[1].code = #create
* rest.resource[=].interaction[2].code = #update
* rest.resource[=].interaction[3].code = #delete

* insert Resource(Group, MAY)
* rest.resource[=].documentation = "Training reads a whole Group by Bulk Data export."
* rest.resource[=].operation.name = "export"
* rest.resource[=].operation.definition = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export"
* rest.interaction[0].code = #batch
* rest.interaction[0].documentation = "SHOULD: the recheck of all evidence in one request."
