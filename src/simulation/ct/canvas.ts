/**
 * The voxels that a phantom is painted on, and the brushes. World: x to the patient's left, y to the back, u down from
 * the first slice, all in mm; (0, 0) is the middle of the field of view.
 */

/** Columns and rows of an axial slice. */
export const MATRIX = 128;
export const PIXEL_MM = 2.8;
export const SLICE_MM = 4;
/** Of one voxel. */
export const VOXEL_ML = (PIXEL_MM * PIXEL_MM * SLICE_MM) / 1000;
export const SLICE_PIXELS = MATRIX * MATRIX;

export type Point = readonly [x: number, y: number, u: number];

export interface Canvas {
  /** HU; x fastest, then y, then slices from the head down. */
  readonly values: Float32Array;
  readonly slices: number;
}

export const blankCanvas = (slices: number, hu: number): Canvas => ({
  values: new Float32Array(slices * SLICE_PIXELS).fill(hu),
  slices,
});

const MIDDLE = (MATRIX - 1) / 2;

export const columnAt = (xMm: number): number => xMm / PIXEL_MM + MIDDLE;
export const mmAt = (column: number): number => (column - MIDDLE) * PIXEL_MM;

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
/** The first and last index whose centre is within `reach` of `centre`, both in indices. */
const range = (centre: number, reach: number, count: number): readonly [number, number] => [
  clamp(Math.ceil(centre - reach), 0, count),
  clamp(Math.floor(centre + reach), -1, count - 1),
];

/** HU at a point; NaN outside of the canvas. */
export function valueAt({ values, slices }: Canvas, [x, y, u]: Point): number {
  const column = Math.round(columnAt(x));
  const row = Math.round(columnAt(y));
  const slice = Math.round(u / SLICE_MM);
  const inside = column >= 0 && column < MATRIX && row >= 0 && row < MATRIX && slice >= 0 && slice < slices;
  return inside ? (values[slice * SLICE_PIXELS + row * MATRIX + column] ?? NaN) : NaN;
}

/** A superellipse of a slice: |x/rx|^power + |y/ry|^power <= 1. */
export interface Ellipse {
  readonly x: number;
  readonly y: number;
  readonly rx: number;
  readonly ry: number;
  /** 2 where absent. */
  readonly power?: number;
}

/** The half width of the ellipse at a height, or NaN beyond it. */
const halfWidth = ({ y, rx, ry, power = 2 }: Ellipse, at: number): number => {
  const t = Math.abs(at - y) / ry;
  if (t >= 1) return NaN;
  return power === 2 ? rx * Math.sqrt(1 - t * t) : rx * (1 - t ** power) ** (1 / power);
};

function paintSpan(values: Float32Array, row: number, left: number, right: number, hu: number): void {
  const from = Math.max(-0.5, left);
  const to = Math.min(MATRIX - 0.5, right);
  if (to <= from) return;
  const first = Math.round(from);
  const last = Math.min(MATRIX - 1, Math.round(to));
  if (last - first >= 2) values.fill(hu, row + first + 1, row + last);
  // Both ends in part.
  for (const pixel of first === last ? [first] : [first, last]) {
    const share = Math.min(to, pixel + 0.5) - Math.max(from, pixel - 0.5);
    values[row + pixel] = (values[row + pixel] ?? 0) * (1 - share) + hu * share;
  }
}

/** Fills an ellipse of a slice, the ends of its rows by the share of the pixel that they cover. */
export function paintEllipse({ values }: Canvas, slice: number, ellipse: Ellipse, hu: number): void {
  if (!(ellipse.rx > 0 && ellipse.ry > 0)) return;
  const [first, last] = range(columnAt(ellipse.y), ellipse.ry / PIXEL_MM, MATRIX);
  const centre = columnAt(ellipse.x);
  for (let row = first; row <= last; row++) {
    const half = halfWidth(ellipse, mmAt(row)) / PIXEL_MM;
    if (half > 0) paintSpan(values, slice * SLICE_PIXELS + row * MATRIX, centre - half, centre + half, hu);
  }
}

/** Only where one ellipse and the other overlap. */
export function paintOverlap(
  { values }: Canvas,
  slice: number,
  [ellipse, limit]: readonly [Ellipse, Ellipse],
  hu: number,
): void {
  if (!(ellipse.rx > 0 && ellipse.ry > 0)) return;
  const [first, last] = range(columnAt(ellipse.y), ellipse.ry / PIXEL_MM, MATRIX);
  for (let row = first; row <= last; row++) {
    const half = halfWidth(ellipse, mmAt(row));
    const bound = halfWidth(limit, mmAt(row));
    if (!(half > 0 && bound > 0)) continue;
    const left = Math.max(ellipse.x - half, limit.x - bound);
    const right = Math.min(ellipse.x + half, limit.x + bound);
    paintSpan(values, slice * SLICE_PIXELS + row * MATRIX, columnAt(left), columnAt(right), hu);
  }
}

/** How a brush meets what is there: over it, or only to make it denser or thinner. */
export type Blend = 'over' | 'brighten' | 'darken';

const blended = (before: number, hu: number, share: number, blend: Blend): number => {
  const after = before + (hu - before) * share;
  if (blend === 'brighten') return Math.max(before, after);
  return blend === 'darken' ? Math.min(before, after) : after;
};

/** A tube with round ends; a radius of less than a pixel dims instead of narrowing. */
export interface Capsule {
  readonly from: Point;
  readonly to: Point;
  readonly radius: number;
  /** At its end; `radius` where absent. */
  readonly endRadius?: number;
}

/** Width over which an edge fades, mm: about a voxel. */
const EDGE_MM = 3;
const THINNEST_MM = 1.6;

export function paintCapsule(canvas: Canvas, capsule: Capsule, hu: number, blend: Blend = 'over'): void {
  const { from, to, radius, endRadius = radius } = capsule;
  const { values, slices } = canvas;
  const reach = Math.max(radius, endRadius, THINNEST_MM) + EDGE_MM / 2;
  const [dx, dy, du] = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
  const perLength = 1 / Math.max(1e-9, dx * dx + dy * dy + du * du);
  const span = (axis: 0 | 1 | 2, step: number, offset: number, count: number): readonly [number, number] =>
    range(
      (from[axis] + to[axis]) / 2 / step + offset,
      (Math.abs(to[axis] - from[axis]) / 2 + reach) / step,
      count,
    );
  const [c0, c1] = span(0, PIXEL_MM, MIDDLE, MATRIX);
  const [r0, r1] = span(1, PIXEL_MM, MIDDLE, MATRIX);
  const [s0, s1] = span(2, SLICE_MM, 0, slices);
  for (let slice = s0; slice <= s1; slice++) {
    const u = slice * SLICE_MM - from[2];
    for (let row = r0; row <= r1; row++) {
      const y = mmAt(row) - from[1];
      const start = slice * SLICE_PIXELS + row * MATRIX;
      for (let column = c0; column <= c1; column++) {
        const x = mmAt(column) - from[0];
        const t = Math.min(1, Math.max(0, (x * dx + y * dy + u * du) * perLength));
        const [ex, ey, eu] = [x - t * dx, y - t * dy, u - t * du];
        const squared = ex * ex + ey * ey + eu * eu;
        if (squared >= reach * reach) continue;
        const wide = radius + (endRadius - radius) * t;
        const drawn = Math.max(THINNEST_MM, wide);
        const covered = clamp((drawn - Math.sqrt(squared)) / EDGE_MM + 0.5, 0, 1);
        const share = wide < drawn ? (covered * wide * wide) / (drawn * drawn) : covered;
        if (share > 0) values[start + column] = blended(values[start + column] ?? 0, hu, share, blend);
      }
    }
  }
}

/** Tubes from point to point. */
export function paintTube(
  canvas: Canvas,
  points: readonly Point[],
  radius: number,
  hu: number,
  blend: Blend = 'over',
): void {
  for (const [index, to] of points.entries()) {
    const from = points[index - 1];
    if (from !== undefined) paintCapsule(canvas, { from, to, radius }, hu, blend);
  }
}

/** An ellipsoid; with lobes, its radius waves by that share over its surface. */
export interface Blob {
  readonly centre: Point;
  readonly radii: Point;
  readonly lobes?: { readonly share: number; readonly phases: Point };
}

const LOBES_AROUND = 4;

const waveAt = ({ share, phases }: NonNullable<Blob['lobes']>, x: number, y: number, u: number): number =>
  (share / 3) *
  (Math.sin(LOBES_AROUND * x + phases[0]) +
    Math.sin(LOBES_AROUND * y + phases[1]) +
    Math.sin(LOBES_AROUND * u + phases[2]));

export function paintBlob(
  canvas: Canvas,
  { centre, radii, lobes }: Blob,
  hu: number,
  blend: Blend = 'over',
): void {
  const { values, slices } = canvas;
  const swell = lobes === undefined ? 1 : 1 + lobes.share;
  const mean = Math.cbrt(radii[0] * radii[1] * radii[2]);
  const reach = (axis: 0 | 1 | 2): number => radii[axis] * swell + EDGE_MM;
  const [c0, c1] = range(columnAt(centre[0]), reach(0) / PIXEL_MM, MATRIX);
  const [r0, r1] = range(columnAt(centre[1]), reach(1) / PIXEL_MM, MATRIX);
  const [s0, s1] = range(centre[2] / SLICE_MM, reach(2) / SLICE_MM, slices);
  for (let slice = s0; slice <= s1; slice++) {
    const u = (slice * SLICE_MM - centre[2]) / radii[2];
    for (let row = r0; row <= r1; row++) {
      const y = (mmAt(row) - centre[1]) / radii[1];
      const start = slice * SLICE_PIXELS + row * MATRIX;
      for (let column = c0; column <= c1; column++) {
        const x = (mmAt(column) - centre[0]) / radii[0];
        const distance = Math.sqrt(x * x + y * y + u * u);
        if (distance > swell + EDGE_MM / mean) continue;
        const radius = lobes === undefined ? 1 : 1 + waveAt(lobes, x, y, u);
        const share = clamp(((radius - distance) * mean) / EDGE_MM + 0.5, 0, 1);
        if (share > 0) values[start + column] = blended(values[start + column] ?? 0, hu, share, blend);
      }
    }
  }
}
