/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { cholesky, choleskySolve } from '../../numerics/index.ts';

/** A penalised logistic regression on standardised columns. */
export interface LogisticProblem {
  /** Column-major, shape (columns, n). */
  readonly values: Float64Array;
  readonly columns: number;
  readonly labels: ArrayLike<number>;
  /** Share of each row; sums to 1. Shape (n). */
  readonly shares: Float64Array;
  readonly alpha: number;
}

/** One point of the search. */
export interface LogisticPoint {
  readonly intercept: number;
  readonly beta: Float64Array;
  /** Linear predictor, shape (n). */
  readonly eta: Float64Array;
  /** Mean log-likelihood by shares. */
  readonly logLikelihood: number;
}

const MAX_MODELS = 200;
/** Rounds of a few sweeps of coordinate descent and a jump. */
const MAX_ROUNDS = 300;
const SWEEPS = 4;
const LEAST_CURVATURE = 1e-10;
const MAX_HALVINGS = 30;

/** log(1 + exp(x)) that neither overflows nor loses digits. */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const probability = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : 1 - 1 / (1 + Math.exp(x)));

export function pointAt(problem: LogisticProblem, intercept: number, beta: Float64Array): LogisticPoint {
  const { values, labels, shares } = problem;
  const n = shares.length;
  const eta = new Float64Array(n).fill(intercept);
  beta.forEach((b, j) => {
    if (b === 0) return;
    for (let i = 0; i < n; i++) eta[i] = eta[i]! + b * values[j * n + i]!;
  });
  let logLikelihood = 0;
  for (let i = 0; i < n; i++) logLikelihood += shares[i]! * (labels[i]! * eta[i]! - softplus(eta[i]!));
  return { intercept, beta, eta, logLikelihood };
}

const penaltyOf = (beta: Float64Array, l1: number, l2: number): number =>
  beta.reduce((sum, b) => sum + l1 * Math.abs(b) + (l2 / 2) * b * b, 0);

/** Gradient's residuals: share times (label - probability). */
const residualsOf = ({ labels, shares }: LogisticProblem, eta: Float64Array): Float64Array =>
  eta.map((value, i) => shares[i]! * (labels[i]! - probability(value)));

const slopeOf = (values: Float64Array, j: number, residual: Float64Array): number => {
  const n = residual.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[j * n + i]! * residual[i]!;
  return sum;
};

/** Slope of the mean log-likelihood along each column; shape (columns). */
export const gradientAt = (problem: LogisticProblem, point: LogisticPoint): Float64Array => {
  const residual = residualsOf(problem, point.eta);
  return Float64Array.from({ length: problem.columns }, (_, j) => slopeOf(problem.values, j, residual));
};

/** How far each column is from its optimality condition, the intercept in the last place; shape (columns + 1). */
const violations = (problem: LogisticProblem, point: LogisticPoint, l1: number, l2: number): Float64Array => {
  const residual = residualsOf(problem, point.eta);
  const far = new Float64Array(problem.columns + 1);
  for (let j = 0; j < problem.columns; j++) {
    const b = point.beta[j]!;
    const slope = slopeOf(problem.values, j, residual) - l2 * b;
    far[j] = b === 0 ? Math.max(0, Math.abs(slope) - l1) : Math.abs(slope - l1 * Math.sign(b));
  }
  far[problem.columns] = Math.abs(residual.reduce((sum, value) => sum + value, 0));
  return far;
};

/** The second-order model around a point, over the working columns. */
interface Model {
  readonly problem: LogisticProblem;
  readonly working: readonly number[];
  readonly l1: number;
  readonly l2: number;
  /** Curvature of each row. */
  readonly weight: Float64Array;
  readonly weightSum: number;
  /** Diagonal of the curvature, by working column. */
  readonly curvature: Float64Array;
  /** Moved along with `beta` and `intercept`: shares times what is left of the working response. */
  readonly residual: Float64Array;
  readonly beta: Float64Array;
  intercept: number;
}

const modelAt = (
  problem: LogisticProblem,
  point: LogisticPoint,
  [l1, l2]: readonly [number, number],
  working: readonly number[],
): Model => {
  const { values, shares } = problem;
  const n = shares.length;
  const weight = point.eta.map((value, i) => {
    const p = probability(value);
    return shares[i]! * Math.max(p * (1 - p), LEAST_CURVATURE);
  });
  const curvature = Float64Array.from(working, (j) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += weight[i]! * values[j * n + i]! ** 2;
    return sum;
  });
  const weightSum = weight.reduce((sum, value) => sum + value, 0);
  const residual = residualsOf(problem, point.eta);
  return {
    problem,
    working,
    l1,
    l2,
    weight,
    weightSum,
    curvature,
    residual,
    beta: point.beta.slice(),
    intercept: point.intercept,
  };
};

/** Moves one coefficient, and what is left with it. */
const shift = ({ problem: { values }, weight, residual, beta }: Model, j: number, change: number): void => {
  const n = residual.length;
  beta[j] = beta[j]! + change;
  for (let i = 0; i < n; i++) residual[i] = residual[i]! - change * weight[i]! * values[j * n + i]!;
};

const shiftIntercept = (model: Model, change: number): void => {
  const { residual, weight } = model;
  model.intercept += change;
  for (let i = 0; i < residual.length; i++) residual[i] = residual[i]! - change * weight[i]!;
};

/** One round of coordinate descent; the largest violation that it met. */
const sweep = (model: Model, members: readonly number[]): number => {
  const { problem, working, curvature, residual, beta, l1, l2 } = model;
  let largest = 0;
  for (const k of members) {
    const j = working[k]!;
    const denominator = curvature[k]! + l2;
    if (!(denominator > 0)) continue;
    const old = beta[j]!;
    const pull = slopeOf(problem.values, j, residual) + curvature[k]! * old;
    const change = (Math.sign(pull) * Math.max(0, Math.abs(pull) - l1)) / denominator - old;
    if (change === 0) continue;
    shift(model, j, change);
    largest = Math.max(largest, Math.abs(change) * denominator);
  }
  const left = residual.reduce((sum, value) => sum + value, 0);
  shiftIntercept(model, left / model.weightSum);
  return Math.max(largest, Math.abs(left));
};

/**
 * Goes straight to the minimum over the columns that are active, by a Cholesky factor, or until the first of them
 * becomes 0: what coordinate descent takes thousands of rounds for where columns are nearly copies of each other.
 */
const jump = (model: Model): void => {
  const { problem, working, residual, beta, weight, weightSum, l1, l2 } = model;
  const { values } = problem;
  const n = residual.length;
  const active = working.filter((j) => beta[j] !== 0);
  const size = active.length;
  if (size === 0 || (size >= n && l2 === 0)) return;
  // The intercept follows the columns: they are centred by the curvature's weights.
  const centred = active.map((j) => {
    let centre = 0;
    for (let i = 0; i < n; i++) centre += (weight[i]! / weightSum) * values[j * n + i]!;
    return { centre, column: Float64Array.from({ length: n }, (_, i) => values[j * n + i]! - centre) };
  });
  const matrix = new Float64Array(size * size);
  const slope = new Float64Array(size);
  centred.forEach(({ column: a }, row) => {
    const weighted = a.map((value, i) => value * weight[i]!);
    for (let other = 0; other <= row; other++) {
      const b = centred[other]!.column;
      let sum = row === other ? l2 : 0;
      for (let i = 0; i < n; i++) sum += weighted[i]! * b[i]!;
      matrix[row * size + other] = sum;
    }
    const b = beta[active[row]!]!;
    slope[row] = a.reduce((sum, value, i) => sum + value * residual[i]!, 0) - l1 * Math.sign(b) - l2 * b;
  });
  const factor = cholesky(matrix, size);
  if (factor.singularColumn >= 0) return;
  const move = choleskySolve(factor, slope);
  let part = 1;
  active.forEach((j, k) => {
    const reach = -beta[j]! / move[k]!;
    if (reach > 0 && reach < part) part = reach;
  });
  let back = residual.reduce((sum, value) => sum + value, 0) / weightSum;
  active.forEach((j, k) => {
    const reach = -beta[j]! / move[k]!;
    const change = reach === part ? -beta[j]! : part * move[k]!;
    back -= change * centred[k]!.centre;
    shift(model, j, change);
  });
  shiftIntercept(model, back);
};

/** The minimum of the second-order model over the working columns. */
const minimise = (model: Model, tolerance: number): void => {
  const all = Array.from(model.working.keys());
  for (let round = 0; round < MAX_ROUNDS; round++) {
    for (let sweeps = 0; sweeps < SWEEPS; sweeps++) if (sweep(model, all) <= tolerance) return;
    jump(model);
  }
};

/** Halves the move until the penalised objective doesn't rise (beyond rounding). */
const backtrack = (
  problem: LogisticProblem,
  from: LogisticPoint,
  target: { readonly intercept: number; readonly beta: Float64Array },
  objective: (point: LogisticPoint) => number,
): LogisticPoint | undefined => {
  const least = objective(from);
  for (let halving = 0, part = 1; halving <= MAX_HALVINGS; halving++, part /= 2) {
    const beta = part === 1 ? target.beta : from.beta.map((b, j) => b + part * (target.beta[j]! - b));
    const point = pointAt(problem, from.intercept + part * (target.intercept - from.intercept), beta);
    if (objective(point) <= least + 1e-13 * Math.max(1, Math.abs(least))) return point;
  }
  return undefined;
};

/**
 * Minimises -mean log-likelihood + lambda (alpha |beta|_1 + (1 - alpha) / 2 |beta|^2) by a proximal Newton method:
 * second-order models, each solved by coordinate descent over the columns that are active or violate the optimality
 * conditions, until those hold within `tolerance`.
 *
 * @returns undefined if they don't within 200 models
 * @see Friedman, Hastie & Tibshirani 2010, doi:10.18637/jss.v033.i01; Lee, Sun & Saunders 2014, doi:10.1137/130921428
 */
export function solveLogistic(
  problem: LogisticProblem,
  lambda: number,
  start: LogisticPoint,
  tolerance: number,
): LogisticPoint | undefined {
  const [l1, l2] = [lambda * problem.alpha, lambda * (1 - problem.alpha)];
  const objective = ({ beta, logLikelihood }: LogisticPoint): number =>
    penaltyOf(beta, l1, l2) - logLikelihood;
  let point = start;
  for (let model = 0; model < MAX_MODELS; model++) {
    const far = violations(problem, point, l1, l2);
    const worst = far.reduce((a, b) => Math.max(a, b), 0);
    if (worst <= tolerance) return point;
    const working: number[] = [];
    for (let j = 0; j < problem.columns; j++) if (far[j]! > 0 || point.beta[j] !== 0) working.push(j);
    const target = modelAt(problem, point, [l1, l2], working);
    minimise(target, Math.max(tolerance / 4, worst / 50));
    const next = backtrack(problem, point, target, objective);
    if (next === undefined) return undefined;
    point = next;
  }
  return undefined;
}
