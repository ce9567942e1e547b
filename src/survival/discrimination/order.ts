/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */

/** Values in ascending groups of equal ones. */
export interface Groups {
  readonly count: number;
  /** The group of each value, from 0 for the least; shape (n). */
  readonly group: Int32Array;
  /** The places of the values, group by group; shape (n). */
  readonly order: Int32Array;
  /** Group g is order[start[g]] to order[start[g + 1] - 1]; shape (count + 1). */
  readonly start: Int32Array;
}

/** Distinct values, ascending. */
const distinctSorted = (values: Float64Array): Float64Array => {
  const sorted = values.slice().sort();
  let count = 0;
  for (const value of sorted) {
    // -0 and 0 are equal, and are one value here.
    if (count === 0 || value !== sorted[count - 1]) sorted[count++] = value;
  }
  return sorted.subarray(0, count);
};

/** The index of a value among distinct ascending ones that hold it. */
const indexOf = (distinct: Float64Array, value: number): number => {
  let [low, high] = [0, distinct.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (distinct[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
};

/**
 * Groups of equal values by one native sort of the keys (no comparator), binary search and a counting sort:
 * O(n log n).
 *
 * @param values shape (n), without NaN
 */
export function groupsOf(values: Float64Array): Groups {
  const n = values.length;
  const distinct = distinctSorted(values);
  const count = distinct.length;
  const group = new Int32Array(n);
  const start = new Int32Array(count + 1);
  for (let i = 0; i < n; i++) {
    const at = indexOf(distinct, values[i]!);
    group[i] = at;
    start[at + 1] = start[at + 1]! + 1;
  }
  for (let g = 0; g < count; g++) start[g + 1] = start[g + 1]! + start[g]!;
  const next = start.slice();
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const g = group[i]!;
    order[next[g]!] = i;
    next[g] = next[g]! + 1;
  }
  return { count, group, order, start };
}

/** Weights by rank, with sums over the lower ranks in O(log n) (Fenwick 1994, doi:10.1002/spe.4380240306). */
export class RankSums {
  private readonly tree: Float64Array;
  private readonly own: Float64Array;
  /** Sum over all ranks. */
  total = 0;

  constructor(ranks: number) {
    this.tree = new Float64Array(ranks + 1);
    this.own = new Float64Array(ranks);
  }

  add(rank: number, weight: number): void {
    const { tree, own } = this;
    this.total += weight;
    own[rank] = own[rank]! + weight;
    for (let i = rank + 1; i < tree.length; i += i & -i) tree[i] = tree[i]! + weight;
  }

  /** Sum over the ranks below. */
  below(rank: number): number {
    const { tree } = this;
    let sum = 0;
    for (let i = rank; i > 0; i &= i - 1) sum += tree[i]!;
    return sum;
  }

  at(rank: number): number {
    return this.own[rank]!;
  }
}
