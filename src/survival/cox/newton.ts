/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { cholesky, type Cholesky, choleskySolve } from '../../numerics/index.ts';
import { CERTAIN, LIKELY, separationAlong } from './failures.ts';
import { type CoxDerivatives, coxDerivatives } from './likelihood.ts';
import type { CoxProblem } from './sweep.ts';

const MAX_ITERATIONS = 60;
const MAX_HALVINGS = 30;
/**
 * A Newton step this small, in standard deviations of the covariate, ends the search once it is made: what is left
 * is of the order of its square.
 */
const STEP_TOLERANCE = 1e-6;
/** A pivot this small beside its diagonal element, or beside the sum that it is a difference of, is zero. */
const SINGULAR = 1e-11;
/** When to look for separation while steps don't shrink: a likelihood of large effects has settled by then. */
const SUSPICIOUS_AFTER = 10;
const SUSPICIOUS_EVERY = 5;
const SUSPICIOUS_STEP = 0.05;

export interface NewtonResult {
  readonly beta: Float64Array;
  /** At beta. */
  readonly derivatives: CoxDerivatives;
  /** At 0. */
  readonly start: CoxDerivatives;
  readonly factor: Cholesky;
  readonly startFactor: Cholesky;
  readonly iterations: number;
}

/** The information's factor, or the first column whose pivot is zero. */
const factorise = ({ information, rawDiagonal }: CoxDerivatives, p: number): Cholesky => {
  const factor = cholesky(information, p, SINGULAR);
  const upTo = factor.singularColumn < 0 ? p : factor.singularColumn;
  for (let j = 0; j < upTo; j++) {
    if (factor.lower[j * p + j]! ** 2 <= SINGULAR * rawDiagonal[j]!) return { ...factor, singularColumn: j };
  }
  return factor;
};

const largestStep = (step: Float64Array): number =>
  step.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Why the search ended without an answer: the likelihood has none, if that can be shown. */
const failure = (problem: CoxProblem, step: Float64Array, beta: Float64Array): CdsError => {
  for (const direction of [step, beta]) {
    const separation = separationAlong(problem, direction, LIKELY);
    if (separation !== undefined) return separation;
  }
  const column = step.reduce((best, value, j) => (Math.abs(value) > Math.abs(step[best]!) ? j : best), 0);
  return new CdsError('COX_NOT_CONVERGED', `the coefficient of column ${column} has not settled`);
};

/**
 * The maximum of the partial likelihood by Newton-Raphson with step-halving, from 0.
 *
 * @throws {CdsError} COX_COLLINEAR where the information is singular at 0; COX_SEPARATED where the likelihood is
 *   monotone along the direction that the steps take; else COX_NOT_CONVERGED
 */
export function maximise(problem: CoxProblem): NewtonResult {
  const p = problem.columns;
  let beta: Float64Array = new Float64Array(p);
  const start = coxDerivatives(problem, beta);
  const startFactor = factorise(start, p);
  if (startFactor.singularColumn >= 0) throw collinear(startFactor.singularColumn);
  let [derivatives, factor] = [start, startFactor];
  let step: Float64Array = new Float64Array(p);
  for (let iterations = 1; iterations <= MAX_ITERATIONS; iterations++) {
    step = choleskySolve(factor, derivatives.gradient);
    lookForSeparation(problem, step, iterations);
    const next = lineSearch(problem, beta, step, derivatives.logLikelihood);
    if (next === undefined) break;
    const settled = next.whole && isSettled(step, beta);
    ({ beta, derivatives } = next);
    factor = factorise(derivatives, p);
    if (factor.singularColumn >= 0) break;
    if (settled) return { beta, derivatives, start, factor, startFactor, iterations };
  }
  throw failure(problem, step, beta);
}

const collinear = (column: number): CdsError =>
  new CdsError(
    'COX_COLLINEAR',
    `column ${column} follows from the columns before it, or is constant in every risk set`,
  );

const isSettled = (step: Float64Array, beta: Float64Array): boolean =>
  step.every((value, j) => Math.abs(value) <= STEP_TOLERANCE * Math.max(1, Math.abs(beta[j]!)));

const lookForSeparation = (problem: CoxProblem, step: Float64Array, iteration: number): void => {
  if (iteration < SUSPICIOUS_AFTER || iteration % SUSPICIOUS_EVERY !== 0) return;
  if (largestStep(step) < SUSPICIOUS_STEP) return;
  const separation = separationAlong(problem, step, CERTAIN);
  if (separation !== undefined) throw separation;
};

interface Move {
  readonly beta: Float64Array;
  readonly derivatives: CoxDerivatives;
  readonly whole: boolean;
}

/** The Newton step, halved until the likelihood does not fall (beyond rounding). */
const lineSearch = (
  problem: CoxProblem,
  beta: Float64Array,
  step: Float64Array,
  logLikelihood: number,
): Move | undefined => {
  const slack = 1e-10 * Math.max(1, Math.abs(logLikelihood));
  for (let halving = 0, fraction = 1; halving <= MAX_HALVINGS; halving++, fraction /= 2) {
    const candidate = beta.map((value, j) => value + fraction * step[j]!);
    const derivatives = coxDerivatives(problem, candidate);
    if (derivatives.logLikelihood >= logLikelihood - slack) {
      return { beta: candidate, derivatives, whole: fraction === 1 };
    }
  }
  return undefined;
};
