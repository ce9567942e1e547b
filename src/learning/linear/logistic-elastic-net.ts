/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { type BinaryData, refuse, requireRows, standardiseColumns, validateBinaryData } from './input.ts';
import { gradientAt, type LogisticPoint, type LogisticProblem, pointAt, solveLogistic } from './solver.ts';

export interface LogisticElasticNetInput extends BinaryData {
  /** 1 = lasso, 0 = ridge. */
  readonly alpha: number;
  /** Descending, positive. By default `lambdaCount` on a log scale down to `lambdaMinRatio` of the largest. */
  readonly lambdas?: Float64Array;
  readonly lambdaCount?: number;
  /** Default 0.01 where there are more columns than rows, else 0.0001. */
  readonly lambdaMinRatio?: number;
  /** Positive; default 1 each. Shape (n). */
  readonly weights?: Float64Array;
  /** Penalise in units of each column's standard deviation (default) or in its own units. */
  readonly standardise?: boolean;
  /** Largest violation of the optimality conditions, as a share of the largest useful lambda; default 1e-6. */
  readonly tolerance?: number;
}

export interface LogisticElasticNetPath {
  readonly alpha: number;
  /**
   * Descending, shape (m). A path of our own ends early, where glmnet's does: where, after 5 lambdas, it explains more
   * than 0.999 of the null deviance (the classes are separated: below, the coefficients only grow) or a step explains
   * less than 1e-5 of it more.
   */
  readonly lambdas: Float64Array;
  /** Shape (m). */
  readonly intercepts: Float64Array;
  /** m vectors of shape (columns), log odds per unit of the columns as given; 0 for a constant column. */
  readonly coefficients: readonly Float64Array[];
  /** 1 - deviance / null deviance, in [0, 1]; shape (m). */
  readonly devianceRatios: Float64Array;
}

const MOST_EXPLAINED = 0.999;
const LEAST_GAIN = 1e-5;
const LEAST_LAMBDAS = 5;

const validateLambdas = (lambdas: Float64Array): void => {
  if (lambdas.length === 0) refuse('there are no lambdas');
  const wrong = lambdas.findIndex((lambda, k) => !(lambda > 0) || lambda > (lambdas[k - 1] ?? Infinity));
  if (wrong >= 0 || !Number.isFinite(lambdas[0]))
    refuse(`lambdas are not positive and descending at index ${Math.max(0, wrong)}`);
};

const sharesOf = (weights: Float64Array | undefined, n: number): Float64Array => {
  if (weights === undefined) return new Float64Array(n).fill(1 / n);
  if (weights.length !== n) refuse(`weights has ${weights.length} values, not ${n}`);
  const wrong = weights.findIndex((weight) => !(weight > 0 && weight < Infinity));
  if (wrong >= 0) refuse(`weights is not positive at index ${wrong}`);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
};

const ownPath = (largest: number, input: LogisticElasticNetInput, n: number): Float64Array => {
  const { lambdaCount = 100, lambdaMinRatio = input.columns > n ? 0.01 : 1e-4 } = input;
  if (!Number.isInteger(lambdaCount) || lambdaCount < 1) refuse('lambdaCount is not a positive integer');
  if (!(lambdaMinRatio > 0 && lambdaMinRatio < 1)) refuse('lambdaMinRatio is not in (0, 1)');
  const last = Math.max(1, lambdaCount - 1);
  return Float64Array.from({ length: lambdaCount }, (_, k) => largest * lambdaMinRatio ** (k / last));
};

const toleranceOf = ({ tolerance = 1e-6 }: LogisticElasticNetInput): number =>
  tolerance > 0 && tolerance < 1 ? tolerance : refuse(`tolerance is ${tolerance}, not in (0, 1)`);

/** The problem on standardised columns, and the model without any column. */
const problemOf = (input: LogisticElasticNetInput) => {
  const n = validateBinaryData(input);
  const { x, columns, labels, alpha, standardise = true } = input;
  if (!(alpha >= 0 && alpha <= 1)) refuse('alpha is not in [0, 1]');
  const shares = sharesOf(input.weights, n);
  const { values, mean, scale } = standardiseColumns(x, columns, { standardise, shares });
  if (scale.every((each) => each === 0)) refuse('every column is constant');
  const problem: LogisticProblem = { values, columns, labels, shares, alpha };
  const positive = shares.reduce((sum, share, i) => sum + share * labels[i]!, 0);
  const start = pointAt(problem, Math.log(positive / (1 - positive)), new Float64Array(columns));
  const steepest = gradientAt(problem, start).reduce((most, slope) => Math.max(most, Math.abs(slope)), 0);
  return { n, problem, mean, scale, start, largest: steepest / Math.max(alpha, 1e-3), steepest };
};

/**
 * Logistic regression with an elastic-net penalty along a path of penalties, by proximal Newton steps and coordinate
 * descent with warm starts: at each lambda the minimum over intercept and beta of
 *   -(1 / sum of weights) * log-likelihood + lambda * (alpha |beta|_1 + (1 - alpha) / 2 |beta|^2)
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID: see BinaryData; alpha outside [0, 1], lambdas that do not descend, every
 *   column constant; LEARNING_NOT_CONVERGED, naming the lambda
 * @see Friedman, Hastie & Tibshirani 2010, doi:10.18637/jss.v033.i01; equals glmnet(family = "binomial")
 */
export function logisticElasticNet(input: LogisticElasticNetInput): LogisticElasticNetPath {
  if (input.lambdas !== undefined) validateLambdas(input.lambdas);
  const { n, problem, mean, scale, start, largest, steepest } = problemOf(input);
  const lambdas = input.lambdas ?? ownPath(largest, input, n);
  const tolerance = toleranceOf(input) * steepest;
  const points: LogisticPoint[] = [];
  const ratios: number[] = [];
  for (const [k, lambda] of lambdas.entries()) {
    const point = solveLogistic(problem, lambda, points.at(-1) ?? start, tolerance);
    if (point === undefined)
      throw new CdsError('LEARNING_NOT_CONVERGED', `logistic elastic net at lambda ${k} (${lambda})`);
    points.push(point);
    ratios.push(1 - point.logLikelihood / start.logLikelihood);
    if (input.lambdas === undefined && isOver(ratios)) break;
  }
  const coefficients = points.map(({ beta }) => beta.map((b, j) => (scale[j] === 0 ? 0 : b / scale[j]!)));
  return {
    alpha: input.alpha,
    lambdas: lambdas.slice(0, points.length),
    intercepts: Float64Array.from(
      points,
      ({ intercept }, k) => intercept - coefficients[k]!.reduce((sum, b, j) => sum + b * mean[j]!, 0),
    ),
    coefficients,
    devianceRatios: Float64Array.from(ratios, (ratio) => Math.min(1, Math.max(0, ratio))),
  };
}

/** Would a further lambda teach nothing? */
const isOver = (ratios: readonly number[]): boolean => {
  const last = ratios.at(-1)!;
  if (ratios.length < LEAST_LAMBDAS) return false;
  return last > MOST_EXPLAINED || last - ratios.at(-2)! < LEAST_GAIN;
};

/**
 * Log odds of label 1 for each row at one lambda of a path; shape (rows).
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID
 */
export function predictLogOdds(path: LogisticElasticNetPath, index: number, x: Float64Array): Float64Array {
  const beta = path.coefficients[index] ?? refuse(`lambda ${index} is not on the path`);
  const columns = beta.length;
  return Float64Array.from({ length: requireRows(x, columns) }, (_, row) => {
    let sum = path.intercepts[index]!;
    for (let j = 0; j < columns; j++) sum += beta[j]! * x[row * columns + j]!;
    return sum;
  });
}
