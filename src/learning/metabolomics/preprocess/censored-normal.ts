/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../../domain/index.ts';
import { inverseMillsRatio, logNormalLowerTail } from './mills-ratio.ts';

/** A normal distribution; of logarithms, so that concentrations are lognormal. */
export interface NormalFit {
  readonly mean: number;
  readonly sd: number;
}

/** Values of one analyte, one scale: where `limit` is a number the value is only known to lie below it. */
export interface CensoredValues {
  /** Shape (n); NaN = missing. Not read where censored. */
  readonly values: Float64Array;
  /** Shape (n); NaN = not censored. */
  readonly limits: Float64Array;
}

interface Sample {
  readonly observed: Float64Array;
  readonly limits: Float64Array;
}

const MAX_ITERATIONS = 100;
const TOLERANCE = 1e-12;

const refuse = (detail: string): never => {
  throw new CdsError('LEARNING_INPUT_INVALID', detail);
};

const split = ({ values, limits }: CensoredValues): Sample => {
  if (values.length !== limits.length)
    refuse(`limits has ${String(limits.length)} values, values ${String(values.length)}`);
  const isFree = (at: number): boolean => Number.isNaN(limits[at]!);
  const observed = values.filter((value, at) => isFree(at) && !Number.isNaN(value));
  const below = limits.filter((limit) => !Number.isNaN(limit));
  if (![...observed, ...below].every(Number.isFinite)) refuse('a value or limit is infinite');
  return { observed, limits: below };
};

const meanOf = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Log-likelihood, gradient and Hessian in delta = mean / sd and theta = 1 / sd, where it is concave (Olsen). */
interface Likelihood {
  readonly value: number;
  readonly gradient: readonly [number, number];
  readonly hessian: readonly [number, number, number];
}

const likelihood = ({ observed, limits }: Sample, delta: number, theta: number): Likelihood => {
  let value = observed.length * Math.log(theta);
  let [gDelta, gTheta] = [0, observed.length / theta];
  let [hDelta, hCross, hTheta] = [-observed.length, 0, -observed.length / (theta * theta)];
  for (const y of observed) {
    const residual = theta * y - delta;
    value -= (residual * residual) / 2;
    gDelta += residual;
    gTheta -= residual * y;
    hCross += y;
    hTheta -= y * y;
  }
  for (const limit of limits) {
    const z = theta * limit - delta;
    const ratio = inverseMillsRatio(z);
    const curvature = -ratio * (z + ratio);
    value += logNormalLowerTail(z);
    gDelta -= ratio;
    gTheta += ratio * limit;
    hDelta += curvature;
    hCross -= curvature * limit;
    hTheta += curvature * limit * limit;
  }
  return { value, gradient: [gDelta, gTheta], hessian: [hDelta, hCross, hTheta] };
};

const newtonStep = ({ gradient: [gd, gt], hessian: [hd, hc, ht] }: Likelihood): readonly [number, number] => {
  const determinant = hd * ht - hc * hc;
  return [(hc * gt - ht * gd) / determinant, (hc * gd - hd * gt) / determinant];
};

/** Newton with step halving on centred and scaled values. */
const maximise = (sample: Sample): readonly [delta: number, theta: number] => {
  let [delta, theta] = [0, 1];
  let current = likelihood(sample, delta, theta);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const [stepDelta, stepTheta] = newtonStep(current);
    let share = 1;
    let next: Likelihood | undefined;
    for (; share > 1e-10; share /= 2) {
      if (theta + share * stepTheta <= 0) continue;
      next = likelihood(sample, delta + share * stepDelta, theta + share * stepTheta);
      if (next.value >= current.value - Math.abs(current.value) * 1e-14) break;
    }
    if (next === undefined) break;
    delta += share * stepDelta;
    theta += share * stepTheta;
    current = next;
    if (share * (Math.abs(stepDelta) + Math.abs(stepTheta) / theta) < TOLERANCE * (1 + Math.abs(delta)))
      return [delta, theta];
  }
  throw new CdsError('LEARNING_NOT_CONVERGED', 'the likelihood of left-censored values has no maximum');
};

/**
 * The normal distribution of left-censored values, by maximum likelihood: an observed value counts with its
 * density, one below its limit of detection with P(X < limit). On log concentrations this is the censored
 * lognormal, which replacing by limit / sqrt(2) only approximates.
 *
 * @returns mean and sd (the maximum likelihood one: divided by n without censoring), in the values' unit
 * @throws {CdsError} LEARNING_INPUT_INVALID: lengths that differ, infinite values, fewer than two different observed
 *   values; LEARNING_NOT_CONVERGED
 * @see Olsen 1978, doi:10.2307/1913082 (concavity). Equals R's
 *   survreg(Surv(x, observed, type = "left") ~ 1, dist = "gaussian")
 */
export function fitCensoredNormal(input: CensoredValues): NormalFit {
  const sample = split(input);
  const centre = meanOf(sample.observed);
  const squares = sample.observed.map((value) => (value - centre) ** 2);
  const scale = Math.sqrt(meanOf(squares));
  if (!(scale > 1e-12 * Math.max(1, Math.abs(centre))))
    refuse('fewer than two different values are observed');
  if (sample.limits.length === 0) return { mean: centre, sd: scale };
  const standard = (values: Float64Array): Float64Array => values.map((value) => (value - centre) / scale);
  const [delta, theta] = maximise({
    observed: standard(sample.observed),
    limits: standard(sample.limits),
  });
  return { mean: centre + (scale * delta) / theta, sd: scale / theta };
}

/** E[X | X < limit] of a normal; always below the limit. NaN where the limit is. */
export const conditionalMean = ({ mean, sd }: NormalFit, limit: number): number =>
  mean - sd * inverseMillsRatio((limit - mean) / sd);
