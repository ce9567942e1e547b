/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { ascendingOrder } from '../../numerics/index.ts';
import { selectRows, type SurvivalData } from '../data.ts';

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
    for (const stratum of new Set(strata)) {
      const rows = Int32Array.from(strata.keys()).filter((row) => strata[row] === stratum);
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

/** Forwards in time, keeping the numbers at risk of each group. */
const addStratum = (
  sums: LogRankSums,
  { entry, time, event }: SurvivalData,
  index: Int32Array,
  weightOf: SumsInput['weightOf'],
): void => {
  const byTime = ascendingOrder(time);
  const byEntry = entry === undefined ? byTime : ascendingOrder(entry);
  const atRisk = new Float64Array(sums.observed.length);
  const deaths = new Float64Array(atRisk.length);
  let [entered, total, survival] = [0, 0, 1];
  for (let start = 0, end = 0; start < byTime.length; start = end) {
    const t = time[byTime[start]!]!;
    for (; entered < byEntry.length && (entry === undefined || entry[byEntry[entered]!]! < t); entered++) {
      atRisk[index[byEntry[entered]!]!]!++;
      total++;
    }
    deaths.fill(0);
    let dying = 0;
    for (; end < byTime.length && time[byTime[end]!] === t; end++) {
      if (event[byTime[end]!] !== 1) continue;
      deaths[index[byTime[end]!]!]!++;
      dying++;
    }
    if (dying > 0) addEventTime(sums, atRisk, deaths, { total, dying, weight: weightOf(survival, total) });
    survival *= (total - dying) / total;
    for (let k = start; k < end; k++) atRisk[index[byTime[k]!]!]!--;
    total -= end - start;
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
