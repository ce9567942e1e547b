/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import {
  requireClusters,
  requireLength,
  selectRows,
  type SurvivalData,
  validateSurvivalData,
} from '../data.ts';
import { clusteredLogVariance } from './clustered-variance.ts';
import { type RiskTable, riskTable } from './risk-table.ts';
import { rowsOfEach } from './rows-of.ts';

/** One value per distinct time at which a row had its event or was censored, ascending; shape (m) each. */
export interface KaplanMeierCurve {
  readonly times: Float64Array;
  /** Rows (their weight, with case weights) with entry < time <= their own end. */
  readonly atRisk: Float64Array;
  readonly events: Float64Array;
  readonly censored: Float64Array;
  /** Probability of no event up to and including the time; non-increasing, in [0, 1]. */
  readonly survival: Float64Array;
  /** Standard error of `survival`; 0 where survival is 0 (the limit; R prints NaN there). */
  readonly standardError: Float64Array;
}

export interface KaplanMeierOptions {
  /** Case weights (how many patients a row stands for), shape (n), not negative. */
  readonly weights?: Float64Array;
  /**
   * Shape (n), at least 2: rows of one cluster (a patient) are dependent. Asks for the infinitesimal jackknife's standard error
   * in place of Greenwood's; that is also the right one for weights that are not counts.
   */
  readonly cluster?: Int32Array;
}

/**
 * Product-limit estimate, with delayed entry. Events come before censorings at the same time.
 *
 * With delayed entry the risk set can be tiny at early times: a curve that meets an early time at which
 * everybody at risk has the event is 0 from there on.
 *
 * @returns with Greenwood's standard error, or the clustered one
 * @throws {CdsError} SURVIVAL_INPUT_INVALID
 * @see Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452; equals R's survival::survfit, with
 *   robust = FALSE where there are weights, and with cluster and robust = TRUE
 */
export function kaplanMeier(
  data: SurvivalData,
  { weights, cluster }: KaplanMeierOptions = {},
): KaplanMeierCurve {
  const n = validateSurvivalData(data);
  requireClusters(cluster, n);
  const table = riskTable(data, weights);
  const { times, atRisk, events, censored } = table;
  const survival = new Float64Array(times.length);
  let s = 1;
  for (let k = 0; k < times.length; k++) {
    s *= (atRisk[k]! - events[k]!) / atRisk[k]!;
    survival[k] = s;
  }
  const variance =
    cluster === undefined
      ? greenwood(table)
      : clusteredLogVariance({ data, cluster, table, ...(weights && { weights }) });
  const standardError = survival.map((value, k) => (value === 0 ? 0 : value * Math.sqrt(variance[k]!)));
  return { times, atRisk, events, censored, survival, standardError };
}

/** Greenwood's variance of log S, cumulative; what comes where S is 0 is of no use. */
const greenwood = ({ atRisk, events }: RiskTable): Float64Array => {
  let sum = 0;
  return atRisk.map((r, k) => {
    const d = events[k]!;
    if (d < r) sum += d / (r * (r - d));
    return sum;
  });
};

export interface GroupCurve {
  readonly group: number;
  /** Rows of the group. */
  readonly size: number;
  readonly curve: KaplanMeierCurve;
}

/**
 * One curve a group.
 *
 * @param groups shape (n), any whole numbers
 * @returns ascending by group
 * @throws {CdsError} SURVIVAL_INPUT_INVALID
 * @see R's survfit(Surv(time, event) ~ group)
 */
export function kaplanMeierByGroup(
  data: SurvivalData,
  groups: Int32Array,
  { weights, cluster }: KaplanMeierOptions = {},
): GroupCurve[] {
  const n = validateSurvivalData(data);
  for (const [name, values] of Object.entries({ groups, weights, cluster })) requireLength(values, n, name);
  return rowsOfEach(groups).map(({ id: group, rows }) => {
    const options = {
      ...(weights && { weights: Float64Array.from(rows, (row) => weights[row]!) }),
      ...(cluster && { cluster: Int32Array.from(rows, (row) => cluster[row]!) }),
    };
    return { group, size: rows.length, curve: kaplanMeier(selectRows(data, rows), options) };
  });
}
