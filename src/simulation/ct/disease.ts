import type { Random } from '../../numerics/index.ts';
import { APEX_MM, type Frame, type Side, signOf } from './anatomy.ts';
import { type Canvas, paintBlob, paintCapsule, type Point, valueAt } from './canvas.ts';
import { fillLung } from './fill.ts';
import type { Postoperative, Preoperative } from './findings.ts';
import { LUNG_BELOW_HU } from './lungs.ts';
import { type ContrastHu, HU } from './tissue.ts';

const TURN = 2 * Math.PI;
const phases = (random: Random): Point => [
  TURN * random.uniform(),
  TURN * random.uniform(),
  TURN * random.uniform(),
];

/** A place in the upper lobe whose surroundings are lung as far as the tumour needs. */
function tumourPlace(canvas: Canvas, frame: Frame, radius: number, random: Random): Point {
  const { tumourSide, scale } = frame.anatomy;
  let best: Point = frame.hilum(tumourSide);
  let bestScore = -1;
  for (let tries = 0; tries < 24; tries++) {
    const u = APEX_MM + scale * (38 + 62 * random.uniform());
    const x = frame.shift(u) + signOf(tumourSide) * frame.halfWidth(u) * (0.42 + 0.4 * random.uniform());
    const y = frame.middle(u) + frame.halfDepth(u) * (1.1 * random.uniform() - 0.6);
    const around: Point[] = [
      [x, y, u],
      [x - radius, y, u],
      [x + radius, y, u],
      [x, y - radius, u],
      [x, y + radius, u],
      [x, y, u - radius],
      [x, y, u + radius],
    ];
    const score = around.filter((point) => valueAt(canvas, point) < LUNG_BELOW_HU).length;
    if (score > bestScore) [best, bestScore] = [[x, y, u], score];
  }
  return best;
}

/** Lobulated, with strands into the lung, and with a little less dense core where it is large. */
function paintTumour(canvas: Canvas, frame: Frame, diameterMm: number, hu: number, random: Random): void {
  const radius = diameterMm / 2;
  const centre = tumourPlace(canvas, frame, radius, random);
  const stretch = Math.exp(0.1 * random.normal());
  const lobes = { share: 0.16, phases: phases(random) };
  paintBlob(canvas, { centre, radii: [radius * stretch, radius / stretch, radius], lobes }, hu, 'brighten');
  if (diameterMm > 32)
    paintBlob(canvas, { centre, radii: [radius * 0.45, radius * 0.45, radius * 0.45] }, hu - 25);
  for (let strand = 0; strand < 9; strand++) {
    const [a, b] = [TURN * random.uniform(), Math.acos(2 * random.uniform() - 1)];
    const length = radius + 5 + 10 * random.uniform();
    const to: Point = [
      centre[0] + length * Math.sin(b) * Math.cos(a),
      centre[1] + length * Math.sin(b) * Math.sin(a),
      centre[2] + length * Math.cos(b),
    ];
    paintCapsule(canvas, { from: centre, to, radius: 1.8, endRadius: 0.4 }, -100, 'brighten');
  }
}

/** Paratracheal, subcarinal and hilar nodes; the largest has the short axis that was drawn. */
function paintNodes(canvas: Canvas, frame: Frame, nodeMm: number, hu: number, random: Random): void {
  const side = signOf(frame.anatomy.tumourSide);
  const places: Point[] = [
    frame.at(side * 20, frame.spine(frame.carina - 20) - 42, -18),
    frame.at(4, frame.spine(frame.carina + 14) - 34, 20),
    frame.at(side * 36, 2, 12),
    frame.at(-14, frame.spine(frame.carina - 40) - 40, -44),
  ];
  for (const [index, centre] of random.shuffle(places).entries()) {
    const radius = (nodeMm / 2) * (index === 0 ? 1 : 0.45 + 0.4 * random.uniform());
    paintBlob(canvas, { centre, radii: [radius, radius, radius * 1.4] }, hu);
  }
}

export function paintPreoperative(
  canvas: Canvas,
  frame: Frame,
  findings: Preoperative,
  contrast: ContrastHu,
  random: Random,
): void {
  paintNodes(canvas, frame, findings.nodeMm, contrast.tumour, random.fork('nodes'));
  paintTumour(canvas, frame, findings.tumourMm, contrast.tumour, random.fork('tumour'));
}

const otherSide = (side: Side): Side => (side === 'right' ? 'left' : 'right');

/** The back and the lowest recess first, with a meniscus along the chest wall. */
const effusionField =
  (frame: Frame, side: Side) =>
  ([x, y, u]: Point): number => {
    const off = x - signOf(side) * 0.5 * frame.anatomy.halfWidth;
    return y + 0.3 * u + 0.006 * off * off;
  };

/** Thickened tissue along the mediastinum above the hilum, where the lobe lay. */
const bedField = (frame: Frame, side: Side, random: Random): ((point: Point) => number) => {
  const [hx, hy, hu] = frame.hilum(side);
  const x = hx + signOf(side) * (6 + 4 * random.normal());
  const y = hy - 16 + 7 * random.normal();
  const u = hu - 26 + 7 * random.normal();
  const [px, py, pu] = phases(random);
  return (point) => {
    const [dx, dy, du] = [point[0] - x, (point[1] - y) / 1.3, (point[2] - u) / 1.5];
    const wave =
      Math.sin(0.16 * point[0] + px) + Math.sin(0.14 * point[1] + py) + Math.sin(0.12 * point[2] + pu);
    return -Math.sqrt(dx * dx + dy * dy + du * du) + 1.6 * wave;
  };
};

/** Bed and fluid: before vessels and airways are painted. */
export function paintBed(
  canvas: Canvas,
  frame: Frame,
  findings: Postoperative,
  lungTaken: boolean,
  random: Random,
): void {
  const side = frame.anatomy.tumourSide;
  fillLung(canvas, frame, {
    side,
    volumeMl: findings.bedMl,
    hu: HU.scar,
    field: bedField(frame, side, random.fork('bed')),
  });
  const wet = lungTaken ? otherSide(side) : side;
  if (lungTaken) fillLung(canvas, frame, { side, volumeMl: Infinity, hu: HU.fluid, field: () => 0 });
  fillLung(canvas, frame, {
    side: wet,
    volumeMl: findings.effusionMl,
    hu: HU.fluid,
    field: effusionField(frame, wet),
  });
}

/** Nodules, each in lung, apart from the others. */
export function paintNodules(
  canvas: Canvas,
  frame: Frame,
  diameters: readonly number[],
  random: Random,
): void {
  const { halfWidth, halfDepth, lungHeight } = frame.anatomy;
  const placed: Point[] = [];
  for (const diameter of diameters) {
    const radius = diameter / 2;
    for (let tries = 0; tries < 200; tries++) {
      const centre: Point = [
        halfWidth * (1.9 * random.uniform() - 0.95),
        halfDepth * (1.8 * random.uniform() - 0.9),
        APEX_MM + 25 + (lungHeight - 60) * random.uniform(),
      ];
      const [x, y, u] = centre;
      const free = placed.every((other) => Math.hypot(x - other[0], y - other[1], u - other[2]) > 25);
      const edges: Point[] = [
        centre,
        [x - radius, y, u],
        [x + radius, y, u],
        [x, y - radius, u],
        [x, y + radius, u],
      ];
      if (!free || !edges.every((point) => valueAt(canvas, point) < LUNG_BELOW_HU)) continue;
      placed.push(centre);
      paintBlob(canvas, { centre, radii: [radius, radius, radius] }, HU.softTissue, 'brighten');
      break;
    }
  }
}

/** Clips at the stump and a row of staples into the lung. */
export function paintClips(canvas: Canvas, frame: Frame, random: Random): void {
  const side = frame.anatomy.tumourSide;
  const hilum = frame.hilum(side);
  for (let clip = 0; clip < 6; clip++) {
    const from: Point = [
      hilum[0] + 9 * random.normal(),
      hilum[1] - 6 + 9 * random.normal(),
      hilum[2] - 14 + 9 * random.normal(),
    ];
    const to: Point = [from[0] + 5 * random.normal(), from[1] + 5 * random.normal(), from[2] + 2];
    paintCapsule(canvas, { from, to, radius: 1.1 }, HU.clip, 'brighten');
  }
  for (let staple = 0; staple < 10; staple++) {
    const at: Point = [
      hilum[0] + signOf(side) * (8 + 4 * staple),
      hilum[1] - 3 * staple + 8,
      hilum[2] - 16 - 1.5 * staple,
    ];
    paintCapsule(canvas, { from: at, to: at, radius: 0.8 }, HU.clip * 0.4, 'brighten');
  }
}
