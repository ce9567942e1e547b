/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';

/** The code of a missing value; greater than every rank. */
export const MISSING = 0x7fffffff;

/**
 * The features as splitting reads them: each column presorted once, for all trees and threads. Column j of a
 * (columns x n) array is [j * n, (j + 1) * n). All arrays lie in shared memory.
 */
export interface SortedFeatures {
  readonly n: number;
  readonly columns: number;
  /** (columns x n) Rank of the row's value among the column's distinct float32 values; MISSING for NaN. */
  readonly codes: Int32Array;
  /** (columns x n) The rows in ascending order of the column, missing ones last. */
  readonly order: Int32Array;
  /** (columns x n) Where in `order` a row stands. */
  readonly positions: Int32Array;
  /** (columns) How many rows are not missing. */
  readonly present: Int32Array;
  /** The distinct values of the columns, ascending, one column after the other ... */
  readonly values: Float32Array;
  /** (columns + 1) ... and where each column's begin. */
  readonly offsets: Int32Array;
}

export const refuse = (detail: string): never => {
  throw new CdsError('LEARNING_INPUT_INVALID', detail);
};

export const sharedInt32 = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(length * 4));
export const sharedCopy = (values: Int32Array): Int32Array => {
  const copy = sharedInt32(values.length);
  copy.set(values);
  return copy;
};

/**
 * `x` in float32, as models read it; NaN stays, for missing.
 *
 * @returns the number of rows
 * @throws {CdsError} LEARNING_INPUT_INVALID: no columns, no rows, a length that is no multiple of `columns`, a value
 *   that is infinite (also once in float32)
 */
export function toFloat32(
  x: Float64Array,
  columns: number,
): { readonly x: Float32Array; readonly n: number } {
  if (!Number.isInteger(columns) || columns < 1)
    refuse(`columns is ${String(columns)}, not a positive integer`);
  const n = x.length / columns;
  if (n === 0 || !Number.isInteger(n))
    refuse(`x has ${x.length} values, which is no rows of ${columns} columns`);
  const rounded = Float32Array.from(x);
  for (let i = 0; i < rounded.length; i++) {
    const value = rounded[i]!;
    if (value === Infinity || value === -Infinity) {
      refuse(`x is infinite as float32 in row ${Math.floor(i / columns)}, column ${i % columns}`);
    }
  }
  return { x: rounded, n };
}

/** Presorts the columns of `x`, shape (n, columns) row-major. */
export function sortFeatures(x: Float32Array, n: number, columns: number): SortedFeatures {
  const codes = sharedInt32(columns * n);
  const order = sharedInt32(columns * n);
  const positions = sharedInt32(columns * n);
  const present = sharedInt32(columns);
  const offsets = sharedInt32(columns + 1);
  const distinct = new Float32Array(columns * n);
  const column = new Float32Array(n);
  let end = 0;
  for (let j = 0; j < columns; j++) {
    for (let i = 0; i < n; i++) column[i] = x[i * columns + j]! + 0; // -0 is 0
    const sorted = orderOf(column);
    order.set(sorted, j * n);
    const first = end;
    for (let at = 0; at < n; at++) {
      const row = sorted[at]!;
      const value = column[row]!;
      positions[j * n + row] = at;
      if (Number.isNaN(value)) {
        codes[j * n + row] = MISSING;
        continue;
      }
      if (end === first || distinct[end - 1] !== value) distinct[end++] = value;
      codes[j * n + row] = end - 1 - first;
      present[j] = at + 1;
    }
    offsets[j + 1] = end;
  }
  const values = new Float32Array(new SharedArrayBuffer(end * 4));
  values.set(distinct.subarray(0, end));
  return { n, columns, codes, order, positions, present, values, offsets };
}

/** Rows by ascending value, equal ones by row, missing ones last. */
const orderOf = (column: Float32Array): Int32Array =>
  Int32Array.from(column.keys()).sort((a, b) => {
    const [left, right] = [column[a]!, column[b]!];
    if (left < right) return -1;
    if (left > right) return 1;
    if (left === right) return a - b;
    return Number(Number.isNaN(left)) - Number(Number.isNaN(right)) || a - b;
  });
