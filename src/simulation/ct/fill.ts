import { type Frame, type Side, signOf } from './anatomy.ts';
import { type Canvas, MATRIX, mmAt, type Point, SLICE_MM, SLICE_PIXELS, VOXEL_ML } from './canvas.ts';
import { LUNG_BELOW_HU } from './lungs.ts';

export interface Fill {
  readonly side: Side;
  readonly volumeMl: number;
  readonly hu: number;
  /** Where it gathers: the highest values are filled first. */
  readonly field: (point: Point) => number;
}

const isInside = (frame: Frame, x: number, y: number, u: number): boolean => {
  const [rx, ry] = [frame.halfWidth(u), frame.halfDepth(u)];
  if (rx === 0) return false;
  const [a, b] = [x / rx, (y - frame.middle(u)) / ry];
  return a * a + b * b < 1.15;
};

/** Every voxel of lung on a side. */
function eachOfLung(
  canvas: Canvas,
  frame: Frame,
  side: Side,
  visit: (voxel: number, point: Point) => void,
): void {
  const sign = signOf(side);
  for (let voxel = 0; voxel < canvas.values.length; voxel++) {
    if ((canvas.values[voxel] ?? 0) > LUNG_BELOW_HU) continue;
    const x = mmAt(voxel % MATRIX);
    const y = mmAt(Math.floor(voxel / MATRIX) % MATRIX);
    const u = Math.floor(voxel / SLICE_PIXELS) * SLICE_MM;
    if ((x - frame.shift(u)) * sign > 0 && isInside(frame, x, y, u)) visit(voxel, [x, y, u]);
  }
}

/** Voxels below it, and not lung, are lung in part: the wall's fat is denser. */
const PARTLY_BELOW_HU = -150;
const NEIGHBOURS = [-1, 1, -MATRIX, MATRIX, -SLICE_PIXELS, SLICE_PIXELS];

/** Lung in part beside what was filled is filled too: no seam of air stays along the wall. */
function closeSeam({ values }: Canvas, filled: readonly number[], hu: number): void {
  for (const voxel of filled)
    for (const step of NEIGHBOURS) {
      const value = values[voxel + step] ?? 0;
      if (value > LUNG_BELOW_HU && value < PARTLY_BELOW_HU) values[voxel + step] = hu;
    }
}

/**
 * Fills the lung of a side from where the field is highest, until the volume is reached: what is drawn has the volume
 * that it says, whatever the anatomy (voxels that are lung in part come on top).
 *
 * @returns ml that were filled; less than asked for where the lung is smaller
 */
export function fillLung(canvas: Canvas, frame: Frame, { side, volumeMl, hu, field }: Fill): number {
  const voxels: number[] = [];
  const levels: number[] = [];
  eachOfLung(canvas, frame, side, (voxel, point) => {
    voxels.push(voxel);
    levels.push(field(point));
  });
  const wanted = Math.min(voxels.length, Math.round(volumeMl / VOXEL_ML));
  const limit = Float64Array.from(levels).sort()[voxels.length - wanted] ?? Infinity;
  const filled = voxels.filter((_, index) => (levels[index] ?? -Infinity) >= limit);
  for (const voxel of filled) canvas.values[voxel] = hu;
  closeSeam(canvas, filled, hu);
  return wanted * VOXEL_ML;
}
