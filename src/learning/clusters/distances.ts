/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
/** Between each two of n rows, shape (n (n - 1) / 2): (1,0) (2,0) (2,1) (3,0) ... */
export type Distances = Float64Array;

/** Where the distance of two rows is; not for a row and itself. */
export const pairIndex = (a: number, b: number): number =>
  a > b ? (a * (a - 1)) / 2 + b : (b * (b - 1)) / 2 + a;

/** @returns squared Euclidean distances of the rows of x */
export function squaredDistances(x: Float64Array, columns: number): Distances {
  const n = x.length / columns;
  const distances = new Float64Array((n * (n - 1)) / 2);
  for (let a = 1, at = 0; a < n; a++) {
    for (let b = 0; b < a; b++, at++) {
      let sum = 0;
      for (let k = 0, i = a * columns, j = b * columns; k < columns; k++) {
        const difference = x[i + k]! - x[j + k]!;
        sum += difference * difference;
      }
      distances[at] = sum;
    }
  }
  return distances;
}

/** The columns `features`, in that order. */
export function pickColumns(x: Float64Array, columns: number, features: ArrayLike<number>): Float64Array {
  const width = features.length;
  const picked = new Float64Array((x.length / columns) * width);
  for (let from = 0, to = 0; from < x.length; from += columns, to += width)
    for (let k = 0; k < width; k++) picked[to + k] = x[from + features[k]!]!;
  return picked;
}

/** The rows `rows`, in that order. */
export function pickRows(x: Float64Array, columns: number, rows: ArrayLike<number>): Float64Array {
  const picked = new Float64Array(rows.length * columns);
  for (let to = 0; to < rows.length; to++)
    picked.set(x.subarray(rows[to]! * columns, (rows[to]! + 1) * columns), to * columns);
  return picked;
}

/** Those between the rows `rows`. */
export function pickDistances(distances: Distances, rows: ArrayLike<number>): Distances {
  const picked = new Float64Array((rows.length * (rows.length - 1)) / 2);
  for (let a = 1, at = 0; a < rows.length; a++)
    for (let b = 0; b < a; b++, at++) picked[at] = distances[pairIndex(rows[a]!, rows[b]!)]!;
  return picked;
}
