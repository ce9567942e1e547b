/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { type CoxProblem, linearPredictor, shiftedRisks, tieSteps } from './likelihood.ts';
import { sumWhileAtRisk } from './risk-sets.ts';
import { RiskSums } from './risk-sums.ts';

/** Integrals over one group's hazard steps: of the hazard, and of hazard * mean covariate. */
class HazardIntegral {
  hazard = 0;
  readonly hazardMean: Float64Array;
  constructor(columns: number) {
    this.hazardMean = new Float64Array(columns);
  }
  clear(): void {
    this.hazard = 0;
    this.hazardMean.fill(0);
  }
  /** residual += sign * risk * (x * hazard - hazardMean) */
  addTo(residual: Float64Array, x: Float64Array, scale: number): void {
    for (let j = 0; j < residual.length; j++) {
      residual[j] = residual[j]! + scale * (x[j]! * this.hazard - this.hazardMean[j]!);
    }
  }
}

/**
 * Score residuals: each row's contribution to the gradient as a martingale integral, without its case weight.
 * Tied deaths share their Efron steps equally, as in Therneau & Grambsch 2000, section 4.6 and appendix.
 *
 * @returns shape (n, p), row-major
 */
export function scoreResiduals(problem: CoxProblem, beta: Float64Array): Float64Array {
  const { sets, x, columns: p, weights } = problem;
  const risk = shiftedRisks(linearPredictor(x, beta), weights);
  const sums = new RiskSums({ sets, x, columns: p, risk, secondMoments: false });
  const residuals = new Float64Array(x.length);
  // Of each group: hazard * mean of each covariate, and last the hazard itself.
  const width = p + 1;
  const increments = new Float64Array(sets.groups * width);
  const ownSteps = new HazardIntegral(p);
  const meanOfSteps = new Float64Array(p);
  for (let g = 0; g < sets.groups; g++) {
    sums.advance(g);
    ownSteps.clear();
    meanOfSteps.fill(0);
    const steps = tieSteps(problem, g);
    for (const { fraction, weight } of steps) {
      const total = sums.atRisk.zeroth - fraction * sums.dying.zeroth;
      const hazard = weight / total;
      const base = g * width;
      increments[base + p] = increments[base + p]! + hazard;
      ownSteps.hazard += fraction * hazard;
      for (let j = 0; j < p; j++) {
        const mean = (sums.atRisk.first[j]! - fraction * sums.dying.first[j]!) / total;
        increments[base + j] = increments[base + j]! + hazard * mean;
        ownSteps.hazardMean[j] = ownSteps.hazardMean[j]! + fraction * hazard * mean;
        meanOfSteps[j] = meanOfSteps[j]! + mean / steps.length;
      }
    }
    addDeathTerms(problem, g, { risk, residuals, ownSteps, meanOfSteps });
  }
  subtractHazard(problem, risk, sumWhileAtRisk(sets, increments, width), residuals);
  return residuals;
}

interface DeathTerms {
  readonly risk: Float64Array;
  readonly residuals: Float64Array;
  readonly ownSteps: HazardIntegral;
  readonly meanOfSteps: Float64Array;
}

const addDeathTerms = (problem: CoxProblem, g: number, terms: DeathTerms): void => {
  const { sets, x, columns: p, weights } = problem;
  for (let k = sets.deaths.start[g]!; k < sets.deaths.start[g + 1]!; k++) {
    const row = sets.deaths.rows[k]!;
    const own = terms.residuals.subarray(row * p, (row + 1) * p);
    const covariates = x.subarray(row * p, (row + 1) * p);
    for (let j = 0; j < p; j++) own[j] = own[j]! + covariates[j]! - terms.meanOfSteps[j]!;
    // A dying row is only partly at risk in the later steps of its own tie.
    terms.ownSteps.addTo(own, covariates, terms.risk[row]! / weights[row]!);
  }
};

const subtractHazard = (
  { sets, x, columns: p, weights }: CoxProblem,
  risk: Float64Array,
  integrals: Float64Array,
  residuals: Float64Array,
): void => {
  for (let row = 0; row < sets.rows; row++) {
    const own = row * (p + 1);
    const r = risk[row]! / weights[row]!;
    for (let j = 0; j < p; j++) {
      const at = row * p + j;
      residuals[at] = residuals[at]! - r * (x[at]! * integrals[own + p]! - integrals[own + j]!);
    }
  }
};
