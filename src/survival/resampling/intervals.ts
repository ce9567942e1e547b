/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { normalQuantile, normalUpperTail } from '../../numerics/index.ts';
import { refuse, requireLevel } from '../data.ts';
import { type Bootstrap, bootstrap, type BootstrapInput } from './bootstrap.ts';
import type { Resample } from './resample.ts';

/**
 * - `percentile`: quantiles of the replicates
 * - `basic`: the same, mirrored at the estimate
 * - `bca`: bias-corrected and accelerated: percentiles moved by the median bias and by how the error grows with the
 *   estimate; second-order accurate
 */
export type BootstrapMethod = 'percentile' | 'basic' | 'bca';

export interface BootstrapIntervalOptions {
  /** Default `percentile`. */
  readonly method?: BootstrapMethod;
  /** Coverage, in (0, 1); default .95. */
  readonly level?: number;
  /** Which of the statistic's numbers; default 0. */
  readonly index?: number;
}

export interface BootstrapInterval {
  readonly estimate: number;
  /** Standard deviation of the replicates. */
  readonly standardError: number;
  readonly lower: number;
  readonly upper: number;
}

/** Order statistic (B + 1) p, interpolated; the extremes beyond them. R's quantile(type = 6). */
const orderStatistic = (sorted: Float64Array, p: number): number => {
  const position = Math.min(Math.max((sorted.length + 1) * p - 1, 0), sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  return low + (position - below) * (sorted[Math.min(below + 1, sorted.length - 1)]! - low);
};

const standardDeviation = (values: Float64Array): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
};

const normalLowerTail = (z: number): number => normalUpperTail(-z);

/** The acceleration: a sixth of the skewness of the influences, which leaving out one patient gives. */
const acceleration = (values: Float64Array, strata: readonly Int32Array[]): number => {
  let [squares, cubes] = [0, 0];
  for (const stratum of strata) {
    const size = stratum.length;
    const mean = stratum.reduce((sum, unit) => sum + values[unit]!, 0) / size;
    for (const unit of stratum) {
      const influence = ((size - 1) * (mean - values[unit]!)) / size;
      squares += influence ** 2;
      cubes += influence ** 3;
    }
  }
  if (squares === 0) refuse('leaving out a patient changes nothing: there is no acceleration');
  return cubes / (6 * squares ** 1.5);
};

/** The shares of the replicates at which the BCa interval ends. */
const bcaShares = (
  result: Bootstrap,
  sorted: Float64Array,
  index: number,
  tails: readonly [number, number],
): [number, number] => {
  const { leaveOneOut, estimate } = result;
  if (leaveOneOut === undefined) return refuse('bca needs a bootstrap with jackknife: true');
  const k = estimate.length;
  const below = sorted.filter((value) => value < estimate[index]!).length / sorted.length;
  if (below === 0 || below === 1) refuse('the estimate lies beyond all replicates: no bias correction');
  const bias = normalQuantile(below);
  const a = acceleration(
    leaveOneOut.values.filter((_, at) => at % k === index),
    leaveOneOut.strata,
  );
  const share = (tail: number): number => {
    const moved = bias + normalQuantile(tail);
    if (!(a * moved < 1)) refuse('the skewness is too large for a bca interval of this level');
    return normalLowerTail(bias + moved / (1 - a * moved));
  };
  return [share(tails[0]), share(tails[1])];
};

const replicatesOf = ({ estimate, replicates }: Bootstrap, level: number, index: number) => {
  requireLevel(level);
  const k = estimate.length;
  const value = estimate[index];
  if (value === undefined) return refuse(`index is ${index}; the statistic has ${k} numbers`);
  const sorted = replicates.filter((_, at) => at % k === index).sort();
  if (sorted.length < 2) refuse('an interval needs at least 2 resamples');
  return { estimate: value, sorted };
};

/**
 * Bootstrap confidence interval of one of the statistic's numbers.
 *
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, also where BCa has no bias correction or acceleration
 * @see Efron 1987, doi:10.1080/01621459.1987.10478410; Davison & Hinkley 1997, sections 5.2, 5.3; equals boot.ci of
 *   R's package boot where (resamples + 1) times the tail is whole
 */
export function bootstrapInterval(
  result: Bootstrap,
  { method = 'percentile', level = 0.95, index = 0 }: BootstrapIntervalOptions = {},
): BootstrapInterval {
  const { estimate, sorted } = replicatesOf(result, level, index);
  const tails = [(1 - level) / 2, (1 + level) / 2] as const;
  const shares = method === 'bca' ? bcaShares(result, sorted, index, tails) : tails;
  const [low, high] = [orderStatistic(sorted, shares[0]), orderStatistic(sorted, shares[1])];
  const standardError = standardDeviation(sorted);
  return method === 'basic'
    ? { estimate, standardError, lower: 2 * estimate - high, upper: 2 * estimate - low }
    : { estimate, standardError, lower: low, upper: high };
}

/**
 * Paired bootstrap of a difference: both statistics on the same resamples, so that what the patients have in common
 * cancels out.
 *
 * @returns of each resample [first, second, first - second]: indices 0, 1 and 2 of `bootstrapInterval`
 * @throws {CdsError} as `bootstrap`
 */
export function pairedBootstrap(
  input: Omit<BootstrapInput, 'statistic'> & {
    readonly first: (resample: Resample) => number;
    readonly second: (resample: Resample) => number;
  },
): Bootstrap {
  const { first, second, ...rest } = input;
  const statistic = (resample: Resample): [number, number, number] => {
    const [a, b] = [first(resample), second(resample)];
    return [a, b, a - b];
  };
  return bootstrap({ ...rest, statistic });
}
