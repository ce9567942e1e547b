import type { Random } from '../../numerics/index.ts';
import { APEX_MM, type Frame, type Side, signOf } from './anatomy.ts';
import {
  type Canvas,
  type Ellipse,
  paintCapsule,
  paintEllipse,
  paintTube,
  type Point,
  SLICE_MM,
} from './canvas.ts';
import { HU } from './tissue.ts';

const SIDES: readonly Side[] = ['right', 'left'];
/** Ribs and what lies between them. */
const RIB_WALL_MM = 11;

const wallOf = ({ anatomy }: Frame): number => RIB_WALL_MM + anatomy.muscle;

/** The trunk's outline without fat: its width grows where the shoulders are, its depth falls towards the neck. */
function muscleOutline(frame: Frame, u: number): Ellipse {
  const { anatomy } = frame;
  const upper = Math.max(0, 1 - (u - APEX_MM) / (95 * anatomy.scale));
  const rx = anatomy.halfWidth + wallOf(frame) + 20 * Math.min(1, upper);
  const ry = (anatomy.halfDepth + wallOf(frame)) * (1 - 0.16 * Math.min(1, upper) ** 2);
  return { x: 0, y: 7 * Math.min(1, upper), rx, ry, power: 2.35 };
}

const grown = (ellipse: Ellipse, by: number): Ellipse => ({
  ...ellipse,
  rx: ellipse.rx + by,
  ry: ellipse.ry + by,
});

/** Arms are up: the shoulders' muscles and fat between them, cut off by the field of view. */
function paintShoulders(canvas: Canvas, frame: Frame, slice: number): void {
  const { anatomy } = frame;
  const u = slice * SLICE_MM;
  const share = 1 - (u - APEX_MM) / (80 * anatomy.scale);
  if (share <= 0) return;
  for (const side of SIDES) {
    const x = signOf(side) * (anatomy.halfWidth + 30);
    const size = Math.min(1, share + 0.3);
    paintEllipse(canvas, slice, { x, y: 2, rx: 52 * size + 3, ry: 58 * size + 3 }, HU.skin);
    paintEllipse(canvas, slice, { x, y: 2, rx: 52 * size, ry: 58 * size }, HU.fat);
    paintEllipse(canvas, slice, { x: x * 1.02, y: -22 * size, rx: 36 * size, ry: 20 * size }, HU.muscle);
    paintEllipse(canvas, slice, { x: x * 0.98, y: 34 * size, rx: 42 * size, ry: 17 * size }, HU.muscle);
  }
}

/** A cleft of fat between the chest's muscles: the armpit. */
function paintArmpits(canvas: Canvas, frame: Frame, slice: number): void {
  const { anatomy } = frame;
  const u = slice * SLICE_MM;
  const t = (u - APEX_MM) / (150 * anatomy.scale);
  if (t <= 0 || t >= 1) return;
  const inner = frame.halfWidth(u) + RIB_WALL_MM + 2;
  const outer = anatomy.halfWidth + wallOf(frame) + 20 * Math.max(0, 1 - t * 1.6);
  const room = (outer - inner) / 2;
  if (room < 4) return;
  for (const side of SIDES)
    paintEllipse(
      canvas,
      slice,
      { x: signOf(side) * (inner + room), y: frame.middle(u) - 6, rx: room * 0.9, ry: 26 * (1 - 0.5 * t) },
      HU.fat,
    );
}

function paintBreasts(canvas: Canvas, frame: Frame, slice: number): void {
  const { anatomy } = frame;
  if (anatomy.sex !== 'female') return;
  const t = (slice * SLICE_MM - (APEX_MM + 95 * anatomy.scale)) / (95 * anatomy.scale);
  if (t <= 0 || t >= 1) return;
  const bulge = Math.sqrt(Math.sin(Math.PI * t)) * (10 + 0.9 * anatomy.fat);
  const y = -(anatomy.halfDepth + wallOf(frame)) + 4;
  for (const side of SIDES) {
    const x = signOf(side) * 0.56 * anatomy.halfWidth;
    paintEllipse(canvas, slice, { x, y, rx: 56, ry: bulge + 8 }, HU.skin);
    paintEllipse(canvas, slice, { x, y, rx: 54, ry: bulge + 6 }, HU.fat);
    paintEllipse(canvas, slice, { x, y, rx: 26, ry: Math.max(0, bulge - 6) }, HU.gland);
  }
}

const lungOutline = (frame: Frame, u: number): Ellipse => ({
  x: 0,
  y: frame.middle(u),
  rx: frame.halfWidth(u),
  ry: frame.halfDepth(u),
  power: 2.25,
});

/** The chest's inside at u. */
export const chestInside = lungOutline;

function paintSlice(canvas: Canvas, frame: Frame, slice: number): void {
  const u = slice * SLICE_MM;
  const muscle = muscleOutline(frame, u);
  paintBreasts(canvas, frame, slice);
  paintShoulders(canvas, frame, slice);
  paintEllipse(canvas, slice, grown(muscle, frame.anatomy.fat + 2), HU.skin);
  paintEllipse(canvas, slice, grown(muscle, frame.anatomy.fat), HU.fat);
  paintEllipse(canvas, slice, muscle, HU.muscle);
  paintArmpits(canvas, frame, slice);
  const inside = lungOutline(frame, u);
  if (inside.rx > 0) {
    paintEllipse(canvas, slice, grown(inside, 16), HU.fat);
    paintEllipse(canvas, slice, grown(inside, 13), HU.muscle);
  }
  paintEllipse(canvas, slice, grown(inside, 5), HU.fat);
  paintEllipse(canvas, slice, grown(inside, 3), HU.muscle);
  paintBack(canvas, frame, slice);
}

/** Muscles beside the spine, and the fat around them. */
function paintBack(canvas: Canvas, frame: Frame, slice: number): void {
  const y = frame.spine(slice * SLICE_MM) + 30;
  for (const side of SIDES) {
    const x = signOf(side) * 25;
    paintEllipse(canvas, slice, { x, y, rx: 25, ry: 17 }, HU.fat);
    paintEllipse(canvas, slice, { x, y, rx: 23, ry: 15 }, HU.muscle);
  }
}

const VERTEBRA_MM = 24;
const DISC_MM = 5;

/** Vertebrae and discs; painted over the lungs and the mediastinum. */
export function paintSpine(canvas: Canvas, frame: Frame): void {
  const { scale } = frame.anatomy;
  for (let slice = 0; slice < canvas.slices; slice++) {
    const u = slice * SLICE_MM;
    const y = frame.spine(u);
    const level = (u / scale) % VERTEBRA_MM;
    const disc = level < DISC_MM;
    const wide = 15 + 4 * Math.max(0, frame.depthShare(u));
    paintEllipse(canvas, slice, { x: 0, y, rx: wide + 3, ry: 16 }, HU.muscle);
    paintEllipse(canvas, slice, { x: 0, y, rx: wide, ry: 13.5, power: 2.3 }, disc ? HU.disc : HU.cortex);
    if (!disc) paintEllipse(canvas, slice, { x: 0, y, rx: wide - 3, ry: 10.5, power: 2.3 }, HU.marrow);
    paintEllipse(canvas, slice, { x: 0, y: y + 20, rx: 13, ry: 11 }, disc ? HU.muscle : HU.cortex);
    paintEllipse(canvas, slice, { x: 0, y: y + 19, rx: 8.5, ry: 7.5 }, HU.cord);
    if (level > 8 && level < 17)
      for (const side of SIDES)
        paintCapsule(
          canvas,
          { from: [signOf(side) * 12, y + 22, u], to: [signOf(side) * 34, y + 32, u], radius: 4 },
          HU.bone,
        );
    if (level > 5) paintCapsule(canvas, { from: [0, y + 30, u], to: [0, y + 46, u], radius: 2.6 }, HU.bone);
  }
}

const RIBS = 11;
const RIB_STEPS = 22;

/** A rib from its vertebra round to the front, lower there; above the eighth its cartilage goes on to the sternum. */
function ribPoints(frame: Frame, rib: number, side: Side): Point[] {
  const { scale, lungHeight } = frame.anatomy;
  const start = APEX_MM - 4 + rib * 23 * scale;
  const fall = (rib === 0 ? 26 : 46 + 4 * Math.min(rib, 7)) * scale;
  // 0 at the back, 1 at the front; floating ribs end at the side.
  const end = rib < 8 ? 0.86 : 0.8 - 0.14 * (rib - 7);
  const points: Point[] = [];
  for (let step = 0; step <= RIB_STEPS; step++) {
    const share = (end * step) / RIB_STEPS;
    const u = start + fall * share ** 1.2;
    const seen = Math.min(APEX_MM + lungHeight, Math.max(u, APEX_MM + 12));
    const angle = Math.PI * (0.07 + 0.9 * share);
    const x = signOf(side) * (frame.halfWidth(seen) + 6) * Math.abs(Math.sin(angle)) ** 0.88;
    const cosine = Math.cos(angle);
    const y = frame.middle(seen) + (frame.halfDepth(seen) + 6) * Math.sign(cosine) * Math.abs(cosine) ** 0.88;
    points.push([x, y, u]);
  }
  return points;
}

function paintRibs(canvas: Canvas, frame: Frame): void {
  for (const side of SIDES)
    for (let rib = 0; rib < RIBS; rib++) {
      const points = ribPoints(frame, rib, side);
      paintTube(canvas, points, 4.4, HU.ribCortex, 'brighten');
      paintTube(canvas, points.slice(1, -1), 1.7, HU.marrow);
      const last = points.at(-1);
      if (rib < 7 && last !== undefined) {
        const u = last[2] - 6 - 4 * rib;
        paintTube(
          canvas,
          [last, [signOf(side) * 15, sternumDepth(frame, u), u]],
          4.4,
          HU.cartilage,
          'brighten',
        );
      }
    }
}

const sternumDepth = (frame: Frame, u: number): number => {
  const seen = Math.max(u, APEX_MM + 40);
  return frame.middle(seen) - frame.halfDepth(seen) - 7;
};

function paintSternum(canvas: Canvas, frame: Frame): void {
  const { scale } = frame.anatomy;
  for (let slice = 0; slice < canvas.slices; slice++) {
    const t = (slice * SLICE_MM - APEX_MM - 32 * scale) / (165 * scale);
    if (t < 0 || t > 1) continue;
    const y = sternumDepth(frame, slice * SLICE_MM);
    const rx = t < 0.28 ? 25 - 30 * t : 15;
    paintEllipse(canvas, slice, { x: 0, y, rx, ry: 6 }, HU.bone);
    paintEllipse(canvas, slice, { x: 0, y, rx: rx - 3, ry: 3.2 }, HU.marrow);
  }
}

function paintShoulderBones(canvas: Canvas, frame: Frame, random: Random): void {
  const { scale, halfWidth } = frame.anatomy;
  for (const side of SIDES) {
    const sign = signOf(side);
    const lift = 4 * random.normal();
    paintTube(
      canvas,
      [
        [sign * 20, -50, APEX_MM + 26 * scale + lift],
        [sign * 70, -42, APEX_MM + 6 * scale + lift],
        [sign * (halfWidth + 15), -8, lift],
      ],
      5.2,
      HU.bone,
    );
    const head: Point = [sign * (halfWidth + 34), 6, 6 + lift];
    paintCapsule(canvas, { from: head, to: [head[0], head[1], head[2] - 20], radius: 21 }, HU.cortex);
    paintCapsule(canvas, { from: head, to: [head[0], head[1], head[2] - 20], radius: 17 }, HU.marrow);
    for (let u = APEX_MM; u < APEX_MM + 115 * scale; u += SLICE_MM) {
      const t = (u - APEX_MM) / (115 * scale);
      const outer = frame.halfWidth(Math.max(u, APEX_MM + 50)) + 26;
      const y = frame.middle(u) + 46;
      paintTube(
        canvas,
        [
          [sign * outer, y - 24 * (1 - t) - 8, u],
          [sign * (outer - 30 - 25 * (1 - t)), y + 24, u],
        ],
        2.4,
        HU.bone,
      );
    }
  }
}

/** Skin, fat, muscle and the chest's inside, as yet full of lung; no organ is in it. */
export function paintBody(canvas: Canvas, frame: Frame): void {
  for (let slice = 0; slice < canvas.slices; slice++) paintSlice(canvas, frame, slice);
}

export function paintInside(canvas: Canvas, frame: Frame, hu: number): void {
  for (let slice = 0; slice < canvas.slices; slice++)
    paintEllipse(canvas, slice, lungOutline(frame, slice * SLICE_MM), hu);
}

export function paintBones(canvas: Canvas, frame: Frame, random: Random): void {
  paintSpine(canvas, frame);
  paintRibs(canvas, frame);
  paintSternum(canvas, frame);
  paintShoulderBones(canvas, frame, random);
}
