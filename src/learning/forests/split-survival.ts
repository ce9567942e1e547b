/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { SortedFeatures } from './features.ts';
import { nodeSorter } from './node-sorter.ts';
import type { BestSplit, Criterion, SurvivalOutcome } from './task.ts';

/** Up to so many death times in a node, sums over them are made anew instead of kept in a tree. */
const FEW_DEATHS = 24;
/** A variance below this share of its scale is rounding: the true one is 0. */
const VARIANCE_FLOOR = 1e-10;

/**
 * Log-rank splitting, exact, in O(m log d) a feature for a node of m rows with d distinct death times.
 *
 * With Y at risk and D deaths at each death time of the node, Y1 of them on the left, the numerator of the log-rank
 * statistic is the sum over the left rows of (event - H(time)), H being the node's Nelson-Aalen hazard: O(1) a move.
 * The variance is sum w Y1 (Y - Y1) with w = D (Y - D) / ((Y - 1) Y^2). Moving c copies of a row that is at risk up
 * to death time k adds c A(k) - c^2 B(k) - 2 c sum_{t <= k} w Y1, where A and B are the running sums of w Y and w; and
 * that last sum is, over the rows moved before, the sum of B(min(k, their k)): two prefix sums of a Fenwick tree.
 *
 * @param weight (n) how often each row is in the bag
 * @see Ishwaran 2008, doi:10.1214/08-AOAS169; Fenwick 1994, doi:10.1002/spe.4380240306
 */
export function survivalCriterion(
  features: SortedFeatures,
  { event, lastEvent, times }: SurvivalOutcome,
  weight: Int32Array,
  minimumNodeSize: number,
): Criterion {
  const { n, codes } = features;
  const sorter = nodeSorter(features);
  const { sorted } = sorter;
  const death = new Int32Array(n); // of a row: index of its last death time in the node, -1 for none
  const residual = new Float64Array(n);
  const w = new Float64Array(times);
  const sumWY = new Float64Array(times);
  const sumW = new Float64Array(times);
  const jumpTime = new Int32Array(times);
  const jumpHazard = new Float64Array(times);
  const moved = new Float64Array(times + 1); // Fenwick, or w Y1 itself where there are few deaths
  const movedSumW = new Float64Array(times + 1);
  let rows: Int32Array = death;
  let [start, end, size, deaths, mortality] = [0, 0, 0, 0, 0];
  // The sweep's state: rows on the left (weighted), numerator, variance, weight in the Fenwick tree.
  let [left, numerator, variance, inTree] = [0, 0, 0, 0];

  const begin = (): void => {
    left = numerator = variance = inTree = 0;
    moved.fill(0, 0, deaths + 1);
    if (deaths > FEW_DEATHS) movedSumW.fill(0, 0, deaths + 1);
  };

  const move = (row: number): void => {
    const c = weight[row]!;
    const k = death[row]!;
    left += c;
    if (k < 0) return;
    numerator += residual[row]!;
    let below = 0;
    if (deaths <= FEW_DEATHS) {
      for (let t = 0; t <= k; t++) {
        const held = moved[t]!;
        below += held;
        moved[t] = held + c * w[t]!;
      }
    } else {
      let count = 0;
      for (let i = k + 1; i > 0; i &= i - 1) {
        count += moved[i]!;
        below += movedSumW[i]!;
      }
      const b = sumW[k]!;
      below += b * (inTree - count);
      inTree += c;
      const cb = c * b;
      for (let i = k + 1; i <= deaths; i += i & -i) {
        moved[i] = moved[i]! + c;
        movedSumW[i] = movedSumW[i]! + cb;
      }
    }
    variance += c * (sumWY[k]! - c * sumW[k]! - 2 * below);
  };

  const sweep = (feature: number, known: number, missingLeft: boolean | undefined, best: BestSplit): void => {
    begin();
    if (missingLeft === true) for (let at = known; at < end - start; at++) move(sorted[at]!);
    const base = feature * n;
    const floor = VARIANCE_FLOOR * sumWY[deaths - 1]!;
    const last = known - 1;
    let code = codes[base + sorted[0]!]!;
    for (let at = 0; at < last; at++) {
      move(sorted[at]!);
      const next = codes[base + sorted[at + 1]!]!;
      if (next === code) continue;
      if (left >= minimumNodeSize && variance > floor) {
        if (size - left < minimumNodeSize) return;
        const score = (numerator * numerator) / variance;
        if (score > best.score) {
          best.score = score;
          best.feature = feature;
          best.leftCode = code;
          best.rightCode = next;
          best.missingLeft = missingLeft;
        }
      }
      code = next;
    }
  };

  const enterGroup = (
    from: number,
    atRisk: number,
    hazard: number,
  ): [to: number, size: number, hazard: number] => {
    const time = lastEvent[rows[from]!]!;
    let [to, count, died] = [from, 0, 0];
    for (; to < end && lastEvent[rows[to]!]! === time; to++) {
      const row = rows[to]!;
      count += weight[row]!;
      if (event[row] === 1) died += weight[row]!;
    }
    let total = hazard;
    if (died > 0) {
      const jump = died / atRisk;
      const term = atRisk > 1 ? (jump * (atRisk - died)) / ((atRisk - 1) * atRisk) : 0;
      const before = deaths - 1;
      w[deaths] = term;
      sumW[deaths] = (before < 0 ? 0 : sumW[before]!) + term;
      sumWY[deaths] = (before < 0 ? 0 : sumWY[before]!) + term * atRisk;
      jumpTime[deaths] = time;
      jumpHazard[deaths++] = jump;
      mortality += jump * (times - time);
      total += jump;
    }
    for (let i = from; i < to; i++) {
      const row = rows[i]!;
      death[row] = deaths - 1;
      residual[row] = weight[row]! * (event[row]! - total);
    }
    return [to, count, total];
  };

  return {
    width: 1,
    enter: (nodeRows, from, to) => {
      [rows, start, end, size, deaths, mortality] = [nodeRows, from, to, 0, 0, 0];
      for (let i = start; i < end; i++) size += weight[rows[i]!]!;
      let [at, atRisk, hazard] = [start, size, 0];
      while (at < end) {
        const [next, count, total] = enterGroup(at, atRisk, hazard);
        at = next;
        atRisk -= count;
        hazard = total;
      }
      return deaths > 0 && size >= 2 * minimumNodeSize;
    },
    writeValues: (into, at) => {
      into[at] = mortality;
    },
    writeJumps: (intoTimes, intoHazards, at) => {
      for (let i = 0; i < deaths; i++) {
        intoTimes[at + i] = jumpTime[i]!;
        intoHazards[at + i] = jumpHazard[i]!;
      }
      return at + deaths;
    },
    tryFeature: (feature, best) => {
      const known = sorter.sort(feature, rows, start, end);
      if (known < 2 || codes[feature * n + sorted[0]!] === codes[feature * n + sorted[known - 1]!]) return;
      if (known === end - start) sweep(feature, known, undefined, best);
      else {
        sweep(feature, known, true, best);
        sweep(feature, known, false, best);
      }
    },
    gain: ({ score }) => Math.sqrt(score),
  };
}
