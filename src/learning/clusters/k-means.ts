/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { kmeans } from 'ml-kmeans';
import type { Random } from '../../numerics/index.ts';
import { pickRows } from './distances.ts';
import { sumsOfSquares } from './indices.ts';
import { refuse, renumber, requireCount, requireLabels, requireMatrix } from './input.ts';

export interface KMeansInput {
  /** Shape (n, columns), row-major, finite; scale the columns first. */
  readonly x: Float64Array;
  readonly columns: number;
  /** Number of groups: at most as many as rows that differ. */
  readonly k: number;
  readonly random: Random;
  /** Starts, of which the best is taken; 10 where not given. */
  readonly restarts?: number;
}

export interface KMeans {
  /** Shape (n), numbered in the order in which they first come. */
  readonly labels: Int32Array;
  /** Shape (k, columns), row-major. */
  readonly centers: Float64Array;
  /** What is minimised: the sum of squared distances to the own centre. */
  readonly withinSumOfSquares: number;
}

const squared = (x: Float64Array, row: number, y: Float64Array, other: number, columns: number): number => {
  let sum = 0;
  for (let k = 0, i = row * columns, j = other * columns; k < columns; k++)
    sum += (x[i + k]! - y[j + k]!) ** 2;
  return sum;
};

/** The first place at which the running sum of the weights exceeds a draw. */
const drawWeighted = (weights: Float64Array, random: Random): number => {
  let left = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  let last = -1;
  for (let row = 0; row < weights.length; row++) {
    if (weights[row] === 0) continue;
    last = row;
    left -= weights[row]!;
    if (left < 0) break;
  }
  return last;
};

/**
 * k-means++: each next centre a row drawn by its squared distance to the nearest so far.
 *
 * @returns rows, or fewer than k where no more differ
 * @see Arthur & Vassilvitskii 2007, doi:10.5555/1283383.1283494
 */
export function seedCenters(x: Float64Array, columns: number, k: number, random: Random): number[] {
  const n = x.length / columns;
  const rows = [random.integer(n)];
  const nearest = new Float64Array(n).fill(Infinity);
  while (rows.length < k) {
    for (let row = 0; row < n; row++)
      nearest[row] = Math.min(nearest[row]!, squared(x, row, x, rows[rows.length - 1]!, columns));
    const next = drawWeighted(nearest, random);
    if (next < 0) break;
    rows.push(next);
  }
  return rows;
}

/** What it adds (joining) or saves (leaving) in squares when one row more or less is in a group of that size. */
const weightOf = (size: number, joins: boolean): number => (joins ? size / (size + 1) : size / (size - 1));

/** A move must save this share, so that rounding does not move rows for ever. */
const WORTH = 1e-10;

/**
 * Moves single rows for as long as that lowers the sum of squares: what Lloyd's iterations cannot see, and what fills
 * groups that they left empty.
 *
 * @see Hartigan & Wong 1979, doi:10.2307/2346830
 */
function transferRows(x: Float64Array, columns: number, labels: Int32Array, centers: Float64Array): void {
  const n = labels.length;
  const k = centers.length / columns;
  const sizes = new Int32Array(k);
  for (const label of labels) sizes[label]!++;
  const shift = (row: number, group: number, sign: 1 | -1): void => {
    const size = (sizes[group]! += sign);
    for (let c = 0; c < columns; c++)
      centers[group * columns + c]! +=
        (sign * (x[row * columns + c]! - centers[group * columns + c]!)) / size;
  };
  const bestFor = (row: number): number => {
    const own = labels[row]!;
    if (sizes[own] === 1) return own;
    let least = weightOf(sizes[own]!, false) * squared(x, row, centers, own, columns) * (1 - WORTH);
    let best = own;
    for (let group = 0; group < k; group++) {
      if (group === own) continue;
      const cost = weightOf(sizes[group]!, true) * squared(x, row, centers, group, columns);
      if (cost < least) [least, best] = [cost, group];
    }
    return best;
  };
  for (let still = 0, row = 0; still < n; row = (row + 1) % n) {
    const best = bestFor(row);
    still++;
    if (best === labels[row]) continue;
    shift(row, labels[row]!, -1);
    shift(row, best, 1);
    labels[row] = best;
    still = 0;
  }
}

const rowsOf = (x: Float64Array, columns: number): number[][] =>
  Array.from({ length: x.length / columns }, (_, row) =>
    Array.from(x.subarray(row * columns, (row + 1) * columns)),
  );

/**
 * k-means: the best of several starts from k-means++ centres, each improved by Lloyd's iterations (ml-kmeans) and
 * then by moving single rows (Hartigan and Wong), so that no group is left empty and no single move would help.
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID: no rows, a value that is not finite, more groups than different rows
 * @see Lloyd 1982, doi:10.1109/TIT.1982.1056489; R's kmeans(x, k, nstart = restarts) finds the same sum of squares
 */
export function kMeans({ x, columns, k, random, restarts = 10 }: KMeansInput): KMeans {
  const n = requireMatrix(x, columns);
  requireCount(k, 'k', n, 'rows');
  requireCount(restarts, 'restarts');
  const data = rowsOf(x, columns);
  let best: KMeans | undefined;
  for (let start = 0; start < restarts; start++) {
    const seeds = seedCenters(x, columns, k, random.fork(start));
    if (seeds.length < k) return refuse(`k is ${k}, but only ${seeds.length} rows of x differ`);
    const initialization = rowsOf(pickRows(x, columns, seeds), columns);
    const lloyd = kmeans(data, k, { initialization, tolerance: 0, maxIterations: 300 });
    const labels = Int32Array.from(lloyd.clusters);
    transferRows(x, columns, labels, Float64Array.from(lloyd.centroids.flat()));
    const numbered = renumber(labels);
    const { within, centers } = sumsOfSquares(x, columns, numbered, requireLabels(numbered, n));
    if (best === undefined || within < best.withinSumOfSquares)
      best = { labels: numbered, centers, withinSumOfSquares: within };
  }
  return best!;
}
