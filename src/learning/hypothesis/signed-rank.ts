/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { midRanks } from '../../numerics/index.ts';
import { exactPValue, signedSumDistribution } from './exact.ts';
import { type Alternative, refuse, requireConfidenceLevel, requireSample } from './input.ts';
import { normalPValue } from './normal.ts';
import type { RankSumOptions } from './rank-sum.ts';
import { type Implied, impliedEstimate, type ShiftEstimate, tieTermOf } from './shift.ts';

export interface SignedRankOptions extends RankSumOptions {
  /**
   * What becomes of differences of 0: `wilcoxon` (where not given, as R) drops them before ranking, `pratt` ranks
   * them and drops them then.
   */
  readonly zeros?: 'wilcoxon' | 'pratt';
  /** Asks for the pseudo-median with such an interval, one-sided where the alternative is. */
  readonly confidenceLevel?: number;
}

export interface SignedRankTest {
  /** R's V: the sum of the ranks of the positive differences. */
  readonly statistic: number;
  readonly pValue: number;
  readonly method: 'exact' | 'normal';
  /** How many differences are not 0. */
  readonly nonZero: number;
  /** (positive - negative rank sum) / both, in [-1, 1]; above 0 where differences tend to be positive. */
  readonly rankBiserial: number;
  /** Hodges and Lehmann's: the median of all means of two differences. */
  readonly pseudoMedian?: ShiftEstimate;
}

interface Settings {
  readonly alternative: Alternative;
  readonly continuityCorrection: boolean;
  readonly zeros: 'wilcoxon' | 'pratt';
}

const DEFAULTS: Settings = { alternative: 'two-sided', continuityCorrection: true, zeros: 'wilcoxon' };

const EXACT_BELOW = 50;

const differencesOf = (a: ArrayLike<number>, b: ArrayLike<number> | undefined): Float64Array => {
  requireSample(a, b === undefined ? 'differences' : 'a');
  if (b === undefined) return Float64Array.from(a);
  requireSample(b, 'b');
  if (a.length !== b.length) refuse(`b has ${b.length} values, a ${a.length}: they are paired`);
  const differences = Float64Array.from(a, (value, at) => value - b[at]!);
  requireSample(differences, 'differences'); // of numbers so large they need not be
  return differences;
};

/** All means of two of the sorted values, each with itself too; `around` in O(n). */
const walshAverages = (sorted: Float64Array): Implied => {
  const n = sorted.length;
  const mean = (i: number, j: number): number => (sorted[i]! + sorted[j]!) / 2;
  return {
    count: (n * (n + 1)) / 2,
    least: sorted[0]!,
    greatest: sorted[n - 1]!,
    around: (limit) => {
      let [atMost, below, above] = [0, -Infinity, Infinity];
      for (let i = 0, j = n - 1; i < n; i++) {
        while (j >= 0 && mean(i, j) > limit) j--;
        if (j >= i) {
          atMost += j - i + 1;
          below = Math.max(below, mean(i, j));
        }
        const next = Math.max(i, j + 1);
        if (next < n) above = Math.min(above, mean(i, next));
      }
      return { atMost, below, above };
    },
  };
};

interface Ranked {
  /** Of the absolute differences that are not 0. */
  readonly ranks: Float64Array;
  readonly statistic: number;
  /** No ties, and no zeros: the ranks are 1 to n. */
  readonly plain: boolean;
}

const rankDifferences = (differences: Float64Array, zeros: 'wilcoxon' | 'pratt'): Ranked => {
  const ranked = zeros === 'pratt' ? differences : differences.filter((difference) => difference !== 0);
  const { ranks, tieTerm } = midRanks(ranked.map(Math.abs));
  const statistic = ranks.reduce((sum, rank, at) => (ranked[at]! > 0 ? sum + rank : sum), 0);
  const kept = ranks.filter((_, at) => ranked[at] !== 0);
  return { ranks: kept, statistic, plain: tieTerm === 0 && kept.length === differences.length };
};

/** Of the differences moved by an amount that is none of their means: only equal ones are tied. */
const deviationWhenMoved = (sorted: Float64Array): number => {
  const n = sorted.length;
  return Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24 - tieTermOf(sorted) / 48);
};

const pseudoMedian = (
  differences: Float64Array,
  distribution: Float64Array | undefined,
  { zeros, ...rule }: Settings & { readonly confidenceLevel: number },
): ShiftEstimate => {
  const kept = zeros === 'pratt' ? differences : differences.filter((difference) => difference !== 0);
  if (kept.length === 0) return { estimate: 0, lower: 0, upper: 0 };
  const sorted = kept.toSorted();
  return impliedEstimate(walshAverages(sorted), {
    ...rule,
    exact: distribution,
    standardDeviation: deviationWhenMoved(sorted),
  });
};

const testOf = (
  { ranks, statistic }: Ranked,
  exactly: boolean,
  { alternative, continuityCorrection }: Settings,
): number => {
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  if (exactly) {
    const doubled = Int32Array.from(ranks, (rank) => 2 * rank);
    return exactPValue(signedSumDistribution(doubled), 2 * statistic, 2 * total, alternative);
  }
  const variance = ranks.reduce((sum, rank) => sum + rank * rank, 0) / 4;
  return normalPValue(statistic - total / 2, Math.sqrt(variance), alternative, continuityCorrection);
};

/**
 * Wilcoxon's signed-rank test of paired values: do the differences lie symmetrically about 0?
 *
 * Where every difference is 0 the statistic is 0 and p is 1 (R says NaN).
 *
 * @param a shape (n), finite; without b: the differences themselves
 * @param b shape (n), finite: what a[i] is compared with (of the same patient, say, earlier)
 * @param options.exact not given: exact below 50 differences without ties or zeros, as in R. True with ties or
 *   zeros: the distribution over all signs of the ranks as they are
 * @throws {CdsError} LEARNING_INPUT_INVALID: no values, lengths that differ, a value that is not finite
 * @see Wilcoxon 1945, doi:10.2307/3001968; Pratt 1959, doi:10.1080/01621459.1959.10501526; equals R's
 *   wilcox.test(a, b, paired = TRUE)
 */
export function signedRankTest(
  a: ArrayLike<number>,
  b?: ArrayLike<number>,
  options: SignedRankOptions = {},
): SignedRankTest {
  const settings = { ...DEFAULTS, ...options };
  const { confidenceLevel } = options;
  const differences = differencesOf(a, b);
  const ranked = rankDifferences(differences, settings.zeros);
  const { ranks, statistic, plain } = ranked;
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const exact = options.exact ?? (plain && ranks.length < EXACT_BELOW);
  const result: SignedRankTest = {
    statistic,
    pValue: testOf(ranked, exact, settings),
    method: exact ? 'exact' : 'normal',
    nonZero: ranks.length,
    rankBiserial: total === 0 ? 0 : (2 * statistic) / total - 1,
  };
  if (confidenceLevel === undefined) return result;
  requireConfidenceLevel(confidenceLevel);
  const distribution = exact && plain ? signedSumDistribution(ranks) : undefined;
  return {
    ...result,
    pseudoMedian: pseudoMedian(differences, distribution, { ...settings, confidenceLevel }),
  };
}
