/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { CtVolume } from '../contract.ts';
import { ballSteps, close, dilate, fillHoles, ONE_VOXEL, packBits, unpackBits } from './bits.ts';
import { AIR_BELOW_HU } from './body.ts';
import { LEFT, RIGHT } from './sides.ts';
import type { WorkingGrid } from './working-grid.ts';

/** Notches up to twice this wide (a nodule at the pleura, a vessel that enters) belong to the lung. */
const CLOSING_MM = 10;

/** One lung with notches and holes filled; air of the other lung and gas stay out. */
function closedLung(grid: WorkingGrid, map: Uint8Array, side: number): Uint8Array {
  const { size, spacingMm } = grid;
  const closed = new Uint8Array(map.length);
  unpackBits(fillHoles(close(packBits(map, size, side), ballSteps(CLOSING_MM, spacingMm))), closed);
  return closed;
}

/**
 * Fills notches and holes of each lung for itself, so that nothing bridges the mediastinum, and takes the airway out
 * again.
 *
 * @returns as `map`, with what was filled
 */
export function closeLungs(grid: WorkingGrid, map: Uint8Array, airway: Uint8Array): Uint8Array {
  const out = new Uint8Array(map.length);
  const walls = new Uint8Array(map.length);
  unpackBits(dilate(packBits(airway, grid.size), ONE_VOXEL), walls);
  for (const side of [RIGHT, LEFT]) {
    const closed = closedLung(grid, map, side);
    for (let at = 0; at < out.length; at++) {
      if (map[at] === side) out[at] = side;
      else if (closed[at] === 1 && out[at] === 0 && map[at] === 0 && walls[at] === 0) out[at] = side;
    }
  }
  return out;
}

/** What the volume's own voxels decide: 0 none of a working voxel is lung, `side` all, 4 + side those of air. */
const BY_VALUE = 4;

/**
 * How the working voxels are brought back: those at the edge of the lungs' air, within or without, are decided voxel
 * by voxel by the volume's own values; others are taken as a whole.
 */
function decide(grid: WorkingGrid, map: Uint8Array, closed: Uint8Array, airway: Uint8Array): Uint8Array {
  const { size } = grid;
  const [nx, ny, nz] = size;
  const plane = nx * ny;
  const out = closed.slice();
  const rim = new Uint8Array(map.length);
  unpackBits(dilate(packBits(airway, size), ONE_VOXEL), rim);
  const visit = (at: number, other: number): void => {
    // A pair across the lungs' outer edge: air inside, nothing outside.
    if (closed[at] !== 0 && closed[other] === 0 && map[at] === closed[at]) {
      out[at] = BY_VALUE + closed[at]!;
      if (out[other] === 0 && map[other] === 0 && rim[other] === 0) out[other] = BY_VALUE + closed[at]!;
    }
  };
  for (let at = 0; at < map.length; at++) {
    if (closed[at] === 0) continue;
    const x = at % nx;
    const y = ((at - x) / nx) % ny;
    if (x > 0) visit(at, at - 1);
    if (x < nx - 1) visit(at, at + 1);
    if (y > 0) visit(at, at - nx);
    if (y < ny - 1) visit(at, at + nx);
    if (at >= plane) visit(at, at - plane);
    if (at < plane * (nz - 1)) visit(at, at + plane);
  }
  return out;
}

/** The mask on the volume's grid, and how many of its voxels are right and left. */
export interface Outline {
  readonly mask: Uint8Array;
  readonly voxels: { right: number; left: number };
}

/** Brings the lungs of the working grid to the volume's. */
export function outline(
  volume: CtVolume,
  grid: WorkingGrid,
  map: Uint8Array,
  closed: Uint8Array,
  airway: Uint8Array,
): Outline {
  const { hu, size } = volume;
  const { factor } = grid;
  const decided = decide(grid, map, closed, airway);
  const mask = new Uint8Array(hu.length);
  const counts = new Float64Array(3);
  for (let row = 0; row < size[1] * size[2]; row++) {
    const y = row % size[1];
    const z = (row - y) / size[1];
    const base = grid.size[0] * (Math.floor(y / factor[1]) + grid.size[1] * Math.floor(z / factor[2]));
    const start = row * size[0];
    for (let x = 0; x < grid.size[0];) {
      const value = decided[base + x]!;
      const from = start + x * factor[0];
      while (x < grid.size[0] && decided[base + x] === value) x++;
      if (value === 0) continue;
      const until = start + Math.min(size[0], x * factor[0]);
      if (value < BY_VALUE) {
        mask.fill(1, from, until);
        counts[value]! += until - from;
      } else {
        counts[value - BY_VALUE]! += fillAir(mask, hu, from, until);
      }
    }
  }
  return { mask, voxels: { right: counts[RIGHT]!, left: counts[LEFT]! } };
}

/** Sets the voxels of air among [from, until); says how many they are. */
function fillAir(mask: Uint8Array, hu: CtVolume['hu'], from: number, until: number): number {
  let count = 0;
  for (let at = from; at < until; at++) {
    if (!(hu[at]! < AIR_BELOW_HU)) continue;
    mask[at] = 1;
    count++;
  }
  return count;
}
