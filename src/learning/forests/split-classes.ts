/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { SortedFeatures } from './features.ts';
import { nodeSorter } from './node-sorter.ts';
import type { BestSplit, ClassOutcome, Criterion } from './task.ts';

/**
 * Gini splitting: maximises sum(left^2) / left + sum(right^2) / right over the class counts, in O(1) a move.
 *
 * @param weight (n) how often each row is in the bag
 * @see Breiman 2001, doi:10.1023/A:1010933404324
 */
export function classCriterion(
  features: SortedFeatures,
  { labels, classes }: ClassOutcome,
  weight: Int32Array,
  minimumNodeSize: number,
): Criterion {
  const { n, codes } = features;
  const sorter = nodeSorter(features);
  const { sorted } = sorter;
  const counts = new Float64Array(classes);
  const leftCounts = new Float64Array(classes);
  let rows: Int32Array = labels;
  let [start, end, size, squares] = [0, 0, 0, 0];
  let [left, leftSquares, rightSquares] = [0, 0, 0];

  const move = (row: number): void => {
    const c = weight[row]!;
    const label = labels[row]!;
    const held = leftCounts[label]!;
    left += c;
    leftSquares += c * (2 * held + c);
    rightSquares -= c * (2 * (counts[label]! - held) - c);
    leftCounts[label] = held + c;
  };

  const sweep = (feature: number, known: number, missingLeft: boolean | undefined, best: BestSplit): void => {
    [left, leftSquares, rightSquares] = [0, 0, squares];
    leftCounts.fill(0);
    if (missingLeft === true) for (let at = known; at < end - start; at++) move(sorted[at]!);
    const base = feature * n;
    const last = known - 1;
    let code = codes[base + sorted[0]!]!;
    for (let at = 0; at < last; at++) {
      move(sorted[at]!);
      const next = codes[base + sorted[at + 1]!]!;
      if (next === code) continue;
      const score = rightSquares / (size - left) + leftSquares / left;
      if (score > best.score) {
        best.score = score;
        best.feature = feature;
        best.leftCode = code;
        best.rightCode = next;
        best.missingLeft = missingLeft;
      }
      code = next;
    }
  };

  return {
    width: classes,
    enter: (nodeRows, from, to) => {
      [rows, start, end, size, squares] = [nodeRows, from, to, 0, 0];
      counts.fill(0);
      for (let i = start; i < end; i++) {
        const row = rows[i]!;
        const label = labels[row]!;
        counts[label] = counts[label]! + weight[row]!;
        size += weight[row]!;
      }
      for (let label = 0; label < classes; label++) squares += counts[label]! * counts[label]!;
      return size > minimumNodeSize && squares < size * size;
    },
    writeValues: (into, at) => {
      for (let label = 0; label < classes; label++) into[at + label] = counts[label]! / size;
    },
    writeJumps: (_times, _hazards, at) => at,
    tryFeature: (feature, best) => {
      const known = sorter.sort(feature, rows, start, end);
      if (known < 2 || codes[feature * n + sorted[0]!] === codes[feature * n + sorted[known - 1]!]) return;
      if (known === end - start) sweep(feature, known, undefined, best);
      else {
        sweep(feature, known, true, best);
        sweep(feature, known, false, best);
      }
    },
    gain: ({ score }) => score - squares / size,
  };
}
