/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { pairIndex, squaredDistances } from './distances.ts';
import { refuse, requireLabels, requireMatrix } from './input.ts';

export interface Silhouette {
  /** Of each row, in [-1, 1], shape (n); higher is better placed. */
  readonly widths: Float64Array;
  readonly mean: number;
}

const widthOf = (toGroups: Float64Array, sizes: Int32Array, own: number): number => {
  const others = sizes[own]! - 1;
  if (others === 0) return 0;
  const within = toGroups[own]! / others;
  let between = Infinity;
  toGroups.forEach((sum, group) => {
    if (group !== own) between = Math.min(between, sum / sizes[group]!);
  });
  return within === between ? 0 : (between - within) / Math.max(within, between);
};

/**
 * Rousseeuw's silhouette by Euclidean distance: how much nearer a row is to its own group than to the next.
 * A row alone in its group has width 0.
 *
 * @param x shape (n, columns), row-major
 * @param labels shape (n): 0, 1, ..., at least two groups, none empty
 * @throws {CdsError} LEARNING_INPUT_INVALID
 * @see Rousseeuw 1987, doi:10.1016/0377-0427(87)90125-7; equals R's cluster::silhouette(labels, dist(x))
 */
export function silhouette(x: Float64Array, columns: number, labels: ArrayLike<number>): Silhouette {
  const n = requireMatrix(x, columns);
  const sizes = requireLabels(labels, n);
  if (sizes.length < 2) refuse('labels has one group only');
  const distances = squaredDistances(x, columns);
  const toGroups = new Float64Array(sizes.length);
  const widths = Float64Array.from({ length: n }, (_, row) => {
    toGroups.fill(0);
    for (let other = 0; other < n; other++) {
      if (other !== row) toGroups[labels[other]!]! += Math.sqrt(distances[pairIndex(row, other)]!);
    }
    return widthOf(toGroups, sizes, labels[row]!);
  });
  return { widths, mean: widths.reduce((sum, width) => sum + width, 0) / n };
}

/** Means of the groups, shape (groups, columns). */
const centersOf = (
  x: Float64Array,
  columns: number,
  labels: ArrayLike<number>,
  sizes: Int32Array,
): Float64Array => {
  const centers = new Float64Array(sizes.length * columns);
  for (let i = 0; i < x.length; i++)
    centers[labels[Math.floor(i / columns)]! * columns + (i % columns)]! += x[i]!;
  return centers.map((sum, at) => sum / sizes[Math.floor(at / columns)]!);
};

/** Sums of squares within and between the groups. */
export function sumsOfSquares(
  x: Float64Array,
  columns: number,
  labels: ArrayLike<number>,
  sizes: Int32Array,
): { within: number; between: number; centers: Float64Array } {
  const n = x.length / columns;
  const centers = centersOf(x, columns, labels, sizes);
  const whole = centersOf(x, columns, new Uint8Array(n), Int32Array.of(n));
  let [within, between] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    const column = i % columns;
    const center = centers[labels[Math.floor(i / columns)]! * columns + column]!;
    within += (x[i]! - center) ** 2;
    between += (center - whole[column]!) ** 2;
  }
  return { within, between, centers };
}

/**
 * Calinski and Harabasz's index, (between / (k - 1)) / (within / (n - k)); higher is better. Infinity where rows of a
 * group are all equal and the groups are not; 0 where all rows are.
 *
 * @param x shape (n, columns), row-major
 * @param labels shape (n): 0, 1, ..., at least two groups, fewer than rows, none empty
 * @throws {CdsError} LEARNING_INPUT_INVALID
 * @see Calinski & Harabasz 1974, doi:10.1080/03610927408827101
 */
export function calinskiHarabasz(x: Float64Array, columns: number, labels: ArrayLike<number>): number {
  const n = requireMatrix(x, columns);
  const sizes = requireLabels(labels, n);
  const k = sizes.length;
  if (k < 2) refuse('labels has one group only');
  if (k === n) refuse('labels has as many groups as rows');
  const { within, between } = sumsOfSquares(x, columns, labels, sizes);
  return between === 0 ? 0 : between / (k - 1) / (within / (n - k));
}

const pairs = (count: number): number => (count * (count - 1)) / 2;

/**
 * Agreement of two groupings of the same rows, corrected for chance: 1 where they are the same whatever the numbers
 * of the groups, 0 expected of unrelated ones.
 *
 * @param a shape (n): 0, 1, ..., none empty
 * @param b shape (n), likewise
 * @throws {CdsError} LEARNING_INPUT_INVALID
 * @see Hubert & Arabie 1985, doi:10.1007/BF01908075; equals R's mclust::adjustedRandIndex
 */
export function adjustedRandIndex(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length;
  if (n === 0) refuse('labels has no rows');
  const [sizesA, sizesB] = [requireLabels(a, n), requireLabels(b, n)];
  const both = new Map<number, number>();
  for (let row = 0; row < n; row++) {
    const cell = a[row]! * sizesB.length + b[row]!;
    both.set(cell, (both.get(cell) ?? 0) + 1);
  }
  const sum = (counts: Iterable<number>): number =>
    [...counts].reduce((total, count) => total + pairs(count), 0);
  const [together, inA, inB] = [sum(both.values()), sum(sizesA), sum(sizesB)];
  const expected = n > 1 ? (inA * inB) / pairs(n) : 0;
  const most = (inA + inB) / 2;
  return most === expected ? 1 : (together - expected) / (most - expected);
}
