/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { midRanks, normalUpperTail } from '../../numerics/index.ts';

/** Two-sided p of the rank-sum test, normal approximation with tie and continuity correction (R's wilcox.test). */
const rankSumP = (values: Float64Array, labels: ArrayLike<number>): number => {
  const { ranks, tieTerm } = midRanks(values);
  const total = values.length;
  const n = values.reduce((count, _value, row) => count + labels[row]!, 0);
  const m = total - n;
  const statistic = ranks.reduce((sum, rank, row) => sum + labels[row]! * rank, 0) - (n * (n + 1)) / 2;
  const variance = ((n * m) / 12) * (total + 1 - tieTerm / (total * (total - 1)));
  if (!(variance > 0)) return 1;
  const off = Math.max(0, Math.abs(statistic - (n * m) / 2) - 0.5);
  return Math.min(1, 2 * normalUpperTail(off / Math.sqrt(variance)));
};

/** Benjamini and Hochberg's false discovery rates. */
const falseDiscoveryRates = (pValues: readonly number[]): Float64Array => {
  const m = pValues.length;
  const order = Array.from(pValues.keys()).sort((a, b) => pValues[b]! - pValues[a]!);
  const q = new Float64Array(m);
  let least = 1;
  order.forEach((at, k) => {
    least = Math.min(least, (pValues[at]! * m) / (m - k));
    q[at] = least;
  });
  return q;
};

export interface Difference {
  readonly name: string;
  /** Mean of label 1 less mean of label 0, in the units of x. */
  readonly effect: number;
  readonly pValue: number;
  readonly qValue: number;
}

/** How the two labels differ in each column of x: rank-sum tests, with false discovery rates over the columns. */
export function differences(
  x: Float64Array,
  names: readonly string[],
  labels: ArrayLike<number>,
): Difference[] {
  const p = names.length;
  const n = labels.length;
  const column = (j: number): Float64Array => Float64Array.from({ length: n }, (_, row) => x[row * p + j]!);
  const meanWhere = (values: Float64Array, label: number): number => {
    const own = values.filter((_, row) => labels[row] === label);
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  };
  const columns = names.map((_, j) => column(j));
  const pValues = columns.map((values) => rankSumP(values, labels));
  const q = falseDiscoveryRates(pValues);
  return names.map((name, j) => ({
    name,
    effect: meanWhere(columns[j]!, 1) - meanWhere(columns[j]!, 0),
    pValue: pValues[j]!,
    qValue: q[j]!,
  }));
}
