/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { refuse } from '../data.ts';
import type { RiskSets } from './risk-sets.ts';
import type { CoxProblem } from './sweep.ts';

/**
 * Which d of the rows at risk die, given that d do: a set of size k has the probability exp(sum of its eta) over
 * the sum of that over all sets of size k. For k = 0 to d: the log of that sum, and mean and covariance of the
 * set's summed covariates.
 *
 * Rows are added one by one. A set of the rows so far that has size k either leaves the new row out or takes it
 * in, so its distribution is a mixture of two: the recursion of Gail, Lubin and Rubinstein in a form without
 * products that overflow and without differences that cancel.
 */
class TiedSets {
  readonly logSum: Float64Array;
  /** Shape (d + 1, p). */
  readonly mean: Float64Array;
  /** Shape (d + 1, p, p), lower triangles. */
  readonly covariance: Float64Array;
  private readonly size: number;
  private readonly columns: number;
  private readonly difference: Float64Array;

  constructor(size: number, columns: number) {
    this.size = size;
    this.columns = columns;
    this.logSum = new Float64Array(size + 1).fill(-Infinity);
    this.logSum[0] = 0;
    this.mean = new Float64Array((size + 1) * columns);
    this.covariance = new Float64Array((size + 1) * columns * columns);
    this.difference = new Float64Array(columns);
  }

  /** @param rest how many rows come after this one: smaller sets than can still be filled up are left alone */
  add(eta: number, x: Float64Array, offset: number, rest: number): void {
    for (let k = this.size; k >= Math.max(1, this.size - rest); k--) {
      const withRow = eta + this.logSum[k - 1]!;
      if (withRow === -Infinity) continue;
      const without = this.logSum[k]!;
      // Stable both ways: the larger of the two stands outside.
      const [most, least] = withRow > without ? [withRow, without] : [without, withRow];
      this.logSum[k] = most + Math.log1p(Math.exp(least - most));
      this.mix(k, 1 / (1 + Math.exp(without - withRow)), x, offset);
    }
  }

  /** @param share the probability that the set of size k holds the new row */
  private mix(k: number, share: number, x: Float64Array, offset: number): void {
    const { columns: p, mean, covariance, difference } = this;
    const [own, smaller] = [k * p, (k - 1) * p];
    for (let j = 0; j < p; j++) {
      const d = mean[smaller + j]! + x[offset + j]! - mean[own + j]!;
      difference[j] = d;
      mean[own + j] = mean[own + j]! + share * d;
    }
    const between = share * (1 - share);
    for (let j = 0; j < p; j++) {
      const spread = between * difference[j]!;
      for (let i = 0, at = (own + j) * p, from = (smaller + j) * p; i <= j; i++, at++, from++) {
        covariance[at] = (1 - share) * covariance[at]! + share * covariance[from]! + spread * difference[i]!;
      }
    }
  }
}

/**
 * Adds the exact partial likelihood of the groups with several events (their events' eta and covariates are
 * counted already), and its derivatives.
 *
 * @param gradient shape (p), information lower triangle (p, p), rawDiagonal (p): all added to
 * @returns what it adds to the log-likelihood
 * @see Gail, Lubin & Rubinstein 1981, doi:10.1093/biomet/68.3.703
 */
export function addExactTies(
  problem: CoxProblem,
  eta: Float64Array,
  gradient: Float64Array,
  information: Float64Array,
  rawDiagonal: Float64Array,
): number {
  const { sets, x, columns: p } = problem;
  let logLikelihood = 0;
  for (let g = 0; g < sets.groups; g++) {
    const deaths = sets.deaths.start[g + 1]! - sets.deaths.start[g]!;
    if (deaths < 2) continue;
    const rows = rowsAtRisk(sets, g);
    const tied = new TiedSets(deaths, p);
    rows.forEach((row, k) => {
      tied.add(eta[row]!, x, row * p, rows.length - 1 - k);
    });
    logLikelihood -= tied.logSum[deaths]!;
    for (let j = 0; j < p; j++) {
      gradient[j] = gradient[j]! - tied.mean[deaths * p + j]!;
      for (let i = 0; i <= j; i++) {
        const value = tied.covariance[(deaths * p + j) * p + i]!;
        information[j * p + i] = information[j * p + i]! + value;
        if (i === j) rawDiagonal[j] = rawDiagonal[j]! + value;
      }
    }
  }
  return logLikelihood;
}

const rowsAtRisk = ({ rows, enterGroup, leaveGroup }: RiskSets, g: number): number[] => {
  const found: number[] = [];
  for (let row = 0; row < rows; row++) if (enterGroup[row]! <= g && g < leaveGroup[row]!) found.push(row);
  return found;
};

/** Multiplications of one evaluation that are still sensible: a few seconds. A Newton search takes about ten. */
const MOST_WORK = 2e9;
/** What a row costs each size of set beside its moments, in multiplications: three exponentials and logarithms. */
const EXPONENTIALS = 30;

/** How many rows are at risk at each group, shape (groups). */
const numbersAtRisk = ({ groups, startsStratum, added, removed }: RiskSets): Int32Array => {
  const counts = new Int32Array(groups);
  for (let g = 0, count = 0; g < groups; g++) {
    if (startsStratum[g] === 1) count = 0;
    count += added.start[g + 1]! - added.start[g]! - (removed.start[g + 1]! - removed.start[g]!);
    counts[g] = count;
  }
  return counts;
};

/** @throws {CdsError} SURVIVAL_INPUT_INVALID, naming the largest tie, where the recursion would take too long */
export function requireFeasibleTies(sets: RiskSets, columns: number): void {
  const atRisk = numbersAtRisk(sets);
  const deaths = atRisk.map((_, g) => sets.deaths.start[g + 1]! - sets.deaths.start[g]!);
  let [work, largest, most] = [0, 0, 0];
  for (let g = 0; g < sets.groups; g++) {
    if (deaths[g]! < 2) continue;
    const own = deaths[g]! * atRisk[g]! * (EXPONENTIALS + (columns * (columns + 1)) / 2);
    work += own;
    if (own > most) [largest, most] = [g, own];
  }
  if (work <= MOST_WORK) return;
  refuse(
    `ties: 'exact' would take too long: ${deaths[largest]!} of ${atRisk[largest]!} rows at risk have their event at ` +
      `time ${sets.groupTime[largest]!}; use 'efron'`,
  );
}
