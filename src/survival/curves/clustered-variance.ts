/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { ascendingOrder } from '../../numerics/index.ts';
import type { SurvivalData } from '../data.ts';
import { ExactSum } from './exact-sum.ts';
import type { RiskTable } from './risk-table.ts';

/**
 * Sum over clusters of (D + W A)^2, kept up to date in O(1) a change. A cluster's influence on log S is what its
 * rows have left behind (D) and, for its weight at risk (W), the sum A since time 0.
 */
class ClusterInfluence {
  private readonly left: Float64Array;
  private readonly atRisk: Float64Array;
  private readonly squares = new ExactSum();
  private readonly crossed = new ExactSum();
  private readonly weights = new ExactSum();

  constructor(clusters: number) {
    this.left = new Float64Array(clusters);
    this.atRisk = new Float64Array(clusters);
  }

  change(cluster: number, influence: number, weight: number): void {
    this.count(cluster, -1);
    this.left[cluster]! += influence;
    this.atRisk[cluster]! += weight;
    this.count(cluster, 1);
  }

  sumOfSquares(a: number): number {
    return Math.max(0, this.squares.value + a * (2 * this.crossed.value + a * this.weights.value));
  }

  private count(cluster: number, sign: 1 | -1): void {
    const [d, w] = [this.left[cluster]!, this.atRisk[cluster]!];
    this.squares.add(sign * d * d);
    this.crossed.add(sign * d * w);
    this.weights.add(sign * w * w);
  }
}

const denseIds = (ids: Int32Array): { ids: Int32Array; count: number } => {
  const dense = new Map<number, number>();
  const result = ids.map((id) => {
    const known = dense.get(id) ?? dense.size;
    dense.set(id, known);
    return known;
  });
  return { ids: result, count: dense.size };
};

/**
 * Infinitesimal jackknife variance of log S at each time of the table, grouped by cluster, in O(n log n): the sum
 * over clusters of the squared, weighted influences. A row's influence gains -1/(r - d) with its event and
 * d/(r (r - d)) at every event time at which it is at risk.
 *
 * @param input.cluster shape (n)
 * @returns shape (m); of no use from where S is 0
 * @see Therneau & Grambsch 2000, section 7.2; Efron 1982, doi:10.1137/1.9781611970319
 */
export function clusteredLogVariance(input: {
  readonly data: SurvivalData;
  readonly cluster: Int32Array;
  readonly table: RiskTable;
  readonly weights?: Float64Array;
}): Float64Array {
  const { data, table, weights } = input;
  const { entry, time, event } = data;
  const cluster = denseIds(input.cluster);
  const influence = new ClusterInfluence(cluster.count);
  const weight = (row: number): number => weights?.[row] ?? 1;
  const counted = (rows: Int32Array): Int32Array => rows.filter((row) => weight(row) !== 0);
  const byTime = counted(ascendingOrder(time));
  const byEntry = entry === undefined ? byTime : counted(ascendingOrder(entry));
  let [entered, ended, a] = [0, 0, 0];
  return table.times.map((t, k) => {
    for (; entered < byEntry.length; entered++) {
      const row = byEntry[entered]!;
      if (entry !== undefined && entry[row]! >= t) break;
      influence.change(cluster.ids[row]!, -weight(row) * a, weight(row));
    }
    const [r, d] = [table.atRisk[k]!, table.events[k]!];
    const stay = r - d;
    if (d > 0 && stay > 0) a += d / (r * stay);
    for (; ended < byTime.length && time[byTime[ended]!] === t; ended++) {
      const row = byTime[ended]!;
      const ownEvent = event[row] === 1 && stay > 0 ? 1 / stay : 0;
      influence.change(cluster.ids[row]!, weight(row) * (a - ownEvent), -weight(row));
    }
    return influence.sumOfSquares(a);
  });
}
