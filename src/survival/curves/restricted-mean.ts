/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { normalUpperTail } from '../../numerics/index.ts';
import { refuse, requirePositiveNumber } from '../data.ts';
import { criticalValue } from './intervals.ts';
import type { KaplanMeierCurve } from './kaplan-meier.ts';

export interface RestrictedMeanOptions {
  /** Coverage of the interval, in (0, 1); default .95. */
  readonly level?: number;
  /** What to do if the curve ends above 0 before tau: refuse (the default), or draw it level up to tau, as R does. */
  readonly beyondLast?: 'refuse' | 'extend';
}

export interface RestrictedMean {
  /** Mean event-free time up to tau: the area under the curve, in the data's time unit. */
  readonly mean: number;
  readonly standardError: number;
  readonly lower: number;
  readonly upper: number;
}

/**
 * Restricted mean survival time: the area under a Kaplan-Meier curve from 0 to tau, with a normal interval whose
 * error is Greenwood's, also where the curve's own is clustered.
 *
 * @param tau in the data's time unit
 * @throws {CdsError} SURVIVAL_INPUT_INVALID: tau not positive, or after the last time of a curve that is not 0 there
 *   (unless `beyondLast: 'extend'`)
 * @see Royston & Parmar 2013, doi:10.1186/1471-2288-13-152; equals R's summary(survfit(...), rmean = tau)$table
 */
export function restrictedMean(
  curve: KaplanMeierCurve,
  tau: number,
  { level = 0.95, beyondLast = 'refuse' }: RestrictedMeanOptions = {},
): RestrictedMean {
  requirePositiveNumber(tau, 'tau');
  const z = criticalValue(level);
  const { times, atRisk, events, survival } = curve;
  const last = times.length - 1;
  if (beyondLast === 'refuse' && tau > times[last]! && survival[last]! > 0)
    refuse(`tau is ${tau}, after the last time, ${times[last]!}`);
  // Backwards: the area from each time to tau, which is all that Greenwood's sum needs.
  let [area, until, variance] = [0, tau, 0];
  for (let k = last; k >= 0; k--) {
    if (times[k]! >= tau) continue;
    area += survival[k]! * (until - times[k]!);
    until = times[k]!;
    const [d, r] = [events[k]!, atRisk[k]!];
    if (d < r) variance += (area * area * d) / (r * (r - d));
  }
  const mean = area + until;
  const standardError = Math.sqrt(variance);
  return { mean, standardError, lower: mean - z * standardError, upper: mean + z * standardError };
}

export interface RestrictedMeanDifference {
  /** First less second: positive where the first group stays event-free for longer. */
  readonly difference: number;
  readonly standardError: number;
  readonly lower: number;
  readonly upper: number;
  /** Difference over its standard error. */
  readonly z: number;
  /** Two-sided. */
  readonly pValue: number;
}

/**
 * Difference between the restricted means of two independent groups.
 *
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, as `restrictedMean`; SURVIVAL_NO_EVENTS if neither has an event by tau,
 *   so that the difference has no standard error
 */
export function restrictedMeanDifference(
  first: KaplanMeierCurve,
  second: KaplanMeierCurve,
  tau: number,
  options: RestrictedMeanOptions = {},
): RestrictedMeanDifference {
  const [a, b] = [restrictedMean(first, tau, options), restrictedMean(second, tau, options)];
  const difference = a.mean - b.mean;
  const standardError = Math.hypot(a.standardError, b.standardError);
  if (standardError === 0)
    throw new CdsError('SURVIVAL_NO_EVENTS', 'neither group has an event before tau that others outlast');
  const half = criticalValue(options.level ?? 0.95) * standardError;
  const z = difference / standardError;
  return {
    difference,
    standardError,
    lower: difference - half,
    upper: difference + half,
    z,
    pValue: 2 * normalUpperTail(Math.abs(z)),
  };
}
