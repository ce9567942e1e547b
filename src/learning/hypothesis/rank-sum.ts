/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { midRanks, type MidRanks } from '../../numerics/index.ts';
import { exactPValue, mannWhitneyDistribution, pickedSumDistribution } from './exact.ts';
import { type Alternative, requireConfidenceLevel, requireSample } from './input.ts';
import { normalPValue, rankSumDeviation } from './normal.ts';
import { type ShiftEstimate, shiftBetween } from './shift.ts';

export interface RankSumOptions {
  /**
   * Not given: exact where both samples have fewer than 50 values and nothing is tied, as in R. True with ties: the
   * permutation distribution given the ties (R's wilcox.test has none; it is that of package coin).
   */
  readonly exact?: boolean;
  /** Of the normal approximation; true where not given. */
  readonly continuityCorrection?: boolean;
  readonly alternative?: Alternative;
}

export interface RankSumTest {
  /** R's W: the pairs in which the value of a is the greater, a tie counting one half. */
  readonly statistic: number;
  readonly pValue: number;
  readonly method: 'exact' | 'normal';
  /** P(a > b) + P(a = b) / 2, in [0, 1]: the area under the ROC curve of the values for telling a from b. */
  readonly commonLanguageEffect: number;
  /** 2 commonLanguageEffect - 1, in [-1, 1]: above 0 where a tends to be greater. */
  readonly rankBiserial: number;
  /** Of a against b, where `confidenceLevel` was given. */
  readonly hodgesLehmann?: ShiftEstimate;
}

const EXACT_BELOW = 50;

/** As R. */
export const exactByDefault = (m: number, n: number, tieTerm: number): boolean =>
  tieTerm === 0 && m < EXACT_BELOW && n < EXACT_BELOW;

/** The exact p-value given tied values: of the sum of doubled midranks over the first m. */
export function tiedPValue(ranks: Float64Array, m: number, alternative: Alternative): number {
  const doubled = Int32Array.from(ranks, (rank) => 2 * rank);
  const n = ranks.length - m;
  const first = m <= n;
  const picked = first ? doubled.subarray(0, m) : doubled.subarray(m);
  const observed = picked.reduce((sum, score) => sum + score, 0);
  const opposite = { 'two-sided': 'two-sided', less: 'greater', greater: 'less' } as const;
  const distribution = pickedSumDistribution(doubled, picked.length);
  const twiceMean = 2 * picked.length * (ranks.length + 1);
  return exactPValue(distribution, observed, twiceMean, first ? alternative : opposite[alternative]);
}

const pool = (a: ArrayLike<number>, b: ArrayLike<number>): MidRanks & { statistic: number } => {
  const m = a.length;
  const pooled = new Float64Array(m + b.length);
  pooled.set(a);
  pooled.set(b, m);
  const { ranks, tieTerm } = midRanks(pooled);
  let statistic = (-m * (m + 1)) / 2;
  for (let i = 0; i < m; i++) statistic += ranks[i]!;
  return { ranks, tieTerm, statistic };
};

/**
 * Wilcoxon's rank-sum test (Mann-Whitney) of two independent samples.
 *
 * Where all values are equal the statistic is at its mean and p is 1 (R says NaN).
 *
 * @param a shape (m), finite
 * @param b shape (n), finite
 * @param options.confidenceLevel asks for the Hodges-Lehmann estimate of the shift with such an interval, one-sided
 *   where the alternative is
 * @throws {CdsError} LEARNING_INPUT_INVALID: an empty sample, a value that is not finite, `exact` for samples too
 *   large for it
 * @see Wilcoxon 1945, doi:10.2307/3001968; Kerby 2014, doi:10.2466/11.IT.3.1 (rank-biserial); equals R's wilcox.test
 */
export function rankSumTest(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: RankSumOptions & { readonly confidenceLevel?: number } = {},
): RankSumTest {
  requireSample(a, 'a');
  requireSample(b, 'b');
  const { alternative = 'two-sided', continuityCorrection = true, confidenceLevel } = options;
  const [m, n] = [a.length, b.length];
  const { statistic, ranks, tieTerm } = pool(a, b);
  const exact = options.exact ?? exactByDefault(m, n, tieTerm);
  const untied = exact && tieTerm === 0 ? mannWhitneyDistribution(m, n) : undefined;
  const pValue = (): number => {
    if (untied !== undefined) return exactPValue(untied, statistic, m * n, alternative);
    if (exact) return tiedPValue(ranks, m, alternative);
    const deviation = statistic - (m * n) / 2;
    return normalPValue(deviation, rankSumDeviation(m, n, tieTerm), alternative, continuityCorrection);
  };
  const result: RankSumTest = {
    statistic,
    pValue: pValue(),
    method: exact ? 'exact' : 'normal',
    commonLanguageEffect: statistic / (m * n),
    rankBiserial: (2 * statistic) / (m * n) - 1,
  };
  if (confidenceLevel === undefined) return result;
  requireConfidenceLevel(confidenceLevel);
  return {
    ...result,
    hodgesLehmann: shiftBetween(a, b, { alternative, continuityCorrection, confidenceLevel, exact: untied }),
  };
}
