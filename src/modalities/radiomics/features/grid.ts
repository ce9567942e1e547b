import type { CtVolume, Lungs, Vector3 } from '../contract.ts';

/** HU of CT: what lies beyond is metal, or outside of the field of view. */
export const LOWEST_HU = -1024;
export const HIGHEST_HU = 3071;

/** The lungs and what is around them on an isotropic grid, x fastest. */
export interface LungGrid {
  /** Whole HU, as IBSI rounds CT after interpolation; clamped to -1024..3071 before it. */
  readonly hu: Int16Array;
  /** 1 where at least half of what was interpolated lies in the lungs. */
  readonly inside: Uint8Array;
  readonly size: Vector3;
  readonly spacingMm: number;
  /** Centre of the voxel (0, 0, 0), the patient's system. */
  readonly originMm: Vector3;
}

/** Where one axis' samples lie between the volume's voxels: index of the lower one, and the upper one's weight. */
interface Samples {
  readonly lower: Int32Array;
  readonly upper: Int32Array;
  readonly weight: Float64Array;
  readonly originMm: number;
}

/**
 * Samples at equal distances whose middle is the middle of the voxels `first..last` (IBSI 2.4: grids aligned by their
 * centres, their size rounded up), plus a margin on both ends. Beyond the volume its last voxel goes on.
 */
const samplesOf = (
  volume: CtVolume,
  axis: 0 | 1 | 2,
  [first, last]: readonly [number, number],
  spacingMm: number,
  marginMm: number,
): Samples => {
  const voxelMm = volume.spacingMm[axis];
  const margin = Math.ceil(marginMm / spacingMm);
  const count = Math.ceil(((last - first + 1) * voxelMm) / spacingMm - 1e-9) + 2 * margin;
  const middle = (first + last) / 2;
  const [lower, upper] = [new Int32Array(count), new Int32Array(count)];
  const weight = new Float64Array(count);
  const end = volume.size[axis] - 1;
  for (let at = 0; at < count; at++) {
    const position = middle + ((at - (count - 1) / 2) * spacingMm) / voxelMm;
    const inside = Math.min(Math.max(position, 0), end);
    const below = Math.floor(inside);
    lower[at] = below;
    upper[at] = Math.min(below + 1, end);
    weight[at] = inside - below;
  }
  return {
    lower,
    upper,
    weight,
    originMm: volume.originMm[axis] + middle * voxelMm - ((count - 1) / 2) * spacingMm,
  };
};

/** The lungs' voxels along one axis, first and last. */
const rangeOf = ({ box }: Lungs, axis: 0 | 1 | 2): readonly [number, number] => [
  box.first[axis],
  box.last[axis],
];

/**
 * Resamples the box of the lungs, HU and mask at once, by trilinear interpolation (IBSI 2.4: what its CT
 * configuration C does; nothing is smoothed before).
 *
 * @param marginMm kept around the box
 */
export function lungGrid(volume: CtVolume, lungs: Lungs, spacingMm: number, marginMm: number): LungGrid {
  const [x, y, z] = ([0, 1, 2] as const).map((axis) =>
    samplesOf(volume, axis, rangeOf(lungs, axis), spacingMm, marginMm),
  ) as [Samples, Samples, Samples];
  const size: Vector3 = [x.lower.length, y.lower.length, z.lower.length];
  const [nx, ny, nz] = size;
  const hu = new Int16Array(nx * ny * nz);
  const inside = new Uint8Array(nx * ny * nz);
  const { hu: source, size: full } = volume;
  const { mask } = lungs;
  const plane = full[0] * full[1];
  // A row of the volume at the y and z of a sample, then along x: 4 + 2 reads a voxel become 4 a column and 2 a sample.
  const [from, to] = [x.lower[0] ?? 0, (x.upper[nx - 1] ?? 0) + 1];
  const [row, share] = [new Float64Array(full[0]), new Float64Array(full[0])];
  for (let k = 0, at = 0; k < nz; k++) {
    const [z0, z1, wz] = [(z.lower[k] ?? 0) * plane, (z.upper[k] ?? 0) * plane, z.weight[k] ?? 0];
    for (let j = 0; j < ny; j++) {
      const [y0, y1, wy] = [(y.lower[j] ?? 0) * full[0], (y.upper[j] ?? 0) * full[0], y.weight[j] ?? 0];
      const weights = [(1 - wy) * (1 - wz), wy * (1 - wz), (1 - wy) * wz, wy * wz] as const;
      blend(source, [y0 + z0, y1 + z0, y0 + z1, y1 + z1], weights, from, to, row, true);
      blend(mask, [y0 + z0, y1 + z0, y0 + z1, y1 + z1], weights, from, to, share, false);
      for (let i = 0; i < nx; i++, at++) {
        const [x0, x1, w] = [x.lower[i] ?? 0, x.upper[i] ?? 0, x.weight[i] ?? 0];
        hu[at] = Math.round((row[x0] ?? 0) * (1 - w) + (row[x1] ?? 0) * w);
        inside[at] = Number((share[x0] ?? 0) * (1 - w) + (share[x1] ?? 0) * w >= 0.5);
      }
    }
  }
  return { hu, inside, size, spacingMm, originMm: [x.originMm, y.originMm, z.originMm] };
}

type Four = readonly [number, number, number, number];

const clamped = (hu: number): number => (hu < LOWEST_HU ? LOWEST_HU : hu > HIGHEST_HU ? HIGHEST_HU : hu);

/** Mixes four rows of a volume, columns `from` to `to`, into `row`. */
function blend(
  source: Int16Array | Float32Array | Uint8Array,
  [a, b, c, d]: Four,
  [wa, wb, wc, wd]: Four,
  from: number,
  to: number,
  row: Float64Array,
  isHu: boolean,
): void {
  if (isHu)
    for (let i = from; i < to; i++)
      row[i] =
        wa * clamped(source[a + i] ?? 0) +
        wb * clamped(source[b + i] ?? 0) +
        wc * clamped(source[c + i] ?? 0) +
        wd * clamped(source[d + i] ?? 0);
  else
    for (let i = from; i < to; i++)
      row[i] =
        wa * (source[a + i] ?? 0) +
        wb * (source[b + i] ?? 0) +
        wc * (source[c + i] ?? 0) +
        wd * (source[d + i] ?? 0);
}
