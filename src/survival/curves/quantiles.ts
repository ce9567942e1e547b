/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { refuse } from '../data.ts';
import { type IntervalOptions, type SurvivalCurve, survivalInterval } from './intervals.ts';

/** A time by which a share of the patients has had the event, in the data's unit; undefined where not reached. */
export interface SurvivalQuantile {
  readonly time: number | undefined;
  readonly lower: number | undefined;
  readonly upper: number | undefined;
}

/** Survival is a product: what is 1/2 on paper may be off by a few last digits. R's tolerance. */
const EXACT = Math.sqrt(Number.EPSILON);

/** Where a falling step function crosses `level`; the middle of the step where it lies at `level` exactly. */
const crossing = (times: Float64Array, values: Float64Array, level: number): number | undefined => {
  const first = values.findIndex((value) => value <= level + EXACT);
  if (first < 0) return undefined;
  if (values[first]! < level - EXACT) return times[first];
  const next = values.findIndex((value) => value < level - EXACT);
  // A curve that ends at the level exactly is known to lie there up to its last time.
  const lastKnown = values.findLastIndex((value) => !Number.isNaN(value));
  return (times[first]! + times[next < 0 ? lastKnown : next]!) / 2;
};

/**
 * The time by which `share` of the patients have had the event (.5: the median), with the interval that inverts the
 * pointwise intervals (Brookmeyer & Crowley): from where the lower bound crosses to where the upper one does.
 *
 * Where survival lies at 1 - share exactly, the answer is the middle of that step, which ends with the next event, or
 * with the last time if there is none. What isn't reached within the follow-up is undefined.
 *
 * @param share in (0, 1)
 * @throws {CdsError} SURVIVAL_INPUT_INVALID
 * @see Brookmeyer & Crowley 1982, doi:10.2307/2530286; equals R's quantile(survfit(...))
 */
export function survivalQuantile(
  curve: SurvivalCurve,
  share: number,
  options: IntervalOptions = {},
): SurvivalQuantile {
  if (!(share > 0 && share < 1)) refuse(`share is ${share}, not between 0 and 1`);
  const { lower, upper } = survivalInterval(curve, options);
  const level = 1 - share;
  return {
    time: crossing(curve.times, curve.survival, level),
    lower: crossing(curve.times, lower, level),
    upper: crossing(curve.times, upper, level),
  };
}

/** The median time to the event; see `survivalQuantile`. */
export const medianSurvival = (curve: SurvivalCurve, options: IntervalOptions = {}): SurvivalQuantile =>
  survivalQuantile(curve, 0.5, options);
