/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { type CoxProblem, hazardExposure, type Sweep, sweepRiskSets } from './sweep.ts';
import { sumWhileAtRisk } from './risk-sets.ts';

/**
 * Score residuals at beta: each row's contribution to the gradient as a martingale integral, without its case
 * weight. Tied deaths share their Efron steps equally, as in Therneau & Grambsch 2000, section 4.6 and appendix.
 *
 * @returns shape (n, p), row-major, in units of the standardised covariates
 */
export function scoreResidualsAt(problem: CoxProblem, beta: Float64Array): Float64Array {
  const { sets, x, columns: p, weights } = problem;
  const sweep = sweepRiskSets(problem, beta);
  const exposure = hazardExposure(problem, sweep);
  const { ofGroup, ofDying } = hazardMeans(problem, sweep);
  const integrals = sumWhileAtRisk(sets, ofGroup, p);
  const residuals = new Float64Array(x.length);
  for (let g = 0; g < sets.groups; g++) {
    const centre = meanOfSteps(problem, sweep, g);
    for (let k = sets.deaths.start[g]!; k < sets.deaths.start[g + 1]!; k++) {
      const row = sets.deaths.rows[k]!;
      for (let j = 0; j < p; j++) {
        residuals[row * p + j] = x[row * p + j]! - centre[j]!;
        integrals[row * p + j] = integrals[row * p + j]! - ofDying[g * p + j]!;
      }
    }
  }
  for (let row = 0; row < sets.rows; row++) {
    const r = sweep.risk[row]! / weights[row]!;
    for (let at = row * p; at < (row + 1) * p; at++) {
      residuals[at] = residuals[at]! - r * (x[at]! * exposure[row]! - integrals[at]!);
    }
  }
  return residuals;
}

/** The mean covariates of the risk set of an event of group g, over the steps of its tie; shape (p). */
export function meanOfSteps({ steps, columns: p }: CoxProblem, { mean }: Sweep, g: number): Float64Array {
  const centre = new Float64Array(p);
  const count = steps.start[g + 1]! - steps.start[g]!;
  for (let s = steps.start[g]!; s < steps.start[g + 1]!; s++) {
    for (let j = 0; j < p; j++) centre[j] = centre[j]! + mean[s * p + j]! / count;
  }
  return centre;
}

/** Hazard times mean covariates, summed over each group's steps, and the part that its dying rows miss. */
const hazardMeans = (
  { sets, steps, columns: p }: CoxProblem,
  { total, mean }: Sweep,
): { ofGroup: Float64Array; ofDying: Float64Array } => {
  const [ofGroup, ofDying] = [new Float64Array(sets.groups * p), new Float64Array(sets.groups * p)];
  for (let g = 0; g < sets.groups; g++) {
    for (let s = steps.start[g]!; s < steps.start[g + 1]!; s++) {
      const hazard = steps.weight[s]! / total[s]!;
      for (let j = 0; j < p; j++) {
        const part = hazard * mean[s * p + j]!;
        ofGroup[g * p + j] = ofGroup[g * p + j]! + part;
        ofDying[g * p + j] = ofDying[g * p + j]! + steps.fraction[s]! * part;
      }
    }
  }
  return { ofGroup, ofDying };
};
