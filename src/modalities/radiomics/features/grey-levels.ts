import type { Vector3 } from '../contract.ts';
import type { LungGrid } from './grid.ts';

/** A region in grey levels: 0 outside of it, 1 to `levels` within, x fastest. Its outermost layer of voxels is 0. */
export interface GreyLevels {
  readonly values: Uint8Array;
  readonly size: Vector3;
  readonly levels: number;
}

/** As a radius of one voxel: 13 of the 26 neighbours, one of each opposite pair (IBSI 3.6: 3D, Chebyshev distance 1). */
export const DIRECTIONS: readonly Vector3[] = [-1, 0, 1]
  .flatMap((z) => [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((x): Vector3 => [x, y, z])))
  .filter(([x, y, z]) => z > 0 || (z === 0 && (y > 0 || (y === 0 && x > 0))));

/** How far away in memory the neighbour in a direction lies. */
export const offsetOf = ([nx, ny]: Vector3, [x, y, z]: Vector3): number => x + nx * (y + ny * z);

/** The 26 neighbours, as distances in memory. */
export const neighbourOffsets = (size: Vector3): Int32Array =>
  Int32Array.from(DIRECTIONS.flatMap((direction) => [offsetOf(size, direction), -offsetOf(size, direction)]));

/** How HU become grey levels: fixed bins from the low end of the range on; what lies beyond the range is left out. */
export interface Discretisation {
  readonly rangeHu: readonly [low: number, high: number];
  readonly binHu: number;
}

/**
 * Grey levels of the lungs (IBSI 2.5 re-segmentation by range, both ends in it; 2.7 fixed bin size).
 *
 * @returns the grid with a layer of 0 put around it
 */
export function greyLevels(grid: LungGrid, { rangeHu: [low, high], binHu }: Discretisation): GreyLevels {
  const levels = Math.ceil((high - low) / binHu);
  const [nx, ny, nz] = grid.size;
  const size: Vector3 = [nx + 2, ny + 2, nz + 2];
  const values = new Uint8Array(size[0] * size[1] * size[2]);
  for (let z = 0, at = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) {
      let to = offsetOf(size, [1, y + 1, z + 1]);
      for (let x = 0; x < nx; x++, at++, to++) {
        const hu = grid.hu[at] ?? 0;
        // The high end itself belongs to the last bin.
        if (grid.inside[at] === 1 && hu >= low && hu <= high)
          values[to] = Math.min(Math.floor((hu - low) / binHu) + 1, levels);
      }
    }
  return { values, size, levels };
}
