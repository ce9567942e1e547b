/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
/** The two corrections of geometry that have to be allowed: both interpolate linearly, and are flagged. */
import { AIR_HU, type HuArray, type Target } from './hounsfield.ts';

/** A shift of rows and columns in pixels, the same for a whole slice. */
export interface PixelShift {
  readonly columns: number;
  readonly rows: number;
}

interface Weighted {
  /** Of the lower neighbour; -1 outside of the slice. */
  readonly lower: Int32Array;
  /** Of the upper neighbour's share. */
  readonly share: Float64Array;
}

/** Between which two of `count` pixels each of `length` lies, after a shift. */
function neighbours(length: number, count: number, first: number, shift: number): Weighted {
  const lower = new Int32Array(length).fill(-1);
  const share = new Float64Array(length);
  for (let to = 0; to < length; to++) {
    const from = to + first - shift;
    if (from < 0 || from > count - 1) continue;
    const below = Math.min(Math.floor(from), Math.max(0, count - 2));
    lower[to] = below;
    share[to] = from - below;
  }
  return { lower, share };
}

/** The grid that holds all shifted slices. */
export interface ShearGrid {
  readonly rows: number;
  readonly columns: number;
  /** Of its first row and column, in rows and columns of the unshifted slice. */
  readonly firstRow: number;
  readonly firstColumn: number;
}

export function shearGrid(rows: number, columns: number, shifts: readonly PixelShift[]): ShearGrid {
  const reach = (values: readonly number[]): readonly [number, number] => [
    Math.floor(Math.min(0, ...values)),
    Math.ceil(Math.max(0, ...values)),
  ];
  const [firstRow, lastRow] = reach(shifts.map((shift) => shift.rows));
  const [firstColumn, lastColumn] = reach(shifts.map((shift) => shift.columns));
  return {
    rows: rows + lastRow - firstRow,
    columns: columns + lastColumn - firstColumn,
    firstRow,
    firstColumn,
  };
}

/**
 * Puts a slice of a tilted gantry over the one below it: moved within its own plane by what the table moved along it, so
 * that the stack becomes a right-angled block in the gantry's frame. What no pixel covers is air.
 *
 * @param hu rows x columns of the slice
 * @returns how many voxels are air because nothing was measured there
 */
export function writeSheared(
  hu: HuArray,
  size: { readonly rows: number; readonly columns: number },
  shift: PixelShift,
  grid: ShearGrid,
  target: Target,
): number {
  const { rows, columns } = size;
  const down = neighbours(grid.rows, rows, grid.firstRow, shift.rows);
  const across = neighbours(grid.columns, columns, grid.firstColumn, shift.columns);
  const whole = target.hu instanceof Int16Array;
  const [nextRow, nextColumn] = [rows > 1 ? columns : 0, columns > 1 ? 1 : 0];
  let outside = 0;
  for (let row = 0; row < grid.rows; row++) {
    const above = down.lower[row]! * columns;
    const t = down.share[row]!;
    let to = target.start + row * target.rowStep;
    for (let column = 0; column < grid.columns; column++, to += target.columnStep) {
      const left = across.lower[column]!;
      if (above < 0 || left < 0) {
        target.hu[to] = AIR_HU;
        outside++;
        continue;
      }
      const [at, s] = [above + left, across.share[column]!];
      const top = hu[at]! * (1 - s) + hu[at + nextColumn]! * s;
      const bottom = hu[at + nextRow]! * (1 - s) + hu[at + nextRow + nextColumn]! * s;
      const value = top * (1 - t) + bottom * t;
      target.hu[to] = whole ? Math.round(value) : value;
    }
  }
  return outside;
}

/** Rounding of positions must not cost the last slice. */
const SLACK = 1e-6;

export const evenCount = (lengthMm: number, spacingMm: number): number =>
  Math.floor(lengthMm / spacingMm + SLACK) + 1;

/** A slice between two: `share` of the upper one. */
function blend(from: HuArray, below: number, share: number, to: HuArray, start: number, plane: number): void {
  const whole = to instanceof Int16Array;
  const above = below + plane;
  for (let i = 0; i < plane; i++) {
    const value = from[below + i]! * (1 - share) + from[above + i]! * share;
    to[start + i] = whole ? Math.round(value) : value;
  }
}

/**
 * Slices at even distances from slices at uneven ones, from the first up to the last: linear between the two
 * neighbours, whole HU where those were whole (within .5 HU).
 *
 * @param offsetsMm of the slices of `hu`, ascending, the first 0, at least two
 * @param plane voxels of a slice
 */
export function evenSlices(
  hu: HuArray,
  offsetsMm: readonly number[],
  plane: number,
  spacingMm: number,
): HuArray {
  const last = offsetsMm.at(-1)!;
  const count = evenCount(last, spacingMm);
  const even = new (hu instanceof Int16Array ? Int16Array : Float32Array)(count * plane);
  let below = 0;
  for (let slice = 0; slice < count; slice++) {
    const at = Math.min(slice * spacingMm, last);
    while (below < offsetsMm.length - 2 && offsetsMm[below + 1]! <= at) below++;
    const [low, high] = [offsetsMm[below]!, offsetsMm[below + 1]!];
    blend(hu, below * plane, (at - low) / (high - low), even, slice * plane, plane);
  }
  return even;
}
