/** Resources of the study's further facts: consent, specimens, imaging, pathology; as servers write them. */
import { SYSTEMS } from '../../../src/terminology/index.ts';
import { concept, observation, PATIENT_ID, type Resource } from './fhir.ts';

type Change = Readonly<Record<string, unknown>>;
const subject = { reference: `Patient/${PATIENT_ID}` };
const patient = subject;

export const ICD10 = 'http://hl7.org/fhir/sid/icd-10';
const INTENT = 'http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-procedure-intent';

/** mCODE's extension, to spread into a Procedure. */
export const intent = (code: string) => ({
  extension: [{ url: INTENT, valueCodeableConcept: concept(SYSTEMS.snomed, code) }],
});
export const CURATIVE = '373808002';
export const PALLIATIVE = '363676003';

const RESIDUAL = { R0: '258254000', R1: '278271003', R2: '278272005' } as const;

export const residualTumour = (
  id: string,
  which: keyof typeof RESIDUAL,
  effectiveDateTime?: string,
  change: Change = {},
): Resource =>
  observation(id, concept(SYSTEMS.loinc, '84892-9'), {
    valueCodeableConcept: concept(SYSTEMS.snomed, RESIDUAL[which]),
    ...(effectiveDateTime !== undefined && { effectiveDateTime }),
    ...change,
  });

/** An Observation whose code and value are of the project's CodeSystem. */
const projectObservation =
  (code: string) =>
  (id: string, value: string, effectiveDateTime?: string, change: Change = {}): Resource =>
    observation(id, concept(SYSTEMS.project, code), {
      valueCodeableConcept: concept(SYSTEMS.project, value),
      ...(effectiveDateTime !== undefined && { effectiveDateTime }),
      ...change,
    });

export const attenuation = projectObservation('nodule-attenuation');
export const judgement = projectObservation('investigator-judgement');

/** SNOMED CT codes of AJCC N categories. */
export const NODES = { cN1: '1229973008', cN3: '1229984001', pN0: '1229947003', pN2: '1229957002' } as const;

export const nodes = (id: string, which: keyof typeof NODES, effectiveDateTime: string): Resource =>
  observation(id, concept(SYSTEMS.snomed, which.startsWith('c') ? '399534004' : '371494008'), {
    valueCodeableConcept: concept(SYSTEMS.snomed, NODES[which]),
    effectiveDateTime,
  });

/** SNOMED CT codes of AJCC M categories. */
export const METASTASES = {
  cM0: '1229901006',
  cM1: '1229903009',
  cM1a: '1229904003',
  cM1b: '1229907005',
  cM1c: '1229910003',
  pM1: '1229916009',
} as const;

export const metastases = (
  id: string,
  which: keyof typeof METASTASES,
  effectiveDateTime: string,
  change: Change = {},
): Resource =>
  observation(id, concept(SYSTEMS.snomed, which.startsWith('c') ? '399387003' : '371497001'), {
    valueCodeableConcept: concept(SYSTEMS.snomed, METASTASES[which]),
    effectiveDateTime,
    ...change,
  });

export const consent = (id: string, dateTime: string | undefined, change: Change = {}): Resource => ({
  resourceType: 'Consent',
  id,
  status: 'active',
  scope: concept('http://terminology.hl7.org/CodeSystem/consentscope', 'research'),
  category: [concept(SYSTEMS.project, 'study-participation')],
  patient,
  ...(dateTime !== undefined && { dateTime }),
  provision: { type: 'permit' },
  ...change,
});

export const specimen = (id: string, collectedDateTime: string, change: Change = {}): Resource => ({
  resourceType: 'Specimen',
  id,
  status: 'available',
  type: concept(SYSTEMS.snomed, '119361006'),
  subject,
  receivedTime: `${collectedDateTime}T12:00:00Z`,
  collection: { collectedDateTime },
  ...change,
});

const CT = { system: SYSTEMS.dicom, code: 'CT' };
export const CHEST = { system: SYSTEMS.snomed, code: '51185008' };

export const chestCt = (id: string, started: string, change: Change = {}): Resource => ({
  resourceType: 'ImagingStudy',
  id,
  status: 'available',
  identifier: [{ system: 'urn:dicom:uid', value: `urn:oid:1.2.3.${started.replaceAll('-', '')}` }],
  modality: [CT],
  subject,
  started,
  endpoint: [{ reference: 'Endpoint/pacs' }],
  series: [{ uid: '1.2.3.4', modality: CT, bodySite: CHEST, numberOfInstances: 133 }],
  ...change,
});

export const allergy = (id: string, change: Change = {}): Resource => ({
  resourceType: 'AllergyIntolerance',
  id,
  clinicalStatus: concept(SYSTEMS.allergyClinical, 'active'),
  verificationStatus: concept(SYSTEMS.allergyVerification, 'confirmed'),
  criticality: 'high',
  code: concept(SYSTEMS.snomed, '293637006'),
  patient,
  recordedDate: '2025-06-01',
  ...change,
});

export const laboratory = (
  id: string,
  loinc: string,
  effectiveDateTime: string | undefined,
  valueQuantity: unknown,
): Resource =>
  observation(id, concept(SYSTEMS.loinc, loinc), {
    ...(effectiveDateTime !== undefined && { effectiveDateTime }),
    valueQuantity,
  });

export const order = (
  id: string,
  atc: string,
  authoredOn: string | undefined,
  change: Change = {},
): Resource => ({
  resourceType: 'MedicationRequest',
  id,
  status: 'active',
  intent: 'order',
  medicationCodeableConcept: concept(SYSTEMS.atc, atc),
  subject,
  ...(authoredOn !== undefined && { authoredOn }),
  ...change,
});
