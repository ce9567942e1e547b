import type { ClinicalFacts, PatientFact } from '../chart/index.ts';
import type { EvidenceRef } from '../domain/index.ts';
import type { CriterionId, CriterionResult } from './types.ts';

/** What a criterion is judged on. */
export interface Subject {
  readonly patient: PatientFact;
  readonly clinical: ClinicalFacts;
  /** YYYY-MM-DD of the visit. */
  readonly asOf: string;
  /** Up to when a death counts; at a live visit any date does. `clinical` was made with the same. */
  readonly barAsOf: string;
}

type Criterion = (subject: Subject) => Omit<CriterionResult, 'id'>;

const judge = (
  met: boolean | undefined,
  found: string | undefined,
  evidence: readonly EvidenceRef[],
): Omit<CriterionResult, 'id'> => ({
  result: met === undefined ? 'unknown' : met ? 'met' : 'not-met',
  ...(found !== undefined && { found }),
  evidence,
});

/** Whole years from one date to another (29 February counts from 1 March in other years). */
export const wholeYears = (from: string, to: string): number => {
  const years = Number(to.slice(0, 4)) - Number(from.slice(0, 4));
  return to.slice(5) < from.slice(5) ? years - 1 : years;
};

/** NCT07291921: age >= 18 and < 85, judged at the resection (time zero), or today where it has no date. */
const age: Criterion = ({ patient, clinical, asOf }) => {
  if (patient.birthDate === undefined) return judge(undefined, undefined, [patient.source]);
  const years = wholeYears(patient.birthDate, clinical.surgery?.performedOn ?? asOf);
  return judge(years >= 18 && years < 85, String(years), [patient.source]);
};

/** NCT07291921: NSCLC. "Lung cancer" without a histology leaves it unknown; another histology rules it out. */
const nsclc: Criterion = ({ clinical }) => {
  const other = clinical.otherHistology.map((fact) => fact.source);
  if (other.length > 0) return judge(false, undefined, other);
  const evidence = (clinical.nsclc.length > 0 ? clinical.nsclc : clinical.lungCancer).map(
    (fact) => fact.source,
  );
  return judge(clinical.nsclc.length > 0 ? true : undefined, undefined, evidence);
};

/** Pathologic stage groups of the study, TNM 8th edition. */
const STUDY_STAGES: ReadonlySet<string> = new Set(['IB', 'IIA', 'IIB', 'IIIA']);
/** Clinical stages that exclude whatever the pathologist found, as the study's exclusions say. */
const EXCLUDED_STAGES: ReadonlySet<string> = new Set(['IIIC', 'IV', 'IVA', 'IVB']);

/**
 * NCT07291921: pathologic stage IB-IIIA; stage IIIC or IV excluded. ypT0N0 (stage 0) counts as not met. A
 * clinical stage alone can exclude but never include.
 */
const stage: Criterion = ({ clinical: { pathologicStage, clinicalStage } }) => {
  const evidence = [pathologicStage, clinicalStage].flatMap((fact) =>
    fact === undefined ? [] : [fact.source],
  );
  const clinical = clinicalStage?.group;
  if (clinical !== undefined && EXCLUDED_STAGES.has(clinical)) return judge(false, `c${clinical}`, evidence);
  const pathologic = pathologicStage?.group;
  if (pathologic !== undefined) return judge(STUDY_STAGES.has(pathologic), `p${pathologic}`, evidence);
  // A pathologic stage that cannot be read is not replaced by the clinical one.
  const found = pathologicStage === undefined && clinical !== undefined ? `c${clinical}` : undefined;
  return judge(undefined, found, evidence);
};

/** NCT07291921: radical resection. Its date is time zero, so that without one nothing can be said. */
const resection: Criterion = ({ clinical: { surgery, resections } }) =>
  judge(
    surgery === undefined ? undefined : true,
    surgery?.performedOn,
    (surgery === undefined ? resections : [surgery]).map((fact) => fact.source),
  );

const MIN_CYCLES = 2;

/**
 * NCT07291921: completed neoadjuvant immunotherapy with platinum chemotherapy, at least two cycles of each before
 * the resection. Doses of one drug class on one day are one cycle.
 */
const neoadjuvant: Criterion = ({ clinical: { immunotherapy, platinum } }) => {
  const sources = [...immunotherapy.sources, ...platinum.sources];
  // No dose at all in the chart is silence, not a statement: often it was given elsewhere.
  if (sources.length === 0) return judge(undefined, undefined, sources);
  const cycles = Math.min(immunotherapy.dosesOn.length, platinum.dosesOn.length);
  return judge(cycles >= MIN_CYCLES, String(cycles), sources);
};

/** The criteria by id: one function each. */
export const CRITERIA: Readonly<Record<CriterionId, Criterion>> = {
  age,
  nsclc,
  stage,
  resection,
  neoadjuvant,
};
