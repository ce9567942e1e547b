/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import {
  requireEvent,
  requireFinite,
  requirePositive,
  type SurvivalData,
  validateSurvivalData,
} from '../data.ts';
import { buildRiskSets } from './risk-sets.ts';
import { RiskSums } from './risk-sums.ts';

/** A cumulative hazard L(t) = sum of increments[j] over times[j] <= t: a right-continuous step function. */
export interface BaselineHazard {
  /** Distinct event times, ascending, shape (m); in the data's time unit. */
  readonly times: Float64Array;
  /** Shape (m), positive. */
  readonly increments: Float64Array;
}

/**
 * Breslow's estimate of the cumulative baseline hazard: at each event time the events (weighted) over the sum of
 * weight * exp(eta) of those at risk, with delayed entry.
 *
 * The baseline is that of a row with eta = 0: give the same, uncentred eta at prediction.
 *
 * @param input.linearPredictor eta of each row, shape (n)
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, also when exp(eta) overflows
 * @see Breslow 1972, doi:10.1111/j.2517-6161.1972.tb00900.x; equals R's basehaz(fit, centered = FALSE) of a fit
 *   with ties = "breslow"
 */
export function breslowBaseline(input: {
  readonly data: SurvivalData;
  readonly linearPredictor: Float64Array;
  readonly weights?: Float64Array;
}): BaselineHazard {
  const { data, linearPredictor, weights } = input;
  const n = validateSurvivalData(data);
  requireEvent(data);
  requireFinite(linearPredictor, n, 'linearPredictor');
  if (weights !== undefined) requirePositive(weights, n, 'weights');
  const risk = linearPredictor.map((eta, row) => (weights?.[row] ?? 1) * Math.exp(eta));
  requireFinite(risk, n, 'exp(linearPredictor)');
  const sets = buildRiskSets(data);
  const sums = new RiskSums({ sets, x: new Float64Array(0), columns: 0, risk });
  const increments = new Float64Array(sets.groups);
  for (let g = 0; g < sets.groups; g++) {
    sums.advance(g);
    let events = 0;
    for (let k = sets.deaths.start[g]!; k < sets.deaths.start[g + 1]!; k++) {
      events += weights?.[sets.deaths.rows[k]!] ?? 1;
    }
    increments[g] = events / sums.atRisk.zeroth;
  }
  return { times: sets.groupTime.slice().reverse(), increments: increments.reverse() };
}

/** L(t); 0 before the first event time, constant after the last. */
export function cumulativeHazardAt({ times, increments }: BaselineHazard, t: number): number {
  let sum = 0;
  for (let j = 0; j < times.length && times[j]! <= t; j++) sum += increments[j]!;
  return sum;
}

/**
 * Probability of an event in (t, t + horizon] given none by t: 1 - exp(-(L(t + horizon) - L(t)) exp(eta)).
 *
 * @param eta linear predictor; a higher value means a higher risk
 * @param t landmark, and `horizon`, both in the baseline's time unit
 * @returns in [0, 1]
 */
export function riskWithin(baseline: BaselineHazard, eta: number, t: number, horizon: number): number {
  const { times, increments } = baseline;
  let hazard = 0;
  for (let j = 0; j < times.length && times[j]! <= t + horizon; j++)
    if (times[j]! > t) hazard += increments[j]!;
  return -Math.expm1(-hazard * Math.exp(eta));
}
