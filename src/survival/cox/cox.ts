/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { cholesky, choleskyInverse, choleskySolve } from '../../numerics/index.ts';
import { coxDesign, type CoxInput } from './design.ts';
import { maximise } from './newton.ts';
import { scoreResidualsAt } from './score-residuals.ts';
import type { CoxProblem } from './sweep.ts';

export interface CoxFit {
  /** Log hazard ratios per unit, shape (columns): positive means earlier events. */
  readonly coefficients: Float64Array;
  /** Inverse of the information, shape (columns, columns), row-major (R: naive.var). */
  readonly covariance: Float64Array;
  /** Lin & Wei's sandwich, grouped by cluster, same shape; absent without `cluster` (R: var). */
  readonly robustCovariance?: Float64Array;
  readonly logLikelihood: { readonly null: number; readonly fitted: number };
  /** The score statistic at coefficients of 0: chi-square with `columns` degrees of freedom. */
  readonly scoreStatistic: number;
  /** The same with the clusters' own variance; absent without `cluster` (R: rscore). */
  readonly robustScoreStatistic?: number;
  readonly iterations: number;
  readonly events: number;
}

/**
 * Cox proportional hazards regression by Newton-Raphson with step-halving; delayed entry, strata, case weights,
 * and Efron's, Breslow's or the exact handling of ties (the exact one without weights and clusters).
 *
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, also where exact ties would take too long; SURVIVAL_NO_EVENTS;
 *   COX_COLLINEAR, naming the column (from 0) that is constant or follows from those before it; COX_SEPARATED,
 *   naming the column whose coefficient runs to infinity, and which way; COX_NOT_CONVERGED.
 *   `isCoxFailure` knows the last three.
 * @see Therneau & Grambsch 2000, doi:10.1007/978-1-4757-3294-8; Lin & Wei 1989,
 *   doi:10.1080/01621459.1989.10478874; equals R's survival::coxph
 */
export function fitCox(input: CoxInput): CoxFit {
  const p = input.columns;
  const { problem, scale } = coxDesign(input);
  const { beta, derivatives, start, factor, startFactor, iterations } = maximise(problem);
  const inverse = choleskyInverse(factor);
  const rescale = (matrix: Float64Array): Float64Array =>
    matrix.map((value, at) => value / (scale[Math.floor(at / p)]! * scale[at % p]!));
  return {
    coefficients: beta.map((value, j) => value / scale[j]!),
    covariance: rescale(inverse),
    ...(input.cluster && { robustCovariance: rescale(sandwich(problem, beta, inverse, input.cluster)) }),
    logLikelihood: { null: start.logLikelihood, fitted: derivatives.logLikelihood },
    scoreStatistic: dot(start.gradient, choleskySolve(startFactor, start.gradient)),
    ...(input.cluster && robustScore(problem, start.gradient, input.cluster)),
    iterations,
    events: problem.sets.deaths.rows.length,
  };
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
};

/** The weighted score residuals, summed in each cluster. */
const clusterScores = (problem: CoxProblem, beta: Float64Array, cluster: Int32Array): Float64Array[] => {
  const p = problem.columns;
  const residuals = scoreResidualsAt(problem, beta);
  const byCluster = new Map<number, Float64Array>();
  cluster.forEach((id, row) => {
    let sum = byCluster.get(id);
    if (sum === undefined) byCluster.set(id, (sum = new Float64Array(p)));
    for (let j = 0; j < p; j++) sum[j] = sum[j]! + problem.weights[row]! * residuals[row * p + j]!;
  });
  return [...byCluster.values()];
};

const sumOfSquares = (vectors: readonly Float64Array[], p: number): Float64Array => {
  const result = new Float64Array(p * p);
  for (const vector of vectors) {
    for (let at = 0; at < p * p; at++) {
      result[at] = result[at]! + vector[Math.floor(at / p)]! * vector[at % p]!;
    }
  }
  return result;
};

/** D'D, where row c of D is the summed, weighted dfbeta of cluster c. */
const sandwich = (
  problem: CoxProblem,
  beta: Float64Array,
  inverse: Float64Array,
  cluster: Int32Array,
): Float64Array => {
  const p = problem.columns;
  const dfbetas = clusterScores(problem, beta, cluster).map((score) =>
    score.map((_, j) => dot(score, inverse.subarray(j * p, (j + 1) * p))),
  );
  return sumOfSquares(dfbetas, p);
};

/** Absent where there are fewer clusters than columns: their variance is singular. */
const robustScore = (
  problem: CoxProblem,
  gradient: Float64Array,
  cluster: Int32Array,
): { robustScoreStatistic?: number } => {
  const p = problem.columns;
  const factor = cholesky(sumOfSquares(clusterScores(problem, new Float64Array(p), cluster), p), p, 1e-11);
  if (factor.singularColumn >= 0) return {};
  return { robustScoreStatistic: dot(gradient, choleskySolve(factor, gradient)) };
};
