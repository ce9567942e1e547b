/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { RiskSets } from './risk-sets.ts';
import { RiskSums } from './risk-sums.ts';

export type Ties = 'efron' | 'breslow';

/** What a Cox fit works on: covariates centred and scaled, so that exp(eta) and the information behave. */
export interface CoxProblem {
  readonly sets: RiskSets;
  /** Shape (n, p), row-major, standardised. */
  readonly x: Float64Array;
  readonly columns: number;
  /** Case weights, shape (n). */
  readonly weights: Float64Array;
  readonly ties: Ties;
}

export interface CoxDerivatives {
  readonly logLikelihood: number;
  /** Shape (p). */
  readonly gradient: Float64Array;
  /** Minus the second derivative, shape (p, p), row-major, lower triangle only. */
  readonly information: Float64Array;
}

/**
 * The linear predictor eta = x . beta of each row; higher = higher hazard.
 *
 * @param x shape (n, p), row-major; uncentred, as the baseline expects
 * @param beta shape (p)
 * @returns shape (n)
 */
export function linearPredictor(x: Float64Array, beta: Float64Array): Float64Array {
  const columns = beta.length;
  return Float64Array.from({ length: x.length / columns }, (_, row) => {
    let eta = 0;
    for (let j = 0; j < columns; j++) eta += x[row * columns + j]! * beta[j]!;
    return eta;
  });
}

/** weight * exp(eta - max eta): a partial likelihood doesn't see the shift, and no exponential overflows. */
export function shiftedRisks(eta: Float64Array, weights: Float64Array): Float64Array {
  const shift = eta.reduce((a, b) => Math.max(a, b), -Infinity);
  return eta.map((value, row) => weights[row]! * Math.exp(value - shift));
}

/** One step of a tied event time: the risk set less `fraction` of the dying, counting `weight` events. */
export interface TieStep {
  readonly fraction: number;
  readonly weight: number;
}

/** Breslow: all deaths at once against the whole risk set. Efron: one mean death after another. */
export function tieSteps(problem: CoxProblem, g: number): TieStep[] {
  const { start, rows } = problem.sets.deaths;
  let total = 0;
  for (let k = start[g]!; k < start[g + 1]!; k++) total += problem.weights[rows[k]!]!;
  const steps = problem.ties === 'efron' ? start[g + 1]! - start[g]! : 1;
  return Array.from({ length: steps }, (_, k) => ({ fraction: k / steps, weight: total / steps }));
}

const addDeaths = (problem: CoxProblem, g: number, eta: Float64Array, gradient: Float64Array): number => {
  const { sets, x, columns, weights } = problem;
  let logLikelihood = 0;
  for (let k = sets.deaths.start[g]!; k < sets.deaths.start[g + 1]!; k++) {
    const row = sets.deaths.rows[k]!;
    logLikelihood += weights[row]! * eta[row]!;
    for (let j = 0; j < columns; j++) gradient[j] = gradient[j]! + weights[row]! * x[row * columns + j]!;
  }
  return logLikelihood;
};

/** Log partial likelihood with its first two derivatives at beta (of the standardised covariates). */
export function coxDerivatives(problem: CoxProblem, beta: Float64Array): CoxDerivatives {
  const { sets, x, columns: p, weights } = problem;
  const eta = linearPredictor(x, beta);
  const shift = eta.reduce((a, b) => Math.max(a, b), -Infinity);
  const risk = shiftedRisks(eta, weights);
  const sums = new RiskSums({ sets, x, columns: p, risk, secondMoments: true });
  const gradient = new Float64Array(p);
  const information = new Float64Array(p * p);
  const mean = new Float64Array(p);
  let logLikelihood = 0;
  for (let g = 0; g < sets.groups; g++) {
    sums.advance(g);
    logLikelihood += addDeaths(problem, g, eta, gradient);
    for (const { fraction, weight } of tieSteps(problem, g)) {
      const { atRisk, dying } = sums;
      const total = atRisk.zeroth - fraction * dying.zeroth;
      logLikelihood -= weight * (Math.log(total) + shift);
      for (let j = 0; j < p; j++) {
        mean[j] = (atRisk.first[j]! - fraction * dying.first[j]!) / total;
        gradient[j] = gradient[j]! - weight * mean[j]!;
        for (let k = 0; k <= j; k++) {
          const at = j * p + k;
          const square = (atRisk.second[at]! - fraction * dying.second[at]!) / total;
          information[at] = information[at]! + weight * (square - mean[j]! * mean[k]!);
        }
      }
    }
  }
  return { logLikelihood, gradient, information };
}
