/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { CtTensor, CtTensorSpec, CtVolume, Lungs, Vector3, VoxelBox } from '../contract.ts';
import { resample } from './resample.ts';

/** 320 mm of 5 mm voxels: lungs of adults with a centimetre around them. */
export const DEFAULT_TENSOR_SPEC: CtTensorSpec = {
  sizeVoxels: 64,
  spacingMm: 5,
  windowHu: [-1000, 400],
  marginMm: 10,
};

/** A box in millimetres of the patient's system, edge to edge. */
interface BoxMm {
  readonly low: Vector3;
  readonly high: Vector3;
}

const eachAxis = (value: (axis: 0 | 1 | 2) => number): Vector3 => [value(0), value(1), value(2)];

/** Voxels have an extent: a box of one voxel is as wide as its spacing. */
function boxMm(volume: CtVolume, box: VoxelBox, marginMm: number): BoxMm {
  const { originMm, spacingMm } = volume;
  return {
    low: eachAxis((axis) => originMm[axis] + (box.first[axis] - 0.5) * spacingMm[axis] - marginMm),
    high: eachAxis((axis) => originMm[axis] + (box.last[axis] + 0.5) * spacingMm[axis] + marginMm),
  };
}

/** A box of voxels and a margin around it, as far as the volume goes. */
export function withMargin(volume: CtVolume, box: VoxelBox, marginMm: number): VoxelBox {
  const { size, spacingMm } = volume;
  const voxels = eachAxis((axis) => Math.ceil(marginMm / spacingMm[axis]));
  return {
    first: eachAxis((axis) => Math.max(0, box.first[axis] - voxels[axis])),
    last: eachAxis((axis) => Math.min(size[axis] - 1, box.last[axis] + voxels[axis])),
  };
}

/**
 * What an image model takes: a cube around the middle of the lungs' box, antialiased, the window's HU as 0..1. Where one
 * lung is missing the box is that of the chest, so that its place is in the cube.
 *
 * Voxels whose centre lies outside of box and margin, or outside of the volume, are 0. `cropped` says that box and
 * margin are longer than the cube along some axis; what sticks out is lost, evenly on both sides.
 *
 * HU are clamped to [-1024, 3071] before they are averaged, and to the window after: half air, half bone is not what
 * half air, half the window's top would be.
 */
export function ctTensor(volume: CtVolume, lungs: Lungs, spec: CtTensorSpec): CtTensor {
  const { sizeVoxels: n, spacingMm, windowHu, marginMm } = spec;
  const { low, high } = boxMm(volume, lungs.chestBox ?? lungs.box, marginMm);
  const originMm = eachAxis((axis) => (low[axis] + high[axis]) / 2 - ((n - 1) / 2) * spacingMm);
  const grid = { size: [n, n, n] as const, spacingMm: eachAxis(() => spacingMm), originMm };
  const hu = resample(volume, grid, 'antialiased').hu as Float32Array;
  const [dark, bright] = windowHu;
  const within = (axis: 0 | 1 | 2, at: number): boolean => {
    const mm = originMm[axis] + at * spacingMm;
    return mm >= low[axis] && mm <= high[axis];
  };
  for (let row = 0; row < n * n; row++) {
    const y = row % n;
    const kept = within(1, y) && within(2, (row - y) / n);
    for (let x = 0, at = row * n; x < n; x++, at++) {
      hu[at] = kept && within(0, x) ? Math.min(1, Math.max(0, (hu[at]! - dark) / (bright - dark))) : 0;
    }
  }
  const cropped = [0, 1, 2].some((axis) => high[axis]! - low[axis]! > n * spacingMm + 1e-6);
  return { data: hu, spec, originMm, cropped };
}
