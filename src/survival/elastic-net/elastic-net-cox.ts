/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { breslowEtaDerivatives } from '../cox/breslow-likelihood.ts';
import {
  refuse,
  requireCount,
  requireEvent,
  requireFinite,
  requireLength,
  requirePositive,
  requirePositiveNumber,
  type SurvivalData,
  validateSurvivalData,
} from '../data.ts';
import { type NetProblem, solveElasticNet } from './solver.ts';
import { deviation } from '../cox/design.ts';
import { isCoxFailure } from '../cox/failures.ts';
import { maximise } from '../cox/newton.ts';
import { buildRiskSets } from '../cox/risk-sets.ts';
import { tieSteps } from '../cox/sweep.ts';

export interface ElasticNetCoxInput {
  /** Covariates, shape (n, columns), row-major, finite. A constant column keeps the coefficient 0. */
  readonly x: Float64Array;
  readonly columns: number;
  readonly data: SurvivalData;
  /** Shape (n): rows of different strata have different baselines. */
  readonly strata?: Int32Array;
  /** Case weights, shape (n), positive. */
  readonly weights?: Float64Array;
  /**
   * What multiplies the penalty of each column, shape (columns), not negative, brought to a mean of 1; default 1.
   * A column with 0 is always in the model, unpenalised.
   */
  readonly penaltyFactors?: Float64Array;
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
 * where each column's part of the penalty is multiplied by its factor.
 * Breslow ties, delayed entry, strata. Unlike glmnet a row censored at an event time is at risk there.
 *
 * @throws {CdsError} SURVIVAL_INPUT_INVALID; SURVIVAL_NO_EVENTS; COX_NOT_CONVERGED, naming the lambda (from 0):
 *   often a path that goes too far down for the number of events; or that the unpenalised columns have no estimate
 * @see Simon et al. 2011, doi:10.18637/jss.v039.i05; equals glmnet(family = "cox")
 */
export function elasticNetCox(input: ElasticNetCoxInput): ElasticNetCoxPath {
  const { data, alpha } = input;
  const n = validateNetInput(input);
  const weights = input.weights ?? new Float64Array(n).fill(1);
  const { byColumn, scale } = standardisedColumns(input, weights);
  const factors = penaltyFactors(input);
  const problem: NetProblem = { sets: buildRiskSets(data, input.strata), byColumn, weights, alpha, factors };
  const unpenalised = unpenalisedFit(problem, scale);
  const largest = largestLambda(problem, unpenalised);
  const lambdas = input.lambdas ?? lambdaPath(largest, input, n);
  const tolerance = (input.kktTolerance ?? 1e-6) * largest;
  const logLikelihoods = new Float64Array(lambdas.length);
  const coefficients: Float64Array[] = [];
  let beta = unpenalised;
  lambdas.forEach((lambda, index) => {
    const solution = solveElasticNet(problem, lambda, beta, tolerance);
    if (solution === undefined) throw new CdsError('COX_NOT_CONVERGED', `elastic net at lambda ${index}`);
    beta = solution.beta;
    logLikelihoods[index] = solution.logLikelihood;
    coefficients.push(beta.map((value, j) => (scale[j] === 0 ? 0 : value / scale[j]!)));
  });
  return { alpha, lambdas: lambdas.slice(), coefficients, logLikelihoods };
}

const validateNetInput = (input: ElasticNetCoxInput): number => {
  const { x, columns, data, strata, weights, alpha, lambdas, kktTolerance } = input;
  const n = validateSurvivalData(data);
  requireEvent(data);
  requireCount(columns, 'columns');
  requireFinite(x, n * columns, 'x');
  if (weights !== undefined) requirePositive(weights, n, 'weights');
  requireLength(strata, n, 'strata');
  if (kktTolerance !== undefined) requirePositiveNumber(kktTolerance, 'kktTolerance');
  if (!(alpha >= 0 && alpha <= 1)) refuse(`alpha is ${alpha}, not in [0, 1]`);
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
    const sd = deviation(squares / total, largest, j);
    const constant = sd === 0;
    const divisor = standardise ? sd : 1;
    scale[j] = constant ? 0 : divisor;
    return column.map((value) => (constant ? 0 : (value - mean) / divisor));
  });
  return { byColumn, scale };
};

/** Their mean brought to 1, as glmnet does. */
const penaltyFactors = ({ columns, penaltyFactors: given }: ElasticNetCoxInput): Float64Array => {
  if (given === undefined) return new Float64Array(columns).fill(1);
  requireFinite(given, columns, 'penaltyFactors');
  if (given.some((factor) => factor < 0)) refuse('penaltyFactors holds a negative value');
  const mean = given.reduce((sum, factor) => sum + factor, 0) / columns;
  if (mean === 0) refuse('penaltyFactors are all 0: no column is penalised; use fitCox');
  return given.map((factor) => factor / mean);
};

/** The coefficients where all penalised columns are at 0: where the path begins. */
const unpenalisedFit = (
  { sets, byColumn, weights, factors }: NetProblem,
  scale: Float64Array,
): Float64Array => {
  const beta = new Float64Array(byColumn.length);
  const free = [...factors.keys()].filter((j) => factors[j] === 0 && scale[j] !== 0);
  if (free.length === 0) return beta;
  const x = new Float64Array(sets.rows * free.length);
  free.forEach((j, k) => {
    byColumn[j]!.forEach((value, row) => (x[row * free.length + k] = value));
  });
  const ties = 'breslow';
  const problem = {
    sets,
    x,
    columns: free.length,
    weights,
    ties,
    steps: tieSteps(sets, weights, ties),
  } as const;
  try {
    const fitted = maximise(problem).beta;
    free.forEach((j, k) => (beta[j] = fitted[k]!));
    return beta;
  } catch (error) {
    if (!isCoxFailure(error)) throw error;
    const detail = `the unpenalised columns ${free.join(', ')} have no estimate; among them ${error.detail ?? ''}`;
    throw new CdsError(error.code, detail, { cause: error });
  }
};

/** The gradient's size in each column, shape (p). */
const slopesAt = ({ sets, byColumn, weights }: NetProblem, beta: Float64Array): Float64Array => {
  const eta = new Float64Array(sets.rows);
  byColumn.forEach((column, j) => {
    if (beta[j] !== 0) column.forEach((value, row) => (eta[row] = eta[row]! + value * beta[j]!));
  });
  const { gradient } = breslowEtaDerivatives(sets, weights, eta);
  return Float64Array.from(byColumn, (column) =>
    Math.abs(column.reduce((sum, value, row) => sum + value * gradient[row]!, 0)),
  );
};

/** The smallest lambda at which every penalised coefficient is 0 (near ridge, that of alpha = 0.001, as glmnet). */
const largestLambda = (problem: NetProblem, unpenalised: Float64Array): number => {
  const total = problem.weights.reduce((sum, weight) => sum + weight, 0);
  const steepest = slopesAt(problem, unpenalised).reduce((most, slope, j) => {
    const factor = problem.factors[j]!;
    return factor === 0 ? most : Math.max(most, slope / factor);
  }, 0);
  if (steepest === 0) refuse('every penalised column is constant');
  return steepest / total / Math.max(problem.alpha, 1e-3);
};

const lambdaPath = (largest: number, input: ElasticNetCoxInput, n: number): Float64Array => {
  const { lambdaCount = 100, lambdaMinRatio = input.columns > n ? 0.01 : 1e-4 } = input;
  requireCount(lambdaCount, 'lambdaCount');
  if (!(lambdaMinRatio > 0 && lambdaMinRatio < 1)) refuse('lambdaMinRatio is not in (0, 1)');
  const last = Math.max(1, lambdaCount - 1);
  return Float64Array.from({ length: lambdaCount }, (_, k) => largest * lambdaMinRatio ** (k / last));
};
