/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { ascendingOrder, type Random } from '../../numerics/index.ts';
import { adjustBenjaminiHochberg, rankSumColumns } from '../hypothesis/index.ts';
import { rowsOf } from './training.ts';
import type { PatientValues } from './patient-values.ts';
import type { MetabolomicSettings } from './settings.ts';

/** What the training patients say of each feature; arrays of shape (columns), of no use where not `usable`. */
export interface Selection {
  /** Ascending. */
  readonly selected: Int32Array;
  /** Rank-biserial correlation: above 0 where patients who recur have more of it. */
  readonly effect: Float64Array;
  readonly pValue: Float64Array;
  /** Benjamini-Hochberg over the usable features; 1 elsewhere. */
  readonly qValue: Float64Array;
  /** Share of the half-samples that select the feature. */
  readonly stability: Float64Array;
}

type Settings = Pick<
  MetabolomicSettings,
  'halfSamples' | 'perHalfSample' | 'stability' | 'falseDiscoveryRate' | 'minimumFeatures'
>;

const MINIMUM_PER_GROUP = 4;

/** Half of each group, at least one patient: rows of `values`. */
const halfSample = (members: readonly number[][], random: Random): Int32Array =>
  Int32Array.from(
    members.flatMap((group) => random.shuffle([...group]).slice(0, Math.floor(group.length / 2))),
  ).sort();

const usableOrder = (pValue: Float64Array, effect: Float64Array, usable: Uint8Array): number[] =>
  // Least p first; where p is equal, the larger effect.
  Array.from(ascendingOrder(pValue))
    .filter((j) => usable[j] === 1)
    .sort((a, b) => pValue[a]! - pValue[b]! || Math.abs(effect[b]!) - Math.abs(effect[a]!) || a - b);

/** How often each feature is among the least p-values of half of the patients. */
const stabilityOf = (
  { x, group }: PatientValues,
  usable: Uint8Array,
  { halfSamples, perHalfSample }: Settings,
  random: Random,
): Float64Array => {
  const columns = usable.length;
  const members = [0, 1].map((label) => [...group.keys()].filter((i) => group[i] === label));
  const counts = new Float64Array(columns);
  for (let draw = 0; draw < halfSamples; draw++) {
    const rows = halfSample(members, random.fork(draw));
    const test = rankSumColumns(
      rowsOf(x, columns, rows),
      columns,
      Uint8Array.from(rows, (row) => group[row]!),
    );
    for (const j of usableOrder(test.pValue, test.rankBiserial, usable).slice(0, perHalfSample))
      counts[j] = counts[j]! + 1;
  }
  return counts.map((count) => count / halfSamples);
};

const adjusted = (pValue: Float64Array, usable: Uint8Array): Float64Array => {
  const q = adjustBenjaminiHochberg(pValue.filter((_, j) => usable[j] === 1));
  let next = 0;
  return pValue.map((_, j) => (usable[j] === 1 ? q[next++]! : 1));
};

/**
 * Chooses the features that a model may learn from: those that most half-samples of the patients choose (stability
 * selection with the rank-sum test as its base), those with a q-value that is small enough, and at least so many.
 *
 * @param values one row a patient
 * @param usable 1 where the training rows have different values, shape (columns)
 * @throws {CdsError} LEARNING_INPUT_INVALID: fewer than 4 patients in a group, no usable feature
 * @see Meinshausen & Buhlmann 2010, doi:10.1111/j.1467-9868.2010.00740.x; Benjamini & Hochberg 1995,
 *   doi:10.1111/j.2517-6161.1995.tb02031.x
 */
export function selectFeatures(
  values: PatientValues,
  usable: Uint8Array,
  settings: Settings,
  random: Random,
): Selection {
  const events = values.group.reduce((sum, label) => sum + label, 0);
  const least = Math.min(events, values.group.length - events);
  if (least < MINIMUM_PER_GROUP)
    throw new CdsError(
      'LEARNING_INPUT_INVALID',
      `${String(events)} patients recur within the horizon and ${String(values.group.length - events)} are known not to; ` +
        `at least ${String(MINIMUM_PER_GROUP)} of each are needed`,
    );
  if (!usable.includes(1))
    throw new CdsError('LEARNING_INPUT_INVALID', 'no feature has different values in the training rows');
  const { pValue, rankBiserial: effect } = rankSumColumns(values.x, usable.length, values.group);
  const qValue = adjusted(pValue, usable);
  const stability = stabilityOf(values, usable, settings, random);
  const chosen = new Set<number>();
  usable.forEach((flag, j) => {
    if (flag === 1 && (stability[j]! >= settings.stability || qValue[j]! <= settings.falseDiscoveryRate))
      chosen.add(j);
  });
  const mostStable = usableOrder(pValue, effect, usable).sort((a, b) => stability[b]! - stability[a]!);
  for (const j of mostStable.slice(0, settings.minimumFeatures))
    if (chosen.size < settings.minimumFeatures) chosen.add(j);
  return { selected: Int32Array.from(chosen).sort(), effect, pValue, qValue, stability };
}
