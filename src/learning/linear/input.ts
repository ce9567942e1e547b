/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';

/** n rows of two classes. */
export interface BinaryData {
  /** Shape (n, columns), row-major, finite. */
  readonly x: Float64Array;
  readonly columns: number;
  /** 1 = the class whose probability or score is meant, 0 = the other; shape (n). */
  readonly labels: ArrayLike<number>;
}

export const refuse = (detail: string): never => {
  throw new CdsError('LEARNING_INPUT_INVALID', detail);
};

/** The squares of greater values, summed, may be beyond the numbers. */
const GREATEST = 1e145;

const requireFinite = (x: Float64Array, columns: number): void => {
  const wrong = x.findIndex((value) => !(Math.abs(value) <= GREATEST));
  if (wrong < 0) return;
  const detail = Number.isFinite(x[wrong]) ? ', too large to be squared: scale its columns' : '';
  refuse(`x is ${x[wrong]!} at row ${Math.floor(wrong / columns)}, column ${wrong % columns}${detail}`);
};

/**
 * What a fitted model is to be used on.
 *
 * @returns the number of rows
 * @throws {CdsError} LEARNING_INPUT_INVALID: no whole rows, a value that is not finite
 */
export function requireRows(x: Float64Array, columns: number): number {
  if (x.length % columns !== 0) refuse(`x has ${x.length} values, not rows of ${columns}`);
  requireFinite(x, columns);
  return x.length / columns;
}

/**
 * @returns n
 * @throws {CdsError} LEARNING_INPUT_INVALID: lengths that differ, a value that is not finite, a label other than
 *   0 or 1, a class without rows
 */
export function validateBinaryData({ x, columns, labels }: BinaryData): number {
  const n = labels.length;
  if (!Number.isInteger(columns) || columns < 1) refuse('columns is not a positive integer');
  if (x.length !== n * columns) refuse(`x has ${x.length} values, not ${n} x ${columns}`);
  requireFinite(x, columns);
  for (const label of [0, 1])
    if (!Array.prototype.includes.call(labels, label)) refuse(`no row has label ${label}`);
  const foreign = Array.prototype.findIndex.call(labels, (label: number) => label !== 0 && label !== 1);
  if (foreign >= 0) refuse(`label of row ${foreign} is neither 0 nor 1`);
  return n;
}

/** @throws {CdsError} LEARNING_INPUT_INVALID: a length other than n, fewer than 2 folds; gives the folds in order */
export function foldsOf(foldIds: ArrayLike<number>, n: number): number[] {
  const folds = [...new Set(Array.from(foldIds))].sort((a, b) => a - b);
  if (folds.some((fold) => !Number.isFinite(fold))) refuse('foldIds has a value that is no finite number');
  if (foldIds.length !== n || folds.length < 2) refuse('foldIds needs one value a row and at least 2 folds');
  return folds;
}

/** The rows given, in that order. */
export function rowsOf({ x, columns, labels }: BinaryData, rows: ArrayLike<number>): BinaryData {
  const picked = new Float64Array(rows.length * columns);
  for (let at = 0; at < rows.length; at++) {
    picked.set(x.subarray(rows[at]! * columns, (rows[at]! + 1) * columns), at * columns);
  }
  return { x: picked, columns, labels: Uint8Array.from(rows, (row) => labels[row]!) };
}

export interface StandardisedColumns {
  /** Centred and scaled, column-major, shape (columns, n); 0 throughout where a column is constant. */
  readonly values: Float64Array;
  readonly mean: Float64Array;
  /** What a column was divided by; 0 where it is constant. */
  readonly scale: Float64Array;
}

export interface StandardiseOptions {
  /** Divide by the standard deviation, or only centre. */
  readonly standardise: boolean;
  /** Divisor n - 1 in place of n; without shares. */
  readonly sample?: boolean;
  /** Share of each row, sums to 1; default 1 / n. */
  readonly shares?: Float64Array;
}

/** Columns less their mean, divided by their SD, or by 1 where `standardise` is false. */
export function standardiseColumns(
  x: Float64Array,
  columns: number,
  { standardise, sample, shares }: StandardiseOptions,
): StandardisedColumns {
  const n = x.length / columns;
  const values = new Float64Array(x.length);
  const mean = new Float64Array(columns);
  const scale = new Float64Array(columns);
  const share = shares ?? new Float64Array(n).fill(1 / n);
  const correction = sample === true ? n / (n - 1) : 1;
  for (let j = 0; j < columns; j++) {
    let [centre, most, variance] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      centre += share[i]! * x[i * columns + j]!;
      most = Math.max(most, Math.abs(x[i * columns + j]!));
    }
    for (let i = 0; i < n; i++) variance += share[i]! * (x[i * columns + j]! - centre) ** 2;
    mean[j] = centre;
    const sd = Math.sqrt(variance * correction);
    if (!(sd > 1e-13 * most)) continue;
    const divisor = standardise ? sd : 1;
    scale[j] = divisor;
    for (let i = 0; i < n; i++) values[j * n + i] = (x[i * columns + j]! - centre) / divisor;
  }
  return { values, mean, scale };
}
