import { CdsError } from '../domain/index.ts';

/**
 * Survival data of n subjects (or rows, where a subject has several).
 *
 * Row i is at risk on the half-open interval (entry[i], time[i]]; without `entry` it is at risk from 0.
 * All three arrays have shape (n) and one time unit, which every result shares.
 */
export interface SurvivalData {
  /** Delayed entry (left truncation): the time after which the row is at risk. */
  readonly entry?: Float64Array;
  /** End of observation: of the event where `event` is 1, of censoring where it is 0. */
  readonly time: Float64Array;
  readonly event: Uint8Array | Int8Array;
}

/** @throws {CdsError} SURVIVAL_INPUT_INVALID */
export const refuse = (detail: string): never => {
  throw new CdsError('SURVIVAL_INPUT_INVALID', detail);
};

const checkRow = (entry: number, time: number, event: number | undefined, row: number): void => {
  if (!Number.isFinite(time) || time < 0) refuse(`time of row ${row} is not a finite number >= 0`);
  if (!Number.isFinite(entry)) refuse(`entry of row ${row} is not finite`);
  if (time <= entry) refuse(`time of row ${row} is not after its entry`);
  if (event !== 0 && event !== 1) refuse(`event of row ${row} is neither 0 nor 1`);
};

/**
 * Checks survival data; every function of this room calls it first.
 *
 * @returns n, the number of rows (at least 1)
 * @throws {CdsError} SURVIVAL_INPUT_INVALID: no rows, lengths that differ, a time that is not finite, negative
 *   or not after its entry (so a time of 0 is refused: nobody is at risk on (0, 0]), an event other than 0 or 1
 */
export function validateSurvivalData({ entry, time, event }: SurvivalData): number {
  const n = time.length;
  if (n === 0) refuse('there are no rows');
  if (event.length !== n) refuse(`event has ${event.length} rows, time ${n}`);
  if (entry !== undefined && entry.length !== n) refuse(`entry has ${entry.length} rows, time ${n}`);
  for (let row = 0; row < n; row++) checkRow(entry?.[row] ?? 0, time[row] ?? NaN, event[row], row);
  return n;
}

/** @throws {CdsError} SURVIVAL_INPUT_INVALID unless `values` has shape (n) and is finite throughout */
export function requireFinite(values: Float64Array, length: number, name: string): void {
  if (values.length !== length) refuse(`${name} has ${values.length} values, not ${length}`);
  for (let i = 0; i < length; i++) {
    if (!Number.isFinite(values[i])) refuse(`${name} is not finite at index ${i}`);
  }
}

/** @throws {CdsError} SURVIVAL_INPUT_INVALID unless `weights` has shape (n), finite and positive throughout */
export function requirePositive(weights: Float64Array, length: number, name: string): void {
  requireFinite(weights, length, name);
  const index = weights.findIndex((weight) => weight <= 0);
  if (index >= 0) refuse(`${name} is not positive at index ${index}`);
}

/** @throws {CdsError} SURVIVAL_NO_EVENTS if no row has an event */
export function requireEvent(data: SurvivalData): void {
  if (!data.event.includes(1)) throw new CdsError('SURVIVAL_NO_EVENTS', 'no row has an event');
}

/** @throws {CdsError} SURVIVAL_INPUT_INVALID where `ids` is there and has not shape (n) */
export function requireLength(ids: ArrayLike<unknown> | undefined, length: number, name: string): void {
  if (ids !== undefined && ids.length !== length) refuse(`${name} has ${ids.length} values, not ${length}`);
}

/**
 * @throws {CdsError} SURVIVAL_INPUT_INVALID where `cluster` is there and has not shape (n), or has one value only:
 *   what one cluster contributes sums to 0, which is no standard error
 */
export function requireClusters(cluster: Int32Array | undefined, length: number): void {
  if (cluster === undefined) return;
  requireLength(cluster, length, 'cluster');
  if (cluster.every((id) => id === cluster[0]))
    refuse('cluster has one value only: a standard error needs 2');
}

/** @throws {CdsError} SURVIVAL_INPUT_INVALID unless `value` is finite and positive */
export function requirePositiveNumber(value: number, name: string): void {
  if (!(Number.isFinite(value) && value > 0)) refuse(`${name} is ${value}, not a finite number above 0`);
}

/** @throws {CdsError} SURVIVAL_INPUT_INVALID unless `value` is a whole number above 0 */
export function requireCount(value: number, name: string): void {
  if (!(Number.isInteger(value) && value > 0)) refuse(`${name} is ${value}, not a whole number above 0`);
}

/** @throws {CdsError} SURVIVAL_INPUT_INVALID if `value` is NaN; infinities are numbers */
export function requireNumber(value: number, name: string): void {
  if (Number.isNaN(value)) refuse(`${name} is not a number`);
}

/** @throws {CdsError} SURVIVAL_INPUT_INVALID unless `level`, a coverage, lies between 0 and 1, both left out */
export function requireLevel(level: number): void {
  if (!(level > 0 && level < 1)) refuse(`level is ${level}, not between 0 and 1`);
}

/**
 * The rows `rows`, in that order (a row may come twice: a bootstrap sample).
 *
 * @throws {CdsError} SURVIVAL_INPUT_INVALID for a row that isn't there
 */
export function selectRows(data: SurvivalData, rows: ArrayLike<number>): SurvivalData {
  const pick = (values: ArrayLike<number>): Float64Array =>
    Float64Array.from(rows, (row) => values[row] ?? refuse(`rows holds ${row}, which is no row of data`));
  const time = pick(data.time);
  const event = Uint8Array.from(rows, (row) => data.event[row] ?? 0);
  return data.entry === undefined ? { time, event } : { entry: pick(data.entry), time, event };
}
