import { APEX_MM, type Frame } from './anatomy.ts';
import { chestInside } from './body.ts';
import {
  type Canvas,
  paintBlob,
  paintEllipse,
  paintOverlap,
  paintTube,
  type Point,
  SLICE_MM,
} from './canvas.ts';
import { type ContrastHu, HU } from './tissue.ts';

/** Half width of the fat between the lungs: wide at the great vessels, narrow where the lungs come in behind the heart. */
const fatHalfWidth = (t: number): number =>
  30 + 8 * Math.min(1, Math.max(0, t) / 0.15) - 17 * Math.min(1, Math.max(0, (t - 0.42) / 0.2));

function paintFat(canvas: Canvas, frame: Frame): void {
  const { scale } = frame.anatomy;
  for (let slice = 0; slice < canvas.slices; slice++) {
    const u = slice * SLICE_MM;
    const inside = chestInside(frame, Math.max(u, APEX_MM + 8));
    const rx = fatHalfWidth(frame.depthShare(u)) * scale;
    const front = inside.y - inside.ry;
    const back = frame.spine(u);
    const y = (front + back) / 2;
    const ry = (back - front) / 2 + 4;
    const body = { x: frame.shift(u), y, rx, ry, power: 2.6 };
    if (u < APEX_MM + 8) paintEllipse(canvas, slice, { ...body, ry: ry - 4 }, HU.fat);
    else paintOverlap(canvas, slice, [body, { ...inside, rx: inside.rx + 2, ry: inside.ry + 3 }], HU.fat);
  }
}

function paintHeart(canvas: Canvas, frame: Frame, contrast: ContrastHu): void {
  const { anatomy } = frame;
  const size = anatomy.heart * Math.sqrt(anatomy.scale);
  const depth = -0.3 * anatomy.halfDepth;
  const blob = (x: number, y: number, u: number, radii: Point, hu: number): void => {
    paintBlob(
      canvas,
      { centre: frame.at(x, depth + y, u), radii: [radii[0] * size, radii[1] * size, radii[2] * size] },
      hu,
    );
  };
  blob(16, 4, 78, [67, 53, 60], HU.fat);
  blob(18, 3, 78, [62, 48, 55], contrast.myocardium);
  // Ventricles and atria; the septum stays.
  blob(42, 2, 84, [28, 20, 34], contrast.blood);
  blob(6, -18, 86, [36, 19, 34], contrast.blood);
  blob(-24, 8, 74, [24, 24, 32], contrast.blood);
  blob(10, 32, 62, [34, 16, 22], contrast.blood);
}

/** Vessels from the heart to the neck and down the spine. */
function paintVessels(canvas: Canvas, frame: Frame, contrast: ContrastHu): void {
  const { anatomy, carina } = frame;
  const { scale } = anatomy;
  const tube = (points: readonly Point[], radius: number): void => {
    paintTube(canvas, points, radius + 1.2, HU.softTissue);
    paintTube(canvas, points, radius, contrast.blood);
  };
  const front = -0.3 * anatomy.halfDepth;
  const top = -carina / scale - 10;
  const beside = (belowCarina: number): number => frame.spine(carina + belowCarina * scale) - 12;
  const below = (APEX_MM + anatomy.lungHeight + 40 - carina) / scale;
  tube([frame.at(-10, front + 4, 52), frame.at(-12, front + 2, 8), frame.at(-6, front + 10, -16)], 14.5);
  tube([frame.at(-6, front + 10, -16), frame.at(12, 10, -24), frame.at(23, beside(-18) - 8, -14)], 12.5);
  tube(
    [
      frame.at(23, beside(-14) - 6, -14),
      frame.at(25, beside(20), 20),
      frame.at(20, beside(90), 90),
      frame.at(8, beside(below) - 6, below),
    ],
    11.5,
  );
  tube([frame.at(14, front - 2, 44), frame.at(19, front + 14, 14)], 13);
  tube([frame.at(18, front + 18, 16), frame.at(-12, front + 34, 22), frame.at(-36, 4, 26)], 9.5);
  tube([frame.at(20, front + 20, 12), frame.at(40, 10, 18)], 9.5);
  tube([frame.at(-27, front + 10, 46), frame.at(-28, front + 14, -44)], 8.5);
  tube([frame.at(-28, front + 14, -44), frame.at(-30, front + 20, top)], 6.5);
  tube([frame.at(-27, front + 12, -42), frame.at(4, front + 4, -52), frame.at(26, front + 16, -74)], 6);
  tube([frame.at(-8, front + 16, -26), frame.at(-18, front + 30, top)], 5.5);
  tube([frame.at(8, 4, -30), frame.at(16, front + 34, top)], 4);
  tube([frame.at(18, 14, -28), frame.at(27, front + 46, top)], 4.6);
  // The lower cava, through the right dome.
  tube([frame.at(-24, 14, 88), frame.at(-26, 24, below)], 11);
}

/** Fat, heart, vessels and oesophagus between the lungs. */
export function paintMediastinum(canvas: Canvas, frame: Frame, contrast: ContrastHu): void {
  paintFat(canvas, frame);
  paintHeart(canvas, frame, contrast);
  paintVessels(canvas, frame, contrast);
  for (let slice = 0; slice < canvas.slices; slice++) {
    const u = slice * SLICE_MM;
    paintEllipse(
      canvas,
      slice,
      { x: 4 + 0.6 * frame.shift(u), y: frame.spine(u) - 23, rx: 8, ry: 6 },
      HU.softTissue,
    );
  }
}

const tracheaDepth = (frame: Frame, belowCarina: number): number =>
  frame.spine(frame.carina + belowCarina * frame.anatomy.scale) - 40;

/** Trachea and main bronchi; `stump` is the side whose bronchus ends where the lung was taken. */
export function paintAirways(canvas: Canvas, frame: Frame, stump?: 'right' | 'left'): void {
  const { scale, trachea } = frame.anatomy;
  const carina = frame.at(2, tracheaDepth(frame, 0), 0);
  const [right, left] = [frame.hilum('right'), frame.hilum('left')];
  const part = (to: Point, share: number): Point => [
    carina[0] + (to[0] - carina[0]) * share,
    carina[1] + (to[1] - 4 - carina[1]) * share,
    carina[2] + (to[2] - carina[2]) * share,
  ];
  const top = -frame.carina / scale - 10;
  const ways: (readonly [readonly Point[], number])[] = [
    [
      [frame.at(0, tracheaDepth(frame, -70) + 4, top), frame.at(0, tracheaDepth(frame, -50), -50), carina],
      trachea,
    ],
    [[carina, part(right, stump === 'right' ? 0.35 : 1)], trachea * 0.76],
    [[carina, part(left, stump === 'left' ? 0.35 : 1)], trachea * 0.68],
  ];
  for (const [points, radius] of ways) paintTube(canvas, points, radius + 2, HU.softTissue, 'brighten');
  for (const [points, radius] of ways) paintTube(canvas, points, radius, HU.air, 'darken');
}
