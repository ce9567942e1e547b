/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { type RiskSets, sumWhileAtRisk } from './risk-sets.ts';
import { RiskSums } from './risk-sums.ts';

/** How events at one time are handled; coxph's `ties`. */
export type Ties = 'efron' | 'breslow' | 'exact';

/** What a Cox fit works on: covariates centred and scaled, so that exp(eta) and the information behave. */
export interface CoxProblem {
  readonly sets: RiskSets;
  /** Shape (n, p), row-major, standardised. */
  readonly x: Float64Array;
  readonly columns: number;
  /** Case weights, shape (n). */
  readonly weights: Float64Array;
  readonly ties: Ties;
  readonly steps: TieSteps;
}

/**
 * The steps in which the tied events of each group are counted: one with Breslow, one an event with Efron, none
 * where the exact likelihood of a tie is counted apart. A step's risk set is the group's, less `fraction` of the
 * dying; it counts `weight` events.
 */
export interface TieSteps {
  /** Steps of group g: start[g] to start[g + 1] - 1. */
  readonly start: Int32Array;
  readonly fraction: Float64Array;
  readonly weight: Float64Array;
}

const stepsOfGroup = (ties: Ties, deaths: number): number => {
  if (ties === 'efron') return deaths;
  return ties === 'exact' && deaths > 1 ? 0 : 1;
};

/** @param weights case weights, shape (n) */
export function tieSteps({ groups, deaths }: RiskSets, weights: Float64Array, ties: Ties): TieSteps {
  const start = new Int32Array(groups + 1);
  for (let g = 0; g < groups; g++) {
    start[g + 1] = start[g]! + stepsOfGroup(ties, deaths.start[g + 1]! - deaths.start[g]!);
  }
  const fraction = new Float64Array(start[groups]!);
  const weight = new Float64Array(start[groups]!);
  for (let g = 0; g < groups; g++) {
    let total = 0;
    for (let k = deaths.start[g]!; k < deaths.start[g + 1]!; k++) total += weights[deaths.rows[k]!]!;
    const count = start[g + 1]! - start[g]!;
    for (let k = 0; k < count; k++) {
      fraction[start[g]! + k] = k / count;
      weight[start[g]! + k] = total / count;
    }
  }
  return { start, fraction, weight };
}

/** eta = x . beta of each row, shape (n), unchecked: not finite where beta has run away. */
export function etaOf(x: Float64Array, beta: Float64Array): Float64Array {
  const columns = beta.length;
  const result = new Float64Array(x.length / columns);
  for (let row = 0, at = 0; row < result.length; row++) {
    let eta = 0;
    for (let j = 0; j < columns; j++, at++) eta += x[at]! * beta[j]!;
    result[row] = eta;
  }
  return result;
}

const largest = (values: Float64Array): number => {
  let most = -Infinity;
  for (const value of values) if (value > most) most = value;
  return most;
};

/** weight * exp(eta - max eta): a partial likelihood doesn't see the shift, and no exponential overflows. */
export function shiftedRisks(eta: Float64Array, weights: Float64Array): Float64Array {
  const shift = largest(eta);
  const risk = new Float64Array(eta.length);
  for (let row = 0; row < risk.length; row++) risk[row] = weights[row]! * Math.exp(eta[row]! - shift);
  return risk;
}

/** The risk sets at one beta. */
export interface Sweep {
  /** Of all steps; NaN where a risk set has underflowed: beta is out of reach. */
  readonly logLikelihood: number;
  /** Shape (p). */
  readonly gradient: Float64Array;
  readonly eta: Float64Array;
  /** weight * exp(eta - shift) of each row, shape (n). */
  readonly risk: Float64Array;
  readonly shift: number;
  /** Of each step: the sum of `risk`, and its mean covariates, shape (steps, p). */
  readonly total: Float64Array;
  readonly mean: Float64Array;
}

/** Below this a sum of exponentials has lost its digits. */
export const SMALLEST_TOTAL = 1e-290;

/** One pass over the risk sets, latest time first: O(n p), without second moments. */
export function sweepRiskSets(problem: CoxProblem, beta: Float64Array): Sweep {
  const { sets, x, columns: p, weights, steps } = problem;
  const eta = etaOf(x, beta);
  const shift = largest(eta);
  const risk = shiftedRisks(eta, weights);
  const sums = new RiskSums({ sets, x, columns: p, risk });
  const gradient = new Float64Array(p);
  const total = new Float64Array(steps.weight.length);
  const mean = new Float64Array(total.length * p);
  let logLikelihood = 0;
  for (let g = 0; g < sets.groups; g++) {
    sums.advance(g);
    logLikelihood += addDeaths(problem, g, eta, gradient);
    for (let s = steps.start[g]!; s < steps.start[g + 1]!; s++) {
      const [fraction, weight] = [steps.fraction[s]!, steps.weight[s]!];
      const sum = sums.atRisk.zeroth - fraction * sums.dying.zeroth;
      total[s] = sum;
      logLikelihood -= sum > SMALLEST_TOTAL ? weight * (Math.log(sum) + shift) : NaN;
      for (let j = 0, at = s * p; j < p; j++, at++) {
        const centre = (sums.atRisk.first[j]! - fraction * sums.dying.first[j]!) / sum;
        mean[at] = centre;
        gradient[j] = gradient[j]! - weight * centre;
      }
    }
  }
  return { logLikelihood, gradient, eta, risk, shift, total, mean };
}

const addDeaths = (
  { sets, x, columns, weights }: CoxProblem,
  g: number,
  eta: Float64Array,
  gradient: Float64Array,
): number => {
  let logLikelihood = 0;
  for (let k = sets.deaths.start[g]!; k < sets.deaths.start[g + 1]!; k++) {
    const row = sets.deaths.rows[k]!;
    logLikelihood += weights[row]! * eta[row]!;
    for (let j = 0; j < columns; j++) gradient[j] = gradient[j]! + weights[row]! * x[row * columns + j]!;
  }
  return logLikelihood;
};

/**
 * The hazard that each row was exposed to (for `risk` as it is): the sum of the steps' hazards weight / total
 * over the groups in which it is at risk; a dying row is only partly at risk in the later steps of its own tie.
 *
 * @param multiplier a factor of each group's hazard, shape (groups); 1 if absent
 * @returns shape (n)
 */
export function hazardExposure(
  { sets, steps }: CoxProblem,
  { total }: Sweep,
  multiplier?: Float64Array,
): Float64Array {
  const hazard = new Float64Array(sets.groups);
  const ofDying = new Float64Array(sets.groups);
  for (let g = 0; g < sets.groups; g++) {
    const factor = multiplier?.[g] ?? 1;
    for (let s = steps.start[g]!; s < steps.start[g + 1]!; s++) {
      const step = (factor * steps.weight[s]!) / total[s]!;
      hazard[g] = hazard[g]! + step;
      ofDying[g] = ofDying[g]! + steps.fraction[s]! * step;
    }
  }
  const exposure = sumWhileAtRisk(sets, hazard, 1);
  for (let g = 0; g < sets.groups; g++) {
    for (let k = sets.deaths.start[g]!; k < sets.deaths.start[g + 1]!; k++) {
      const row = sets.deaths.rows[k]!;
      exposure[row] = exposure[row]! - ofDying[g]!;
    }
  }
  return exposure;
}
