/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { Random } from '../../numerics/index.ts';
import { refuse, sharedCopy } from './features.ts';

/** How a tree's bag is drawn: clusters (single rows where none are given) whole. */
export interface Bagging {
  /** Rows of cluster c: `rows` on [starts[c], starts[c + 1]). */
  readonly rows: Int32Array;
  readonly starts: Int32Array;
  readonly withReplacement: boolean;
  /** How many clusters are drawn. */
  readonly size: number;
}

export function bagging(
  n: number,
  clusters: Int32Array | undefined,
  withReplacement: boolean,
  sampleShare: number,
): Bagging {
  if (!(sampleShare > 0 && sampleShare <= 1)) refuse(`sampleShare is ${sampleShare}, not in (0, 1]`);
  if (clusters !== undefined && clusters.length !== n) {
    refuse(`clusters has ${clusters.length} rows, x ${n}`);
  }
  const groups = new Map<number, number[]>();
  for (let row = 0; row < n; row++) {
    const cluster = clusters?.[row] ?? row;
    const members = groups.get(cluster);
    if (members === undefined) groups.set(cluster, [row]);
    else members.push(row);
  }
  const starts = new Int32Array(groups.size + 1);
  [...groups.values()].forEach((members, at) => (starts[at + 1] = starts[at]! + members.length));
  return {
    rows: sharedCopy(Int32Array.from([...groups.values()].flat())),
    starts: sharedCopy(starts),
    withReplacement,
    size: Math.max(1, Math.floor(groups.size * sampleShare)),
  };
}

/**
 * Draws a bag: `counts` (n) gets how often each row is in it.
 *
 * @param random the tree's own stream; the same stream draws the same bag again
 */
export function drawBag(
  { rows, starts, withReplacement, size }: Bagging,
  random: Random,
  counts: Int32Array,
): void {
  const clusters = starts.length - 1;
  counts.fill(0);
  const take = (cluster: number): void => {
    for (let i = starts[cluster]!; i < starts[cluster + 1]!; i++) counts[rows[i]!] = counts[rows[i]!]! + 1;
  };
  if (withReplacement) {
    for (let draw = 0; draw < size; draw++) take(random.integer(clusters));
    return;
  }
  const left = Int32Array.from({ length: clusters }, (_, cluster) => cluster);
  for (let draw = 0; draw < size; draw++) {
    const at = draw + random.integer(clusters - draw);
    const cluster = left[at]!;
    left[at] = left[draw]!;
    left[draw] = cluster;
    take(cluster);
  }
}
