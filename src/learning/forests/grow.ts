/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { createRandom, type Random } from '../../numerics/index.ts';
import { drawBag } from './bag.ts';
import { MISSING } from './features.ts';
import type { Nodes } from './node-store.ts';
import { classCriterion } from './split-classes.ts';
import { survivalCriterion } from './split-survival.ts';
import type { BestSplit, Criterion, GrowTask } from './task.ts';

/** Grows trees of one task after one another, with the same scratch memory. */
export type Grower = (tree: number) => Nodes;

/** Rows that wait to become a node. */
interface Pending {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  /** -1 for the root. */
  readonly parent: number;
  readonly side: 'left' | 'right';
}

const nodeArrays = (nodes: number, width: number, jumps: number): Nodes => ({
  feature: new Int32Array(nodes),
  threshold: new Float32Array(nodes),
  missingLeft: new Uint8Array(nodes),
  left: new Int32Array(nodes),
  right: new Int32Array(nodes),
  value: new Float64Array(nodes * width),
  gain: new Float64Array(nodes),
  jumpStart: new Int32Array(nodes + 1),
  jumpTime: new Int32Array(jumps),
  jumpHazard: new Float64Array(jumps),
});

const trimmed = (nodes: Nodes, count: number, width: number, jumps: number): Nodes => ({
  feature: nodes.feature.slice(0, count),
  threshold: nodes.threshold.slice(0, count),
  missingLeft: nodes.missingLeft.slice(0, count),
  left: nodes.left.slice(0, count),
  right: nodes.right.slice(0, count),
  value: nodes.value.slice(0, count * width),
  gain: nodes.gain.slice(0, count),
  jumpStart: nodes.jumpStart.slice(0, count + 1),
  jumpTime: nodes.jumpTime.slice(0, jumps),
  jumpHazard: nodes.jumpHazard.slice(0, jumps),
});

/** The midpoint in float32, or the lower value where rounding would take it up to the higher one. */
const midpoint = (lower: number, upper: number): number => {
  const middle = Math.fround((lower + upper) / 2);
  return middle < upper ? middle : lower;
};

const criterionOf = (task: GrowTask, weight: Int32Array): Criterion =>
  task.outcome.kind === 'survival'
    ? survivalCriterion(task.features, task.outcome, weight, task.minimumNodeSize)
    : classCriterion(task.features, task.outcome, weight, task.minimumNodeSize);

export function createGrower(task: GrowTask): Grower {
  const { features, bag, seeds, maximumDepth } = task;
  const { n, columns, codes, values, offsets } = features;
  const { startOrder } = task.outcome;
  const weight = new Int32Array(n);
  const criterion = criterionOf(task, weight);
  const { width } = criterion;
  const scratch = nodeArrays(2 * n, width, task.outcome.kind === 'survival' ? n : 0);
  const rows = new Int32Array(n);
  const aside = new Int32Array(n);
  const candidates = new Int32Array(columns);
  const best: BestSplit = { score: -1, feature: -1, leftCode: 0, rightCode: 0, missingLeft: undefined };

  const search = (random: Random): boolean => {
    best.score = -1;
    for (let draw = 0; draw < task.featuresPerSplit; draw++) {
      const at = draw + random.integer(columns - draw);
      const feature = candidates[at]!;
      candidates[at] = candidates[draw]!;
      candidates[draw] = feature;
      criterion.tryFeature(feature, best);
    }
    return best.score >= 0;
  };

  /** Parts the node's rows, each side in its old order; missing ones go the larger way where the search saw none. */
  const part = (start: number, end: number, missingLeft: boolean): number => {
    const base = best.feature * n;
    let [kept, put] = [start, 0];
    for (let i = start; i < end; i++) {
      const row = rows[i]!;
      const code = codes[base + row]!;
      if (code <= best.leftCode || (code === MISSING && missingLeft)) rows[kept++] = row;
      else aside[put++] = row;
    }
    for (let i = 0; i < put; i++) rows[kept + i] = aside[i]!;
    return kept;
  };

  const weigh = (start: number, end: number): number => {
    let sum = 0;
    for (let i = start; i < end; i++) sum += weight[rows[i]!]!;
    return sum;
  };

  return (tree) => {
    const random = createRandom(seeds[tree]!);
    drawBag(bag, random, weight);
    for (let j = 0; j < columns; j++) candidates[j] = j;
    let size = 0;
    for (let i = 0; i < n; i++) if (weight[startOrder[i]!]! > 0) rows[size++] = startOrder[i]!;
    let [count, jumps] = [0, 0];
    const stack: Pending[] = [{ start: 0, end: size, depth: 0, parent: -1, side: 'left' }];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const { start, end, depth, parent, side } = next;
      const node = count++;
      if (parent >= 0) scratch[side][parent] = node;
      const divisible = criterion.enter(rows, start, end);
      criterion.writeValues(scratch.value, node * width);
      scratch.jumpStart[node] = jumps;
      if (!divisible || depth >= maximumDepth || !search(random)) {
        jumps = criterion.writeJumps(scratch.jumpTime, scratch.jumpHazard, jumps);
        makeLeaf(scratch, node);
        continue;
      }
      const middle = part(start, end, best.missingLeft === true);
      const offset = offsets[best.feature]!;
      const larger = 2 * weigh(start, middle) >= weigh(start, end);
      scratch.feature[node] = best.feature;
      scratch.threshold[node] = midpoint(values[offset + best.leftCode]!, values[offset + best.rightCode]!);
      scratch.missingLeft[node] = Number(best.missingLeft ?? larger);
      scratch.gain[node] = criterion.gain(best);
      stack.push({ start: middle, end, depth: depth + 1, parent: node, side: 'right' });
      stack.push({ start, end: middle, depth: depth + 1, parent: node, side: 'left' });
    }
    scratch.jumpStart[count] = jumps;
    return trimmed(scratch, count, width, jumps);
  };
}

const makeLeaf = (nodes: Nodes, node: number): void => {
  nodes.feature[node] = nodes.left[node] = nodes.right[node] = -1;
  nodes.threshold[node] = nodes.missingLeft[node] = nodes.gain[node] = 0;
};
