/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { ascendingOrder } from '../../numerics/index.ts';
import { refuse, requireFinite, type SurvivalData, validateSurvivalData } from '../data.ts';
import { ExactSum } from './exact-sum.ts';

/** One value per distinct time at which a row ends, ascending; shape (m) each. */
export interface RiskTable {
  readonly times: Float64Array;
  /** Weight of the rows with entry < time <= their own end. */
  readonly atRisk: Float64Array;
  readonly events: Float64Array;
  readonly censored: Float64Array;
  /** Rows with an event (of any weight but 0). */
  readonly eventRows: Int32Array;
}

/** @throws {CdsError} SURVIVAL_INPUT_INVALID unless `weights` has shape (n), none negative and not all 0 */
export const requireWeights = (weights: Float64Array, n: number): void => {
  requireFinite(weights, n, 'weights');
  const negative = weights.findIndex((weight) => weight < 0);
  if (negative >= 0) refuse(`weights is negative at index ${negative}`);
  if (!weights.some((weight) => weight > 0)) refuse('weights is 0 throughout');
};

interface Ends {
  readonly table: RiskTable;
  /** Rows that end at each time. */
  readonly ending: Int32Array;
}

/** Counts by distinct end; `atRisk` is still 0. */
const countEnds = ({ time, event }: SurvivalData, order: Int32Array, weight: Float64Array): Ends => {
  let m = 0;
  for (let k = 0; k < order.length; k++) if (k === 0 || time[order[k]!] !== time[order[k - 1]!]) m++;
  const [times, atRisk, events, censored] = [0, 0, 0, 0].map(() => new Float64Array(m)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const [ending, eventRows] = [new Int32Array(m), new Int32Array(m)];
  for (let k = 0, at = -1; k < order.length; k++) {
    const row = order[k]!;
    if (at < 0 || time[row] !== times[at]) times[++at] = time[row]!;
    ending[at]!++;
    if (event[row] === 1) {
      events[at]! += weight[row]!;
      eventRows[at]!++;
    } else {
      censored[at]! += weight[row]!;
    }
  }
  return { table: { times, atRisk, events, censored, eventRows }, ending };
};

/**
 * Who is at risk, has the event and is censored at each time, with delayed entry and case weights.
 *
 * Where all rows at risk end together, their weight is that of the ends to the last bit, so that a curve that
 * falls to 0 is 0.
 *
 * @param weights shape (n), not negative; a row of weight 0 is as if it weren't there
 * @throws {CdsError} SURVIVAL_INPUT_INVALID
 */
export function riskTable(data: SurvivalData, weights?: Float64Array): RiskTable {
  const n = validateSurvivalData(data);
  if (weights !== undefined) requireWeights(weights, n);
  const weight = weights ?? new Float64Array(n).fill(1);
  const counted = (rows: Int32Array): Int32Array =>
    weights === undefined ? rows : rows.filter((row) => weight[row] !== 0);
  const { entry } = data;
  const { table, ending } = countEnds(data, counted(ascendingOrder(data.time)), weight);
  const byEntry = entry === undefined ? new Int32Array(0) : counted(ascendingOrder(entry));
  const { times, atRisk, events, censored, eventRows } = table;
  // Backwards: those who end from here on, less those who have not yet entered.
  const remaining = new ExactSum();
  let [remainingRows, lateRows] = [0, 0];
  for (let k = times.length - 1; k >= 0; k--) {
    remaining.add(events[k]! + censored[k]!);
    remainingRows += ending[k]!;
    for (; lateRows < byEntry.length; lateRows++) {
      const row = byEntry[byEntry.length - 1 - lateRows]!;
      if (entry![row]! < times[k]!) break;
      remaining.add(-weight[row]!);
    }
    const rows = remainingRows - lateRows;
    if (rows === eventRows[k]) atRisk[k] = events[k]!;
    else atRisk[k] = rows === ending[k] ? events[k]! + censored[k]! : remaining.value;
  }
  return table;
}
