/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { ascendingOrder } from '../../numerics/index.ts';
import { selectRows, type SurvivalData } from '../data.ts';
import { rowsOfEach } from './rows-of.ts';

/** Sums over event times (and strata) of a weighted log-rank test of k groups. */
export interface LogRankSums {
  /** Shape (k) each. */
  readonly observed: Float64Array;
  readonly expected: Float64Array;
  /** Of observed - expected, shape (k, k), row-major. */
  readonly covariance: Float64Array;
}

interface SumsInput {
  readonly data: SurvivalData;
  /** Group of each row, 0 to count - 1. */
  readonly index: Int32Array;
  readonly count: number;
  readonly strata?: Int32Array;
  /** What an event counts, from S(t-) of all rows of the stratum and the number at risk. */
  readonly weightOf: (survivalBefore: number, atRisk: number) => number;
}

export function logRankSums({ data, index, count, strata, weightOf }: SumsInput): LogRankSums {
  const sums = {
    observed: new Float64Array(count),
    expected: new Float64Array(count),
    covariance: new Float64Array(count * count),
  };
  if (strata === undefined) addStratum(sums, data, index, weightOf);
  else {
    for (const { rows } of rowsOfEach(strata)) {
      addStratum(
        sums,
        selectRows(data, rows),
        Int32Array.from(rows, (row) => index[row]!),
        weightOf,
      );
    }
  }
  return sums;
}

/** Numbers at risk of each group, as time goes forwards. */
class GroupsAtRisk {
  readonly counts: Float64Array;
  total = 0;
  private entered = 0;
  private readonly index: Int32Array;
  private readonly entry: Float64Array | undefined;
  private readonly byEntry: Int32Array;

  constructor(count: number, index: Int32Array, entry: Float64Array | undefined) {
    this.counts = new Float64Array(count);
    this.index = index;
    this.entry = entry;
    this.byEntry = entry === undefined ? new Int32Array(0) : ascendingOrder(entry);
    if (entry === undefined) for (let row = 0; row < index.length; row++) this.change(row, 1);
  }

  /** Takes in those with entry < t. */
  enterBefore(t: number): void {
    for (; this.entered < this.byEntry.length; this.entered++) {
      const row = this.byEntry[this.entered]!;
      if (this.entry![row]! >= t) return;
      this.change(row, 1);
    }
  }

  change(row: number, by: 1 | -1): void {
    this.counts[this.index[row]!]! += by;
    this.total += by;
  }
}

const addStratum = (
  sums: LogRankSums,
  { entry, time, event }: SurvivalData,
  index: Int32Array,
  weightOf: SumsInput['weightOf'],
): void => {
  const byTime = ascendingOrder(time);
  const atRisk = new GroupsAtRisk(sums.observed.length, index, entry);
  const deaths = new Float64Array(sums.observed.length);
  let survival = 1;
  for (let start = 0, end = 0; start < byTime.length; start = end) {
    const t = time[byTime[start]!]!;
    atRisk.enterBefore(t);
    deaths.fill(0);
    let dying = 0;
    for (; end < byTime.length && time[byTime[end]!] === t; end++) {
      if (event[byTime[end]!] !== 1) continue;
      deaths[index[byTime[end]!]!]!++;
      dying++;
    }
    const { total } = atRisk;
    if (dying > 0)
      addEventTime(sums, atRisk.counts, deaths, { total, dying, weight: weightOf(survival, total) });
    survival *= (total - dying) / total;
    for (let k = start; k < end; k++) atRisk.change(byTime[k]!, -1);
  }
};

const addEventTime = (
  { observed, expected, covariance }: LogRankSums,
  atRisk: Float64Array,
  deaths: Float64Array,
  { total, dying, weight }: { total: number; dying: number; weight: number },
): void => {
  const count = observed.length;
  // Hypergeometric, given the margins; a single row at risk has no variance.
  const spread = total > 1 ? (weight * weight * dying * (total - dying)) / (total - 1) : 0;
  for (let i = 0; i < count; i++) {
    const share = atRisk[i]! / total;
    observed[i]! += weight * deaths[i]!;
    expected[i]! += weight * dying * share;
    if (share === 0) continue;
    for (let j = 0; j < count; j++) {
      covariance[i * count + j]! += spread * share * ((i === j ? 1 : 0) - atRisk[j]! / total);
    }
  }
};
