/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import {
  refuse,
  requireNumber,
  requirePositiveNumber,
  type SurvivalData,
  validateSurvivalData,
} from '../data.ts';
import { riskTable } from './risk-table.ts';
import { countBefore, countUpTo } from './step.ts';

/**
 * G(t), the probability of not being censored up to and including t: a right-continuous step function, 1 before
 * the first censoring and constant after the last.
 */
export interface CensoringSurvival {
  /** Distinct times of a censoring, ascending, shape (m); none where nobody is censored. */
  readonly times: Float64Array;
  /** G at those times, shape (m); non-increasing, in [0, 1]. */
  readonly survival: Float64Array;
}

export interface CensoringOptions {
  /** Case weights, shape (n), not negative. */
  readonly weights?: Float64Array;
  /**
   * Who is at risk of censoring where events and censorings share a time. `events-first` (the default): whoever
   * has the event has left. `together`: both are at risk.
   */
  readonly ties?: 'events-first' | 'together';
}

/**
 * Kaplan-Meier estimate of the time to censoring, for inverse probability of censoring weights.
 *
 * Events come before censorings at the same time, as in every curve of this room, so those who have the event at t
 * are not at risk of censoring at t. R has both: `events-first` equals prodlim(Hist(time, event) ~ 1,
 * reverse = TRUE), which riskRegression's Score uses, and survival::rttright; `together` equals
 * survfit(Surv(time, 1 - event) ~ 1). The two differ only where a time holds both. The weight of an event at t
 * takes G(t-) (`censoringSurvivalBefore`): a censoring at t itself doesn't hide it.
 *
 * @throws {CdsError} SURVIVAL_INPUT_INVALID
 * @see Graf 1999, doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5
 */
export function censoringSurvival(
  data: SurvivalData,
  { weights, ties = 'events-first' }: CensoringOptions = {},
): CensoringSurvival {
  const { times, atRisk, events, censored } = riskTable(data, weights);
  const at = Int32Array.from(times.keys()).filter((k) => censored[k]! > 0);
  let g = 1;
  const survival = Float64Array.from(at, (k) => {
    // Summed the same way round as riskTable does, so that a curve that falls to 0 is 0.
    const stay = atRisk[k]! - (events[k]! + censored[k]!);
    const leaving = ties === 'events-first' ? events[k]! : 0;
    g *= Math.max(0, stay + events[k]! - leaving) / (atRisk[k]! - leaving);
    return g;
  });
  return { times: Float64Array.from(at, (k) => times[k]!), survival };
}

/** G(t), t not NaN; 1 before the first censoring. */
export const censoringSurvivalAt = ({ times, survival }: CensoringSurvival, t: number): number => {
  requireNumber(t, 't');
  const count = countUpTo(times, t);
  return count === 0 ? 1 : survival[count - 1]!;
};

/** G(t-), t not NaN, the limit from the left: censorings at t itself don't count. */
export const censoringSurvivalBefore = ({ times, survival }: CensoringSurvival, t: number): number => {
  requireNumber(t, 't');
  const count = countBefore(times, t);
  return count === 0 ? 1 : survival[count - 1]!;
};

/**
 * Inverse probability of censoring weights of a status known at a horizon: 1/G(time-) for those with the event up
 * to and including it, 1/G(horizon) for those observed beyond it, 0 for those censored up to it, whose status is
 * unknown.
 *
 * @param censoring estimated on these rows, or on others like them; without delayed entry
 * @returns shape (n), in the order of the rows, zero or at least 1
 * @throws {CdsError} SURVIVAL_INPUT_INVALID where a row needs a weight and G is 0: nobody could be seen there
 */
export function censoringWeights(
  data: SurvivalData,
  horizon: number,
  censoring: CensoringSurvival = censoringSurvival(data),
): Float64Array {
  validateSurvivalData(data);
  requirePositiveNumber(horizon, 'horizon');
  if (data.entry !== undefined) refuse('entry: censoring weights have no delayed entry');
  const beyond = censoringSurvivalAt(censoring, horizon);
  return Float64Array.from(data.time, (time, row) => {
    if (time <= horizon && data.event[row] !== 1) return 0;
    const g = time > horizon ? beyond : censoringSurvivalBefore(censoring, time);
    if (g === 0) refuse(`row ${row}: the probability of being uncensored is 0`);
    return 1 / g;
  });
}
