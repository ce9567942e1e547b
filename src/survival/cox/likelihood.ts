/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { addExactTies } from './exact-ties.ts';
import { addWeightedGram } from './gram.ts';
import { type CoxProblem, hazardExposure, type Sweep, sweepRiskSets } from './sweep.ts';

export interface CoxDerivatives {
  /** NaN where beta is so large that a risk set underflows. */
  readonly logLikelihood: number;
  /** Shape (p). */
  readonly gradient: Float64Array;
  /** Minus the second derivative, shape (p, p), row-major, lower triangle only. */
  readonly information: Float64Array;
  /**
   * The diagonal of the sum that the information is the centred form of, shape (p): its rounding errors are
   * of the size of 1e-16 times this.
   */
  readonly rawDiagonal: Float64Array;
}

/** Log partial likelihood with its first two derivatives at beta (of the standardised covariates). */
export function coxDerivatives(problem: CoxProblem, beta: Float64Array): CoxDerivatives {
  const sweep = sweepRiskSets(problem, beta);
  const { information, rawDiagonal } = weightedInformation(problem, sweep);
  if (problem.ties !== 'exact') {
    return { logLikelihood: sweep.logLikelihood, gradient: sweep.gradient, information, rawDiagonal };
  }
  const gradient = sweep.gradient;
  const more = addExactTies(problem, sweep.eta, gradient, information, rawDiagonal);
  return { logLikelihood: sweep.logLikelihood + more, gradient, information, rawDiagonal };
}

/**
 * Minus the second derivative, each group's part times `multiplier`: with h the steps' hazards and m their mean
 * covariates, sum over steps of weight * variance is
 *   sum over rows of risk * exposure * x x'  -  sum over steps of weight * m m'
 * so that no second moments follow the risk sets: two products of matrices do.
 *
 * @param multiplier shape (groups); 1 if absent
 */
export function weightedInformation(
  problem: CoxProblem,
  sweep: Sweep,
  multiplier?: Float64Array,
): { information: Float64Array; rawDiagonal: Float64Array } {
  const { sets, x, columns: p, steps } = problem;
  const information = new Float64Array(p * p);
  const rowWeights = hazardExposure(problem, sweep, multiplier);
  for (let row = 0; row < rowWeights.length; row++) rowWeights[row] = rowWeights[row]! * sweep.risk[row]!;
  addWeightedGram(information, x, p, rowWeights);
  const rawDiagonal = Float64Array.from({ length: p }, (_, j) => information[j * p + j]!);
  const stepWeights = new Float64Array(steps.weight.length);
  for (let g = 0; g < sets.groups; g++) {
    const factor = multiplier?.[g] ?? 1;
    for (let s = steps.start[g]!; s < steps.start[g + 1]!; s++) stepWeights[s] = -factor * steps.weight[s]!;
  }
  addWeightedGram(information, sweep.mean, p, stepWeights);
  return { information, rawDiagonal };
}
