import { resultsKnownBy, type Chart, type ChartQueryKey } from '../../chart/index.ts';
import {
  CdsError,
  type EvidenceRef,
  type FeatureVector,
  type Landmark,
  type ModalityFlag,
  type ModalityId,
  type ModalityReason,
  type Selection,
} from '../../domain/index.ts';
import { chooseDraws, DRAW_RULES, type Draw, type DrawRules } from './draws.ts';
import type { Modality } from './modality.ts';

/** Why a draw cannot be used, and which part of it is meant. */
export interface Fault {
  readonly reason: ModalityReason;
  readonly detail: string;
}

export interface SampledDraw extends Draw {
  readonly evidence: readonly EvidenceRef[];
  /** A result in it that cannot be read: the whole draw is not used. */
  readonly fault?: Fault;
}

/** What is particular to a modality that is measured in repeated blood samples. */
export interface BloodModality<T extends SampledDraw> {
  readonly id: ModalityId;
  readonly queries: readonly ChartQueryKey[];
  readonly preprocessing: string;
  readonly featureNames: readonly string[];
  draws(chart: Chart, rules: DrawRules): readonly T[];
  /** What is missing in a draw that was read without fault. */
  incomplete(draw: T): Fault | undefined;
  /** What is worth telling; of the baseline only where it has gaps that have to be imputed. */
  flags(latest: T, baseline: T | undefined): readonly ModalityFlag[];
  features(latest: T, baseline: T | undefined): FeatureVector;
}

/** Of two samples of one day the later issued one counts, in whatever order a server sends them. */
const orderOf = ({ usableFrom, evidence }: SampledDraw): string =>
  `${usableFrom} ${evidence[0]?.reference ?? ''}`;

/** A modality of blood samples: the latest usable one, against the baseline before surgery. */
export function createBloodModality<T extends SampledDraw>(blood: BloodModality<T>): Modality {
  const choose = (chart: Chart, landmark: Landmark) =>
    chooseDraws(
      // What was collected or issued after the landmark is cut before draws are put together of it: a report that
      // gathers earlier results later must not take them along.
      blood
        .draws(resultsKnownBy(chart, landmark.date), DRAW_RULES)
        // A faulty baseline is left out, so that changes are imputed; a faulty latest draw is told, not skipped.
        .filter((draw) => draw.fault === undefined || draw.collectedOn > landmark.surgeryDate)
        .sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)),
      landmark,
      DRAW_RULES,
    );
  const select = (chart: Chart, landmark: Landmark): Selection => {
    const choice = choose(chart, landmark);
    if (choice.status === 'absent') return { ...choice, evidence: [] };
    const { collectedOn, evidence, fault } = choice.latest;
    if (choice.status === 'too-old')
      return { status: 'too-old', reason: 'older-than-allowed', collectedOn, evidence };
    const problem = fault ?? blood.incomplete(choice.latest);
    if (problem !== undefined) return { status: 'rejected', ...problem, collectedOn, evidence };
    const { baseline } = choice;
    if (baseline === undefined)
      return {
        status: 'present',
        collectedOn,
        evidence,
        flags: ['no-baseline', ...blood.flags(choice.latest, undefined)],
      };
    return {
      status: 'present',
      collectedOn,
      baselineCollectedOn: baseline.collectedOn,
      evidence: [...evidence, ...baseline.evidence],
      flags: blood.flags(choice.latest, baseline),
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
        ? Promise.resolve(blood.features(choice.latest, choice.baseline))
        : Promise.reject(new CdsError('INTERNAL', 'nothing to extract'));
    },
  };
}
