/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { shiftedRisks, SMALLEST_TOTAL } from './sweep.ts';
import { type RiskSets, sumWhileAtRisk } from './risk-sets.ts';
import { RiskSums } from './risk-sums.ts';

/** Breslow's log partial likelihood as a function of eta. */
export interface EtaDerivatives {
  /** NaN where a risk set has underflowed: eta is out of reach. */
  readonly logLikelihood: number;
  /** d logLikelihood / d eta_i: the weighted martingale residuals, shape (n). */
  readonly gradient: Float64Array;
  /** weight * exp(eta), up to a common factor, shape (n). */
  readonly risk: Float64Array;
  /** Increment of the baseline hazard at each group (for `risk` as it is), shape (groups). */
  readonly hazard: Float64Array;
  /** Sum of those increments over the groups in which a row is at risk, shape (n). */
  readonly exposure: Float64Array;
}

/** @param weights case weights, and @param eta linear predictor, shape (n) */
export function breslowEtaDerivatives(
  sets: RiskSets,
  weights: Float64Array,
  eta: Float64Array,
): EtaDerivatives {
  const shift = eta.reduce((a, b) => Math.max(a, b), -Infinity);
  const risk = shiftedRisks(eta, weights);
  const sums = new RiskSums({ sets, x: new Float64Array(0), columns: 0, risk });
  const hazard = new Float64Array(sets.groups);
  const gradient = new Float64Array(sets.rows);
  let logLikelihood = 0;
  for (let g = 0; g < sets.groups; g++) {
    sums.advance(g);
    let deaths = 0;
    for (let k = sets.deaths.start[g]!; k < sets.deaths.start[g + 1]!; k++) {
      const row = sets.deaths.rows[k]!;
      deaths += weights[row]!;
      gradient[row] = weights[row]!;
      logLikelihood += weights[row]! * eta[row]!;
    }
    const total = sums.atRisk.zeroth;
    logLikelihood -= total > SMALLEST_TOTAL ? deaths * (Math.log(total) + shift) : NaN;
    hazard[g] = deaths / total;
  }
  const exposure = sumWhileAtRisk(sets, hazard, 1);
  for (let row = 0; row < sets.rows; row++) gradient[row] = gradient[row]! - risk[row]! * exposure[row]!;
  return { logLikelihood, gradient, risk, hazard, exposure };
}

/**
 * H x for several columns x, where H, shape (n, n), is minus the second derivative in eta: in O(n) a column,
 * from the risk sets' means, without forming H.
 *
 * @param columns w arrays of shape (n)
 * @returns w arrays of shape (n)
 */
export function hessianTimes(
  sets: RiskSets,
  { risk, hazard, exposure }: EtaDerivatives,
  columns: readonly Float64Array[],
): Float64Array[] {
  const [n, w] = [sets.rows, columns.length];
  const x = new Float64Array(n * w);
  columns.forEach((column, j) => {
    for (let i = 0; i < n; i++) x[i * w + j] = column[i]!;
  });
  const sums = new RiskSums({ sets, x, columns: w, risk });
  const hazardMean = new Float64Array(sets.groups * w);
  for (let g = 0; g < sets.groups; g++) {
    sums.advance(g);
    const scale = hazard[g]! / sums.atRisk.zeroth;
    for (let j = 0; j < w; j++) hazardMean[g * w + j] = scale * sums.atRisk.first[j]!;
  }
  const integrals = sumWhileAtRisk(sets, hazardMean, w);
  return columns.map((column, j) =>
    column.map((value, row) => risk[row]! * (value * exposure[row]! - integrals[row * w + j]!)),
  );
}
