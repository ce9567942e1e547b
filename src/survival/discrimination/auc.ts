/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { normalUpperTail } from '../../numerics/index.ts';
import { kaplanMeier } from '../curves/index.ts';
import { refuse, requireClusters, requireFinite, type SurvivalData } from '../data.ts';
import { standardErrorOfMean } from './influence.ts';
import { type AtHorizon, censoringInfluence, censoringOf, weightsAt } from './ipcw.ts';
import { type Groups, groupsOf } from './order.ts';

export interface AucAtHorizon {
  readonly horizon: number;
  /** In [0, 1]; 0.5 is chance. */
  readonly auc: number;
  /** From the influence function, the estimation of the censoring's curve included. */
  readonly standardError: number;
  /** Rows with their event by the horizon, and rows observed event-free beyond it. */
  readonly cases: number;
  readonly controls: number;
}

export interface AucOptions {
  /** Shape (n): rows of one cluster (a patient) are dependent. */
  readonly cluster?: Int32Array;
}

/**
 * Cumulative/dynamic AUC at each horizon: the probability that a row with its event by the horizon has a higher
 * score than one event-free beyond it, equal scores counting one half. Rows censored by then are stood for by the
 * others, with weights 1/G(time-) and 1/G(horizon). O(n log n) a horizon.
 *
 * @param riskScore shape (n): the score for all horizons; or shape (n, horizons), row-major: one for each. A
 *   higher value means an earlier event; any monotone scale
 * @param horizons finite, positive, in the data's time unit
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, also for delayed entry and when nobody is at risk after a horizon;
 *   SURVIVAL_NO_EVENTS when no event comes by a horizon
 * @see Uno 2007, doi:10.1198/016214507000000149; Blanche 2013, doi:10.1002/sim.5958; equals R's
 *   riskRegression::Score(metrics = "auc", cens.model = "km")
 */
export function cumulativeDynamicAuc(
  data: SurvivalData,
  riskScore: Float64Array,
  horizons: ArrayLike<number>,
  options: AucOptions = {},
): AucAtHorizon[] {
  return aucsWithInfluence(data, riskScore, horizons, options).map(
    ({ at: { horizon, cases, controls }, auc, influence }) => ({
      horizon,
      auc,
      standardError: standardErrorOfMean(influence, options.cluster),
      cases,
      controls,
    }),
  );
}

export interface AucDifference {
  readonly horizon: number;
  /** First minus second. */
  readonly difference: number;
  readonly standardError: number;
  /** Two-sided, of difference / standardError; 1 where the difference is 0. */
  readonly pValue: number;
}

/**
 * The difference of two scores' AUCs on the same rows at each horizon.
 *
 * @throws {CdsError} as cumulativeDynamicAuc
 * @see equals the contrasts of R's riskRegression::Score (which subtracts the other way round)
 */
export function aucDifference(
  data: SurvivalData,
  [first, second]: readonly [Float64Array, Float64Array],
  horizons: ArrayLike<number>,
  options: AucOptions = {},
): AucDifference[] {
  const others = aucsWithInfluence(data, second, horizons, options);
  return aucsWithInfluence(data, first, horizons, options).map(({ at, auc, influence }, k) => {
    const other = others[k]!;
    const difference = auc - other.auc;
    const standardError = standardErrorOfMean(
      influence.map((value, row) => value - other.influence[row]!),
      options.cluster,
    );
    const pValue = difference === 0 ? 1 : 2 * normalUpperTail(Math.abs(difference) / standardError);
    return { horizon: at.horizon, difference, standardError, pValue };
  });
}

/**
 * Mean of the AUCs over the horizons, each weighted by the fall of the Kaplan-Meier curve since the horizon before
 * (since time 0 for the first).
 *
 * @param curve of cumulativeDynamicAuc on the same data, horizons ascending
 * @throws {CdsError} SURVIVAL_INPUT_INVALID
 * @see Lambert & Chevret 2016, doi:10.1177/0962280213515571; the rule of scikit-survival's cumulative_dynamic_auc
 */
export function meanAuc(data: SurvivalData, curve: readonly AucAtHorizon[]): number {
  const { times, survival } = kaplanMeier(data);
  let [sum, previous, last, k] = [0, 1, 0, 0];
  for (const { horizon, auc } of curve) {
    if (!(horizon > last)) refuse('horizons are not ascending');
    while (k < times.length && times[k]! <= horizon) k++;
    const s = k === 0 ? 1 : survival[k - 1]!;
    sum += auc * (previous - s);
    [previous, last] = [s, horizon];
  }
  if (previous === 1) refuse('curve is empty, or ends before the first event');
  return sum / (1 - previous);
}

interface WithInfluence {
  readonly at: AtHorizon;
  readonly auc: number;
  readonly influence: Float64Array;
}

const aucsWithInfluence = (
  data: SurvivalData,
  riskScore: Float64Array,
  horizons: ArrayLike<number>,
  { cluster }: AucOptions,
): WithInfluence[] => {
  const censoring = censoringOf(data, 'the time-dependent AUC');
  const n = data.time.length;
  requireClusters(cluster, n);
  const columns = riskScore.length === n ? 1 : horizons.length;
  requireFinite(riskScore, n * columns, 'riskScore');
  const ranks: Groups[] = [];
  for (let c = 0; c < columns; c++)
    ranks.push(groupsOf(Float64Array.from({ length: n }, (_, row) => riskScore[row * columns + c]!)));
  return Array.from(horizons, (horizon, h) =>
    aucWithInfluence(weightsAt(censoring, horizon), ranks[columns === 1 ? 0 : h]!),
  );
};

const aucWithInfluence = (at: AtHorizon, { order, start, count }: Groups): WithInfluence => {
  const { caseWeight, controlWeight } = at;
  const n = caseWeight.length;
  // For a case the weight of the controls it beats, for a control that of the cases that beat it; ties half.
  const won = new Float64Array(n);
  let [allCases, allControls, agreeing] = [0, 0, 0];
  for (let row = 0; row < n; row++) allCases += caseWeight[row]!;
  let casesFrom = allCases;
  for (let g = 0; g < count; g++) {
    let [cases, controls] = [0, 0];
    for (let k = start[g]!; k < start[g + 1]!; k++) {
      cases += caseWeight[order[k]!]!;
      controls += controlWeight[order[k]!]!;
    }
    for (let k = start[g]!; k < start[g + 1]!; k++) {
      const row = order[k]!;
      won[row] = caseWeight[row]! > 0 ? allControls + controls / 2 : casesFrom - cases / 2;
    }
    agreeing += cases * (allControls + controls / 2);
    allControls += controls;
    casesFrom -= cases;
  }
  const pairs = allCases * allControls;
  const auc = agreeing / pairs;
  const caseTerm = new Float64Array(n);
  const controlTerm = new Float64Array(n);
  for (let row = 0; row < n; row++) {
    // Each of the two sums is over n rows: n brings a sum of n terms back to the scale of a mean's influence.
    caseTerm[row] = (n * caseWeight[row]! * (won[row]! - auc * allControls)) / pairs;
    controlTerm[row] = (n * controlWeight[row]! * (won[row]! - auc * allCases)) / pairs;
  }
  // The controls' common weight 1/G(horizon) cancels.
  const influence = censoringInfluence(at, caseTerm, 0);
  for (let row = 0; row < n; row++) influence[row] = influence[row]! + caseTerm[row]! + controlTerm[row]!;
  return { at, auc, influence };
};
