import { addDays } from '../domain/index.ts';
import type { Terminology } from '../terminology/index.ts';
import type { ClinicalFacts } from './clinical-facts.ts';
import {
  contraindicationsOf,
  otherMalignanciesOf,
  psychiatricDisordersOf,
  transfusionsOf,
} from './clinical/comorbidity.ts';
import { conditionsIn, createReading, isConfirmed, once } from './clinical/common.ts';
import { consentOf, withdrawalsOf } from './clinical/consent.ts';
import { contrastOf } from './clinical/contrast.ts';
import { groundGlassOf, judgementOf } from './clinical/findings.ts';
import { ctStudiesOf } from './clinical/imaging.ts';
import { chartKnownBy, isDoneBy } from './clinical/known.ts';
import {
  earlierMetastasesOf,
  lastDiseaseAssessmentOf,
  recurrenceOf,
  secondOperationOf,
} from './clinical/recurrence.ts';
import { samplesOf } from './clinical/samples.ts';
import { metastasesOf, nodesOf, stageOf, stagesOf, type EditionWhenUnstated } from './clinical/stage.ts';
import { resectionsOf, surgeryOf } from './clinical/surgery.ts';
import { therapyBefore } from './clinical/therapy.ts';
import type { Chart } from './facts.ts';
import { compact } from './parse/common.ts';

export { FINAL_STATUSES } from './clinical/common.ts';
export { resultsKnownBy } from './clinical/known.ts';

export interface ClinicalOptions {
  /**
   * Up to when recurrences, second operations and withdrawals of consent count; by default as everything does. At a
   * live visit everything in the chart does, since a date in the future is a slip of the pen and not a reason to show
   * a number.
   */
  readonly barAsOf?: string;
  /** What a stage is taken for that does not say its edition of TNM; by default it is unknown. */
  readonly tnmEditionWhenUnstated?: EditionWhenUnstated;
}

/**
 * The clinical story as known on `asOf`: whatever happened or was recorded later is left out, so that a
 * retrospective landmark sees what a visit on that day would have seen. What only some readers need is computed when
 * it is first read.
 *
 * @param asOf YYYY-MM-DD
 */
export function clinicalFacts(
  chart: Chart,
  terminology: Terminology,
  asOf: string,
  { barAsOf = asOf, tnmEditionWhenUnstated = 'unknown' }: ClinicalOptions = {},
): ClinicalFacts {
  const reading = createReading(chartKnownBy(chart, asOf), terminology);
  const barred = barAsOf === asOf ? reading : createReading(chartKnownBy(chart, barAsOf), terminology);
  const allResections = resectionsOf(chart, terminology);
  const resections = allResections.filter((fact) => isDoneBy(asOf, fact));
  const surgery = surgeryOf(reading, resections);
  const surgeryOn = surgery?.performedOn;
  const immunotherapy = therapyBefore(reading, 'checkpoint-inhibitor', surgeryOn);
  const platinum = therapyBefore(reading, 'platinum', surgeryOn);
  const lastNeoadjuvantDose = [...immunotherapy.dosesOn, ...platinum.dosesOn].sort().at(-1);
  const lazy = {
    nodes: once(() => nodesOf(reading)),
    metastases: once(() => metastasesOf(reading)),
    earlierMetastases: once(() => earlierMetastasesOf(reading, surgeryOn)),
    stages: once(() => stagesOf(reading, chart, tnmEditionWhenUnstated)),
    groundGlass: once(() => groundGlassOf(reading, surgeryOn)),
    consent: once(() => consentOf(reading, chart, asOf, barAsOf)),
    withdrawals: once(() => withdrawalsOf(reading, chart, asOf, barAsOf)),
    otherMalignancies: once(() => otherMalignanciesOf(reading)),
    surgicalContraindications: once(() => contraindicationsOf(reading, surgeryOn)),
    transfusions: once(() => transfusionsOf(reading, surgeryOn)),
    psychiatricDisorders: once(() => psychiatricDisordersOf(reading)),
    judgement: once(() => judgementOf(reading)),
    samples: once(() => samplesOf(reading, { surgeryOn, lastNeoadjuvantDose })),
    ctStudies: once(() => ctStudiesOf(reading, surgeryOn)),
    contrast: once(() => contrastOf(reading)),
  };
  const eager = compact<Omit<ClinicalFacts, keyof typeof lazy>>({
    lungCancer: conditionsIn(reading, 'lung-cancer'),
    nsclc: conditionsIn(reading, 'nsclc').filter(isConfirmed),
    otherHistology: conditionsIn(reading, 'other-lung-histology'),
    resections,
    surgery,
    pathologicStage: stageOf(reading, chart, 'pathologic', tnmEditionWhenUnstated, surgeryOn),
    clinicalStage: stageOf(reading, chart, 'clinical', tnmEditionWhenUnstated),
    immunotherapy,
    platinum,
    recurrence: recurrenceOf(barred, surgeryOn),
    secondOperation: secondOperationOf(allResections, surgeryOn, barAsOf),
    lastDiseaseAssessmentOn: lastDiseaseAssessmentOf(reading),
  });
  return withGetters(eager, lazy);
}

/** An object whose lazy members are own and enumerable, as the others are. */
const withGetters = <E extends object, L extends object>(
  eager: E,
  lazy: { readonly [K in keyof L]: () => L[K] },
): E & L => {
  for (const key in lazy) Object.defineProperty(eager, key, { get: lazy[key], enumerable: true });
  return eager as E & L;
};

/** When a result is usable: once collected and issued; without an issued date, after the turnaround. */
export const usableFrom = (
  fact: { readonly effectiveOn?: string; readonly issuedOn?: string },
  turnaroundDays: number,
): string | undefined => {
  if (fact.effectiveOn === undefined) return undefined;
  const issued = fact.issuedOn ?? addDays(fact.effectiveOn, turnaroundDays);
  return issued > fact.effectiveOn ? issued : fact.effectiveOn;
};
