import { normalUpperTail } from '../../numerics/index.ts';
import type { Alternative } from './input.ts';

const correctionOf = (deviation: number, alternative: Alternative): number => {
  if (alternative === 'two-sided') return 0.5 * Math.sign(deviation);
  return alternative === 'greater' ? 0.5 : -0.5;
};

/**
 * @param deviation of the statistic from its mean under the null hypothesis
 * @param standardDeviation 0 where all values are equal: there is then nothing against the null hypothesis, p = 1
 */
export function normalPValue(
  deviation: number,
  standardDeviation: number,
  alternative: Alternative,
  continuityCorrection: boolean,
): number {
  if (!(standardDeviation > 0)) return 1;
  const correction = continuityCorrection ? correctionOf(deviation, alternative) : 0;
  const z = (deviation - correction) / standardDeviation;
  if (alternative === 'two-sided') return Math.min(1, 2 * normalUpperTail(Math.abs(z)));
  return normalUpperTail(alternative === 'greater' ? z : -z);
}

/** Standard deviation of the rank sum of m of m + n values. @param tieTerm sum of t^3 - t over the ties */
export function rankSumDeviation(m: number, n: number, tieTerm: number): number {
  const all = m + n;
  if (all < 2) return 0;
  const variance = ((m * n) / 12) * (all + 1 - tieTerm / (all * (all - 1)));
  // All tied: rounding may leave something of 0.
  return tieTerm === all ** 3 - all ? 0 : Math.sqrt(variance);
}
