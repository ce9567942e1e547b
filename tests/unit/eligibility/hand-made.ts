/** Hand-made facts of a patient who meets every criterion; every builder takes changes to any member. */
import type { ClinicalFacts, Fact, UnknownReason } from '../../../src/chart/index.ts';
import type { ConditionFact, PatientFact, ProcedureFact } from '../../../src/chart/facts.ts';
import type {
  MalignancyFact,
  SampleFact,
  StageFact,
  SurgeryFact,
  TherapyFact,
} from '../../../src/chart/clinical-facts.ts';
import type { CriterionId, EvidenceRef } from '../../../src/domain/index.ts';
import {
  DEFAULT_ELIGIBILITY,
  judgeEligibility,
  type EligibilitySettings,
  type Subject,
} from '../../../src/eligibility/index.ts';

export const SURGERY = '2026-01-15';
export const TODAY = '2026-11-23';

export const ref = (reference: string): EvidenceRef => ({ reference, version: '1' });

export const known = <T>(value: T, reference: string): Fact<T> => ({
  status: 'known',
  value,
  sources: [ref(reference)],
});

export const unknownFact = (reason: UnknownReason, ...references: string[]): Fact<never> => ({
  status: 'unknown',
  reason,
  sources: references.map(ref),
});

export const patientFact = (change: Partial<PatientFact> = {}): PatientFact => ({
  source: ref('Patient/p1'),
  id: 'p1',
  birthDate: '1960-05-17',
  deceased: false,
  ...change,
});

/** What a chart's facts list beside what is judged here. */
const NOTHING_ELSE = { statusReasons: [], reasons: [], intents: [], bodySites: [], stages: [] };

export const conditionFact = (id: string, change: Partial<ConditionFact> = {}): ConditionFact => ({
  source: ref(`Condition/${id}`),
  codings: [],
  ...NOTHING_ELSE,
  verificationStatus: 'confirmed',
  ...change,
});

export const procedureFact = (id: string, change: Partial<ProcedureFact> = {}): ProcedureFact => ({
  source: ref(`Procedure/${id}`),
  codings: [],
  ...NOTHING_ELSE,
  status: 'completed',
  ...change,
});

export const surgeryFact = (change: Partial<SurgeryFact> = {}): SurgeryFact => ({
  ...procedureFact('lobectomy'),
  performedOn: SURGERY,
  radical: known(true, 'Procedure/lobectomy'),
  residualTumour: known('R0', 'Observation/margins'),
  ...change,
});

/** @param group undefined where it cannot be read */
export const stageFact = (
  reference: string,
  group: string | undefined,
  change: Partial<StageFact> = {},
): StageFact => ({
  ...(group !== undefined && { group }),
  postTherapy: false,
  on: SURGERY,
  source: ref(`Observation/${reference}`),
  ...change,
});

/** A drug class by the days it was given, and how many administrations without a day and orders there are. */
export const therapyFact = (
  name: string,
  dosesOn: readonly string[],
  { undated = 0, ordered = 0 }: { undated?: number; ordered?: number } = {},
): TherapyFact => ({
  dosesOn,
  sources: dosesOn.map((_, cycle) => ref(`MedicationAdministration/${name}-${String(cycle)}`)),
  undated: Array.from({ length: undated }, (_, i) =>
    ref(`MedicationAdministration/${name}-undated-${String(i)}`),
  ),
  ordered: Array.from({ length: ordered }, (_, i) => ref(`MedicationRequest/${name}-${String(i)}`)),
});

export const sampleFact = (
  timePoint: SampleFact['timePoint'],
  collectedOn: string,
  change: Partial<SampleFact> = {},
): SampleFact => ({
  collectedOn,
  timePoint,
  adequate: true,
  source: ref(`Specimen/${timePoint}`),
  ...change,
});

export const malignancyFact = (change: Partial<MalignancyFact> = {}): MalignancyFact => ({
  source: ref('Condition/other'),
  ...change,
});

const CYCLES = ['2025-11-14', '2025-12-05'];

export type FactsChange = Partial<ClinicalFacts>;

const PATHOLOGIC_STAGE = stageFact('stage', 'IIB', { postTherapy: true });

/** The stages on record are the latest of each kind, unless they are given. */
export const clinicalFactsWith = (change: FactsChange = {}): ClinicalFacts => ({
  lungCancer: [conditionFact('nsclc')],
  nsclc: [conditionFact('nsclc')],
  otherHistology: [],
  resections: [surgeryFact()],
  surgery: surgeryFact(),
  pathologicStage: PATHOLOGIC_STAGE,
  stages: [
    { ...(change.pathologicStage ?? PATHOLOGIC_STAGE), kind: 'pathologic' },
    ...(change.clinicalStage === undefined ? [] : [{ ...change.clinicalStage, kind: 'clinical' as const }]),
  ],
  nodes: [],
  metastases: [],
  immunotherapy: therapyFact('nivolumab', CYCLES),
  platinum: therapyFact('cisplatin', CYCLES),
  groundGlass: known('solid', 'Observation/nodule'),
  consent: known('given', 'Consent/study'),
  otherMalignancies: [],
  surgicalContraindications: [],
  transfusions: [],
  psychiatricDisorders: [],
  judgement: known('suitable', 'Observation/judgement'),
  samples: [
    sampleFact('baseline', '2026-01-10'),
    sampleFact('postoperative', '2026-01-22'),
    sampleFact('follow-up', '2026-10-20'),
  ],
  ctStudies: [],
  contrast: {
    egfr: unknownFact('not-recorded'),
    creatinine: unknownFact('not-recorded'),
    contrastAllergies: [],
  },
  ...change,
});

/** A member of the facts that is not there: exactOptionalPropertyTypes allows no undefined. */
export const without = (facts: ClinicalFacts, ...keys: readonly (keyof ClinicalFacts)[]): ClinicalFacts =>
  Object.fromEntries(
    Object.entries(facts).filter(([key]) => !(keys as readonly string[]).includes(key)),
  ) as unknown as ClinicalFacts;

export const subjectWith = (clinical: ClinicalFacts, change: Partial<Subject> = {}): Subject => ({
  patient: patientFact(),
  clinical,
  unread: new Set(),
  asOf: TODAY,
  barAsOf: TODAY,
  ...change,
});

/** One criterion of these facts, its evidence as references. */
export const judged = (
  id: CriterionId,
  clinical: ClinicalFacts,
  change: Partial<Subject> = {},
  settings: EligibilitySettings = DEFAULT_ELIGIBILITY,
) => {
  const { criteria } = judgeEligibility(subjectWith(clinical, change), settings);
  const found = criteria.find((each) => each.id === id);
  if (found === undefined) throw new Error(`no criterion ${id}`);
  return { ...found, evidence: found.evidence.map(({ reference }) => reference) };
};
