/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { quantileOfSorted } from '../../numerics/index.ts';
import { fitCox } from '../cox/index.ts';
import { criticalValue } from '../curves/intervals.ts';
import {
  refuse,
  requireClusters,
  requireEvent,
  requireLevel,
  requirePositiveNumber,
  type SurvivalData,
  validateSurvivalData,
} from '../data.ts';
import { ObservedByHorizon, riskInterval } from './observed.ts';
import { complementaryLogLog, requireNoEntry, requireRisk } from './predicted.ts';

export interface CalibrationInTheLarge {
  /** Kaplan-Meier risk by the horizon, and Greenwood's standard error. */
  readonly observed: number;
  readonly observedStandardError: number;
  /** Mean predicted risk. */
  readonly expected: number;
  /** observed - expected: positive where the predictions are too low. */
  readonly difference: number;
  /** observed / expected: 1 is calibrated, above 1 the predictions are too low. */
  readonly ratio: number;
  /** Of the ratio, on the log scale; the predictions are taken as given. */
  readonly ratioInterval: readonly [lower: number, upper: number];
}

/**
 * Mean calibration at a horizon: the risk that Kaplan and Meier observe beside the mean predicted risk.
 *
 * @param risk probability of the event by the horizon, shape (n), in [0, 1]
 * @param options.level of the interval; 0.95 where not given
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, also for delayed entry, when nobody is at risk at the horizon, and when
 *   every risk is 0; SURVIVAL_NO_EVENTS when no event comes by the horizon
 * @see McLernon 2023, doi:10.7326/M22-0844
 */
export function calibrationInTheLarge(
  data: SurvivalData,
  risk: Float64Array,
  horizon: number,
  { level = 0.95 }: { readonly level?: number } = {},
): CalibrationInTheLarge {
  const n = validateForHorizon(data, risk, horizon);
  const { risk: observed, standardError } = new ObservedByHorizon(data, horizon).ofAll();
  const expected = risk.reduce((sum, value) => sum + value, 0) / n;
  if (expected === 0) refuse('risk is 0 in every row');
  const ratio = observed / expected;
  const reach = (criticalValue(level) * standardError) / observed;
  return {
    observed,
    observedStandardError: standardError,
    expected,
    difference: observed - expected,
    ratio,
    ratioInterval: [ratio * Math.exp(-reach), ratio * Math.exp(reach)],
  };
}

export interface CalibrationSlope {
  /** 1 is calibrated; below 1 the predictions are too extreme (overfitted), above 1 too moderate. */
  readonly slope: number;
  /** From the information. */
  readonly standardError: number;
  /** Lin and Wei's, by row, or by cluster where clusters are given. */
  readonly robustStandardError: number;
}

/**
 * Weak calibration's slope: the coefficient of log(-log(1 - risk)) in a Cox model (Efron's ties) over the whole
 * follow-up. Delayed entry is allowed. An infinite estimate (risks that order every event) is refused by fitCox.
 *
 * @param risk probability of the event by some horizon, shape (n), between 0 and 1, both left out
 * @throws {CdsError} SURVIVAL_INPUT_INVALID; SURVIVAL_NO_EVENTS; and fitCox's, also when all risks are equal
 * @see van Houwelingen 2000, doi:10.1002/1097-0258(20001230)19:24<3401::AID-SIM554>3.0.CO;2-2; equals R's
 *   coxph(Surv(time, event) ~ log(-log(1 - risk)), cluster = cluster)
 */
export function calibrationSlope(
  data: SurvivalData,
  risk: Float64Array,
  { cluster }: { readonly cluster?: Int32Array } = {},
): CalibrationSlope {
  const n = validateSurvivalData(data);
  const x = complementaryLogLog(risk, n);
  requireEvent(data);
  requireClusters(cluster, n);
  const rows = cluster ?? Int32Array.from({ length: n }, (_, row) => row);
  const fit = fitCox({ x, columns: 1, data, ties: 'efron', cluster: rows });
  return {
    slope: fit.coefficients[0]!,
    standardError: Math.sqrt(fit.covariance[0]!),
    robustStandardError: Math.sqrt(fit.robustCovariance![0]!),
  };
}

export interface CalibrationGroup {
  readonly rows: number;
  /** Events by the horizon. */
  readonly events: number;
  /** Predicted risks of the group: least, mean, greatest. */
  readonly lowest: number;
  readonly expected: number;
  readonly highest: number;
  /** Kaplan-Meier risk; undefined where the group's follow-up ends before the horizon. */
  readonly observed: number | undefined;
  /** On the log-log scale; undefined where `observed` is, or is 0 or 1. */
  readonly interval: readonly [lower: number, upper: number] | undefined;
}

/** Each costs a look at every row. */
const MOST_GROUPS = 100;

/**
 * Grouped calibration at a horizon: rows cut at the quantiles of their predicted risk, lowest group first.
 *
 * @param risk probability of the event by the horizon, shape (n), in [0, 1]
 * @param options.groups 10 where not given, at most 100; where quantiles coincide there are fewer
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, SURVIVAL_NO_EVENTS, as calibrationInTheLarge
 * @see equals R's survfit by cut(risk, unique(quantile(risk, 0:10 / 10)), include.lowest = TRUE)
 */
export function calibrationGroups(
  data: SurvivalData,
  risk: Float64Array,
  horizon: number,
  { groups = 10, level = 0.95 }: { readonly groups?: number; readonly level?: number } = {},
): CalibrationGroup[] {
  const n = validateForHorizon(data, risk, horizon);
  if (!Number.isInteger(groups) || groups < 1 || groups > MOST_GROUPS)
    refuse(`groups is ${groups}, not a whole number from 1 to ${MOST_GROUPS}`);
  requireLevel(level);
  const observed = new ObservedByHorizon(data, horizon);
  observed.ofAll();
  const sorted = risk.slice().sort();
  const bounds = Float64Array.from({ length: groups }, (_, k) => quantileOfSorted(sorted, (k + 1) / groups));
  bounds[groups - 1] = sorted[n - 1]!;
  const result: CalibrationGroup[] = [];
  for (let k = 0, above = -Infinity; k < groups; above = bounds[k]!, k++) {
    const upTo = bounds[k]!;
    const inside = Uint8Array.from(risk, (value) => (value > above && value <= upTo ? 1 : 0));
    if (inside.includes(1)) result.push(groupOf(observed, risk, inside, { data, horizon, level }));
  }
  return result;
}

const groupOf = (
  observed: ObservedByHorizon,
  risk: Float64Array,
  inside: Uint8Array,
  { data, horizon, level }: { data: SurvivalData; horizon: number; level: number },
): CalibrationGroup => {
  const own = risk.filter((_, row) => inside[row] === 1);
  const seen = observed.of(inside);
  const events = inside.filter(
    (is, row) => is === 1 && data.event[row] === 1 && data.time[row]! <= horizon,
  ).length;
  return {
    rows: own.length,
    events,
    lowest: own.reduce((a, b) => Math.min(a, b)),
    expected: own.reduce((a, b) => a + b, 0) / own.length,
    highest: own.reduce((a, b) => Math.max(a, b)),
    observed: seen?.risk,
    interval: seen && riskInterval(seen, level),
  };
};

const validateForHorizon = (data: SurvivalData, risk: Float64Array, horizon: number): number => {
  const n = validateSurvivalData(data);
  requirePositiveNumber(horizon, 'horizon');
  requireRisk(risk, n);
  requireNoEntry(data, 'calibration against Kaplan-Meier');
  return n;
};
