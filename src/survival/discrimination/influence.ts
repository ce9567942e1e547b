/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { refuse } from '../data.ts';
import { groupsOf } from './order.ts';

/** Sums within clusters, in ascending order of the clusters' ids. */
const sumByCluster = (values: Float64Array, cluster: Int32Array): Float64Array => {
  const { group, count } = groupsOf(Float64Array.from(cluster));
  const sums = new Float64Array(count);
  for (let row = 0; row < values.length; row++) sums[group[row]!] = sums[group[row]!]! + values[row]!;
  return sums;
};

/** Root of the sum of squares of what each row, or each cluster of rows, contributes to an estimate. */
export function standardErrorOf(contributions: Float64Array, cluster?: Int32Array): number {
  const parts = cluster === undefined ? contributions : sumByCluster(contributions, cluster);
  let sum = 0;
  for (const part of parts) sum += part ** 2;
  return Math.sqrt(sum);
}

/**
 * Standard error of a mean of n rows from its influence function: sd / sqrt(n), or with clusters from their sums.
 *
 * @param influence shape (n); its mean is 0
 */
export function standardErrorOfMean(influence: Float64Array, cluster?: Int32Array): number {
  const n = influence.length;
  const units = cluster === undefined ? n : new Set(cluster).size;
  if (units < 2) refuse('a standard error needs at least 2 rows or clusters');
  return (standardErrorOf(influence, cluster) / n) * Math.sqrt(units / (units - 1));
}
