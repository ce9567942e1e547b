/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { type SurvivalData, validateSurvivalData } from '../../survival/index.ts';

/** How events at one time are handled, as R's coxph says it. */
export type CohortTies = 'breslow' | 'efron';

/** What a training step needs to know of the cohort beside the images; J columns, N rows of the batch. */
export interface CohortLossInputs {
  /** [J] Log of the sum of exp(eta) over those at risk who are not in the batch; -Infinity where nobody is. */
  readonly logOthersAtRisk: Float32Array;
  /** [N, J] 1 where a row of the batch is at risk at column j; with Efron, less the share that has gone. */
  readonly atRisk: Float32Array;
  /** [J] How many events column j counts. */
  readonly events: Float32Array;
  /** [N, 1] 1 where the row has its event. */
  readonly event: Float32Array;
  /** [N, 1] 0 in rows that fill the batch up. */
  readonly mask: Float32Array;
}

/**
 * The Cox partial likelihood of a cohort, of which a batch moves a part. A row is at risk on (entry, time].
 *
 * With Breslow's ties a column is one distinct event time and counts its events; with Efron's a column is one event,
 * and the l-th of d tied events (l from 0) has each of the tied at risk by 1 - l / d.
 */
export interface CohortLoss {
  /** J, at least 1. */
  readonly columns: number;
  /** D, the cohort's events. */
  readonly totalEvents: number;
  /**
   * What the training step takes beside images and rates. Costs a sum for each pair of a row and a column.
   *
   * @param batch rows of the cohort, all different, 1 to `pairs`
   * @param eta (n) last known linear predictors of all; those of the batch are not read
   * @param pairs N of the training step
   * @throws {CdsError} LEARNING_INPUT_INVALID
   */
  inputs(batch: ArrayLike<number>, eta: ArrayLike<number>, pairs: number): CohortLossInputs;
  /**
   * Minus the log partial likelihood, over D. A step's `loss` is this without the eta of the events outside of the
   * batch: loss = negativeLogLikelihood(eta) + (sum of eta over those events) / D.
   *
   * @param eta (n)
   * @throws {CdsError} LEARNING_INPUT_INVALID
   */
  negativeLogLikelihood(eta: ArrayLike<number>): number;
}

const refuse = (detail: string): never => {
  throw new CdsError('LEARNING_INPUT_INVALID', detail);
};

interface Columns {
  /** Ascending. */
  readonly time: Float64Array;
  readonly events: Float64Array;
  /** The share by which those who have their event at the column's time have gone. */
  readonly gone: Float64Array;
}

function columnsOf({ time, event }: SurvivalData, ties: CohortTies): Columns {
  const deaths = new Map<number, number>();
  const sorted = time.filter((_, row) => event[row] === 1).sort();
  for (const at of sorted) deaths.set(at, (deaths.get(at) ?? 0) + 1);
  const steps = [...deaths].flatMap(([at, count]) =>
    ties === 'breslow'
      ? [{ at, events: count, gone: 0 }]
      : Array.from({ length: count }, (_, l) => ({ at, events: 1, gone: l / count })),
  );
  return {
    time: Float64Array.from(steps, ({ at }) => at),
    events: Float64Array.from(steps, ({ events }) => events),
    gone: Float64Array.from(steps, ({ gone }) => gone),
  };
}

/** How many of the ascending values are at most `bound`. */
const countUpTo = (ascending: Float64Array, bound: number): number => {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
};

/**
 * The cohort's part in the loss of training steps.
 *
 * @param data times may be delayed by `entry`
 * @throws {CdsError} SURVIVAL_INPUT_INVALID; LEARNING_INPUT_INVALID where nobody has an event
 */
export function createCohortLoss(data: SurvivalData, ties: CohortTies = 'breslow'): CohortLoss {
  const n = validateSurvivalData(data);
  const { time, events, gone } = columnsOf(data, ties);
  const columns = time.length;
  if (columns === 0) refuse('nobody has an event');
  // Row i is at risk at the columns from[i] to until[i] - 1; from dying[i] on its own event is counted.
  const from = Int32Array.from(data.time, (_, row) => countUpTo(time, data.entry?.[row] ?? 0));
  const until = Int32Array.from(data.time, (end) => countUpTo(time, end));
  const dying = Int32Array.from(data.time, (end, row) =>
    data.event[row] === 1 ? time.indexOf(end) : until[row]!,
  );
  const totalEvents = events.reduce((sum, count) => sum + count, 0);

  const addRow = (sums: Float64Array | Float32Array, row: number, risk: number, at = 0): void => {
    for (let j = from[row]!; j < dying[row]!; j++) sums[at + j]! += risk;
    for (let j = Math.max(from[row]!, dying[row]!); j < until[row]!; j++)
      sums[at + j]! += risk * (1 - gone[j]!);
  };
  /** log of the sum of exp(eta) over rows at risk at each column. */
  const logSums = (eta: ArrayLike<number>, left: (row: number) => boolean): Float64Array => {
    let largest = -Infinity;
    for (let row = 0; row < n; row++) if (!left(row)) largest = Math.max(largest, eta[row]!);
    const sums = new Float64Array(columns);
    for (let row = 0; row < n; row++) if (!left(row)) addRow(sums, row, Math.exp(eta[row]! - largest));
    return sums.map((sum) => (sum > 0 ? Math.log(sum) + largest : -Infinity));
  };
  const requireEta = (eta: ArrayLike<number>, left: (row: number) => boolean): void => {
    if (eta.length !== n) refuse(`eta has ${eta.length} values, not ${n}`);
    for (let row = 0; row < n; row++)
      if (!left(row) && !Number.isFinite(eta[row])) refuse(`eta of row ${row} is not finite`);
  };
  const none = (): boolean => false;

  return {
    columns,
    totalEvents,
    inputs: (batch, eta, pairs) => {
      const rows = Array.from(batch);
      const inBatch = new Set(rows);
      if (rows.length < 1 || rows.length > pairs || inBatch.size !== rows.length)
        refuse(`a batch of ${rows.length} rows, not 1 to ${pairs} different ones`);
      if (!rows.every((row) => Number.isInteger(row) && row >= 0 && row < n))
        refuse(`a row is not of the ${n} there are`);
      const isInBatch = (row: number): boolean => inBatch.has(row);
      requireEta(eta, isInBatch);
      const atRisk = new Float32Array(pairs * columns);
      rows.forEach((row, i) => {
        addRow(atRisk, row, 1, i * columns);
      });
      const filled = (value: (row: number) => number): Float32Array =>
        Float32Array.from({ length: pairs }, (_, i) => (i < rows.length ? value(rows[i]!) : 0));
      return {
        logOthersAtRisk: Float32Array.from(logSums(eta, isInBatch)),
        atRisk,
        events: Float32Array.from(events),
        event: filled((row) => data.event[row]!),
        mask: filled(() => 1),
      };
    },
    negativeLogLikelihood: (eta) => {
      requireEta(eta, none);
      let loss = 0;
      logSums(eta, none).forEach((logSum, j) => (loss += events[j]! * logSum));
      for (let row = 0; row < n; row++) loss -= data.event[row]! * eta[row]!;
      return loss / totalEvents;
    },
  };
}
