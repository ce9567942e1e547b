import type { Random } from '../../numerics/index.ts';
import { type Frame, type Side, signOf } from './anatomy.ts';
import {
  type Canvas,
  MATRIX,
  mmAt,
  paintCapsule,
  paintTube,
  type Point,
  SLICE_MM,
  SLICE_PIXELS,
  valueAt,
} from './canvas.ts';
import { cutOf, patches } from './textures.ts';
import { HU } from './tissue.ts';

/** Voxels below it are lung, or air. */
export const LUNG_BELOW_HU = -650;

/** Points within a lung, for vessels to grow to. */
function pointsIn(canvas: Canvas, frame: Frame, side: Side, count: number, random: Random): Point[] {
  const { halfWidth, halfDepth, lungHeight } = frame.anatomy;
  const points: Point[] = [];
  for (let tries = 0; tries < 12 * count && points.length < count; tries++) {
    const u = 16 + lungHeight * random.uniform();
    const x = frame.shift(u) + signOf(side) * halfWidth * (0.1 + 0.88 * random.uniform());
    const y = halfDepth * (2 * random.uniform() - 1);
    if (valueAt(canvas, [x, y, u]) < LUNG_BELOW_HU) points.push([x, y, u]);
  }
  return points;
}

const MURRAY = 1 / 2.7;

const meanOf = (points: readonly Point[], axis: 0 | 1 | 2): number =>
  points.reduce((sum, point) => sum + point[axis], 0) / points.length;

const spreadOf = (points: readonly Point[], axis: 0 | 1 | 2): number => {
  const values = points.map((point) => point[axis]);
  return Math.max(...values) - Math.min(...values);
};

interface Tree {
  readonly canvas: Canvas;
  readonly hu: number;
  /** Of the last twigs, mm. */
  readonly twigRadius: number;
  readonly largestRadius: number;
}

/**
 * Grows a branch from `from` towards the points that it feeds, and splits them between two where they spread most.
 * Radii by Murray's law.
 */
function grow(tree: Tree, from: Point, points: readonly Point[]): void {
  const only = points[0];
  if (only === undefined) return;
  const radius = (count: number): number => Math.min(tree.largestRadius, tree.twigRadius * count ** MURRAY);
  if (points.length === 1) {
    paintCapsule(tree.canvas, { from, to: only, radius: radius(1), endRadius: 0.5 }, tree.hu, 'brighten');
    return;
  }
  const centre: Point = [meanOf(points, 0), meanOf(points, 1), meanOf(points, 2)];
  const step = 0.42;
  const to: Point = [
    from[0] + (centre[0] - from[0]) * step,
    from[1] + (centre[1] - from[1]) * step,
    from[2] + (centre[2] - from[2]) * step,
  ];
  paintCapsule(
    tree.canvas,
    { from, to, radius: radius(points.length), endRadius: radius(points.length * 0.8) },
    tree.hu,
    'brighten',
  );
  const axis = ([0, 1, 2] as const).reduce((best, each) =>
    spreadOf(points, each) > spreadOf(points, best) ? each : best,
  );
  const sorted = points.toSorted((a, b) => a[axis] - b[axis]);
  const middle = Math.ceil(points.length * 0.5);
  grow(tree, to, sorted.slice(0, middle));
  grow(tree, to, sorted.slice(middle));
}

/** Arteries with the bronchi from the hilum, veins from below and in front of it. */
export function paintVessels(canvas: Canvas, frame: Frame, side: Side, share: number, random: Random): void {
  const [x, y, u] = frame.hilum(side);
  const outward = signOf(side) * 4;
  for (const [count, from, largestRadius] of [
    [170, [x + outward, y, u], 6],
    [130, [x, y - 6, u + 16], 5.4],
  ] as const)
    grow(
      { canvas, hu: HU.softTissue, twigRadius: 0.95, largestRadius },
      from,
      pointsIn(canvas, frame, side, Math.round(count * share), random),
    );
}

/** Lobar and segmental bronchi: lumen and wall. */
export function paintBronchi(canvas: Canvas, frame: Frame, side: Side, random: Random): void {
  const hilum = frame.hilum(side);
  const sign = signOf(side);
  const ways: Point[][] = [
    [
      hilum,
      [hilum[0] + sign * 16, hilum[1] - 8, hilum[2] - 22],
      [hilum[0] + sign * 26, hilum[1] - 18, hilum[2] - 46],
    ],
    [
      hilum,
      [hilum[0] + sign * 12, hilum[1] + 2, hilum[2] + 28],
      [hilum[0] + sign * 30, hilum[1] + 16, hilum[2] + 68],
    ],
    [
      hilum,
      [hilum[0] + sign * 20, hilum[1] - 16, hilum[2] + 26],
      [hilum[0] + sign * 40, hilum[1] - 30, hilum[2] + 46],
    ],
  ];
  const bent = ways.map((way) =>
    way.map(([x, y, u], step): Point => [x + 3 * step * random.normal(), y + 3 * step * random.normal(), u]),
  );
  for (const way of bent) {
    const lung = way.filter((point, step) => step === 0 || valueAt(canvas, point) < LUNG_BELOW_HU + 300);
    paintTube(canvas, lung, 4.6, -300, 'brighten');
    paintTube(canvas, lung, 2.9, HU.air, 'darken');
  }
}

/** More HU per mm towards the back: lungs are denser where they lie lowest. */
const GRAVITY_HU_PER_MM = 0.4;
const PATCH_SD_HU = 13;
const EMPHYSEMA_HU = 75;

/** Parenchyma: gravity, patches, and holes of emphysema, most of them at the top. */
export function textureLungs(canvas: Canvas, frame: Frame, random: Random): void {
  const block = patches();
  const { emphysema } = frame.anatomy;
  const cut = cutOf(block, random);
  const holes = cutOf(block, random);
  const layer = block.side * block.side;
  for (let slice = 0; slice < canvas.slices; slice++) {
    const u = slice * SLICE_MM;
    const upper = emphysema * EMPHYSEMA_HU * Math.max(0.25, 1 - frame.depthShare(u));
    // Three slices share a layer of patches, so that they have a thickness.
    const shift = (Math.floor(slice / 3) * layer) % block.values.length;
    for (let row = 0; row < MATRIX; row++) {
      const gravity = GRAVITY_HU_PER_MM * mmAt(row);
      const at = slice * SLICE_PIXELS + row * MATRIX;
      const noise = (cut.start + cut.rowStep * row + shift) % block.values.length;
      const hole = (holes.start + holes.rowStep * row + shift) % block.values.length;
      for (let column = 0; column < MATRIX; column++) {
        const value = canvas.values[at + column] ?? 0;
        if (value > LUNG_BELOW_HU || value < -960) continue;
        const patch = block.values[noise + column] ?? 0;
        const lost = upper === 0 ? 0 : Math.max(0, (block.values[hole + column] ?? 0) + 0.2);
        canvas.values[at + column] = Math.max(-985, value + gravity + PATCH_SD_HU * patch - upper * lost);
      }
    }
  }
}
