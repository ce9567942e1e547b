/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import {
  requireEvent,
  requireFinite,
  requireLength,
  requireNumber,
  requirePositive,
  type SurvivalData,
  validateSurvivalData,
} from '../data.ts';
import { buildRiskSets } from './risk-sets.ts';
import { RiskSums } from './risk-sums.ts';
import { tieSteps } from './sweep.ts';

/** A cumulative hazard L(t) = sum of increments[j] over times[j] <= t: a right-continuous step function. */
export interface BaselineHazard {
  /** Distinct event times, ascending, shape (m); in the data's time unit. */
  readonly times: Float64Array;
  /** Shape (m), positive. */
  readonly increments: Float64Array;
}

export interface StratumBaseline extends BaselineHazard {
  /** The label given in `strata`; 0 without. */
  readonly stratum: number;
}

export interface BaselineInput {
  readonly data: SurvivalData;
  /** eta of each row, shape (n). */
  readonly linearPredictor: Float64Array;
  /** Case weights, shape (n), positive. */
  readonly weights?: Float64Array;
}

/**
 * The cumulative baseline hazard of each stratum: at each event time the events (weighted) over the sum of
 * weight * exp(eta) of those at risk, with delayed entry. Efron's leaves tied events out of that sum one after
 * another.
 *
 * The baseline is that of a row with eta = 0: give the same, uncentred eta at prediction.
 *
 * @param input.ties as in the fit
 * @returns by stratum, ascending; one without an event has no times
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, also when exp(eta) overflows; SURVIVAL_NO_EVENTS
 * @see Breslow 1972, doi:10.1111/j.2517-6161.1972.tb00900.x; Efron 1977, doi:10.1080/01621459.1977.10480613;
 *   equals R's basehaz(fit, centered = FALSE)
 */
export function baselineHazards(
  input: BaselineInput & { readonly strata?: Int32Array; readonly ties: 'efron' | 'breslow' },
): StratumBaseline[] {
  const { data, linearPredictor, strata, ties } = input;
  const n = validateSurvivalData(data);
  requireEvent(data);
  requireFinite(linearPredictor, n, 'linearPredictor');
  if (input.weights !== undefined) requirePositive(input.weights, n, 'weights');
  requireLength(strata, n, 'strata');
  const weights = input.weights ?? new Float64Array(n).fill(1);
  const risk = linearPredictor.map((eta, row) => weights[row]! * Math.exp(eta));
  requireFinite(risk, n, 'exp(linearPredictor)');
  const sets = buildRiskSets(data, strata);
  const steps = tieSteps(sets, weights, ties);
  const sums = new RiskSums({ sets, x: new Float64Array(0), columns: 0, risk });
  const increments = new Float64Array(sets.groups);
  for (let g = 0; g < sets.groups; g++) {
    sums.advance(g);
    for (let s = steps.start[g]!; s < steps.start[g + 1]!; s++) {
      const total = sums.atRisk.zeroth - steps.fraction[s]! * sums.dying.zeroth;
      increments[g] = increments[g]! + steps.weight[s]! / total;
    }
  }
  requireFinite(increments, sets.groups, 'the baseline hazard');
  const groups = sets.strata.map((): number[] => []);
  for (let g = sets.groups - 1; g >= 0; g--) groups[sets.stratumOfGroup[g]!]!.push(g);
  return sets.strata.map((stratum, index) => {
    const own = groups[index]!;
    return {
      stratum,
      times: Float64Array.from(own, (g) => sets.groupTime[g]!),
      increments: Float64Array.from(own, (g) => increments[g]!),
    };
  });
}

/**
 * Breslow's estimate of the cumulative baseline hazard, without strata.
 *
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, also when exp(eta) overflows; SURVIVAL_NO_EVENTS
 * @see baselineHazards
 */
export function breslowBaseline(input: BaselineInput): BaselineHazard {
  const [{ times, increments } = { times: new Float64Array(0), increments: new Float64Array(0) }] =
    baselineHazards({
      ...input,
      ties: 'breslow',
    });
  return { times, increments };
}

/**
 * L(t); 0 before the first event time, constant after the last.
 *
 * @throws {CdsError} SURVIVAL_INPUT_INVALID where t is NaN
 */
export function cumulativeHazardAt({ times, increments }: BaselineHazard, t: number): number {
  requireNumber(t, 't');
  let sum = 0;
  for (let j = 0; j < times.length && times[j]! <= t; j++) sum += increments[j]!;
  return sum;
}

/**
 * Probability of an event in (t, t + horizon] given none by t: 1 - exp(-(L(t + horizon) - L(t)) exp(eta)).
 *
 * @param eta linear predictor; a higher value means a higher risk
 * @param t landmark, and `horizon`, both in the baseline's time unit
 * @returns in [0, 1]; 0 where no event time lies in between, however high eta
 * @throws {CdsError} SURVIVAL_INPUT_INVALID where one of the numbers is NaN
 */
export function riskWithin(baseline: BaselineHazard, eta: number, t: number, horizon: number): number {
  for (const [name, value] of Object.entries({ eta, t, horizon })) requireNumber(value, name);
  const { times, increments } = baseline;
  let hazard = 0;
  for (let j = 0; j < times.length && times[j]! <= t + horizon; j++)
    if (times[j]! > t) hazard += increments[j]!;
  // An exponential that overflows would make 0 * infinity of it.
  return hazard === 0 ? 0 : -Math.expm1(-hazard * Math.exp(eta));
}
