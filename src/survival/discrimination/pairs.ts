/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { censoringSurvival, censoringSurvivalBefore } from '../curves/censoring.ts';
import { type Groups, groupsOf, RankSums } from './order.ts';

/**
 * What each comparable pair counts, besides the product of its rows' case weights, as a function of the event
 * time t that opens it: 'n' 1; 'S' 1/G(t-); 'n/G2' 1/G(t-)^2, with G the Kaplan-Meier curve of the censoring.
 */
export type TimeWeight = 'n' | 'S' | 'n/G2';

/** The rows of one stratum; arrays of shape (n). */
export interface Stratum {
  readonly entry?: Float64Array;
  readonly time: Float64Array;
  readonly event: Uint8Array;
  readonly score: Float64Array;
  readonly weight: Float64Array;
}

export interface PairRules {
  /** Later events open no pair. */
  readonly truncateAt: number;
  readonly timeWeight: TimeWeight;
}

export interface PairSums {
  concordant: number;
  discordant: number;
  tiedRisk: number;
  /** How many pairs, unweighted. */
  pairs: number;
}

/** Derivatives by a row's case weight, shape (n): the part of the pairs in which it takes part. */
export interface PairInfluence {
  /** Of concordant + tiedRisk / 2. */
  readonly agreeing: Float64Array;
  /** Of all comparable pairs. */
  readonly comparable: Float64Array;
}

interface Ordered {
  readonly times: Groups;
  readonly scores: Groups;
  readonly entries?: Groups;
  /** 0 where the events of a time group open no pair; shape (time groups). */
  readonly groupWeight: Float64Array;
}

/**
 * Sums over the comparable pairs of a stratum, and what each row contributes to them: two sweeps over time, one
 * backwards that holds those still at risk (for the rows with events), one forwards that holds the events so far
 * (for the rows that outlive them).
 */
export function sumPairs(stratum: Stratum, rules: PairRules): PairSums & PairInfluence {
  const n = stratum.time.length;
  const times = groupsOf(stratum.time);
  const ordered: Ordered = {
    times,
    scores: groupsOf(stratum.score),
    ...(stratum.entry && { entries: groupsOf(stratum.entry) }),
    groupWeight: groupWeights(stratum, times, rules),
  };
  const influence = { agreeing: new Float64Array(n), comparable: new Float64Array(n) };
  const sums = sweepBackwards(stratum, ordered, influence);
  sweepForwards(stratum, ordered, influence);
  return { ...sums, ...influence };
}

const groupWeights = (
  { time, event, weight }: Stratum,
  { count, order, start }: Groups,
  { timeWeight, truncateAt }: PairRules,
): Float64Array => {
  const power = { n: 0, S: 1, 'n/G2': 2 }[timeWeight];
  const censoring = power === 0 ? undefined : censoringSurvival({ time, event }, { weights: weight });
  const result = new Float64Array(count);
  for (let g = 0; g < count; g++) {
    const t = time[order[start[g]!]!]!;
    if (t > truncateAt) break;
    // G(t-) of a time at which rows are censored only may be 0, and is not asked for.
    const notCensored = censoring === undefined ? 1 : censoringSurvivalBefore(censoring, t);
    result[g] = notCensored > 0 ? 1 / notCensored ** power : 0;
  }
  return result;
};

const sweepBackwards = (
  { entry, time, event, weight }: Stratum,
  { times: { count, order, start }, scores, entries, groupWeight }: Ordered,
  { agreeing, comparable }: PairInfluence,
): PairSums => {
  const rank = scores.group;
  const atRisk = new RankSums(scores.count);
  const sums = { concordant: 0, discordant: 0, tiedRisk: 0, pairs: 0 };
  let [rowsAtRisk, notYetLeft] = [0, time.length];
  const join = (g: number, status: 0 | 1): void => {
    for (let k = start[g]!; k < start[g + 1]!; k++) {
      const row = order[k]!;
      if (event[row] !== status) continue;
      atRisk.add(rank[row]!, weight[row]!);
      rowsAtRisk++;
    }
  };
  // A row that enters at or after t also ends after t, so it is in by now.
  const leaveFrom = (t: number): void => {
    if (entry === undefined || entries === undefined) return;
    while (notYetLeft > 0 && entry[entries.order[notYetLeft - 1]!]! >= t) {
      const row = entries.order[--notYetLeft]!;
      atRisk.add(rank[row]!, -weight[row]!);
      rowsAtRisk--;
    }
  };
  const tally = (row: number, scale: number): void => {
    const { total } = atRisk;
    const [below, at, w] = [atRisk.below(rank[row]!), atRisk.at(rank[row]!), scale * weight[row]!];
    sums.concordant += w * below;
    sums.tiedRisk += w * at;
    sums.discordant += w * (total - below - at);
    sums.pairs += rowsAtRisk;
    agreeing[row] = scale * (below + at / 2);
    comparable[row] = scale * total;
  };
  for (let g = count - 1; g >= 0; g--) {
    join(g, 0);
    leaveFrom(time[order[start[g]!]!]!);
    const scale = rowsAtRisk > 0 ? groupWeight[g]! : 0;
    for (let k = start[g]!; k < start[g + 1]! && scale > 0; k++)
      if (event[order[k]!] === 1) tally(order[k]!, scale);
    join(g, 1);
  }
  return sums;
};

const sweepForwards = (
  { entry, time, event, weight }: Stratum,
  { times: { count, order, start }, scores, entries, groupWeight }: Ordered,
  { agreeing, comparable }: PairInfluence,
): void => {
  const rank = scores.group;
  const died = new RankSums(scores.count);
  let entered = 0;
  /** Takes the pairs with the events so far to a row's influence, or away from it. */
  const credit = (row: number, sign: 1 | -1): void => {
    const [below, at] = [died.below(rank[row]!), died.at(rank[row]!)];
    agreeing[row] = agreeing[row]! + sign * (died.total - below - at / 2);
    comparable[row] = comparable[row]! + sign * died.total;
  };
  const creditEnding = (g: number, status: 0 | 1): void => {
    for (let k = start[g]!; k < start[g + 1]!; k++) if (event[order[k]!] === status) credit(order[k]!, 1);
  };
  // Events up to a row's entry are none of its own.
  const debitEntriesBefore = (t: number): void => {
    if (entry === undefined || entries === undefined) return;
    while (entered < time.length && entry[entries.order[entered]!]! < t)
      credit(entries.order[entered++]!, -1);
  };
  for (let g = 0; g < count; g++) {
    debitEntriesBefore(time[order[start[g]!]!]!);
    creditEnding(g, 1);
    const scale = groupWeight[g]!;
    for (let k = start[g]!; k < start[g + 1]! && scale > 0; k++) {
      const row = order[k]!;
      if (event[row] === 1) died.add(rank[row]!, scale * weight[row]!);
    }
    creditEnding(g, 0);
  }
};
