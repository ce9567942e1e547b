import type { Random } from '../numerics/index.ts';
import { LATENT } from './constants.ts';

/** What nobody sees and everything follows from: log tumour burden B(t) = intercept + ratePerMonth * t. */
export interface LatentState {
  /** B at surgery, after it. */
  readonly intercept: number;
  /** Growth of B per month; negative where immunity wins. */
  readonly ratePerMonth: number;
  /** B before surgery, the tumour in place. */
  readonly preoperative: number;
}

export type LatentStage = keyof typeof LATENT.stageBurden;

export function drawLatentState(random: Random, stage: LatentStage, majorResponse: boolean): LatentState {
  const mean = LATENT.stageBurden[stage] + (majorResponse ? LATENT.majorResponseBurden : 0);
  const intercept = mean + LATENT.interceptSd * random.normal();
  const { shift, slope, sd } = LATENT.preoperative;
  return {
    intercept,
    ratePerMonth: LATENT.rateMean + LATENT.rateSd * random.normal(),
    preoperative: shift + slope * intercept + sd * random.normal(),
  };
}

/** B at `months` after surgery (negative: before it). */
export const burdenAt = (state: LatentState, months: number): number =>
  months < 0 ? state.preoperative : state.intercept + state.ratePerMonth * months;

/**
 * The integral of u^(k-1) exp(c u) over [0, t], by the series of the incomplete gamma function whose terms are
 * all positive for the sign of c at hand (DLMF 8.7.1 and 8.7.3), so that nothing cancels.
 */
export function weightedExponentialIntegral(k: number, c: number, t: number): number {
  if (t <= 0) return 0;
  const x = Math.abs(c) * t;
  let term = 1;
  let sum = 1 / k;
  for (let n = 1; n < 2000; n++) {
    term *= c >= 0 ? x / n : x / (k + n);
    const addend = c >= 0 ? term / (k + n) : term / k;
    sum += addend;
    if (addend < sum * 1e-17) break;
  }
  return t ** k * sum * (c >= 0 ? 1 : Math.exp(-x));
}

/** Cumulative hazard of recurrence over [0, months]. */
export function recurrenceHazard(state: LatentState, months: number): number {
  const { gamma, weibullShape: k, weibullScaleMonths: scale } = LATENT;
  const level = (k / scale ** k) * Math.exp(gamma * state.intercept);
  return level * weightedExponentialIntegral(k, gamma * state.ratePerMonth, months);
}

/** Cumulative hazard of the event, recurrence or death without it, over [0, months]; never falls. */
export const cumulativeHazard = (state: LatentState, months: number): number =>
  recurrenceHazard(state, months) + LATENT.otherDeathPerMonth * Math.max(0, months);

/**
 * The true risk: P(event in (t, t + h] | event-free at t, latent state) = 1 - exp(-(H(t + h) - H(t))).
 *
 * @param tMonths landmark, months since surgery
 * @param hMonths horizon, months
 */
export const trueRisk = (
  patient: { readonly latent: LatentState },
  tMonths: number,
  hMonths: number,
): number =>
  -Math.expm1(
    cumulativeHazard(patient.latent, tMonths) - cumulativeHazard(patient.latent, tMonths + hMonths),
  );

/** No life is longer: past it the burden's exponent may overflow. */
const LAST_MONTH = 1200;

/** Months at which the cumulative hazard of recurrence reaches `target`; Infinity where it never does. */
export function invertRecurrenceHazard(state: LatentState, target: number): number {
  let high = 1;
  while (high < LAST_MONTH && recurrenceHazard(state, high) < target) high *= 2;
  if (recurrenceHazard(state, high) < target) return Infinity;
  let low = 0;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (recurrenceHazard(state, middle) < target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

export interface TrueEvent {
  readonly months: number;
  readonly kind: 'recurrence' | 'death';
}

/** The first of recurrence and death, by inversion of two unit exponentials. */
export function drawEvent(random: Random, state: LatentState): TrueEvent {
  const recurrence = invertRecurrenceHazard(state, random.exponential());
  const death = random.exponential() / LATENT.otherDeathPerMonth;
  return recurrence <= death ? { months: recurrence, kind: 'recurrence' } : { months: death, kind: 'death' };
}
