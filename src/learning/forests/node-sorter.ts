/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { SortedFeatures } from './features.ts';

/** Up to so many rows insertion is the fastest sort. */
const FEW = 24;
/** A bit set is read in words; worth it down to so many words a row. */
const WORDS_PER_ROW = 3;

export interface NodeSorter {
  /** The rows of the last sorted node, ascending by the feature, missing ones last. */
  readonly sorted: Int32Array;
  /** Sorts `rows` on [start, end) by a feature; returns how many of them are not missing. */
  sort(feature: number, rows: Int32Array, start: number, end: number): number;
}

/**
 * Sorts the rows of a node by a feature, out of the ranks of the whole column: few rows by insertion, many through
 * a bit set over the ranks (O(rows + n / 32)), few of very many by comparison.
 */
export function nodeSorter({ n, order, positions, present }: SortedFeatures): NodeSorter {
  const sorted = new Int32Array(n);
  const words = (n + 31) >>> 5;
  const bits = new Int32Array(words);

  const byInsertion = (base: number, rows: Int32Array, start: number, end: number): void => {
    for (let i = start; i < end; i++) {
      const position = positions[base + rows[i]!]!;
      let at = i - start;
      while (at > 0 && sorted[at - 1]! > position) {
        sorted[at] = sorted[at - 1]!;
        at--;
      }
      sorted[at] = position;
    }
  };
  const byBits = (base: number, rows: Int32Array, start: number, end: number): void => {
    for (let i = start; i < end; i++) {
      const position = positions[base + rows[i]!]!;
      bits[position >>> 5] = bits[position >>> 5]! | (1 << (position & 31));
    }
    let at = 0;
    for (let word = 0; word < words; word++) {
      let left = bits[word]!;
      if (left === 0) continue;
      bits[word] = 0;
      const first = word << 5;
      while (left !== 0) {
        sorted[at++] = first + 31 - Math.clz32(left & -left);
        left &= left - 1;
      }
    }
  };
  const byComparison = (base: number, rows: Int32Array, start: number, end: number): void => {
    for (let i = start; i < end; i++) sorted[i - start] = positions[base + rows[i]!]!;
    sorted.subarray(0, end - start).sort();
  };

  return {
    sorted,
    sort: (feature, rows, start, end) => {
      const base = feature * n;
      const size = end - start;
      if (size <= FEW) byInsertion(base, rows, start, end);
      else if (words <= WORDS_PER_ROW * size) byBits(base, rows, start, end);
      else byComparison(base, rows, start, end);
      const limit = present[feature]!;
      let known = size;
      while (known > 0 && sorted[known - 1]! >= limit) known--;
      for (let at = 0; at < size; at++) sorted[at] = order[base + sorted[at]!]!;
      return known;
    },
  };
}
