/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { requireFinite, type SurvivalData, validateSurvivalData } from '../data.ts';
import { type IntervalOptions, type SurvivalCurve, survivalInterval } from './intervals.ts';
import { requireWeights } from './risk-table.ts';
import { countUpTo } from './step.ts';

export interface SurvivalEstimate {
  /** Probability of no event up to and including the time. */
  readonly survival: number;
  readonly standardError: number;
  /** NaN, with `upper`, where survival is 0. */
  readonly lower: number;
  readonly upper: number;
}

/**
 * Survival at given times.
 *
 * @param times shape (k), any order
 * @returns one a time; undefined after the last observed time, where nothing is known (unless survival is 0 by then)
 * @throws {CdsError} SURVIVAL_INPUT_INVALID
 * @see R's summary(survfit(...), times =), which leaves such times out
 */
export function survivalAt(
  curve: SurvivalCurve,
  times: Float64Array,
  options: IntervalOptions = {},
): (SurvivalEstimate | undefined)[] {
  requireFinite(times, times.length, 'times');
  const { lower, upper } = survivalInterval(curve, options);
  const last = curve.times.length - 1;
  return Array.from(times, (t) => {
    if (t > curve.times[last]! && curve.survival[last]! > 0) return undefined;
    const k = countUpTo(curve.times, t) - 1;
    if (k < 0) return { survival: 1, standardError: 0, lower: 1, upper: 1 };
    return {
      survival: curve.survival[k]!,
      standardError: curve.standardError[k]!,
      lower: lower[k]!,
      upper: upper[k]!,
    };
  });
}

/**
 * How many rows (or their weight) are at risk at given times, for the lines under a plot: entry < t <= time. Those
 * who enter at 0 or before are at risk at 0.
 *
 * @param times shape (k), any order
 * @returns shape (k)
 * @throws {CdsError} SURVIVAL_INPUT_INVALID
 */
export function numbersAtRisk(data: SurvivalData, times: Float64Array, weights?: Float64Array): Float64Array {
  const n = validateSurvivalData(data);
  requireFinite(times, times.length, 'times');
  if (weights !== undefined) requireWeights(weights, n);
  return times.map((t) => {
    let sum = 0;
    for (let row = 0; row < n; row++) {
      const entry = data.entry?.[row] ?? 0;
      if ((entry <= 0 || entry < t) && t <= data.time[row]!) sum += weights?.[row] ?? 1;
    }
    return sum;
  });
}
