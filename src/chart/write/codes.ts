import type { CodeableConcept, Coding } from 'fhir/r4.js';
import { SYSTEMS } from '../../terminology/index.ts';

/** Canonicals of our own: profiles, extensions and naming systems, as fhir-profiles/ publishes them. */
const BASE = 'https://recurrence-cds.org/fhir';

export const profile = (id: string): string => `${BASE}/StructureDefinition/${id}`;

/** Identifiers of RiskAssessments and reports: one a patient, model and landmark date. Conditional updates match on it. */
export const RISK_ID = `${BASE}/NamingSystem/risk-assessment`;
/** Identifiers of model Devices: `id@version+sha256.digest`. */
export const MODEL_ID = `${BASE}/NamingSystem/model`;
/** Tags that name resources without an identifier in R4. */
export const WRITE_BACK_ID = `${BASE}/NamingSystem/write-back-id`;
/** The service itself, where it reads and writes in its own name. */
export const SERVICE = { system: `${BASE}/NamingSystem/service`, value: 'recurrence-cds' } as const;

/** When the result was computed (instant): R4's RiskAssessment has no element for it. */
export const COMPUTED_AT = profile('computed-at');
/** The fingerprint of the result that a resource shows (id). */
export const RESULT = profile('result');
/** The interval of a predicted risk: `low`, `high` and `level`, all shares of 0..1. */
export const RISK_INTERVAL = profile('risk-interval');
/** Genomics Reporting 3.0.0: from a report to the RiskAssessment it tells of. */
export const REPORTED_RISK =
  'http://hl7.org/fhir/uv/genomics-reporting/StructureDefinition/genomic-risk-assessment';

const project = (code: string, display: string): Coding => ({ system: SYSTEMS.project, code, display });
const concept = (coding: Coding): CodeableConcept => ({
  coding: [coding],
  ...(coding.display !== undefined && { text: coding.display }),
});

export const RISK_METHOD = concept(project('recurrence-risk', 'Risk of recurrence or death'));
export const RISK_OUTCOME = concept(project('recurrence-or-death', 'Recurrence or death'));

const model = (code: string, display: string): CodeableConcept => ({
  coding: [{ system: `${BASE}/CodeSystem/model`, code, display }],
});
export const MODEL_DEVICE = model('prediction-model', 'Prediction model');
export const MODEL_VERSION = model('model-version', 'Model version');
export const MODEL_DIGEST = model('model-digest', 'Model digest');

/** Reports of none of the diagnostic services that HL7 lists. */
export const OTHER_SERVICE: CodeableConcept = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0074', code: 'OTH', display: 'Other' }],
};

/** http://terminology.hl7.org/CodeSystem/v3-ActReason: not of a real patient's care. */
export const HEALTH_TEST: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason',
  code: 'HTEST',
  display: 'test health data',
};

/** Our strata in http://terminology.hl7.org/CodeSystem/risk-probability. */
export const QUALITATIVE_RISK = {
  low: concept({
    system: 'http://terminology.hl7.org/CodeSystem/risk-probability',
    code: 'low',
    display: 'Low likelihood',
  }),
  intermediate: concept({
    system: 'http://terminology.hl7.org/CodeSystem/risk-probability',
    code: 'moderate',
    display: 'Moderate likelihood',
  }),
  high: concept({
    system: 'http://terminology.hl7.org/CodeSystem/risk-probability',
    code: 'high',
    display: 'High likelihood',
  }),
} as const;
