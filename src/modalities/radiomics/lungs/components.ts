/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { Vector3, VoxelBox } from '../contract.ts';

/** Connected components by faces (6 neighbours; 4 where slices are taken each for itself). */
export interface Components {
  /** 0 outside; components are numbered from 1 in the order of their first voxel. */
  readonly labels: Int32Array;
  readonly count: number;
}

const rootOf = (parent: Int32Array, label: number): number => {
  let root = label;
  while (parent[root]! !== root) {
    parent[root] = parent[parent[root]!]!;
    root = parent[root]!;
  }
  return root;
};

/** The smaller label becomes the root, so that numbers follow the order of first voxels. */
const unite = (parent: Int32Array, a: number, b: number): number => {
  const [left, right] = [rootOf(parent, a), rootOf(parent, b)];
  if (left === right) return left;
  const [low, high] = left < right ? [left, right] : [right, left];
  parent[high] = low;
  return low;
};

/** More than one run every second voxel there cannot be. */
const mostRuns = (size: Vector3): number => Math.ceil(size[0] / 2) * size[1] * size[2] + 1;

interface Labelling {
  readonly labels: Int32Array;
  readonly parent: Int32Array;
  /** Of the labels given so far. */
  used: number;
}

/** The label that the run [from, until) takes over from voxels `back` before its own, uniting what it joins. */
function inherit(state: Labelling, from: number, until: number, back: number, label: number): number {
  const { labels, parent } = state;
  let before = 0;
  for (let i = from - back; i < until - back; i++) {
    const other = labels[i]!;
    if (other !== before && other !== 0) label = label === 0 ? other : unite(parent, label, other);
    before = other;
  }
  return label;
}

/** Labels a run, which touches the row and the slice before it, where there are any (0: none). */
function labelRun(state: Labelling, from: number, until: number, row: number, slice: number): void {
  let label = row > 0 ? inherit(state, from, until, row, 0) : 0;
  if (slice > 0) label = inherit(state, from, until, slice, label);
  if (label === 0) {
    label = ++state.used;
    state.parent[label] = label;
  }
  for (let i = from; i < until; i++) state.labels[i] = label;
}

/**
 * Labels the components of a mask, run by run, with union-find.
 *
 * @param mask of 0 and 1
 * @param planar slices are labelled each for itself: nothing is connected along z
 */
export function connectedComponents(mask: Uint8Array, size: Vector3, planar = false): Components {
  const [nx, ny] = size;
  const labels = new Int32Array(mask.length);
  const state: Labelling = { labels, parent: new Int32Array(mostRuns(size) + 1), used: 0 };
  for (let from = mask.indexOf(1); from >= 0;) {
    const row = Math.floor(from / nx);
    const end = (row + 1) * nx;
    let until = from + 1;
    while (until < end && mask[until] === 1) until++;
    const y = row % ny;
    const before = y > 0 ? nx : 0;
    labelRun(state, from, until, before, planar || row < ny ? 0 : nx * ny);
    from = mask[until] === 1 ? until : mask.indexOf(1, until);
  }
  return compact(state);
}

/** Gives every voxel its root's number, without gaps. */
function compact({ labels, parent, used }: Labelling): Components {
  const number = new Int32Array(used + 1);
  let count = 0;
  for (let label = 1; label <= used; label++) {
    const root = rootOf(parent, label);
    number[label] = root === label ? ++count : number[root]!;
  }
  for (let i = 0; i < labels.length; i++) labels[i] = number[labels[i]!]!;
  return { labels, count };
}

/** What there is to know of components; all arrays are indexed by label, 0 is unused. */
export interface ComponentFigures {
  readonly voxels: Float64Array;
  readonly meanHu: Float64Array;
  /** In voxels of the grid. */
  readonly centre: readonly [Float64Array, Float64Array, Float64Array];
  box(label: number): VoxelBox;
}

/** Widens the box of a label by a run: six numbers, firsts and lasts by turns. */
function widen(boxes: Int32Array, label: number, xs: readonly [number, number], y: number, z: number): void {
  const b = 6 * label;
  if (xs[0] < boxes[b]!) boxes[b] = xs[0];
  if (xs[1] > boxes[b + 1]!) boxes[b + 1] = xs[1];
  if (y < boxes[b + 2]!) boxes[b + 2] = y;
  if (y > boxes[b + 3]!) boxes[b + 3] = y;
  if (z < boxes[b + 4]!) boxes[b + 4] = z;
  if (z > boxes[b + 5]!) boxes[b + 5] = z;
}

export function measureComponents(
  { labels, count }: Components,
  size: Vector3,
  hu: Float32Array,
): ComponentFigures {
  const [nx, ny, nz] = size;
  const [voxels, sum] = [new Float64Array(count + 1), new Float64Array(count + 1)];
  const centre = [
    new Float64Array(count + 1),
    new Float64Array(count + 1),
    new Float64Array(count + 1),
  ] as const;
  const boxes = new Int32Array(6 * (count + 1));
  for (let b = 0; b < boxes.length; b += 2) boxes[b] = 0x7fffffff;
  for (let row = 0; row < ny * nz; row++) {
    const y = row % ny;
    const z = (row - y) / ny;
    const start = row * nx;
    for (let at = start; at < start + nx; at++) {
      const label = labels[at]!;
      if (label === 0) continue;
      const from = at;
      let huOfRun = 0;
      for (; at < start + nx && labels[at] === label; at++) huOfRun += hu[at]!;
      const length = at - from;
      voxels[label]! += length;
      sum[label]! += huOfRun;
      centre[0][label]! += (length * (from + at - 1 - 2 * start)) / 2;
      centre[1][label]! += length * y;
      centre[2][label]! += length * z;
      widen(boxes, label, [from - start, at - 1 - start], y, z);
      at--;
    }
  }
  for (let label = 1; label <= count; label++) {
    for (const axis of centre) axis[label]! /= voxels[label]!;
    sum[label]! /= voxels[label]!;
  }
  return {
    voxels,
    meanHu: sum,
    centre,
    box: (label) => {
      const b = 6 * label;
      return {
        first: [boxes[b]!, boxes[b + 2]!, boxes[b + 4]!],
        last: [boxes[b + 1]!, boxes[b + 3]!, boxes[b + 5]!],
      };
    },
  };
}
