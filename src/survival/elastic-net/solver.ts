/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { breslowEtaDerivatives, type EtaDerivatives, hessianTimes } from '../cox/breslow-likelihood.ts';
import type { RiskSets } from '../cox/risk-sets.ts';

export interface NetProblem {
  readonly sets: RiskSets;
  /** Standardised covariates: p arrays of shape (n). */
  readonly byColumn: readonly Float64Array[];
  readonly weights: Float64Array;
  readonly alpha: number;
  /** What multiplies the penalty of each column, shape (p); 0 where it is not penalised. */
  readonly factors: Float64Array;
}

export interface NetSolution {
  /** Of the standardised covariates, shape (p). */
  readonly beta: Float64Array;
  readonly logLikelihood: number;
}

const MAX_MODELS = 100;
const MAX_SWEEPS = 1000;
const MAX_HALVINGS = 25;

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

const addScaled = (target: Float64Array, scale: number, source: Float64Array): void => {
  for (let i = 0; i < target.length; i++) target[i] = target[i]! + scale * source[i]!;
};

/** The penalties of each column in units of the unnormalised likelihood, shape (p). */
interface Penalty {
  readonly l1: Float64Array;
  readonly l2: Float64Array;
}

/** One point of the search. */
interface Point {
  readonly beta: Float64Array;
  readonly derivatives: EtaDerivatives;
  /** Penalised minus log-likelihood. */
  readonly objective: number;
}

const evaluate = (
  { sets, byColumn, weights }: NetProblem,
  { l1, l2 }: Penalty,
  beta: Float64Array,
): Point => {
  const eta = new Float64Array(sets.rows);
  let penalty = 0;
  beta.forEach((value, j) => {
    if (value === 0) return;
    addScaled(eta, value, byColumn[j]!);
    penalty += l1[j]! * Math.abs(value) + (l2[j]! / 2) * value * value;
  });
  const derivatives = breslowEtaDerivatives(sets, weights, eta);
  return { beta, derivatives, objective: penalty - derivatives.logLikelihood };
};

/**
 * Minimises the penalised objective at one lambda by a proximal Newton method: second-order models of the
 * likelihood, each solved by coordinate descent over the columns that are active or violate the optimality
 * (KKT) conditions, until those conditions hold for every column.
 *
 * @returns undefined if they don't hold within `tolerance` after 100 models
 * @see Lee, Sun & Saunders 2014, doi:10.1137/130921428
 */
export function solveElasticNet(
  problem: NetProblem,
  lambda: number,
  start: Float64Array,
  tolerance: number,
): NetSolution | undefined {
  const total = problem.weights.reduce((sum, weight) => sum + weight, 0);
  const penalty = {
    l1: problem.factors.map((factor) => factor * lambda * problem.alpha * total),
    l2: problem.factors.map((factor) => factor * lambda * (1 - problem.alpha) * total),
  };
  let point = evaluate(problem, penalty, start);
  for (let model = 0; model < MAX_MODELS; model++) {
    const violations = kktViolations(problem, point, penalty);
    const worst = violations.reduce((a, b) => Math.max(a, b), 0);
    if (worst <= tolerance * total) {
      return { beta: point.beta, logLikelihood: point.derivatives.logLikelihood };
    }
    const working = Int32Array.from(violations.keys()).filter(
      (j) => violations[j]! > 0 || point.beta[j] !== 0,
    );
    // Ever more exact: cheap while far away, and near a saturated fit it takes fewer models.
    const target = minimiseModel(problem, point, penalty, working, (worst / 50) * 0.6 ** model);
    const next = backtrack(problem, penalty, point, target);
    if (next === undefined) return undefined;
    point = next;
  }
  return undefined;
}

/** How far each column is from its subgradient condition, in units of the unnormalised gradient; shape (p). */
const kktViolations = ({ byColumn }: NetProblem, point: Point, { l1, l2 }: Penalty): Float64Array =>
  point.beta.map((b, j) => {
    const slope = dot(byColumn[j]!, point.derivatives.gradient) - l2[j]! * b;
    return b === 0 ? Math.max(0, Math.abs(slope) - l1[j]!) : Math.abs(slope - l1[j]! * Math.sign(b));
  });

/** Halves the move until the objective doesn't rise (beyond rounding). */
const backtrack = (
  problem: NetProblem,
  penalty: Penalty,
  from: Point,
  target: Float64Array,
): Point | undefined => {
  const slack = 1e-12 * Math.max(1, Math.abs(from.objective));
  for (let halving = 0, fraction = 1; halving <= MAX_HALVINGS; halving++, fraction /= 2) {
    const beta = fraction === 1 ? target : from.beta.map((b, j) => b + fraction * (target[j]! - b));
    const point = evaluate(problem, penalty, beta);
    if (point.objective <= from.objective + slack) return point;
  }
  return undefined;
};

/** The minimum of the second-order model at `point` over the working columns, by cyclic coordinate descent. */
const minimiseModel = (
  { sets, byColumn }: NetProblem,
  point: Point,
  { l1, l2 }: Penalty,
  working: Int32Array,
  tolerance: number,
): Float64Array => {
  const beta = point.beta.slice();
  const columns = Array.from(working, (j) => byColumn[j]!);
  const curved = hessianTimes(sets, point.derivatives, columns);
  const squares = columns.map((column, k) => Math.max(0, dot(column, curved[k]!)));
  const residual = point.derivatives.gradient.slice();
  const sweep = (members: Int32Array): number => {
    let largest = 0;
    for (const k of members) {
      const j = working[k]!;
      const denominator = squares[k]! + l2[j]!;
      if (denominator <= 0) continue;
      const old = beta[j]!;
      const pull = dot(columns[k]!, residual) + squares[k]! * old;
      const change = (Math.sign(pull) * Math.max(0, Math.abs(pull) - l1[j]!)) / denominator - old;
      if (change === 0) continue;
      beta[j] = old + change;
      addScaled(residual, -change, curved[k]!);
      largest = Math.max(largest, Math.abs(change) * denominator);
    }
    return largest;
  };
  const all = Int32Array.from(working.keys());
  for (let sweeps = 1; sweeps < MAX_SWEEPS && sweep(all) > tolerance; sweeps++) {
    const active = all.filter((k) => beta[working[k]!] !== 0);
    while (sweeps < MAX_SWEEPS && sweep(active) > tolerance) sweeps++;
  }
  return beta;
};
