/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { normalUpperTail } from '../../numerics/index.ts';
import { kaplanMeier } from '../curves/index.ts';
import { refuse, requireClusters, type SurvivalData } from '../data.ts';
import { standardErrorOfMean } from '../discrimination/influence.ts';
import { type AtHorizon, censoringInfluence, censoringOf, weightsAt } from '../discrimination/ipcw.ts';
import { requireRisk } from './predicted.ts';

export interface BrierAtHorizon {
  readonly horizon: number;
  /** Mean squared error of the predicted risk, 0 (perfect) upwards; lower is better. */
  readonly brier: number;
  /** From the influence function, the estimation of the censoring's curve included. */
  readonly standardError: number;
  /** That of the Kaplan-Meier risk of these rows, the same for every row. */
  readonly nullBrier: number;
  /** Index of prediction accuracy, 1 - brier / nullBrier: 1 perfect, 0 no better than Kaplan-Meier, can be < 0. */
  readonly ipa: number;
}

export interface BrierOptions {
  /** Shape (n): rows of one cluster (a patient) are dependent. */
  readonly cluster?: Int32Array;
}

/**
 * Brier score at each horizon, weighted by the inverse probability of censoring: 1/G(time-) for rows with their
 * event by the horizon, 1/G(horizon) for those observed beyond it, 0 for those censored by then.
 *
 * @param risk probability of the event by each horizon, shape (n, horizons), row-major, in [0, 1]; not a survival
 *   probability
 * @param horizons finite, positive, in the data's time unit
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, also for delayed entry and when nobody is at risk after a horizon;
 *   SURVIVAL_NO_EVENTS when no event comes by a horizon
 * @see Graf 1999, doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5; Kattan & Gerds 2018,
 *   doi:10.1186/s41512-018-0029-2; equals R's riskRegression::Score(metrics = "brier", cens.model = "km",
 *   summary = "ipa")
 */
export function brierScore(
  data: SurvivalData,
  risk: Float64Array,
  horizons: ArrayLike<number>,
  options: BrierOptions = {},
): BrierAtHorizon[] {
  return briersWithInfluence(data, risk, horizons, options).map(
    ({ horizon, brier, nullBrier, influence }) => ({
      horizon,
      brier,
      standardError: standardErrorOfMean(influence, options.cluster),
      nullBrier,
      ipa: 1 - brier / nullBrier,
    }),
  );
}

export interface IntegratedBrier {
  readonly integratedBrier: number;
  /** From the influence function; the horizons are taken as given. */
  readonly standardError: number;
  readonly nullIntegratedBrier: number;
  /** 1 - integratedBrier / nullIntegratedBrier. */
  readonly ipa: number;
}

/**
 * Brier score integrated over time, divided by the time.
 *
 * `step` (the default): from 0 to the last horizon, the score held from each horizon to the next, and 0 before the
 * first, as it is at time 0; give every event time for the exact integral. Equals the IBS of R's
 * riskRegression::Score(summary = "ibs"). `trapezoid`: from the first horizon to the last, the score linear in
 * between; the rule of scikit-survival's integrated_brier_score.
 *
 * @param risk shape (n, horizons), row-major, as for brierScore
 * @param horizons at least two, ascending
 * @throws {CdsError} as brierScore
 */
export function integratedBrier(
  data: SurvivalData,
  risk: Float64Array,
  horizons: ArrayLike<number>,
  options: BrierOptions & { readonly rule?: 'step' | 'trapezoid' } = {},
): IntegratedBrier {
  const shares = integrationShares(horizons, options.rule ?? 'step');
  const influence = new Float64Array(data.time.length);
  let [score, reference] = [0, 0];
  briersWithInfluence(data, risk, horizons, options).forEach((at, k) => {
    score += shares[k]! * at.brier;
    reference += shares[k]! * at.nullBrier;
    for (let row = 0; row < influence.length; row++) influence[row]! += shares[k]! * at.influence[row]!;
  });
  return {
    integratedBrier: score,
    standardError: standardErrorOfMean(influence, options.cluster),
    nullIntegratedBrier: reference,
    ipa: 1 - score / reference,
  };
}

/** What each horizon's score counts; shape (horizons). */
const integrationShares = (horizons: ArrayLike<number>, rule: 'step' | 'trapezoid'): Float64Array => {
  const last = horizons.length - 1;
  if (last < 1) refuse('horizons: an integral needs at least two');
  const shares = new Float64Array(horizons.length);
  for (let k = 0; k < last; k++) {
    const width = horizons[k + 1]! - horizons[k]!;
    if (!(width > 0)) refuse('horizons are not ascending');
    shares[k]! += rule === 'step' ? width : width / 2;
    if (rule === 'trapezoid') shares[k + 1]! += width / 2;
  }
  const length = rule === 'step' ? horizons[last]! : horizons[last]! - horizons[0]!;
  return shares.map((share) => share / length);
};

export interface BrierDifference {
  readonly horizon: number;
  /** First minus second: negative where the first predicts better. */
  readonly difference: number;
  readonly standardError: number;
  /** Two-sided, of difference / standardError; 1 where the difference is 0. */
  readonly pValue: number;
}

/**
 * The difference of two predictions' Brier scores on the same rows at each horizon.
 *
 * @throws {CdsError} as brierScore
 * @see equals the contrasts of R's riskRegression::Score (which subtracts the other way round)
 */
export function brierDifference(
  data: SurvivalData,
  [first, second]: readonly [Float64Array, Float64Array],
  horizons: ArrayLike<number>,
  options: BrierOptions = {},
): BrierDifference[] {
  const others = briersWithInfluence(data, second, horizons, options);
  return briersWithInfluence(data, first, horizons, options).map(({ horizon, brier, influence }, k) => {
    const other = others[k]!;
    const difference = brier - other.brier;
    const standardError = standardErrorOfMean(
      influence.map((value, row) => value - other.influence[row]!),
      options.cluster,
    );
    const pValue = difference === 0 ? 1 : 2 * normalUpperTail(Math.abs(difference) / standardError);
    return { horizon, difference, standardError, pValue };
  });
}

interface WithInfluence {
  readonly horizon: number;
  readonly brier: number;
  readonly nullBrier: number;
  readonly influence: Float64Array;
}

const briersWithInfluence = (
  data: SurvivalData,
  risk: Float64Array,
  horizons: ArrayLike<number>,
  { cluster }: BrierOptions,
): WithInfluence[] => {
  const censoring = censoringOf(data, 'the Brier score');
  const n = data.time.length;
  const columns = horizons.length;
  requireClusters(cluster, n);
  requireRisk(risk, n * columns);
  const curve = kaplanMeier(data);
  return Array.from(horizons, (horizon, h) => {
    const at = weightsAt(censoring, horizon);
    const own = brierWithInfluence(at, (row) => risk[row * columns + h]!);
    let survival = 1;
    for (let k = 0; k < curve.times.length && curve.times[k]! <= horizon; k++) survival = curve.survival[k]!;
    return { horizon, ...own, nullBrier: brierWithInfluence(at, () => 1 - survival).brier };
  });
};

const brierWithInfluence = (
  at: AtHorizon,
  riskOf: (row: number) => number,
): Pick<WithInfluence, 'brier' | 'influence'> => {
  const { caseWeight, controlWeight } = at;
  const n = caseWeight.length;
  const caseTerm = new Float64Array(n);
  const terms = new Float64Array(n);
  let [caseSum, controlSum] = [0, 0];
  for (let row = 0; row < n; row++) {
    const risk = riskOf(row);
    caseTerm[row] = caseWeight[row]! * (1 - risk) ** 2;
    terms[row] = controlWeight[row]! * risk ** 2;
    caseSum += caseTerm[row]!;
    controlSum += terms[row]!;
  }
  const brier = (caseSum + controlSum) / n;
  const influence = censoringInfluence(at, caseTerm, controlSum);
  for (let row = 0; row < n; row++) influence[row]! += caseTerm[row]! + terms[row]! - brier;
  return { brier, influence };
};
