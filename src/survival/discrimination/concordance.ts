/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { normalUpperTail } from '../../numerics/index.ts';
import {
  refuse,
  requireClusters,
  requireFinite,
  requireLength,
  requirePositive,
  type SurvivalData,
  validateSurvivalData,
} from '../data.ts';
import { groupsOf } from './order.ts';
import { standardErrorOf } from './influence.ts';
import { type PairSums, type Stratum, sumPairs, type TimeWeight } from './pairs.ts';

export interface Concordance {
  /** (concordant + tiedRisk / 2) / comparable, in [0, 1]; 0.5 is chance. */
  readonly concordance: number;
  /** By the infinitesimal jackknife; summed within clusters where they are given. */
  readonly standardError: number;
  /** Comparable pairs in which the earlier event has the higher risk score (weighted, where weights are). */
  readonly concordant: number;
  readonly discordant: number;
  /** Comparable pairs with equal risk scores. */
  readonly tiedRisk: number;
  readonly comparable: number;
}

export interface ConcordanceOptions {
  /** Only events at or before this time open a pair (R: ymax; Uno's tau). */
  readonly truncateAt?: number;
  /**
   * Events before this time count as events at it, so they are not compared with each other (R: ymin). Refused
   * where a row is censored before it, and with delayed entry.
   */
  readonly from?: number;
  /**
   * What a pair counts: 'n' 1 (Harrell's C, the default); 'n/G2' 1/G(t-)^2 (Uno's C); 'S' 1/G(t-), which is
   * proportional to S(t-)/n(t) (Peto & Wilcoxon's weights). G is estimated within strata, with the weights.
   */
  readonly timeWeight?: TimeWeight;
  /** Case weights, shape (n), positive; a pair counts the product of its two. */
  readonly weights?: Float64Array;
  /** Shape (n): only rows of one stratum are compared. */
  readonly strata?: Int32Array;
  /** Shape (n), at least 2: rows of one cluster (a patient) are dependent. */
  readonly cluster?: Int32Array;
}

/**
 * Harrell's concordance of a risk score with event times, with its standard error, in O(n log n).
 *
 * A pair is comparable when one row has its event at t and the other is known to be event-free at t: it ends
 * later, or is censored at t itself; with delayed entry it must also have entered before t. Two events at the
 * same time are not comparable. Equal scores count one half.
 *
 * The standard error is that of the infinitesimal jackknife: the root of the sum of squares of each row's (or
 * cluster's) weight times the derivative of C by it. It takes G as known where `timeWeight` asks for one.
 *
 * @param riskScore shape (n); a higher value means an earlier event (a Cox linear predictor, not a survival
 *   probability)
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, also for delayed entry with a timeWeight other than 'n' (G has no
 *   accepted estimate there) and when no pair is comparable; SURVIVAL_NO_EVENTS when no row has an event
 *   by `truncateAt`
 * @see Harrell 1996, doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4; Uno 2011,
 *   doi:10.1002/sim.4154; Therneau & Atkinson, "Concordance" (vignette of survival); equals R's
 *   survival::concordance(reverse = TRUE, ymin = from, ymax = truncateAt, timewt = timeWeight), but that R leaves the
 *   time weight out of a stratum with a single event
 */
export const concordanceIndex = (
  data: SurvivalData,
  riskScore: Float64Array,
  options: ConcordanceOptions = {},
): Concordance => summary(concordanceWithJackknife(data, riskScore, options), options.cluster);

/**
 * Uno's concordance: Harrell's pairs weighted by 1/G(t-)^2, which takes out what the censoring decides.
 *
 * @param options.truncateAt tau; where it is not given, late events may get weights that are large and unstable
 * @throws {CdsError} as concordanceIndex; delayed entry is refused
 * @see Uno 2011, doi:10.1002/sim.4154; equals R's survival::concordance(timewt = "n/G2", ymax = truncateAt)
 */
export const unoConcordance = (
  data: SurvivalData,
  riskScore: Float64Array,
  options: Omit<ConcordanceOptions, 'timeWeight'> = {},
): Concordance => concordanceIndex(data, riskScore, { ...options, timeWeight: 'n/G2' });

export interface ConcordanceDifference {
  /** First minus second. */
  readonly difference: number;
  readonly standardError: number;
  /** Two-sided, of difference / standardError; 1 where the two scores rank every pair alike. */
  readonly pValue: number;
  readonly first: Concordance;
  readonly second: Concordance;
}

/**
 * The difference of two scores' concordances on the same rows; its standard error takes in that they are
 * dependent.
 *
 * @throws {CdsError} as concordanceIndex
 * @see equals R's survival::concordance of two fits: the contrast c(1, -1) of its coefficients and variance
 */
export function concordanceDifference(
  data: SurvivalData,
  [first, second]: readonly [Float64Array, Float64Array],
  options: ConcordanceOptions = {},
): ConcordanceDifference {
  const [one, two] = [first, second].map((score) => concordanceWithJackknife(data, score, options)) as [
    Jackknifed,
    Jackknifed,
  ];
  const difference = one.concordance - two.concordance;
  const standardError = standardErrorOf(
    one.jackknife.map((value, row) => value - two.jackknife[row]!),
    options.cluster,
  );
  return {
    difference,
    standardError,
    pValue: difference === 0 ? 1 : 2 * normalUpperTail(Math.abs(difference) / standardError),
    first: summary(one, options.cluster),
    second: summary(two, options.cluster),
  };
}

interface Jackknifed extends PairSums {
  readonly concordance: number;
  readonly comparable: number;
  /** Each row's weight times the derivative of C by it, shape (n); they sum to 0. */
  readonly jackknife: Float64Array;
}

const summary = (
  { concordance, concordant, discordant, tiedRisk, comparable, jackknife }: Jackknifed,
  cluster: Int32Array | undefined,
): Concordance => {
  const standardError = standardErrorOf(jackknife, cluster);
  return { concordance, standardError, concordant, discordant, tiedRisk, comparable };
};

const concordanceWithJackknife = (
  data: SurvivalData,
  riskScore: Float64Array,
  options: ConcordanceOptions,
): Jackknifed => {
  const n = validate(data, riskScore, options);
  const { from, ...rules } = rulesOf(options);
  const grouped = from > 0 ? { ...data, time: data.time.map((t) => Math.max(t, from)) } : data;
  const weights = options.weights ?? new Float64Array(n).fill(1);
  const sums = { concordant: 0, discordant: 0, tiedRisk: 0, pairs: 0 };
  const [agreeing, all] = [new Float64Array(n), new Float64Array(n)];
  for (const rows of strataRows(options.strata)) {
    const part = sumPairs(stratumOf(grouped, riskScore, weights, rows), rules);
    sums.concordant += part.concordant;
    sums.discordant += part.discordant;
    sums.tiedRisk += part.tiedRisk;
    sums.pairs += part.pairs;
    if (rows === undefined) {
      agreeing.set(part.agreeing);
      all.set(part.comparable);
      continue;
    }
    rows.forEach((row, k) => {
      agreeing[row] = part.agreeing[k]!;
      all[row] = part.comparable[k]!;
    });
  }
  if (sums.pairs === 0) refuse('no pair of rows is comparable');
  const comparable = sums.concordant + sums.discordant + sums.tiedRisk;
  const concordance = (sums.concordant + sums.tiedRisk / 2) / comparable;
  for (let row = 0; row < n; row++)
    agreeing[row] = (weights[row]! * (agreeing[row]! - concordance * all[row]!)) / comparable;
  return { ...sums, comparable, concordance, jackknife: agreeing };
};

/** The rows of each stratum; undefined stands for all rows. */
const strataRows = (strata: Int32Array | undefined): (Int32Array | undefined)[] => {
  if (strata === undefined) return [undefined];
  const { order, start, count } = groupsOf(Float64Array.from(strata));
  return Array.from({ length: count }, (_, g) => order.subarray(start[g], start[g + 1]));
};

const stratumOf = (
  { entry, time, event }: SurvivalData,
  score: Float64Array,
  weight: Float64Array,
  rows: Int32Array | undefined,
): Stratum => {
  const pick = (values: Float64Array): Float64Array =>
    rows === undefined ? values : Float64Array.from(rows, (row) => values[row]!);
  return {
    ...(entry && { entry: pick(entry) }),
    time: pick(time),
    event: rows === undefined ? Uint8Array.from(event) : Uint8Array.from(rows, (row) => event[row]!),
    score: pick(score),
    weight: pick(weight),
  };
};

const validate = (data: SurvivalData, riskScore: Float64Array, options: ConcordanceOptions): number => {
  const n = validateSurvivalData(data);
  const { weights, strata, cluster } = options;
  requireFinite(riskScore, n, 'riskScore');
  if (weights !== undefined) requirePositive(weights, n, 'weights');
  requireLength(strata, n, 'strata');
  requireClusters(cluster, n);
  const { from, truncateAt, timeWeight } = rulesOf(options);
  if (!(from < Infinity) || Number.isNaN(truncateAt))
    refuse('from is not finite, or truncateAt is not a number');
  if (data.entry !== undefined) requireDefinedWithEntry(from, timeWeight);
  const early = data.time.findIndex((t, row) => t < from && data.event[row] === 0);
  if (early >= 0) refuse(`row ${early} is censored before from`);
  if (!data.time.some((t, row) => data.event[row] === 1 && Math.max(t, from) <= truncateAt))
    throw new CdsError('SURVIVAL_NO_EVENTS', 'no row has an event by truncateAt');
  return n;
};

const rulesOf = ({ from = 0, truncateAt = Infinity, timeWeight = 'n' }: ConcordanceOptions) => ({
  from,
  truncateAt,
  timeWeight,
});

const requireDefinedWithEntry = (from: number, timeWeight: TimeWeight): void => {
  if (from > 0) refuse('from has no definition with delayed entry');
  if (timeWeight !== 'n')
    refuse(`timeWeight '${timeWeight}' has no accepted definition with delayed entry; use 'n'`);
};
