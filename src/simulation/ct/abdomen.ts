import { type Frame, type Side, signOf } from './anatomy.ts';
import { chestInside } from './body.ts';
import { type Canvas, type Ellipse, paintBlob, paintOverlap, SLICE_MM } from './canvas.ts';
import { type ContrastHu, HU } from './tissue.ts';

/** The dome's cross-section at u: nothing above its top, the whole half of the chest at the lowest recess. */
function domeAt(frame: Frame, side: Side, u: number): Ellipse | undefined {
  const { anatomy } = frame;
  const top = frame.dome(side);
  const lowest = frame.anatomy.lungHeight + 16;
  const share = (u - top) / Math.max(20, lowest - top);
  if (share <= 0) return undefined;
  const size = Math.sqrt(Math.min(1.35, share * 1.15));
  const { halfWidth, halfDepth } = anatomy;
  return {
    x: signOf(side) * halfWidth * (0.5 - 0.06 * share),
    y: -0.16 * halfDepth + 0.14 * halfDepth * share,
    rx: halfWidth * 0.54 * size,
    ry: halfDepth * 1.12 * size,
    power: 2.2,
  };
}

/** Diaphragm and what it covers: liver on the right, stomach, spleen and fat on the left. */
export function paintAbdomen(canvas: Canvas, frame: Frame, contrast: ContrastHu): void {
  for (let slice = 0; slice < canvas.slices; slice++) {
    const u = slice * SLICE_MM;
    const inside = chestInside(frame, u);
    for (const side of ['left', 'right'] as const) {
      const dome = domeAt(frame, side, u);
      if (dome === undefined) continue;
      paintOverlap(canvas, slice, [dome, inside], HU.muscle);
      const within = { ...dome, rx: dome.rx - 3, ry: dome.ry - 3 };
      if (side === 'right') paintOverlap(canvas, slice, [within, inside], contrast.liver);
      else paintLeft(canvas, slice, [within, inside], { below: u - frame.dome('left'), contrast });
    }
    if (u > frame.dome('right') + 26) paintLeftLobe(canvas, frame, slice, contrast);
  }
  const { halfWidth } = frame.anatomy;
  const bubble = frame.dome('left') + 26;
  paintBlob(canvas, { centre: [0.42 * halfWidth, -34, bubble + 16], radii: [34, 26, 28] }, HU.softTissue);
  paintBlob(canvas, { centre: [0.42 * halfWidth, -38, bubble + 14], radii: [29, 19, 22] }, HU.air + 30);
}

interface Left {
  readonly below: number;
  readonly contrast: ContrastHu;
}

function paintLeft(
  canvas: Canvas,
  slice: number,
  [dome, inside]: readonly [Ellipse, Ellipse],
  { below, contrast }: Left,
): void {
  paintOverlap(canvas, slice, [dome, inside], HU.fat);
  const spleen = {
    x: dome.x + dome.rx * 0.38,
    y: dome.y + dome.ry * 0.36,
    rx: dome.rx * 0.56,
    ry: dome.ry * 0.46,
  };
  if (below > 8)
    paintOverlap(canvas, slice, [spleen, { ...dome, rx: dome.rx - 1, ry: dome.ry - 1 }], contrast.spleen);
}

function paintLeftLobe(canvas: Canvas, frame: Frame, slice: number, contrast: ContrastHu): void {
  const u = slice * SLICE_MM;
  const lobe = { x: 2, y: -0.42 * frame.anatomy.halfDepth, rx: 42, ry: 0.42 * frame.anatomy.halfDepth };
  paintOverlap(canvas, slice, [lobe, chestInside(frame, u)], contrast.liver);
}
