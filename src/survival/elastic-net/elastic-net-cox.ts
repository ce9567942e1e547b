/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { breslowEtaDerivatives } from '../cox/breslow-likelihood.ts';
import {
  requireEvent,
  requireFinite,
  requirePositive,
  type SurvivalData,
  validateSurvivalData,
} from '../data.ts';
import { type NetProblem, solveElasticNet } from './solver.ts';
import { buildRiskSets } from '../cox/risk-sets.ts';

export interface ElasticNetCoxInput {
  /** Covariates, shape (n, columns), row-major, finite. A constant column keeps the coefficient 0. */
  readonly x: Float64Array;
  readonly columns: number;
  readonly data: SurvivalData;
  /** Shape (n): rows of different strata have different baselines. */
  readonly strata?: Int32Array;
  /** Case weights, shape (n), positive. */
  readonly weights?: Float64Array;
  /** Share of the L1 penalty in [0, 1]: 1 is the LASSO, 0 ridge. */
  readonly alpha: number;
  /** Penalties, descending; by default `lambdaCount` of them, geometric from the smallest that leaves all at 0. */
  readonly lambdas?: Float64Array;
  /** Default 100. */
  readonly lambdaCount?: number;
  /** Last lambda over the first; default 0.01 where columns > n, else 0.0001. */
  readonly lambdaMinRatio?: number;
  /** Penalise in units of each column's standard deviation (default) or in its own units. */
  readonly standardise?: boolean;
  /** Largest violation of the optimality conditions, as a share of the largest useful lambda; default 1e-6. */
  readonly kktTolerance?: number;
}

export interface ElasticNetCoxPath {
  readonly alpha: number;
  /** Descending, shape (m). */
  readonly lambdas: Float64Array;
  /** m vectors of shape (columns), per unit of the covariates as given; positive means earlier events. */
  readonly coefficients: readonly Float64Array[];
  /** Breslow's log partial likelihood of the data at each lambda, without the penalty; shape (m). */
  readonly logLikelihoods: Float64Array;
}

/**
 * Cox regression with an elastic-net penalty, along a path of penalties, by coordinate descent with warm starts:
 * at each lambda the minimum over beta of
 *   -(1 / sum of weights) * log partial likelihood(beta) + lambda * (alpha |beta|_1 + (1 - alpha) / 2 |beta|^2)
 * Breslow ties, delayed entry, strata. Unlike glmnet a row censored at an event time is at risk there.
 *
 * @throws {CdsError} SURVIVAL_INPUT_INVALID; COX_NOT_CONVERGED, naming the lambda (from 0): often a path that
 *   goes too far down for the number of events
 * @see Simon et al. 2011, doi:10.18637/jss.v039.i05; equals glmnet(family = "cox")
 */
export function elasticNetCox(input: ElasticNetCoxInput): ElasticNetCoxPath {
  const { data, columns: p, alpha } = input;
  const n = validateNetInput(input);
  const weights = input.weights ?? new Float64Array(n).fill(1);
  const { byColumn, scale } = standardisedColumns(input, weights);
  const problem: NetProblem = { sets: buildRiskSets(data, input.strata), byColumn, weights, alpha };
  const largest = largestLambda(problem);
  const lambdas = input.lambdas ?? lambdaPath(largest, input, n);
  const tolerance = (input.kktTolerance ?? 1e-6) * largest;
  const logLikelihoods = new Float64Array(lambdas.length);
  const coefficients: Float64Array[] = [];
  let beta: Float64Array = new Float64Array(p);
  lambdas.forEach((lambda, index) => {
    const solution = solveElasticNet(problem, lambda, beta, tolerance);
    if (solution === undefined) throw new CdsError('COX_NOT_CONVERGED', `elastic net at lambda ${index}`);
    beta = solution.beta;
    logLikelihoods[index] = solution.logLikelihood;
    coefficients.push(beta.map((value, j) => (scale[j] === 0 ? 0 : value / scale[j]!)));
  });
  return { alpha, lambdas: lambdas.slice(), coefficients, logLikelihoods };
}

const refuse = (detail: string): never => {
  throw new CdsError('SURVIVAL_INPUT_INVALID', detail);
};

const validateNetInput = (input: ElasticNetCoxInput): number => {
  const { x, columns, data, strata, weights, alpha, lambdas } = input;
  const n = validateSurvivalData(data);
  requireEvent(data);
  requireFinite(x, n * columns, 'x');
  if (weights !== undefined) requirePositive(weights, n, 'weights');
  if (strata !== undefined && strata.length !== n) refuse(`strata has ${strata.length} values, not ${n}`);
  if (!(alpha >= 0 && alpha <= 1)) refuse('alpha is not in [0, 1]');
  if (lambdas !== undefined) validateLambdas(lambdas);
  return n;
};

const validateLambdas = (lambdas: Float64Array): void => {
  requirePositive(lambdas, lambdas.length, 'lambdas');
  if (lambdas.length === 0) refuse('there are no lambdas');
  if (lambdas.some((lambda, k) => k > 0 && lambda > lambdas[k - 1]!)) refuse('lambdas are not descending');
};

/** Columns centred at their weighted mean and divided by their weighted SD (or 1): p arrays of shape (n). */
const standardisedColumns = (
  { x, columns: p, standardise = true }: ElasticNetCoxInput,
  weights: Float64Array,
): { byColumn: Float64Array[]; scale: Float64Array } => {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const scale = new Float64Array(p);
  const byColumn = Array.from({ length: p }, (_, j) => {
    const column = weights.map((_weight, row) => x[row * p + j]!);
    const largest = column.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const mean = column.reduce((sum, value, row) => sum + weights[row]! * value, 0) / total;
    const squares = column.reduce((sum, value, row) => sum + weights[row]! * (value - mean) ** 2, 0);
    const sd = Math.sqrt(squares / total);
    const constant = !(sd > 1e-13 * largest);
    const divisor = standardise ? sd : 1;
    scale[j] = constant ? 0 : divisor;
    return column.map((value) => (constant ? 0 : (value - mean) / divisor));
  });
  return { byColumn, scale };
};

/** The smallest lambda at which every coefficient is 0 (for near-ridge, that of alpha = 0.001, as glmnet). */
const largestLambda = ({ sets, byColumn, weights, alpha }: NetProblem): number => {
  const { gradient } = breslowEtaDerivatives(sets, weights, new Float64Array(sets.rows));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const slopes = byColumn.map((column) =>
    Math.abs(column.reduce((sum, value, i) => sum + value * gradient[i]!, 0)),
  );
  const steepest = slopes.reduce((a, b) => Math.max(a, b), 0);
  if (steepest === 0) refuse('every column is constant');
  return steepest / total / Math.max(alpha, 1e-3);
};

const lambdaPath = (largest: number, input: ElasticNetCoxInput, n: number): Float64Array => {
  const { lambdaCount = 100, lambdaMinRatio = input.columns > n ? 0.01 : 1e-4 } = input;
  if (!Number.isInteger(lambdaCount) || lambdaCount < 1) refuse('lambdaCount is not a positive integer');
  if (!(lambdaMinRatio > 0 && lambdaMinRatio < 1)) refuse('lambdaMinRatio is not in (0, 1)');
  const last = Math.max(1, lambdaCount - 1);
  return Float64Array.from({ length: lambdaCount }, (_, k) => largest * lambdaMinRatio ** (k / last));
};
