/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { chiSquareUpperTail, midRanks, normalUpperTail } from '../../numerics/index.ts';
import { adjustHolm } from './adjust.ts';
import { refuse, requireSample } from './input.ts';

export interface KruskalWallisTest {
  /** H, corrected for ties; 0 where all values are equal. */
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  /** From the chi-square approximation. */
  readonly pValue: number;
  /** H / (n - 1), in [0, 1]: the share of the ranks' variance that lies between the groups. */
  readonly epsilonSquared: number;
  /** Shape (groups). */
  readonly meanRanks: Float64Array;
}

interface RankedGroups {
  readonly sizes: Int32Array;
  readonly meanRanks: Float64Array;
  readonly tieTerm: number;
}

const rankGroups = (values: ArrayLike<number>, groups: ArrayLike<number>): RankedGroups => {
  requireSample(values, 'values');
  if (groups.length !== values.length) refuse(`groups has ${groups.length} rows, values ${values.length}`);
  const { ranks, tieTerm } = midRanks(values);
  const sizes: number[] = [];
  const sums: number[] = [];
  for (let row = 0; row < groups.length; row++) {
    const group = groups[row]!;
    if (!Number.isInteger(group) || group < 0) refuse(`groups of row ${row} is not a whole number from 0 on`);
    if (group >= groups.length) refuse(`groups of row ${row} is ${group}: there are not as many rows`);
    while (sizes.length <= group) sums[sizes.push(0) - 1] = 0;
    sizes[group]!++;
    sums[group]! += ranks[row]!;
  }
  const empty = sizes.indexOf(0);
  if (empty >= 0) refuse(`group ${empty} has no rows`);
  if (sizes.length < 2) refuse('groups has one group only');
  return {
    sizes: Int32Array.from(sizes),
    meanRanks: Float64Array.from(sums, (sum, group) => sum / sizes[group]!),
    tieTerm,
  };
};

/**
 * Kruskal and Wallis's rank test of two or more independent groups.
 *
 * @param values shape (n), finite
 * @param groups shape (n): 0, 1, ..., each with at least one row
 * @throws {CdsError} LEARNING_INPUT_INVALID: no values, one that is not finite, one group only, an empty group
 * @see Kruskal & Wallis 1952, doi:10.1080/01621459.1952.10483441; equals R's kruskal.test
 */
export function kruskalWallisTest(values: ArrayLike<number>, groups: ArrayLike<number>): KruskalWallisTest {
  const { sizes, meanRanks, tieTerm } = rankGroups(values, groups);
  const n = values.length;
  const degreesOfFreedom = sizes.length - 1;
  const untied = 1 - tieTerm / (n ** 3 - n);
  // Of deviations from the mean rank: no cancellation.
  const between = meanRanks.reduce((sum, mean, group) => sum + sizes[group]! * (mean - (n + 1) / 2) ** 2, 0);
  const statistic = untied > 0 ? (12 * between) / (n * (n + 1)) / untied : 0;
  return {
    statistic,
    degreesOfFreedom,
    pValue: chiSquareUpperTail(statistic, degreesOfFreedom),
    epsilonSquared: statistic / (n - 1),
    meanRanks,
  };
}

export interface DunnComparison {
  readonly groups: readonly [number, number];
  /** Above 0 where the first group has the higher ranks. */
  readonly z: number;
  /** Two-sided, for this comparison alone. */
  readonly pValue: number;
  /** Holm's, over all comparisons. */
  readonly adjustedPValue: number;
}

/**
 * Dunn's comparisons of each two groups, by the ranks among all of them: what differs, where kruskalWallisTest says
 * that something does.
 *
 * @param values shape (n), finite
 * @param groups shape (n): 0, 1, ..., each with at least one row
 * @throws {CdsError} LEARNING_INPUT_INVALID as kruskalWallisTest
 * @see Dunn 1964, doi:10.1080/00401706.1964.10490181; corrected for ties, not for continuity
 */
export function dunnComparisons(values: ArrayLike<number>, groups: ArrayLike<number>): DunnComparison[] {
  const { sizes, meanRanks, tieTerm } = rankGroups(values, groups);
  const n = values.length;
  const variance = (n * (n + 1)) / 12 - tieTerm / (12 * (n - 1));
  const raw: Omit<DunnComparison, 'adjustedPValue'>[] = [];
  for (let first = 0; first < sizes.length; first++) {
    for (let second = first + 1; second < sizes.length; second++) {
      const error = Math.sqrt(variance * (1 / sizes[first]! + 1 / sizes[second]!));
      const z = tieTerm < n ** 3 - n ? (meanRanks[first]! - meanRanks[second]!) / error : 0;
      raw.push({ groups: [first, second], z, pValue: Math.min(1, 2 * normalUpperTail(Math.abs(z))) });
    }
  }
  const adjusted = adjustHolm(raw.map(({ pValue }) => pValue));
  return raw.map((comparison, at) => ({ ...comparison, adjustedPValue: adjusted[at]! }));
}
