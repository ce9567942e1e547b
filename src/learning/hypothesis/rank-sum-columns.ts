/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { midRanks } from '../../numerics/index.ts';
import { exactPValue, mannWhitneyDistribution } from './exact.ts';
import { refuse } from './input.ts';
import { normalPValue, rankSumDeviation } from './normal.ts';
import { exactByDefault, type RankSumOptions, tiedPValue } from './rank-sum.ts';

export interface RankSumColumns {
  /** R's W of group 1 against group 0, shape (columns). */
  readonly statistic: Float64Array;
  /** Shape (columns); never NaN. */
  readonly pValue: Float64Array;
  /** In [-1, 1], shape (columns); above 0 where group 1 tends to be greater. */
  readonly rankBiserial: Float64Array;
}

/** Columns taken at a time: their values of one row lie in two lines of a processor's cache. */
const BLOCK = 16;

/** The values of some columns, apart by group and without the missing ones; used anew for each block. */
interface Block {
  /** Shape (BLOCK, rows of group g). */
  readonly values: readonly [Float64Array, Float64Array];
  readonly sizes: readonly [number, number];
  /** How many of each column are not missing. */
  readonly counts: readonly [Int32Array, Int32Array];
}

const sizesOf = (group: Uint8Array): [number, number] => {
  const sizes: [number, number] = [0, 0];
  group.forEach((label, row) => {
    if (label === 0 || label === 1) sizes[label]++;
    else refuse(`group of row ${row} is neither 0 nor 1`);
  });
  if (sizes[0] === 0) refuse('group 0 has no rows');
  if (sizes[1] === 0) refuse('group 1 has no rows');
  return sizes;
};

/** Copies the columns from `start` on into the block. */
const fillBlock = (
  block: Block,
  x: Float64Array,
  columns: number,
  group: Uint8Array,
  start: number,
): void => {
  const width = Math.min(BLOCK, columns - start);
  block.counts[0].fill(0);
  block.counts[1].fill(0);
  for (let row = 0; row < group.length; row++) {
    const label = group[row] as 0 | 1;
    const values = block.values[label];
    const counts = block.counts[label];
    const size = block.sizes[label];
    const from = row * columns + start;
    for (let k = 0; k < width; k++) {
      const value = x[from + k]!;
      if (value !== value) continue; // missing
      if (value === Infinity || value === -Infinity)
        refuse(`x is not finite in row ${row}, column ${start + k}`);
      values[k * size + counts[k]!] = value;
      counts[k]!++;
    }
  }
};

/** Twice the count of pairs in which a is greater, ties one half, and the ties' sum of t^3 - t. */
interface Counted {
  twiceStatistic: number;
  tieTerm: number;
}

/** The index after the values that equal `value`. */
const runEnd = (sorted: Float64Array, from: number, value: number): number => {
  let end = from;
  while (end < sorted.length && sorted[end] === value) end++;
  return end;
};

/** One merge of the two sorted samples. */
const countSorted = (a: Float64Array, b: Float64Array, counted: Counted): void => {
  const [m, n] = [a.length, b.length];
  let [twice, ties] = [0, 0];
  for (let i = 0, j = 0; i < m || j < n;) {
    const value = i < m && (j >= n || a[i]! <= b[j]!) ? a[i]! : b[j]!;
    const [nextA, nextB] = [runEnd(a, i, value), runEnd(b, j, value)];
    const tied = nextA - i + (nextB - j);
    twice += (nextA - i) * (j + nextB);
    ties += tied * tied * tied - tied;
    [i, j] = [nextA, nextB];
  }
  counted.twiceStatistic = twice;
  counted.tieTerm = ties;
};

const joined = (a: Float64Array, b: Float64Array): Float64Array => {
  const both = new Float64Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
};

/** The p-value of one column; distributions are kept for the next one with as many values. */
const columnPValues = (options: RankSumOptions) => {
  const { exact, alternative = 'two-sided', continuityCorrection = true } = options;
  const distributions = new Map<number, Float64Array>();
  const exactly = (a: Float64Array, b: Float64Array, { twiceStatistic, tieTerm }: Counted): number => {
    const [m, n] = [a.length, b.length];
    if (tieTerm > 0) return tiedPValue(midRanks(joined(a, b)).ranks, m, alternative);
    const key = m * 0x100000 + n;
    const distribution = distributions.get(key) ?? mannWhitneyDistribution(m, n);
    distributions.set(key, distribution);
    return exactPValue(distribution, twiceStatistic / 2, m * n, alternative);
  };
  const normally = (m: number, n: number, { twiceStatistic, tieTerm }: Counted): number => {
    const deviation = (twiceStatistic - m * n) / 2;
    return normalPValue(deviation, rankSumDeviation(m, n, tieTerm), alternative, continuityCorrection);
  };
  return (a: Float64Array, b: Float64Array, counted: Counted): number => {
    const [m, n] = [a.length, b.length];
    if (m * n === 0) return 1;
    return (exact ?? exactByDefault(m, n, counted.tieTerm))
      ? exactly(a, b, counted)
      : normally(m, n, counted);
  };
};

/**
 * Wilcoxon's rank-sum test of every column of a matrix, between the rows of group 1 (a) and of group 0 (b).
 *
 * Each column gives what rankSumTest gives of its values that are not NaN. A column that has none in one of the
 * groups says nothing about their difference: statistic 0, rank-biserial 0 and p = 1.
 *
 * @param x shape (n, columns), row-major; NaN where a value is missing, otherwise finite
 * @param group shape (n): 0 or 1, both present
 * @throws {CdsError} LEARNING_INPUT_INVALID: lengths that do not fit, an infinite value, a group without rows
 * @see rankSumTest; equals R's apply(x, 2, function(v) wilcox.test(v[group == 1], v[group == 0])$p.value)
 */
export function rankSumColumns(
  x: Float64Array,
  columns: number,
  group: Uint8Array,
  options: RankSumOptions = {},
): RankSumColumns {
  if (!Number.isInteger(columns) || columns < 1)
    refuse(`columns is ${columns}, not a whole number from 1 on`);
  if (x.length !== group.length * columns)
    refuse(`x has ${x.length} values, not ${group.length} rows of ${columns} columns`);
  const sizes = sizesOf(group);
  const block: Block = {
    values: [new Float64Array(sizes[0] * BLOCK), new Float64Array(sizes[1] * BLOCK)],
    sizes,
    counts: [new Int32Array(BLOCK), new Int32Array(BLOCK)],
  };
  const result: RankSumColumns = {
    statistic: new Float64Array(columns),
    pValue: new Float64Array(columns),
    rankBiserial: new Float64Array(columns),
  };
  const pValueOf = columnPValues(options);
  const counted: Counted = { twiceStatistic: 0, tieTerm: 0 };
  const sorted = (label: 0 | 1, k: number): Float64Array => {
    const from = k * sizes[label];
    return block.values[label].subarray(from, from + block.counts[label][k]!).sort();
  };
  for (let column = 0; column < columns; column++) {
    const k = column % BLOCK;
    if (k === 0) fillBlock(block, x, columns, group, column);
    const [a, b] = [sorted(1, k), sorted(0, k)];
    countSorted(a, b, counted);
    result.statistic[column] = counted.twiceStatistic / 2;
    result.pValue[column] = pValueOf(a, b, counted);
    const pairs = a.length * b.length;
    result.rankBiserial[column] = pairs === 0 ? 0 : counted.twiceStatistic / pairs - 1;
  }
  return result;
}
