/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { SurvivalData } from '../data.ts';

/**
 * The risk sets of a Cox model, laid out for one sweep backwards in time.
 *
 * Group g is one distinct event time of one stratum; groups run stratum after stratum, latest time first, so
 * that going to the next group adds rows (their end is at or after its time) and takes out those whose entry is
 * at or after its time. Rows never at risk at an event time are in no list.
 */
export interface RiskSets {
  readonly rows: number;
  readonly groups: number;
  /** Event time of each group, shape (groups). */
  readonly groupTime: Float64Array;
  /** 1 where a stratum's first group starts and sums begin anew. */
  readonly startsStratum: Uint8Array;
  /** The strata's labels, ascending ([0] without strata), those without an event too. */
  readonly strata: readonly number[];
  /** Index into `strata` of each row, shape (rows), and of each group, shape (groups). */
  readonly stratumOfRow: Int32Array;
  readonly stratumOfGroup: Int32Array;
  readonly added: RowLists;
  readonly removed: RowLists;
  readonly deaths: RowLists;
  /** 1 for the rows that have their event, in group enterGroup[i]; shape (rows). */
  readonly dies: Uint8Array;
  /** Row i is in the risk sets of groups enterGroup[i] <= g < leaveGroup[i], shape (rows). */
  readonly enterGroup: Int32Array;
  readonly leaveGroup: Int32Array;
}

/** Lists of rows: list g is rows[start[g]] to rows[start[g + 1] - 1]. */
export interface RowLists {
  readonly start: Int32Array;
  readonly rows: Int32Array;
}

/** The rows of each list, where list[i] is the list of row i and negative means none. */
const toLists = (list: Int32Array, lists: number): RowLists => {
  const start = new Int32Array(lists + 1);
  for (const g of list) if (g >= 0) start[g + 1] = start[g + 1]! + 1;
  for (let g = 0; g < lists; g++) start[g + 1] = start[g + 1]! + start[g]!;
  const rows = new Int32Array(start[lists]!);
  const next = start.slice();
  list.forEach((g, row) => {
    if (g < 0) return;
    rows[next[g]!] = row;
    next[g] = next[g]! + 1;
  });
  return { start, rows };
};

/** First index of a descending array whose value is at most `bound`. */
const firstAtMost = (descending: Float64Array, bound: number): number => {
  let [low, high] = [0, descending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (descending[middle]! <= bound) high = middle;
    else low = middle + 1;
  }
  return low;
};

const rowsByStratum = (n: number, strata: Int32Array | undefined): [stratum: number, rows: number[]][] => {
  const byStratum = new Map<number, number[]>();
  for (let row = 0; row < n; row++) {
    const stratum = strata?.[row] ?? 0;
    const rows = byStratum.get(stratum);
    if (rows === undefined) byStratum.set(stratum, [row]);
    else rows.push(row);
  }
  return [...byStratum.entries()].sort(([a], [b]) => a - b);
};

/** @param data validated; @param strata shape (n) or absent: rows of different strata share no risk set */
export function buildRiskSets(data: SurvivalData, strata?: Int32Array): RiskSets {
  const { entry, time, event } = data;
  const n = time.length;
  const [enterGroup, leaveGroup] = [new Int32Array(n), new Int32Array(n)];
  const [added, removed, death] = [
    new Int32Array(n).fill(-1),
    new Int32Array(n).fill(-1),
    new Int32Array(n).fill(-1),
  ];
  const groupTimes: number[] = [];
  const starts: number[] = [];
  const stratumOfRow = new Int32Array(n);
  const stratumOfGroup: number[] = [];
  const byStratum = rowsByStratum(n, strata);
  for (const [index, [, rows]] of byStratum.entries()) {
    const first = groupTimes.length;
    const eventTimes = new Set(rows.filter((row) => event[row] === 1).map((row) => time[row]!));
    const descending = Float64Array.from(eventTimes).sort().reverse();
    descending.forEach((t, k) => {
      groupTimes.push(t);
      starts.push(k === 0 ? 1 : 0);
      stratumOfGroup.push(index);
    });
    for (const row of rows) {
      stratumOfRow[row] = index;
      const enter = first + firstAtMost(descending, time[row]!);
      const leave = first + (entry === undefined ? descending.length : firstAtMost(descending, entry[row]!));
      enterGroup[row] = enter;
      leaveGroup[row] = leave;
      if (enter < leave) {
        added[row] = enter;
        if (leave < first + descending.length) removed[row] = leave;
      }
      if (event[row] === 1) death[row] = enter;
    }
  }
  const groups = groupTimes.length;
  return {
    rows: n,
    groups,
    groupTime: Float64Array.from(groupTimes),
    startsStratum: Uint8Array.from(starts),
    strata: byStratum.map(([stratum]) => stratum),
    stratumOfRow,
    stratumOfGroup: Int32Array.from(stratumOfGroup),
    added: toLists(added, groups),
    removed: toLists(removed, groups),
    deaths: toLists(death, groups),
    dies: Uint8Array.from(event),
    enterGroup,
    leaveGroup,
  };
}

/**
 * For each row the sum of a per-group quantity over the groups in which the row is at risk.
 *
 * Sums run forwards in time, as a cumulative hazard grows: hazards of early groups, with their large risk sets,
 * are small, and would drown in a sum that began with the late ones.
 *
 * @param perGroup shape (groups, width), row-major
 * @returns shape (rows, width), row-major
 */
export function sumWhileAtRisk(sets: RiskSets, perGroup: Float64Array, width: number): Float64Array {
  const { groups, rows, startsStratum, enterGroup, leaveGroup } = sets;
  const cumulative = fromTheStart(sets, perGroup, width);
  const result = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const [enter, leave] = [enterGroup[row]!, leaveGroup[row]!];
    if (enter >= leave) continue;
    const staysToTheStart = leave === groups || startsStratum[leave] === 1;
    for (let j = 0; j < width; j++) {
      const whole = cumulative[enter * width + j]!;
      const own = staysToTheStart ? whole : whole - cumulative[leave * width + j]!;
      const eaten = !staysToTheStart && Math.abs(own) < CANCELLATION * Math.abs(whole);
      result[row * width + j] = eaten ? sumOver(perGroup, enter, leave, width, j) : own;
    }
  }
  return result;
}

/** Row g: the sum over groups g and later (so: earlier times) of the same stratum. */
const fromTheStart = (
  { groups, startsStratum }: RiskSets,
  perGroup: Float64Array,
  width: number,
): Float64Array => {
  const cumulative = perGroup.slice();
  for (let g = groups - 2; g >= 0; g--) {
    if (startsStratum[g + 1] === 1) continue;
    for (let at = g * width; at < (g + 1) * width; at++)
      cumulative[at] = cumulative[at]! + cumulative[at + width]!;
  }
  return cumulative;
};

/** Where a difference of two sums is smaller than this fraction of them, rounding has eaten it. */
const CANCELLATION = 1e-6;

const sumOver = (
  perGroup: Float64Array,
  enter: number,
  leave: number,
  width: number,
  column: number,
): number => {
  let sum = 0;
  for (let g = leave - 1; g >= enter; g--) sum += perGroup[g * width + column]!;
  return sum;
};
