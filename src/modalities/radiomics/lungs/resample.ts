/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { CtVolume, Vector3 } from '../contract.ts';
import { type ResampleKernel, type Taps, tapsOf } from './taps.ts';
import { HU_RANGE } from './working-grid.ts';

/** Where the voxels of a volume are; axes as the patient's. */
export interface VoxelGrid {
  readonly size: Vector3;
  readonly spacingMm: Vector3;
  /** Centre of the voxel (0, 0, 0). */
  readonly originMm: Vector3;
}

export interface ResampleOptions {
  /** HU beyond the volume; `nearest`: those of its nearest voxel. Air (-1024) where not given. */
  readonly outside?: number | 'nearest';
}

type Axes = readonly [x: Taps, y: Taps, z: Taps];

const clamped = (value: number): number =>
  value < HU_RANGE[0] ? HU_RANGE[0] : value > HU_RANGE[1] ? HU_RANGE[1] : value;

/** Weighted sums along x of one source row, of HU clamped to the range that CT has. */
function alongRow(hu: CtVolume['hu'], base: number, taps: Taps, out: Float32Array): void {
  const { length, width, first, weights } = taps;
  if (width === 2) {
    for (let i = 0; i < length; i++) {
      const from = base + first[i]!;
      out[i] = weights[2 * i]! * clamped(hu[from]!) + weights[2 * i + 1]! * clamped(hu[from + 1]!);
    }
    return;
  }
  for (let i = 0; i < length; i++) {
    const from = base + first[i]!;
    const weight = width * i;
    let sum = 0;
    for (let k = 0; k < width; k++) sum += weights[weight + k]! * clamped(hu[from + k]!);
    out[i] = sum;
  }
}

/** `out` becomes, or gains, the weighted sum of two rows; of two at a time it is read and written half as often. */
function addPair(
  out: Float32Array,
  [a, b]: readonly [Float32Array, Float32Array],
  [p, q]: readonly [number, number],
  isFirst: boolean,
): void {
  const { length } = out;
  if (isFirst) for (let i = 0; i < length; i++) out[i] = p * a[i]! + q * b[i]!;
  else for (let i = 0; i < length; i++) out[i]! += p * a[i]! + q * b[i]!;
}

/** `out` becomes the weighted sum of rows (or planes). */
function combine(out: Float32Array, taps: Taps, i: number, source: (at: number) => Float32Array): void {
  const { width, weights } = taps;
  const first = taps.first[i]!;
  for (let k = 0; k < width; k += 2) {
    const [p, q] = [weights[width * i + k]!, k + 1 < width ? weights[width * i + k + 1]! : 0];
    if (p === 0 && q === 0 && k > 0) continue;
    const a = source(first + k);
    // What weighs nothing need not be computed.
    if (q === 0 && p === 1 && k === 0) out.set(a);
    else addPair(out, [a, q === 0 ? a : source(first + k + 1)], [p, q], k === 0);
  }
}

/** The last few things computed, by number: as many as one target takes at once. */
function createRing(slots: number, length: number, compute: (at: number, out: Float32Array) => void) {
  const held = new Int32Array(slots).fill(-1);
  const buffers = Array.from({ length: slots }, () => new Float32Array(length));
  return (at: number): Float32Array => {
    const slot = at % slots;
    const buffer = buffers[slot]!;
    if (held[slot] !== at) {
      compute(at, buffer);
      held[slot] = at;
    }
    return buffer;
  };
}

/** Resamples one source slice in its plane. */
function planeResampler(volume: CtVolume, [x, y]: Axes): (z: number, out: Float32Array) => void {
  const { hu, size } = volume;
  return (z, out) => {
    const row = createRing(y.width, x.length, (at, to) => {
      alongRow(hu, size[0] * (at + size[1] * z), x, to);
    });
    for (let j = 0; j < y.length; j++) {
      if (y.inside[j] === 0) continue;
      combine(out.subarray(x.length * j, x.length * (j + 1)), y, j, row);
    }
  };
}

/** Sets `value` in the columns of a plane that lie outside along x, and the rows along y. */
function fillOutside(plane: Float32Array, [x, y]: Axes, value: number): void {
  for (let j = 0; j < y.length; j++) {
    const row = x.length * j;
    if (y.inside[j] === 0) plane.fill(value, row, row + x.length);
    else for (let i = 0; i < x.length; i++) if (x.inside[i] === 0) plane[row + i] = value;
  }
}

const axesOf = (volume: CtVolume, grid: VoxelGrid, kernel: ResampleKernel, clamped: boolean): Axes =>
  [0, 1, 2].map((axis) =>
    tapsOf(
      {
        sourceLength: volume.size[axis]!,
        targetLength: grid.size[axis]!,
        start: (grid.originMm[axis]! - volume.originMm[axis]!) / volume.spacingMm[axis]!,
        step: grid.spacingMm[axis]! / volume.spacingMm[axis]!,
      },
      kernel,
      clamped,
    ),
  ) as unknown as Axes;

/**
 * The volume on another grid of the same axes, as float32. HU are clamped to [-1024, 3071] before anything is
 * averaged: padding of -2000 or metal would be smeared over their neighbours otherwise.
 *
 * Separable, x then y then z, one source slice at a time: besides the result a few slices of its size are held.
 *
 * @param kernel `linear` equals scipy.ndimage.affine_transform of order 1; `antialiased` is for coarser grids, where
 *   linear would skip most of the voxels. On the volume's own grid both give back its (clamped) values exactly
 */
export function resample(
  volume: CtVolume,
  grid: VoxelGrid,
  kernel: ResampleKernel,
  options: ResampleOptions = {},
): CtVolume {
  const { outside = HU_RANGE[0] } = options;
  const axes = axesOf(volume, grid, kernel, outside === 'nearest');
  const [x, y, z] = axes;
  const plane = x.length * y.length;
  const out = new Float32Array(plane * z.length);
  const slice = createRing(z.width, plane, planeResampler(volume, axes));
  for (let k = 0; k < z.length; k++) {
    const to = out.subarray(plane * k, plane * (k + 1));
    if (z.inside[k] === 0) {
      if (outside !== 'nearest') to.fill(outside);
      continue;
    }
    combine(to, z, k, slice);
    if (outside !== 'nearest') fillOutside(to, axes, outside);
  }
  return {
    hu: out,
    size: grid.size,
    spacingMm: grid.spacingMm,
    originMm: grid.originMm,
    corrections: volume.corrections,
    paddedVoxels: 0,
  };
}
