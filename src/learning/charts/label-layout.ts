/* eslint-disable @typescript-eslint/no-non-null-assertion -- arrays indexed within their bounds */
import { CHARACTER_WIDTH } from './picture.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A point that wants a label, in pixels of the plot (y downwards). */
export interface LabelledPoint extends Point {
  readonly name: string;
}

/** Where a label stands: its middle, and whether a line should lead to its point. */
export interface PlacedLabel extends LabelledPoint {
  readonly labelX: number;
  readonly labelY: number;
  /** The point of its edge that is nearest to its point. */
  readonly edgeX: number;
  readonly edgeY: number;
  readonly away: boolean;
}

const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
  Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));

const boxAt = (x: number, y: number, width: number, height: number): Box => ({
  left: x - width / 2,
  right: x + width / 2,
  top: y - height / 2,
  bottom: y + height / 2,
});

/** The point of the box that is nearest. */
const nearest = ({ x, y }: Point, { left, right, top, bottom }: Box): Point => ({
  x: Math.min(Math.max(x, left), right),
  y: Math.min(Math.max(y, top), bottom),
});

/** Does the straight line from a to b go through the box? Looked at in steps of a few pixels. */
const crosses = (a: Point, b: Point, box: Box): boolean => {
  const steps = Math.max(2, Math.ceil(Math.hypot(b.x - a.x, b.y - a.y) / 3));
  for (let step = 0; step <= steps; step++) {
    const [x, y] = [a.x + ((b.x - a.x) * step) / steps, a.y + ((b.y - a.y) * step) / steps];
    if (x > box.left && x < box.right && y > box.top && y < box.bottom) return true;
  }
  return false;
};

/** What a label may cover, or its line cross, only where there is no other place; as pixels of points covered. */
const CROSSING = 60;

const ANGLES = Array.from({ length: 16 }, (_, at) => (at * Math.PI) / 8);
/** Free pixels between a point and its label, nearest first. */
const GAPS = [6, 16, 28, 42, 60];

/** Every place that a label could take around its point, best first. */
const places = (
  point: LabelledPoint,
  width: number,
  height: number,
): { x: number; y: number; away: boolean }[] =>
  GAPS.flatMap((gap) =>
    ANGLES.map((angle) => ({
      x: point.x + Math.cos(angle) * (width / 2 + gap),
      y: point.y - Math.sin(angle) * (height / 2 + gap),
      away: gap > GAPS[0]!,
    })),
  );

/**
 * Places labels one after another, each where it covers no other label, as few points as can be, and stays inside.
 * A label that finds no free place is left out: better no name than two that cannot be read.
 *
 * @param points in order of importance
 * @param dots all points of the plot, in pixels
 * @param plot with the heights of horizontal lines that no label should lie on
 */
export function placeLabels(
  points: readonly LabelledPoint[],
  dots: readonly Point[],
  plot: {
    readonly width: number;
    readonly height: number;
    readonly fontSize: number;
    readonly lines?: readonly number[];
  },
): PlacedLabel[] {
  const taken: Box[] = [];
  const leaders: (readonly [Point, Point])[] = [];
  const dotBoxes = dots.map(({ x, y }) => boxAt(x, y, 7, 7));
  const inside = (box: Box): boolean =>
    box.left >= 0 && box.right <= plot.width && box.top >= 0 && box.bottom <= plot.height;
  return points.flatMap((point) => {
    const width = point.name.length * plot.fontSize * CHARACTER_WIDTH + 4;
    const height = plot.fontSize + 3;
    const costs = places(point, width, height).flatMap((place, rank) => {
      const box = boxAt(place.x, place.y, width, height);
      if (!inside(box) || taken.some((other) => overlap(box, other) > 0)) return [];
      const covered = dotBoxes.reduce((sum, dot) => sum + overlap(box, dot), 0);
      const crossed =
        (plot.lines ?? []).filter((y) => y > box.top && y < box.bottom).length +
        leaders.filter(([a, b]) => crosses(a, b, box)).length +
        (place.away ? taken.filter((other) => crosses(point, nearest(point, box), other)).length : 0);
      return [{ place, box, cost: covered + CROSSING * crossed + rank / 2 }];
    });
    if (costs.length === 0) return [];
    const best = costs.reduce((least, each) => (each.cost < least.cost ? each : least));
    taken.push(best.box);
    const edge = nearest(point, best.box);
    const { x: labelX, y: labelY, away } = best.place;
    if (away) leaders.push([point, edge]);
    return [{ ...point, labelX, labelY, edgeX: edge.x, edgeY: edge.y, away }];
  });
}
