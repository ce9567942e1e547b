/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { chiSquareUpperTail, cholesky, choleskySolve, midRanks } from '../../numerics/index.ts';
import { kaplanMeier } from '../curves/index.ts';
import type { CoxFit } from './cox.ts';
import type { CoxInput } from './design.ts';
import { weightedInformation } from './likelihood.ts';
import { fittedDesign } from './residuals.ts';
import { type CoxProblem, type Sweep, sweepRiskSets } from './sweep.ts';
import type { ChiSquareTest } from './tests-of-fit.ts';

/**
 * The function of time that coefficients may change with: 1 - Kaplan-Meier just before it (without case weights,
 * over all strata), its rank among all ends of observation, the time itself, or its log.
 */
export type TimeTransform = 'km' | 'rank' | 'identity' | 'log';

export interface ProportionalityTest {
  readonly transform: TimeTransform;
  /** Of each column, one degree of freedom. */
  readonly columns: readonly ChiSquareTest[];
  /** Of all together, one degree of freedom a column. */
  readonly global: ChiSquareTest;
}

/**
 * Do the hazard ratios stay as they are over time? The score test of adding covariate times g(time) to a fit, for
 * each covariate and for all; a small p-value speaks against proportional hazards.
 *
 * @param input what was fitted, with ties other than exact
 * @param transform g; default 'km', which no late outlier dominates
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, also for 'log' of an event at time 0; COX_COLLINEAR where there are
 *   too few event times to tell a change (where cox.zph may answer with a rounding error), and what `fitCox` says of its input
 * @see Grambsch & Therneau 1994, doi:10.1093/biomet/81.3.515; equals R's cox.zph of survival 3 (which has the
 *   naive information of a robust fit too)
 */
export function proportionalityTest(
  input: CoxInput,
  fit: CoxFit,
  transform: TimeTransform = 'km',
): ProportionalityTest {
  const { problem, beta } = fittedDesign(input, fit);
  const p = problem.columns;
  const sweep = sweepRiskSets(problem, beta);
  const g = groupTransform(input, problem, transform);
  const plain = symmetric(weightedInformation(problem, sweep).information, p);
  const mixed = symmetric(weightedInformation(problem, sweep, g).information, p);
  const squared = weightedInformation(
    problem,
    sweep,
    g.map((value) => value * value),
  );
  const score = timeScore(problem, sweep, g);
  const remaining = schurComplement(plain, mixed, symmetric(squared.information, p), p);
  const columns = Array.from(score, (u, j) => {
    const variance = remaining[j * p + j]!;
    if (!(variance > 1e-11 * squared.rawDiagonal[j]!)) throw tooFewTimes(j);
    return chiSquare((u * u) / variance, 1);
  });
  const factor = cholesky(remaining, p, 1e-11);
  if (factor.singularColumn >= 0) throw tooFewTimes(factor.singularColumn);
  const whole = choleskySolve(factor, score).reduce((sum, value, j) => sum + value * score[j]!, 0);
  return { transform, columns, global: chiSquare(whole, p) };
}

const tooFewTimes = (column: number): CdsError =>
  new CdsError(
    'COX_COLLINEAR',
    `column ${column} times g(time) follows from the covariates: too few event times`,
  );

const chiSquare = (statistic: number, degreesOfFreedom: number): ChiSquareTest => ({
  statistic,
  degreesOfFreedom,
  pValue: chiSquareUpperTail(statistic, degreesOfFreedom),
});

const symmetric = (lower: Float64Array, p: number): Float64Array =>
  lower.map((value, at) => {
    const [j, k] = [Math.floor(at / p), at % p];
    return k <= j ? value : lower[k * p + j]!;
  });

/** What is left of `squared` when the covariates themselves have taken their part: squared - mixed plain^-1 mixed. */
const schurComplement = (
  plain: Float64Array,
  mixed: Float64Array,
  squared: Float64Array,
  p: number,
): Float64Array => {
  const factor = cholesky(plain, p);
  if (factor.singularColumn >= 0) throw tooFewTimes(factor.singularColumn);
  const result = squared.slice();
  for (let j = 0; j < p; j++) {
    const solved = choleskySolve(factor, mixed.slice(j * p, (j + 1) * p));
    for (let k = 0; k < p; k++) {
      for (let i = 0; i < p; i++) result[k * p + j] = result[k * p + j]! - mixed[k * p + i]! * solved[i]!;
    }
  }
  return result;
};

/** g of each group's time, less its mean over the events. */
const groupTransform = (input: CoxInput, { sets }: CoxProblem, transform: TimeTransform): Float64Array => {
  const eventTimes = input.data.time.filter((_, row) => input.data.event[row] === 1);
  const values = TRANSFORMS[transform](eventTimes, input);
  if (!values.every(Number.isFinite)) {
    throw new CdsError('SURVIVAL_INPUT_INVALID', `transform ${transform} of an event time is not finite`);
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const atTime = new Map(Array.from(eventTimes, (time, k) => [time, values[k]! - mean]));
  return sets.groupTime.map((time) => atTime.get(time)!);
};

type Transform = (eventTimes: Float64Array, input: CoxInput) => Float64Array;

const TRANSFORMS: Record<TimeTransform, Transform> = {
  identity: (times) => times,
  log: (times) => times.map(Math.log),
  // Among all ends of observation, as cox.zph has it; censored ones take ranks too.
  rank: (times, { data }) => {
    const { ranks } = midRanks(data.time);
    const rankOf = new Map(Array.from(data.time, (time, row) => [time, ranks[row]!]));
    return times.map((time) => rankOf.get(time)!);
  },
  km: (times, { data }) => {
    const curve = kaplanMeier(data);
    const before = new Map<number, number>();
    let survival = 1;
    curve.times.forEach((time, k) => {
      before.set(time, 1 - survival);
      survival = curve.survival[k]!;
    });
    return times.map((time) => before.get(time)!);
  },
};

/** The score of covariate times g: sum over events of g * (x - mean of its risk set). */
const timeScore = (
  { sets, x, columns: p, weights, steps }: CoxProblem,
  { mean }: Sweep,
  g: Float64Array,
): Float64Array => {
  const score = new Float64Array(p);
  for (let group = 0; group < sets.groups; group++) {
    for (let k = sets.deaths.start[group]!; k < sets.deaths.start[group + 1]!; k++) {
      const row = sets.deaths.rows[k]!;
      const weight = g[group]! * weights[row]!;
      for (let j = 0; j < p; j++) score[j] = score[j]! + weight * x[row * p + j]!;
    }
    for (let s = steps.start[group]!; s < steps.start[group + 1]!; s++) {
      const weight = g[group]! * steps.weight[s]!;
      for (let j = 0; j < p; j++) score[j] = score[j]! - weight * mean[s * p + j]!;
    }
  }
  return score;
};
