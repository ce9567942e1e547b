/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { Vector3 } from '../contract.ts';

/** A mask of one bit a voxel, rows padded to whole words: morphology on 32 voxels at once. */
export interface BitMask {
  readonly size: Vector3;
  /** Words of a row. */
  readonly stride: number;
  readonly words: Uint32Array;
}

/** @param is which value of the mask is taken for 1 */
export function packBits(mask: Uint8Array, size: Vector3, is = 1): BitMask {
  const [nx, ny, nz] = size;
  const stride = Math.ceil(nx / 32);
  const words = new Uint32Array(stride * ny * nz);
  for (let row = 0, to = 0; row < ny * nz; row++) {
    const end = (row + 1) * nx;
    for (let from = row * nx; from < end; from += 32, to++) {
      const count = Math.min(32, end - from);
      let word = 0;
      for (let bit = 0; bit < count; bit++) word |= Number(mask[from + bit] === is) << bit;
      words[to] = word;
    }
  }
  return { size, stride, words };
}

/** Sets `value` in `mask` wherever the bit is 1. */
export function unpackBits({ size, stride, words }: BitMask, mask: Uint8Array, value = 1): void {
  const [nx, ny, nz] = size;
  for (let row = 0; row < ny * nz; row++) {
    for (let w = 0; w < stride; w++) {
      const word = words[row * stride + w]!;
      if (word === 0) continue;
      const at = row * nx + 32 * w;
      for (let bit = 0; bit < 32; bit++) if ((word >>> bit) & 1) mask[at + bit] = value;
    }
  }
}

/** Bits of a row's last word that are voxels. */
const lastWord = (nx: number): number => ((nx & 31) === 0 ? 0xffffffff : (1 << (nx & 31)) - 1);

function complement({ size, stride, words }: BitMask): BitMask {
  const out = new Uint32Array(words.length);
  const last = lastWord(size[0]);
  for (let i = 0; i < words.length; i++) out[i] = ~words[i]!;
  for (let i = stride - 1; i < words.length; i += stride) out[i]! &= last;
  return { size, stride, words: out };
}

function dilateAlongRows({ size, stride, words }: BitMask): Uint32Array {
  const out = new Uint32Array(words.length);
  const last = lastWord(size[0]);
  for (let row = 0; row < words.length; row += stride) {
    for (let w = row; w < row + stride; w++) {
      const word = words[w]!;
      const before = w > row ? words[w - 1]! >>> 31 : 0;
      const after = w < row + stride - 1 ? words[w + 1]! << 31 : 0;
      out[w] = word | (word << 1) | (word >>> 1) | before | after;
    }
    out[row + stride - 1]! &= last;
  }
  return out;
}

/** Adds to `out` the words of `from`, shifted by `by` words either way within blocks of `block` words. */
function orNeighbours(out: Uint32Array, from: Uint32Array, by: number, block: number): void {
  for (let start = 0; start < out.length; start += block) {
    for (let i = start + by; i < start + block; i++) {
      out[i]! |= from[i - by]!;
      out[i - by]! |= from[i]!;
    }
  }
}

/** One voxel in the plane, by edges or by edges and corners, and along z or not. */
interface Step {
  readonly corners: boolean;
  readonly slices: boolean;
}

function dilateOnce(mask: BitMask, { corners, slices }: Step): BitMask {
  const { size, stride, words } = mask;
  const out = dilateAlongRows(mask);
  const plane = stride * size[1];
  orNeighbours(out, corners ? out.slice() : words, stride, plane);
  if (slices) orNeighbours(out, words, plane, out.length);
  return { size, stride, words: out };
}

/**
 * Steps that together reach about `radiusMm` in every direction: an octagon in the plane (edges and corners by
 * turns), slices whenever the plane has gone as far as their distance.
 */
export function ballSteps(radiusMm: number, spacingMm: Vector3): readonly Step[] {
  const [inPlane, between] = [spacingMm[0], spacingMm[2]];
  const count = Math.max(1, Math.round(radiusMm / inPlane));
  return Array.from({ length: count }, (_, step) => ({
    corners: step % 2 === 1,
    slices: Math.floor(((step + 1) * inPlane) / between + 0.5) > Math.floor((step * inPlane) / between + 0.5),
  }));
}

/** Grown by the steps; nothing comes in from outside of the grid. */
export const dilate = (mask: BitMask, steps: readonly Step[]): BitMask =>
  steps.reduce((grown, step) => dilateOnce(grown, step), mask);

/** Shrunk by the steps; outside of the grid counts as set, so that a cut object does not shrink from its cut. */
export const erode = (mask: BitMask, steps: readonly Step[]): BitMask =>
  complement(dilate(complement(mask), steps));

/** What shrinking and growing again leaves: pieces thinner than twice the radius are gone. */
export const open = (mask: BitMask, steps: readonly Step[]): BitMask => dilate(erode(mask, steps), steps);

/** What growing and shrinking again leaves: gaps and notches narrower than twice the radius are filled. */
export const close = (mask: BitMask, steps: readonly Step[]): BitMask => erode(dilate(mask, steps), steps);

/** Of one voxel along every axis, whatever the spacing. */
export const ONE_VOXEL: readonly Step[] = [{ corners: false, slices: true }];

/** Seeds of a word spread over the neighbours that `open` lets them reach, up and down (Kogge and Stone's prefix). */
function spreadInWord(open: number, seeds: number): number {
  let [up, down, openUp, openDown] = [seeds & open, seeds & open, open, open];
  for (let by = 1; by < 32; by *= 2) {
    up |= openUp & (up << by);
    down |= openDown & (down >>> by);
    openUp &= openUp << by;
    openDown &= openDown >>> by;
  }
  return up | down;
}

interface Flood {
  readonly open: BitMask;
  readonly reached: Uint32Array;
}

/** One row takes over what its neighbour rows reached, and spreads it; did anything change? */
function floodRow({ open, reached }: Flood, row: number, neighbours: readonly number[]): boolean {
  const { stride, words } = open;
  let changed = false;
  const visit = (i: number, carry: number): void => {
    if (words[i] === 0) return;
    let seeds = reached[i]! | carry;
    for (const offset of neighbours) seeds |= reached[i + offset]!;
    const now = spreadInWord(words[i]!, seeds) >>> 0;
    if (now === reached[i]) return;
    reached[i] = now;
    changed = true;
  };
  const end = row + stride;
  for (let i = row; i < end; i++) visit(i, i > row ? reached[i - 1]! >>> 31 : 0);
  for (let i = end - 2; i >= row; i--) visit(i, (reached[i + 1]! & 1) << 31);
  return changed;
}

/** Sweeps up and down until nothing is reached any more. */
function flood(open: BitMask, reached: Uint32Array, planar: boolean): void {
  const [, ny, nz] = open.size;
  const { stride } = open;
  const state = { open, reached };
  const sweep = (row: number): boolean => {
    const [y, z] = [row % ny, Math.floor(row / ny)];
    const neighbours: number[] = [];
    if (y > 0) neighbours.push(-stride);
    if (y < ny - 1) neighbours.push(stride);
    if (z > 0 && !planar) neighbours.push(-stride * ny);
    if (z < nz - 1 && !planar) neighbours.push(stride * ny);
    return floodRow(state, row * stride, neighbours);
  };
  for (let changed = true; changed;) {
    changed = false;
    for (let row = 0; row < ny * nz; row++) changed = sweep(row) || changed;
    for (let row = ny * nz - 1; row >= 0; row--) changed = sweep(row) || changed;
  }
}

/**
 * What of `open` is connected by faces to the edge of the grid.
 *
 * @param planar each slice for itself, from its four edges; otherwise from all six faces of the grid
 */
export function fromEdges(open: BitMask, planar: boolean): BitMask {
  const { size, stride, words } = open;
  const [nx, ny, nz] = size;
  const reached = new Uint32Array(words.length);
  for (let row = 0; row < ny * nz; row++) {
    const [y, z] = [row % ny, Math.floor(row / ny)];
    const whole = y === 0 || y === ny - 1 || (!planar && (z === 0 || z === nz - 1));
    const [from, until] = [row * stride, (row + 1) * stride];
    if (whole) reached.set(words.subarray(from, until), from);
    reached[from]! |= words[from]! & 1;
    reached[until - 1]! |= words[until - 1]! & (1 << ((nx - 1) & 31));
  }
  flood(open, reached, planar);
  return { size, stride, words: reached };
}

/** With what no path of zeros joins to the outside: vessels and nodules within a lung. */
export const fillHoles = (mask: BitMask): BitMask => complement(fromEdges(complement(mask), false));
