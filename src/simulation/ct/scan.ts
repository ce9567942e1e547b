import type { Random } from '../../numerics/index.ts';
import { FIELD_RADIUS_MM } from './anatomy.ts';
import { type Canvas, MATRIX, mmAt, SLICE_PIXELS } from './canvas.ts';
import { blurSlices, cutOf, grain } from './textures.ts';
import { HU } from './tissue.ts';

/** The least and most that 12 bits after an intercept of -1024 hold; -1024 itself stays free for padding. */
const [LOWEST_HU, HIGHEST_HU] = [-1023, 3071];

/** Where a pixel is outside of the circle that the scanner reconstructs: the first and last column inside, by row. */
const CIRCLE = Array.from({ length: MATRIX }, (_, row): readonly [first: number, last: number] => {
  const y = mmAt(row);
  const half = Math.sqrt(Math.max(0, FIELD_RADIUS_MM ** 2 - y * y));
  const columns = Array.from({ length: MATRIX }, (__, column) => column).filter(
    (column) => Math.abs(mmAt(column)) <= half,
  );
  return [columns[0] ?? MATRIX, columns.at(-1) ?? -1];
});

/** Outside of the field of view in `scan`'s result. */
export const OUTSIDE = -32768;

const TABLE_DEPTH_MM = 9;

/** The table under the back: a shell, and foam in it. */
export function paintTable({ values, slices }: Canvas, top: number): void {
  for (let row = 0; row < MATRIX; row++)
    for (let column = 0; column < MATRIX; column++) {
      const x = mmAt(column);
      const below = mmAt(row) - (top - (x * x) / 900);
      if (below < 0 || below > TABLE_DEPTH_MM + (x * x) / 1800 || Math.abs(x) > 165) continue;
      const hu = below < 3 ? -120 : -880;
      for (let slice = 0; slice < slices; slice++) {
        const at = slice * SLICE_PIXELS + row * MATRIX + column;
        if ((values[at] ?? 0) <= HU.air + 1) values[at] = hu;
      }
    }
}

/**
 * What the scanner makes of a phantom: its blur, its noise, whole HU, and nothing outside of its field of view.
 *
 * @returns HU, {@link OUTSIDE} outside of the field of view
 */
export function scan({ values, slices }: Canvas, noiseSd: number, random: Random): Int16Array {
  blurSlices(values, slices, 0.5);
  const block = grain();
  const hu = new Int16Array(values.length).fill(OUTSIDE);
  for (let slice = 0; slice < slices; slice++) {
    const cut = cutOf(block, random);
    const gain = cut.sign * noiseSd;
    for (let row = 0; row < MATRIX; row++) {
      const at = slice * SLICE_PIXELS + row * MATRIX;
      const noise = cut.start + cut.rowStep * row;
      const [first, last] = CIRCLE[row] ?? [0, -1];
      for (let column = first; column <= last; column++) {
        const value = Math.round((values[at + column] ?? 0) + gain * (block.values[noise + column] ?? 0));
        hu[at + column] = value < LOWEST_HU ? LOWEST_HU : value > HIGHEST_HU ? HIGHEST_HU : value;
      }
    }
  }
  return hu;
}
