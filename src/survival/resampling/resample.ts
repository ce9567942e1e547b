/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { Random } from '../../numerics/index.ts';
import { refuse, requireCount, requireLength } from '../data.ts';

/** Who is drawn: patients, with all their rows. */
export interface SamplingDesign {
  /** Rows of the data, n. */
  readonly rows: number;
  /** Shape (n): rows of one cluster (a patient) are drawn together; default: every row is its own. */
  readonly cluster?: Int32Array;
  /** Shape (n), 0 or 1: a resample without an event is drawn again. */
  readonly event?: Uint8Array | Int8Array;
  /** Draw as many patients with an event (in any row), and without, as there are. Needs `event`. */
  readonly stratifyByEvent?: boolean;
}

/** A sample with replacement, in two forms: how often each row came, and the rows themselves. */
export interface Resample {
  /** How often each row was drawn, shape (n): case weights, with zeros, so that nothing need be copied. */
  readonly counts: Float64Array;
  /** The rows, each as often as it was drawn, and the cluster of each: copies of a patient are different patients. */
  expand(): { readonly rows: Int32Array; readonly cluster: Int32Array };
}

/** Clusters as sampling units: unit u has the rows members[start[u] .. start[u + 1]). */
export interface SamplingUnits {
  readonly rows: number;
  readonly start: Int32Array;
  readonly members: Int32Array;
  /** Units that are drawn from one another. */
  readonly strata: readonly Int32Array[];
  /** Per unit: has it an event? Absent where nobody asked. */
  readonly hasEvent?: Uint8Array;
}

const validate = ({ rows, cluster, event, stratifyByEvent }: SamplingDesign): void => {
  requireCount(rows, 'rows');
  requireLength(cluster, rows, 'cluster');
  requireLength(event, rows, 'event');
  if (stratifyByEvent === true && event === undefined) refuse('stratifyByEvent needs event');
};

/** The rows of each cluster, in the order in which the clusters first come. */
const rowsByCluster = (rows: number, cluster: Int32Array | undefined): number[][] => {
  const lists = new Map<number, number[]>();
  for (let row = 0; row < rows; row++) {
    const id = cluster?.[row] ?? row;
    const list = lists.get(id);
    if (list === undefined) lists.set(id, [row]);
    else list.push(row);
  }
  if (lists.size < 2) refuse('there is only one cluster: nothing to draw from');
  return [...lists.values()];
};

/** @throws {CdsError} SURVIVAL_INPUT_INVALID: fewer than 2 clusters, wrong lengths, strata without events */
export function samplingUnits(design: SamplingDesign): SamplingUnits {
  validate(design);
  const { rows, cluster, event, stratifyByEvent = false } = design;
  const units = rowsByCluster(rows, cluster);
  const start = new Int32Array(units.length + 1);
  units.forEach((list, unit) => (start[unit + 1] = start[unit]! + list.length));
  const hasEvent = event && Uint8Array.from(units, (list) => Number(list.some((row) => event[row] === 1)));
  const all = Int32Array.from(units.keys());
  const halves = [1, 0].map((value) => all.filter((unit) => hasEvent?.[unit] === value));
  return {
    rows,
    start,
    members: Int32Array.from(units.flat()),
    strata: stratifyByEvent ? halves.filter(({ length }) => length > 0) : [all],
    ...(hasEvent && { hasEvent }),
  };
}

/** Counts per unit of one sample with replacement, stratum by stratum. */
export function drawUnits({ strata, start }: SamplingUnits, random: Random): Int32Array {
  const counts = new Int32Array(start.length - 1);
  for (const stratum of strata) for (const _ of stratum) counts[stratum[random.integer(stratum.length)]!]!++;
  return counts;
}

/** The resample in which unit u came counts[u] times. */
export function resampleOf({ rows, start, members }: SamplingUnits, counts: Int32Array): Resample {
  const perRow = new Float64Array(rows);
  counts.forEach((count, unit) => {
    for (let at = start[unit]!; at < start[unit + 1]!; at++) perRow[members[at]!] = count;
  });
  const expand = () => {
    const [picked, cluster]: [number[], number[]] = [[], []];
    let copy = 0;
    counts.forEach((count, unit) => {
      for (let k = 0; k < count; k++, copy++) {
        for (let at = start[unit]!; at < start[unit + 1]!; at++) {
          picked.push(members[at]!);
          cluster.push(copy);
        }
      }
    });
    return { rows: Int32Array.from(picked), cluster: Int32Array.from(cluster) };
  };
  return { counts: perRow, expand };
}
