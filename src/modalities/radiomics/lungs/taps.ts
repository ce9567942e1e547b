/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */

/** How values between voxels are found. */
export type ResampleKernel = 'linear' | 'antialiased';

/** Along one axis: of which source voxels, and by what weights, each voxel of the target is the sum. */
export interface Taps {
  readonly length: number;
  /** How many each takes; where fewer are there the rest weighs 0. */
  readonly width: number;
  /** First source voxel of each; all of its `width` are in the source. */
  readonly first: Int32Array;
  /** `weights[width * i + k]`: they add up to 1, or are all 0 outside of the source. */
  readonly weights: Float64Array;
  /** 1 where the target lies in the source. */
  readonly inside: Uint8Array;
}

/** One axis of source and target: positions in units of the source's voxels. */
export interface AxisMap {
  readonly sourceLength: number;
  readonly targetLength: number;
  /** Of the target's first voxel. */
  readonly start: number;
  /** Between the target's voxels. */
  readonly step: number;
}

/** Positions are told in millimetres, and rounding them may not put the last voxel outside. */
const ROUNDING = 1e-6;

/** The triangle of half width `half` around `at`, on voxels that exist, made to add up to 1. */
function fillTriangle(taps: Taps, i: number, at: number, half: number): void {
  const { width, first, weights } = taps;
  let sum = 0;
  for (let k = 0; k < width; k++) {
    const weight = Math.max(0, 1 - Math.abs(first[i]! + k - at) / half);
    weights[width * i + k] = weight;
    sum += weight;
  }
  for (let k = 0; k < width; k++) weights[width * i + k]! /= sum;
}

/**
 * Weights along an axis.
 *
 * `linear`: between the two neighbours, whatever the step. `antialiased`: where the target is coarser, the triangle is
 * as much wider as the step is longer than a voxel, so that every voxel of the source counts (what Pillow's and
 * PyTorch's antialiased bilinear resizing do); on a finer or equal grid it is `linear`.
 *
 * Inside means: for `linear` from the centre of the first to that of the last voxel; for `antialiased` from edge to
 * edge, half a voxel more. `clamped`: positions outside take the nearest that is inside.
 */
export function tapsOf(axis: AxisMap, kernel: ResampleKernel, clamped: boolean): Taps {
  const { sourceLength, targetLength, start, step } = axis;
  const half = kernel === 'antialiased' ? Math.max(1, step) : 1;
  const width = Math.min(sourceLength, half === 1 ? 2 : Math.floor(2 * half) + 1);
  const taps: Taps = {
    length: targetLength,
    width,
    first: new Int32Array(targetLength),
    weights: new Float64Array(targetLength * width),
    inside: new Uint8Array(targetLength),
  };
  const last = sourceLength - 1;
  const beyond = (kernel === 'antialiased' ? 0.5 : 0) + ROUNDING;
  const edge = half === 1 ? 0 : 0.5;
  for (let i = 0; i < targetLength; i++) {
    const wanted = start + i * step;
    if (!clamped && (wanted < -beyond || wanted > last + beyond)) continue;
    taps.inside[i] = 1;
    const at = Math.min(last + edge, Math.max(-edge, wanted));
    taps.first[i] = Math.min(sourceLength - width, Math.max(0, Math.ceil(at - half)));
    fillTriangle(taps, i, at, half);
  }
  return taps;
}
