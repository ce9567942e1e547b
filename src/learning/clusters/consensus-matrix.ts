/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { Random } from '../../numerics/index.ts';
import { agglomerate, WARD } from './agglomerate.ts';
import { pairIndex, pickColumns, pickDistances, pickRows, squaredDistances } from './distances.ts';
import { refuse } from './input.ts';
import { kMeans } from './k-means.ts';

/** One resample: which rows, and which columns where not all. */
export interface Resample {
  readonly rows: Int32Array;
  readonly features?: Int32Array;
}

export interface ConsensusInput {
  readonly x: Float64Array;
  readonly columns: number;
  readonly base: 'ward' | 'k-means';
  /** Each number of groups from 2 to this. */
  readonly maximumGroups: number;
  readonly random: Random;
}

const drawSome = (count: number, share: number, random: Random): Int32Array =>
  Int32Array.from(
    random.shuffle(Array.from({ length: count }, (_, at) => at)).slice(0, Math.ceil(share * count)),
  ).sort();

export function drawResamples(
  n: number,
  columns: number,
  shares: { readonly rows: number; readonly features: number },
  count: number,
  random: Random,
): Resample[] {
  return Array.from({ length: count }, (_, at) => {
    const draw = random.fork(at);
    const rows = drawSome(n, shares.rows, draw);
    return shares.features < 1 ? { rows, features: drawSome(columns, shares.features, draw) } : { rows };
  });
}

/** The groupings of a resample's rows into 2, 3, ... groups. */
const groupingsOf = (input: ConsensusInput, all: Float64Array | undefined) => {
  const { x, columns, base } = input;
  return ({ rows, features }: Resample, at: number): ((k: number) => Int32Array) => {
    const width = features?.length ?? columns;
    const points = (): Float64Array => {
      const picked = pickRows(x, columns, rows);
      return features === undefined ? picked : pickColumns(picked, columns, features);
    };
    if (base === 'k-means') {
      const own = points();
      const random = input.random.fork(at);
      return (k) => kMeans({ x: own, columns: width, k, random: random.fork(k), restarts: 3 }).labels;
    }
    const distances = all === undefined ? squaredDistances(points(), width) : pickDistances(all, rows);
    return agglomerate(distances, rows.length, WARD, Math.sqrt).cut;
  };
};

/** Counts one more for each pair of rows with one label. */
const countTogether = (rows: Int32Array, labels: Int32Array | undefined, into: Float64Array): void => {
  for (let a = 1; a < rows.length; a++) {
    const base = (rows[a]! * (rows[a]! - 1)) / 2; // rows ascend
    for (let b = 0; b < a; b++) {
      if (labels === undefined || labels[a] === labels[b]) into[base + rows[b]!]!++;
    }
  }
};

/**
 * Of each number of groups from 2 on: in which share of the resamples that hold both rows they are in one group.
 *
 * @param resamples rows ascending
 * @returns for k = 2, 3, ...: shape (n (n - 1) / 2), as pairIndex has it
 * @throws {CdsError} LEARNING_INPUT_INVALID where two rows are together in no resample
 */
export function consensusMatrices(input: ConsensusInput, resamples: readonly Resample[]): Float64Array[] {
  const { x, columns, maximumGroups } = input;
  const n = x.length / columns;
  const whole = input.base === 'ward' && resamples.every(({ features }) => features === undefined);
  const groupings = groupingsOf(input, whole ? squaredDistances(x, columns) : undefined);
  const sampled = new Float64Array((n * (n - 1)) / 2);
  const together = Array.from({ length: maximumGroups - 1 }, () => new Float64Array(sampled.length));
  resamples.forEach((resample, at) => {
    const cut = groupings(resample, at);
    countTogether(resample.rows, undefined, sampled);
    together.forEach((counts, index) => {
      countTogether(resample.rows, cut(index + 2), counts);
    });
  });
  if (sampled.includes(0)) refuse('two rows of x are together in no resample: draw more, or a greater share');
  return together.map((counts) => counts.map((count, pair) => count / sampled[pair]!));
}

/**
 * The share of pairs that are neither clearly together nor clearly apart: consensus above 0.1 and at most 0.9. Lower
 * is more stable.
 *
 * @see Senbabaoglu 2014, doi:10.1038/srep06207
 */
export function ambiguousPairs(consensus: Float64Array): number {
  let count = 0;
  for (const share of consensus) if (share > 0.1 && share <= 0.9) count++;
  return count / consensus.length;
}

/**
 * The area under the cumulative distribution of the consensus values, as Monti sums it: each step by its upper end.
 *
 * @see Monti 2003, doi:10.1023/A:1023949509487
 */
export function areaUnderDistribution(consensus: Float64Array): number {
  const sorted = consensus.toSorted();
  let area = 0;
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    if (start > 0) area += (sorted[start]! - sorted[start - 1]!) * (end / sorted.length);
  }
  return area;
}

/** Mean consensus of each row with the (other) rows of each group, shape (n, groups); 1 with none but itself. */
export function itemConsensus(consensus: Float64Array, labels: Int32Array, groups: number): Float64Array {
  const n = labels.length;
  const sums = new Float64Array(n * groups);
  const counts = new Int32Array(n * groups);
  for (let row = 0; row < n; row++) {
    for (let other = 0; other < n; other++) {
      if (other === row) continue;
      const at = row * groups + labels[other]!;
      sums[at]! += consensus[pairIndex(row, other)]!;
      counts[at]!++;
    }
  }
  return sums.map((sum, at) => (counts[at] === 0 ? 1 : sum / counts[at]!));
}

/** Mean consensus of the pairs within each group, shape (groups); 1 for a group of one row. */
export function clusterConsensus(consensus: Float64Array, labels: Int32Array, groups: number): Float64Array {
  const sums = new Float64Array(groups);
  const counts = new Int32Array(groups);
  for (let a = 1, at = 0; a < labels.length; a++) {
    for (let b = 0; b < a; b++, at++) {
      if (labels[a] !== labels[b]) continue;
      sums[labels[a]!]! += consensus[at]!;
      counts[labels[a]!]!++;
    }
  }
  return sums.map((sum, group) => (counts[group] === 0 ? 1 : sum / counts[group]!));
}
