import { addDays } from '../domain/index.ts';
import type { Terminology } from '../terminology/index.ts';
import type { ClinicalFacts, Fact, RecurrenceFact, StageFact, TherapyFact } from './clinical-facts.ts';
import type { Chart, ConditionFact, MedicationFact, ObservationFact, ProcedureFact } from './facts.ts';

/** Results that stand: a preliminary one is not a result yet. */
export const FINAL_STATUSES: ReadonlySet<string | undefined> = new Set(['final', 'amended', 'corrected']);

/** Was it known on that day? What has no date counts as known: it can only come from before. */
const knownBy = (asOf: string, ...dates: (string | undefined)[]): boolean =>
  dates.every((date) => date === undefined || date <= asOf);

const byDate =
  <T>(dateOf: (fact: T) => string | undefined) =>
  (a: T, b: T): number => {
    const [first, second] = [dateOf(a) ?? '', dateOf(b) ?? ''];
    return first === second ? 0 : first < second ? -1 : 1;
  };

const latestStage = (
  observations: readonly ObservationFact[],
  terminology: Terminology,
  type: string,
): StageFact | undefined => {
  const stages = observations
    .filter((fact) => FINAL_STATUSES.has(fact.status) && terminology.includes(type, fact.codings))
    .sort(byDate((fact) => fact.effectiveOn));
  const latest = stages.at(-1);
  if (latest === undefined) return undefined;
  const groups = new Set(
    stages
      .filter((fact) => fact.effectiveOn === latest.effectiveOn)
      .map((fact) => terminology.translate('tnm-stage-group', fact.valueCodings)),
  );
  // Two stages of the same day that differ: neither is known to be right.
  const [group] = groups.size === 1 ? groups : [];
  return {
    source: latest.source,
    postTherapy: false,
    ...(group !== undefined && { group }),
    ...(latest.effectiveOn !== undefined && { on: latest.effectiveOn }),
  };
};

const therapyBefore = (
  medications: readonly MedicationFact[],
  terminology: Terminology,
  valueSet: string,
  surgeryOn: string | undefined,
): TherapyFact => {
  const given = medications
    .filter(
      (fact): fact is MedicationFact & { givenOn: string } =>
        fact.givenOn !== undefined &&
        (fact.status === 'completed' || fact.status === 'in-progress') &&
        (surgeryOn === undefined || fact.givenOn < surgeryOn) &&
        terminology.includes(valueSet, fact.codings),
    )
    .sort(byDate((fact) => fact.givenOn));
  return {
    dosesOn: [...new Set(given.map((fact) => fact.givenOn))],
    sources: given.map((fact) => fact.source),
    ordered: [],
    undated: [],
  };
};

const RECURRENT: ReadonlySet<string | undefined> = new Set(['recurrence', 'relapse']);

/**
 * When a cancer that is marked as recurrent came back. Many charts mark the first diagnosis itself, whose onset is
 * before the operation: then the recurrence is known and its day is not.
 */
const recurredOn = (fact: ConditionFact, surgeryOn: string | undefined): string | undefined =>
  [fact.onsetOn, fact.recordedOn].find(
    (on) => on !== undefined && (surgeryOn === undefined || on > surgeryOn),
  );

/** A provisional or differential diagnosis says what it might be. */
const isConfirmed = ({ verificationStatus = 'confirmed' }: ConditionFact): boolean =>
  verificationStatus === 'confirmed';

/** Diseases that came after the operation; what has no date may have. */
const metastases = (
  conditions: readonly ConditionFact[],
  terminology: Terminology,
  surgeryOn: string | undefined,
): ConditionFact[] =>
  conditions.filter((fact) => {
    const on = fact.onsetOn ?? fact.recordedOn;
    const isLater = on === undefined || surgeryOn === undefined || on > surgeryOn;
    return isLater && terminology.includes('secondary-malignancy', fact.codings) && isConfirmed(fact);
  });

/** The earliest dated one; one without a date where there is no other. */
const recurrenceOf = (
  conditions: readonly ConditionFact[],
  statuses: readonly ObservationFact[],
  terminology: Terminology,
  surgeryOn: string | undefined,
): RecurrenceFact | undefined => {
  const lungCancer = conditions.filter((fact) => terminology.includes('lung-cancer', fact.codings));
  const afterSurgery = (on: string | undefined): boolean =>
    on === undefined || surgeryOn === undefined || on > surgeryOn;
  const found = [
    ...lungCancer
      .filter((fact) => RECURRENT.has(fact.clinicalStatus))
      .map((fact) => ({ on: recurredOn(fact, surgeryOn), source: fact.source })),
    ...metastases(conditions, terminology, surgeryOn).map((fact) => ({
      on: fact.onsetOn ?? fact.recordedOn,
      source: fact.source,
    })),
    ...statuses
      .filter((fact) => terminology.includes('disease-status-recurrence', fact.valueCodings))
      .map((fact) => ({ on: fact.effectiveOn, source: fact.source }))
      .filter((fact) => afterSurgery(fact.on)),
  ];
  const dated = found.filter((fact) => fact.on !== undefined).sort(byDate((fact) => fact.on));
  const first = dated[0] ?? found[0];
  return first === undefined
    ? undefined
    : { source: first.source, ...(first.on !== undefined && { on: first.on }) };
};

/**
 * The chart without the results that were collected or issued after a day: what a visit on that day could see.
 *
 * @param asOf YYYY-MM-DD
 */
export const resultsKnownBy = (chart: Chart, asOf: string): Chart => ({
  ...chart,
  observations: chart.observations.filter((fact) => knownBy(asOf, fact.effectiveOn, fact.issuedOn)),
  reports: chart.reports.filter((fact) => knownBy(asOf, fact.effectiveOn, fact.issuedOn)),
});

const NOT_READ: Fact<never> = { status: 'unknown', reason: 'not-read', sources: [] };

/**
 * The clinical story as known on `asOf`: whatever happened or was recorded later is left out, so that a
 * retrospective landmark sees what a visit on that day would have seen.
 *
 * @param asOf YYYY-MM-DD
 * @param barAsOf up to when recurrences and second operations count: at a live visit everything in the chart
 *   does, since a date in the future is a slip of the pen and not a reason to show a number
 */
export function clinicalFacts(
  chart: Chart,
  terminology: Terminology,
  asOf: string,
  barAsOf: string = asOf,
): ClinicalFacts {
  const conditions = chart.conditions.filter((fact) => knownBy(asOf, fact.onsetOn, fact.recordedOn));
  const { observations } = resultsKnownBy(chart, asOf);
  const inSet = (valueSet: string) => (fact: ConditionFact) => terminology.includes(valueSet, fact.codings);
  const lungCancer = conditions.filter(inSet('lung-cancer'));
  const allResections = chart.procedures
    .filter((fact) => terminology.includes('lung-resection', fact.codings) && fact.status === 'completed')
    .sort(byDate((fact) => fact.performedOn));
  const resections = allResections.filter((fact) => knownBy(asOf, fact.performedOn));
  const surgery = resections.find(
    (fact): fact is ProcedureFact & { performedOn: string } => fact.performedOn !== undefined,
  );
  const surgeryOn = surgery?.performedOn;
  const isStatus = (fact: ObservationFact): boolean =>
    FINAL_STATUSES.has(fact.status) && terminology.includes('disease-status-type', fact.codings);
  const statuses = observations.filter(isStatus);
  const medications = chart.medications.filter((fact) => knownBy(asOf, fact.givenOn));
  const stage = latestStage(observations, terminology, 'pathologic-stage-type');
  const clinicalStage = latestStage(observations, terminology, 'clinical-stage-type');
  const recurrence = recurrenceOf(
    chart.conditions.filter((fact) => knownBy(barAsOf, fact.onsetOn, fact.recordedOn)),
    resultsKnownBy(chart, barAsOf).observations.filter(isStatus),
    terminology,
    surgeryOn,
  );
  const secondOperation = allResections.find(
    ({ performedOn }) =>
      performedOn !== undefined &&
      surgeryOn !== undefined &&
      performedOn > surgeryOn &&
      performedOn <= barAsOf,
  );
  const lastAssessment = statuses
    .map((fact) => fact.effectiveOn ?? '')
    .sort()
    .at(-1);
  return {
    lungCancer,
    nsclc: conditions.filter(inSet('nsclc')).filter(isConfirmed),
    otherHistology: conditions.filter(inSet('other-lung-histology')),
    resections,
    immunotherapy: therapyBefore(medications, terminology, 'checkpoint-inhibitor', surgeryOn),
    platinum: therapyBefore(medications, terminology, 'platinum', surgeryOn),
    nodes: [],
    groundGlass: NOT_READ,
    consent: NOT_READ,
    otherMalignancies: [],
    surgicalContraindications: [],
    transfusions: [],
    psychiatricDisorders: [],
    judgement: NOT_READ,
    samples: [],
    ctStudies: [],
    contrast: { egfr: NOT_READ, creatinine: NOT_READ, contrastAllergies: [] },
    ...(surgery !== undefined && { surgery: { ...surgery, radical: NOT_READ, residualTumour: NOT_READ } }),
    ...(stage !== undefined && { pathologicStage: stage }),
    ...(clinicalStage !== undefined && { clinicalStage }),
    ...(recurrence !== undefined && { recurrence }),
    ...(secondOperation !== undefined && { secondOperation }),
    ...(lastAssessment !== undefined && lastAssessment !== '' && { lastDiseaseAssessmentOn: lastAssessment }),
  };
}

/** When a result is usable: once collected and issued; without an issued date, after the turnaround. */
export const usableFrom = (
  fact: { readonly effectiveOn?: string; readonly issuedOn?: string },
  turnaroundDays: number,
): string | undefined => {
  if (fact.effectiveOn === undefined) return undefined;
  const issued = fact.issuedOn ?? addDays(fact.effectiveOn, turnaroundDays);
  return issued > fact.effectiveOn ? issued : fact.effectiveOn;
};
