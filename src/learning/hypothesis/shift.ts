/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { normalQuantile } from '../../numerics/index.ts';
import { exactQuantile } from './exact.ts';
import type { Alternative } from './input.ts';
import { rankSumDeviation } from './normal.ts';

/** A location with the interval that the test of it does not reject. */
export interface ShiftEstimate {
  readonly estimate: number;
  /** -Infinity where the alternative is `less`. */
  readonly lower: number;
  /** Infinity where the alternative is `greater`. */
  readonly upper: number;
}

/**
 * A multiset of numbers too many to write down: how many are at most `limit`, and which of them are its neighbours.
 */
export interface Implied {
  readonly count: number;
  readonly least: number;
  readonly greatest: number;
  /** How many are <= limit; the greatest of those; the least of the others. */
  around(limit: number): { atMost: number; below: number; above: number };
}

/** The rank-th smallest (1 for the least), by bisection between values that occur: exact, without a list. */
export function selectImplied(implied: Implied, rank: number): number {
  let { least: low, greatest: high } = implied;
  while (low < high) {
    const middle = low + (high - low) / 2;
    const { atMost, below, above } = implied.around(middle < high ? middle : low);
    if (atMost >= rank) high = below;
    else low = above;
  }
  return low;
}

export function medianImplied(implied: Implied): number {
  const half = implied.count / 2;
  const low = selectImplied(implied, Math.ceil(half));
  return half % 1 === 0 ? (low + selectImplied(implied, half + 1)) / 2 : low;
}

/** All x - y, x of a and y of b; `around` in O(m + n). */
const differences = (a: Float64Array, b: Float64Array): Implied => {
  const [m, n] = [a.length, b.length];
  return {
    count: m * n,
    least: a[0]! - b[n - 1]!,
    greatest: a[m - 1]! - b[0]!,
    around: (limit) => {
      let atMost = 0;
      let below = -Infinity;
      let above = Infinity;
      // b descending as a ascends: the differences within a row grow to the left.
      for (let i = 0, j = 0; i < m; i++) {
        while (j < n && a[i]! - b[j]! > limit) j++;
        atMost += n - j;
        if (j < n) below = Math.max(below, a[i]! - b[j]!);
        if (j > 0) above = Math.min(above, a[i]! - b[j - 1]!);
      }
      return { atMost, below, above };
    },
  };
};

export interface IntervalRule {
  readonly alternative: Alternative;
  readonly confidenceLevel: number;
  readonly continuityCorrection: boolean;
  /** The statistic's distribution, where the interval is to be exact. */
  readonly exact: Float64Array | undefined;
  /** Of the normal approximation otherwise. */
  readonly standardDeviation: number;
}

/** How many of the implied numbers lie below the interval (and as many above it), plus one. */
const cutRank = (count: number, rule: IntervalRule): number => {
  const tail = (1 - rule.confidenceLevel) / (rule.alternative === 'two-sided' ? 2 : 1);
  if (rule.exact !== undefined) return Math.max(1, exactQuantile(rule.exact, tail));
  const correction = rule.continuityCorrection ? 0.5 : 0;
  const critical = count / 2 + correction - normalQuantile(tail) * rule.standardDeviation;
  return Math.min(Math.max(1, Math.floor(count - critical) + 1), Math.ceil(count / 2));
};

/** The median of the implied numbers, and the order statistics at which the test stops rejecting. */
export function impliedEstimate(implied: Implied, rule: IntervalRule): ShiftEstimate {
  const rank = cutRank(implied.count, rule);
  return {
    estimate: medianImplied(implied),
    lower: rule.alternative === 'less' ? -Infinity : selectImplied(implied, rank),
    upper: rule.alternative === 'greater' ? Infinity : selectImplied(implied, implied.count + 1 - rank),
  };
}

/** Sum of t^3 - t over the ties of sorted values. */
export const tieTermOf = (sorted: Float64Array): number => {
  let term = 0;
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    term += (end - start) ** 3 - (end - start);
  }
  return term;
};

/**
 * Hodges and Lehmann's shift of a against b: the median of all differences, with the interval of shifts that the
 * rank-sum test does not reject. Differences are never listed: O((m + n) log) time, O(m + n) memory.
 *
 * Exact: R's wilcox.test(conf.int = TRUE). Normal: R finds its ends numerically (to 1e-4), these are the order
 * statistics where the standardised statistic crosses the quantile.
 *
 * @see Hodges & Lehmann 1963, doi:10.1214/aoms/1177704172; Bauer 1972, doi:10.1080/01621459.1972.10481279
 */
export function shiftBetween(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  rule: Omit<IntervalRule, 'standardDeviation'>,
): ShiftEstimate {
  const [x, y] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()];
  // Away from the differences themselves only values of one sample are tied.
  const standardDeviation = rankSumDeviation(x.length, y.length, tieTermOf(x) + tieTermOf(y));
  return impliedEstimate(differences(x, y), { ...rule, standardDeviation });
}
