/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { cholesky, choleskyInverse, choleskySolve } from '../../numerics/index.ts';
import { type CoxDerivatives, coxDerivatives, type CoxProblem, type Ties } from './likelihood.ts';
import { scoreResiduals } from './residuals.ts';
import {
  requireEvent,
  requireFinite,
  requirePositive,
  type SurvivalData,
  validateSurvivalData,
} from '../data.ts';
import { buildRiskSets } from './risk-sets.ts';

export interface CoxInput {
  /** Covariates, shape (n, columns), row-major, finite. */
  readonly x: Float64Array;
  readonly columns: number;
  readonly data: SurvivalData;
  /** Shape (n): rows of different strata have different baselines. */
  readonly strata?: Int32Array;
  /** Shape (n): rows of one cluster (a patient) are dependent; asks for the robust covariance. */
  readonly cluster?: Int32Array;
  /** Case weights, shape (n), positive. */
  readonly weights?: Float64Array;
  readonly ties: Ties;
}

export interface CoxFit {
  /** Log hazard ratios per unit, shape (columns): positive means earlier events. */
  readonly coefficients: Float64Array;
  /** Inverse of the information, shape (columns, columns), row-major (R: naive.var). */
  readonly covariance: Float64Array;
  /** Lin & Wei's sandwich, grouped by cluster, same shape; absent without `cluster` (R: var). */
  readonly robustCovariance?: Float64Array;
  readonly logLikelihood: { readonly null: number; readonly fitted: number };
  readonly iterations: number;
  readonly events: number;
}

const MAX_ITERATIONS = 40;
const MAX_HALVINGS = 30;
/** A Newton step this small, in standard deviations of the covariate, ends the search. */
const STEP_TOLERANCE = 1e-8;

/**
 * Cox proportional hazards regression by Newton-Raphson with step-halving; delayed entry, strata, case weights
 * and Efron's or Breslow's handling of ties.
 *
 * Separation is recognised by a Newton step that doesn't shrink although the likelihood has settled.
 *
 * @throws {CdsError} SURVIVAL_INPUT_INVALID; COX_NOT_CONVERGED, naming the column (from 0) that is constant,
 *   collinear with those before it, or whose coefficient runs to infinity
 * @see Therneau & Grambsch 2000, doi:10.1007/978-1-4757-3294-8; Lin & Wei 1989,
 *   doi:10.1080/01621459.1989.10478874; equals R's survival::coxph
 */
export function fitCox(input: CoxInput): CoxFit {
  const { data, columns: p, ties } = input;
  const n = validateCoxInput(input);
  const { x, scale } = standardise(input.x, n, p);
  const weights = input.weights ?? new Float64Array(n).fill(1);
  const problem: CoxProblem = { sets: buildRiskSets(data, input.strata), x, columns: p, weights, ties };
  const { beta, derivatives, nullLogLikelihood, iterations } = newton(problem);
  const inverse = choleskyInverse(factorInformation(derivatives, p, beta));
  const rescale = (matrix: Float64Array): Float64Array =>
    matrix.map((value, at) => value / (scale[Math.floor(at / p)]! * scale[at % p]!));
  return {
    coefficients: beta.map((value, j) => value / scale[j]!),
    covariance: rescale(inverse),
    ...(input.cluster && { robustCovariance: rescale(sandwich(problem, beta, inverse, input.cluster)) }),
    logLikelihood: { null: nullLogLikelihood, fitted: derivatives.logLikelihood },
    iterations,
    events: problem.sets.deaths.rows.length,
  };
}

const validateCoxInput = ({ x, columns, data, strata, cluster, weights }: CoxInput): number => {
  const n = validateSurvivalData(data);
  requireEvent(data);
  if (!Number.isInteger(columns) || columns < 1)
    throw new CdsError('SURVIVAL_INPUT_INVALID', 'no covariates');
  requireFinite(x, n * columns, 'x');
  if (weights !== undefined) requirePositive(weights, n, 'weights');
  for (const [name, values] of [['strata', strata] as const, ['cluster', cluster] as const]) {
    if (values !== undefined && values.length !== n) {
      throw new CdsError('SURVIVAL_INPUT_INVALID', `${name} has ${values.length} values, not ${n}`);
    }
  }
  return n;
};

/** Centred at the mean, divided by the standard deviation; a constant column is refused. */
const standardise = (raw: Float64Array, n: number, p: number): { x: Float64Array; scale: Float64Array } => {
  const x = raw.slice();
  const scale = new Float64Array(p);
  for (let j = 0; j < p; j++) {
    let [sum, squares, largest] = [0, 0, 0];
    for (let i = 0; i < n; i++) sum += x[i * p + j]!;
    const mean = sum / n;
    for (let i = 0; i < n; i++) {
      largest = Math.max(largest, Math.abs(x[i * p + j]!));
      x[i * p + j] = x[i * p + j]! - mean;
      squares += x[i * p + j]! ** 2;
    }
    const sd = Math.sqrt(squares / n);
    if (!(sd > 1e-13 * largest)) throw new CdsError('COX_NOT_CONVERGED', `column ${j} is constant`);
    scale[j] = sd;
    for (let i = 0; i < n; i++) x[i * p + j] = x[i * p + j]! / sd;
  }
  return { x, scale };
};

const largestColumn = (values: Float64Array): number =>
  values.reduce((best, value, j) => (Math.abs(value) > Math.abs(values[best]!) ? j : best), 0);

/** At the start a singular information means collinear columns; later on, a likelihood gone flat. */
const factorInformation = ({ information }: CoxDerivatives, p: number, beta: Float64Array) => {
  const factor = cholesky(information, p, 1e-11);
  if (factor.singularColumn < 0) return factor;
  throw beta.every((value) => value === 0)
    ? new CdsError(
        'COX_NOT_CONVERGED',
        `column ${factor.singularColumn} is collinear with earlier columns, or constant in every risk set`,
      )
    : notConverged(beta);
};

const notConverged = (values: Float64Array): CdsError =>
  new CdsError('COX_NOT_CONVERGED', `the coefficient of column ${largestColumn(values)} may be infinite`);

interface NewtonResult {
  readonly beta: Float64Array;
  readonly derivatives: CoxDerivatives;
  readonly nullLogLikelihood: number;
  readonly iterations: number;
}

const newton = (problem: CoxProblem): NewtonResult => {
  const p = problem.columns;
  let beta: Float64Array = new Float64Array(p);
  let derivatives = coxDerivatives(problem, beta);
  const nullLogLikelihood = derivatives.logLikelihood;
  let step: Float64Array = new Float64Array(p);
  for (let iterations = 1; iterations <= MAX_ITERATIONS; iterations++) {
    step = choleskySolve(factorInformation(derivatives, p, beta), derivatives.gradient);
    const next = lineSearch(problem, beta, step, derivatives.logLikelihood);
    ({ beta, derivatives } = next);
    if (step.every((value, j) => Math.abs(value) <= STEP_TOLERANCE * Math.max(1, Math.abs(beta[j]!)))) {
      return { beta, derivatives, nullLogLikelihood, iterations };
    }
  }
  throw notConverged(step);
};

/** The Newton step, halved until the likelihood does not fall (beyond rounding). */
const lineSearch = (
  problem: CoxProblem,
  beta: Float64Array,
  step: Float64Array,
  logLikelihood: number,
): { beta: Float64Array; derivatives: CoxDerivatives } => {
  const slack = 1e-10 * Math.max(1, Math.abs(logLikelihood));
  for (let halving = 0, fraction = 1; halving <= MAX_HALVINGS; halving++, fraction /= 2) {
    const candidate = beta.map((value, j) => value + fraction * step[j]!);
    const derivatives = coxDerivatives(problem, candidate);
    if (derivatives.logLikelihood >= logLikelihood - slack) return { beta: candidate, derivatives };
  }
  throw notConverged(step);
};

/** D'D, where row c of D is the summed, weighted dfbeta of cluster c. */
const sandwich = (
  problem: CoxProblem,
  beta: Float64Array,
  inverse: Float64Array,
  cluster: Int32Array,
): Float64Array => {
  const p = problem.columns;
  const residuals = scoreResiduals(problem, beta);
  const byCluster = new Map<number, Float64Array>();
  cluster.forEach((id, row) => {
    let sum = byCluster.get(id);
    if (sum === undefined) byCluster.set(id, (sum = new Float64Array(p)));
    for (let j = 0; j < p; j++) sum[j] = sum[j]! + problem.weights[row]! * residuals[row * p + j]!;
  });
  const result = new Float64Array(p * p);
  for (const score of byCluster.values()) {
    const dfbeta = score.map((_, j) => score.reduce((sum, value, k) => sum + value * inverse[k * p + j]!, 0));
    for (let at = 0; at < p * p; at++) {
      result[at] = result[at]! + dfbeta[Math.floor(at / p)]! * dfbeta[at % p]!;
    }
  }
  return result;
};
