/** Code systems by their canonical URIs. */
export const SYSTEMS = {
  snomed: 'http://snomed.info/sct',
  loinc: 'http://loinc.org',
  ucum: 'http://unitsofmeasure.org',
  atc: 'http://www.whocc.no/atc',
  hmdb: 'https://recurrence-cds.org/fhir/NamingSystem/hmdb',
  chebi: 'https://recurrence-cds.org/fhir/NamingSystem/chebi',
  project: 'https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds',
  analyte: 'https://recurrence-cds.org/fhir/CodeSystem/analyte',
  stageGroup: 'https://recurrence-cds.org/fhir/CodeSystem/tnm-stage-group',
  /** Identifies simulated patients wherever their charts are copied to. */
  simulatedPatient: 'https://recurrence-cds.org/fhir/NamingSystem/simulated-patient',
  conditionClinical: 'http://terminology.hl7.org/CodeSystem/condition-clinical',
  conditionVerification: 'http://terminology.hl7.org/CodeSystem/condition-ver-status',
  dicom: 'http://dicom.nema.org/resources/ontology/DCM',
  dicomUid: 'urn:dicom:uid',
  /** A URI is itself a code (policies, canonicals). */
  uri: 'urn:ietf:rfc:3986',
  allergyClinical: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical',
  allergyVerification: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification',
  observationCategory: 'http://terminology.hl7.org/CodeSystem/observation-category',
  observationInterpretation: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation',
} as const;

/** The three cfDNA numbers' codes in the project's CodeSystem. */
export const CFDNA_MARKERS = ['tumour-fraction', 'fragment-score', 'methylation-score'] as const;
export type CfdnaMarker = (typeof CFDNA_MARKERS)[number];
