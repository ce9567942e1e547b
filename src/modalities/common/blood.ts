import { resultsKnownBy, type Chart, type ChartQueryKey } from '../../chart/index.ts';
import {
  CdsError,
  type DrawRules,
  type EvidenceRef,
  type FeatureVector,
  type Landmark,
  type ModalityFlag,
  type ModalityId,
  type ModalityReason,
  type Selection,
} from '../../domain/index.ts';
import { chooseDraws, type Choice, type Draw } from './draws.ts';
import type { Modality } from './modality.ts';

/** Why a draw cannot be used, and which part of it is meant. */
export interface Fault {
  readonly reason: ModalityReason;
  readonly detail?: string;
}

export interface SampledDraw extends Draw {
  readonly evidence: readonly EvidenceRef[];
  /** A result in it that cannot be read, or a sample that is unfit: the whole draw is not used. */
  readonly fault?: Fault;
}

/** The draws that features are made of. */
export interface ChosenDraws<T extends SampledDraw> {
  readonly latest: T;
  readonly baseline: T | undefined;
  /** One a day, oldest first, those with a fault or with too little measured left out; `latest` is the last. */
  readonly postoperative: readonly T[];
}

/** What is particular to a modality that is measured in repeated blood samples. */
export interface BloodModality<T extends SampledDraw> {
  readonly id: ModalityId;
  readonly queries: readonly ChartQueryKey[];
  readonly preprocessing: string;
  readonly featureNames: readonly string[];
  /** Do features rest on every postoperative draw, or on the latest alone? */
  readonly readsEveryDraw: boolean;
  draws(chart: Chart): readonly T[];
  /** What is missing in a draw that was read without fault. */
  incomplete(draw: T): Fault | undefined;
  /** What is worth telling; of the baseline only where it has gaps that have to be imputed. */
  flags(latest: T, baseline: T | undefined): readonly ModalityFlag[];
  features(draws: ChosenDraws<T>): FeatureVector;
}

/** Of two samples of one day the later issued one counts, in whatever order a server sends them. */
const orderOf = ({ usableFrom, evidence }: SampledDraw): string =>
  `${usableFrom} ${evidence[0]?.reference ?? ''}`;

/** A modality of blood samples: the latest usable one, against the baseline before surgery. */
export function createBloodModality<T extends SampledDraw>(
  blood: BloodModality<T>,
  rules: DrawRules,
): Modality {
  const chosenAt = (chart: Chart, landmark: Landmark): Choice<T> =>
    chooseDraws(
      // What was collected or issued after the landmark is cut before draws are put together of it: a report that
      // gathers earlier results later must not take them along.
      blood
        .draws(resultsKnownBy(chart, landmark.date))
        // A faulty baseline is left out, so that changes are imputed; a faulty latest draw is told, not skipped.
        .filter((draw) => draw.fault === undefined || draw.collectedOn > landmark.surgeryDate)
        .sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)),
      landmark,
      rules,
    );
  // Extraction follows selection, of the same chart at the same landmark: what was read is not read again.
  const lastOf = new WeakMap<Chart, { readonly key: string; readonly choice: Choice<T> }>();
  const choose = (chart: Chart, landmark: Landmark): Choice<T> => {
    const key = JSON.stringify([landmark.date, landmark.surgeryDate, landmark.lastNeoadjuvantDose]);
    const last = lastOf.get(chart);
    if (last?.key === key) return last.choice;
    const choice = chosenAt(chart, landmark);
    lastOf.set(chart, { key, choice });
    return choice;
  };
  const problemOf = (draw: T): Fault | undefined => draw.fault ?? blood.incomplete(draw);
  const chosenOf = ({
    latest,
    baseline,
    postoperative,
  }: Choice<T> & { status: 'present' }): ChosenDraws<T> => ({
    latest,
    baseline,
    postoperative: postoperative.filter((draw) => problemOf(draw) === undefined),
  });
  const evidenceOf = ({ latest, baseline, postoperative }: ChosenDraws<T>): readonly EvidenceRef[] => [
    ...latest.evidence,
    ...(baseline?.evidence ?? []),
    ...(blood.readsEveryDraw ? postoperative : []).flatMap((draw) => (draw === latest ? [] : draw.evidence)),
  ];
  const select = (chart: Chart, landmark: Landmark): Selection => {
    const choice = choose(chart, landmark);
    if (choice.status === 'absent') return { ...choice, evidence: [] };
    const { collectedOn, evidence } = choice.latest;
    if (choice.status === 'too-old')
      return { status: 'too-old', reason: 'older-than-allowed', collectedOn, evidence };
    const problem = problemOf(choice.latest);
    if (problem !== undefined) return { status: 'rejected', ...problem, collectedOn, evidence };
    const chosen = chosenOf(choice);
    const { latest, baseline } = chosen;
    return {
      status: 'present',
      collectedOn,
      ...(baseline !== undefined && { baselineCollectedOn: baseline.collectedOn }),
      evidence: evidenceOf(chosen),
      flags: [
        ...(baseline === undefined ? (['no-baseline'] as const) : []),
        ...blood.flags(latest, baseline),
      ],
    };
  };
  return {
    id: blood.id,
    queries: blood.queries,
    preprocessing: blood.preprocessing,
    featureNames: blood.featureNames,
    select,
    extract: (chart, landmark) => {
      const choice = choose(chart, landmark);
      return choice.status === 'present'
        ? Promise.resolve({ features: blood.features(chosenOf(choice)) })
        : Promise.reject(new CdsError('INTERNAL', 'nothing to extract'));
    },
  };
}
