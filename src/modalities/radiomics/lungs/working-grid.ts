/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { CtVolume, Vector3 } from '../contract.ts';

/** HU of air as a CT can tell it, and of the densest value it has (Hounsfield's scale on 12 bits). */
export const HU_RANGE = [-1024, 3071] as const;

/** Voxels of the volume are joined up to this length: an airway's wall and a pleural line stay visible. */
const JOINED_MM = 2.5;

/** A volume joined to voxels of at most 2.5 mm, longer ones left as they are, on which lungs are looked for. */
export interface WorkingGrid {
  readonly size: Vector3;
  readonly spacingMm: Vector3;
  /** How many of the volume's voxels make one, along each axis; the last may have fewer. */
  readonly factor: Vector3;
  /** Means of HU clamped to {@link HU_RANGE}. */
  readonly hu: Float32Array;
}

const factorOf = (spacingMm: number): number => Math.max(1, Math.floor(JOINED_MM / spacingMm + 1e-6));

/** Adds one row of the volume to the sums of a row of the working grid. */
function addRow(
  from: { readonly hu: Int16Array | Float32Array; readonly at: number; readonly length: number },
  factor: number,
  sums: Float64Array,
): void {
  const { hu, at, length } = from;
  const [low, high] = HU_RANGE;
  const end = at + length;
  for (let i = at, to = 0; i < end; to++) {
    const until = Math.min(end, i + factor);
    let sum = 0;
    for (; i < until; i++) {
      const value = hu[i]!;
      sum += value < low ? low : value > high ? high : value;
    }
    sums[to]! += sum;
  }
}

/** Block means. Exact: nothing is interpolated. */
export function joinVoxels(volume: CtVolume): WorkingGrid {
  const { size, spacingMm, hu } = volume;
  const factor = spacingMm.map(factorOf) as unknown as Vector3;
  const [fx, fy, fz] = factor;
  const [nx, ny, nz] = [Math.ceil(size[0] / fx), Math.ceil(size[1] / fy), Math.ceil(size[2] / fz)];
  const out = new Float32Array(nx * ny * nz);
  const sums = new Float64Array(nx);
  for (let z = 0; z < nz; z++) {
    const [fromZ, untilZ] = [z * fz, Math.min(size[2], (z + 1) * fz)];
    for (let y = 0; y < ny; y++) {
      const [fromY, untilY] = [y * fy, Math.min(size[1], (y + 1) * fy)];
      sums.fill(0);
      for (let sz = fromZ; sz < untilZ; sz++) {
        for (let sy = fromY; sy < untilY; sy++) {
          addRow({ hu, at: size[0] * (sy + size[1] * sz), length: size[0] }, fx, sums);
        }
      }
      const rows = (untilZ - fromZ) * (untilY - fromY);
      const base = nx * (y + ny * z);
      for (let x = 0; x < nx; x++) out[base + x] = sums[x]! / (rows * Math.min(fx, size[0] - x * fx));
    }
  }
  return {
    size: [nx, ny, nz],
    spacingMm: [spacingMm[0] * fx, spacingMm[1] * fy, spacingMm[2] * fz],
    factor,
    hu: out,
  };
}

/** Millilitres of one voxel. */
export const voxelMl = (spacingMm: Vector3): number => (spacingMm[0] * spacingMm[1] * spacingMm[2]) / 1000;
