/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */

/** Positions of the values in ascending order; equal values keep their order. NaN must not occur. */
export function ascendingOrder(values: ArrayLike<number>): Int32Array {
  const order = Int32Array.from({ length: values.length }, (_, at) => at);
  return order.sort((a, b) => values[a]! - values[b]! || a - b);
}

export interface MidRanks {
  /** 1 for the least; tied values share the mean of their ranks. Shape (n). */
  readonly ranks: Float64Array;
  /** Sum of t^3 - t over the groups of t tied values: what ties take from a rank statistic's variance. */
  readonly tieTerm: number;
}

/** @param values shape (n), without NaN */
export function midRanks(values: ArrayLike<number>): MidRanks {
  const order = ascendingOrder(values);
  const ranks = new Float64Array(values.length);
  let tieTerm = 0;
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    const tied = end - start;
    tieTerm += tied ** 3 - tied;
    for (let k = start; k < end; k++) ranks[order[k]!] = (start + 1 + end) / 2;
  }
  return { ranks, tieTerm };
}
