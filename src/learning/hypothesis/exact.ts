/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
/**
 * Exact null distributions of rank statistics, as probabilities of 0, 1, 2, ...: built up by conditioning, so that
 * nothing overflows at any size and every term is positive (no cancellation).
 */
import { type Alternative, requireFeasible } from './input.ts';

const sumOf = (terms: ArrayLike<number>, from: number, to: number): number => {
  let sum = 0;
  for (let i = from; i <= to; i++) sum += terms[i]!;
  return sum;
};

/**
 * The Mann-Whitney count of two samples without ties: the largest of the pooled values is of the first sample with
 * probability m / (m + n), and then exceeds all n of the second.
 *
 * @returns shape (m n + 1): P(U = u); R's dwilcox
 * @see Mann & Whitney 1947, doi:10.1214/aoms/1177730491
 */
export function mannWhitneyDistribution(m: number, n: number): Float64Array {
  if (m > n) return mannWhitneyDistribution(n, m); // the same, in less memory
  requireFeasible((m * n) ** 2 / 4);
  const byFirst = Array.from({ length: m + 1 }, (_, first) => new Float64Array(first * n + 1));
  for (const distribution of byFirst) distribution[0] = 1;
  for (let second = 1; second <= n; second++) {
    for (let first = 1; first <= m; first++) {
      const share = first / (first + second);
      const without = byFirst[first - 1]!;
      const distribution = byFirst[first]!;
      for (let u = 0; u < second; u++) distribution[u]! *= 1 - share;
      for (let u = second; u <= first * second; u++)
        distribution[u] = share * without[u - second]! + (1 - share) * distribution[u]!;
    }
  }
  return byFirst[m]!;
}

/**
 * The sum of `picked` of the scores, all choices being equally likely (the shift algorithm): the permutation
 * distribution of a rank sum with ties, given doubled midranks.
 *
 * @param scores whole, not negative
 * @returns shape (sum of all scores + 1)
 * @see Streitberg & Roehmel 1986, Statistical Software Newsletter 12:10-17
 */
export function pickedSumDistribution(scores: ArrayLike<number>, picked: number): Float64Array {
  const total = sumOf(scores, 0, scores.length - 1);
  requireFeasible(total * picked * scores.length);
  const byPicked = Array.from({ length: picked + 1 }, () => new Float64Array(total + 1));
  byPicked[0]![0] = 1;
  for (let i = 0, reach = 0; i < scores.length; i++) {
    const score = scores[i]!;
    const left = scores.length - i;
    reach += score;
    for (let j = Math.min(picked, i + 1); j >= 0; j--) {
      const distribution = byPicked[j]!;
      const stay = 1 - (picked - j) / left;
      for (let sum = 0; sum <= reach; sum++) distribution[sum]! *= stay;
      if (j === 0) continue;
      const take = (picked - j + 1) / left;
      const before = byPicked[j - 1]!;
      for (let sum = score; sum <= reach; sum++) distribution[sum]! += take * before[sum - score]!;
    }
  }
  return byPicked[picked]!;
}

/**
 * The sum of the scores that a fair coin gives to the positive side.
 *
 * @param scores whole, not negative: ranks 1 to n give R's dsignrank
 * @returns shape (sum of all scores + 1)
 */
export function signedSumDistribution(scores: ArrayLike<number>): Float64Array {
  const total = sumOf(scores, 0, scores.length - 1);
  requireFeasible(total * scores.length);
  const distribution = new Float64Array(total + 1);
  distribution[0] = 1;
  for (let i = 0, reach = 0; i < scores.length; i++) {
    const score = scores[i]!;
    reach += score;
    for (let sum = reach; sum >= 0; sum--)
      distribution[sum] = (distribution[sum]! + (sum >= score ? distribution[sum - score]! : 0)) / 2;
  }
  return distribution;
}

/**
 * Two-sided: the probability of a statistic at least as far from its mean as the one observed, on either side.
 *
 * @param twiceMean twice the mean of the distribution
 */
export function exactPValue(
  distribution: Float64Array,
  observed: number,
  twiceMean: number,
  alternative: Alternative,
): number {
  const last = distribution.length - 1;
  if (alternative === 'less') return Math.min(1, sumOf(distribution, 0, observed));
  if (alternative === 'greater') return Math.min(1, sumOf(distribution, observed, last));
  const low = Math.min(observed, twiceMean - observed);
  const high = Math.max(observed, twiceMean - observed);
  if (low === high) return 1;
  return Math.min(1, sumOf(distribution, 0, low) + sumOf(distribution, Math.max(0, high), last));
}

const FUZZ = 10 * Number.EPSILON;

/** The least value that is reached with at least this probability (R's qwilcox, qsignrank). */
export function exactQuantile(distribution: Float64Array, probability: number): number {
  let value = 0;
  let sum = distribution[0]!;
  while (sum < probability - FUZZ && value < distribution.length - 1) sum += distribution[++value]!;
  return value;
}
