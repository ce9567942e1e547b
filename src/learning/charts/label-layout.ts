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

const holds = (box: Box, { x, y }: Point): boolean =>
  x > box.left && x < box.right && y > box.top && y < box.bottom;

/** Does the straight line from a to b go through the box? Looked at in steps of a few pixels. */
const crosses = (a: Point, b: Point, box: Box): boolean => {
  const steps = Math.max(2, Math.ceil(Math.hypot(b.x - a.x, b.y - a.y) / 3));
  for (let step = 0; step <= steps; step++) {
    const at = { x: a.x + ((b.x - a.x) * step) / steps, y: a.y + ((b.y - a.y) * step) / steps };
    if (holds(box, at)) return true;
  }
  return false;
};

/** What a label may cover, or its line cross, only where there is no other place; as pixels of points covered. */
const CROSSING = 60;

/** How much the line from a point to its label goes through: labels, and points of others. */
const crossedBy = (from: Point, to: Point, labels: readonly Box[], dots: readonly Box[]): number =>
  labels.filter((box) => crosses(from, to, box)).length +
  dots.filter((box) => !holds(box, from) && crosses(from, to, box)).length;

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

interface Plot {
  readonly width: number;
  readonly height: number;
  readonly fontSize: number;
  readonly lines?: readonly number[];
}

interface Placed extends PlacedLabel {
  readonly box: Box;
}

const within = ({ left, right, top, bottom }: Box, plot: { width: number; height: number }): boolean =>
  left >= 0 && right <= plot.width && top >= 0 && bottom <= plot.height;

const leaderOf = ({ x, y, edgeX, edgeY }: PlacedLabel): [Point, Point] => [
  { x, y },
  { x: edgeX, y: edgeY },
];

/** The best place for a label among the others; none where every place covers one of them. */
const placeOne = (
  point: LabelledPoint,
  others: readonly Placed[],
  dots: readonly Box[],
  { fontSize, lines = [], ...plot }: Plot,
): Placed | undefined => {
  const width = point.name.length * fontSize * CHARACTER_WIDTH + 4;
  const height = fontSize + 3;
  const taken = others.map(({ box }) => box);
  const leaders = others.filter(({ away }) => away).map(leaderOf);
  let best: (Placed & { cost: number }) | undefined;
  for (const [rank, { x: labelX, y: labelY, away }] of places(point, width, height).entries()) {
    const box = boxAt(labelX, labelY, width, height);
    if (!within(box, plot) || taken.some((other) => overlap(box, other) > 0)) continue;
    const edge = nearest(point, box);
    const covered = dots.reduce((sum, dot) => sum + overlap(box, dot), 0);
    const crossed =
      lines.filter((y) => y > box.top && y < box.bottom).length +
      leaders.filter(([a, b]) => crosses(a, b, box)).length +
      (away ? crossedBy(point, edge, taken, dots) : 0);
    const cost = covered + CROSSING * crossed + rank / 2;
    if (best === undefined || cost < best.cost)
      best = { ...point, labelX, labelY, edgeX: edge.x, edgeY: edge.y, away, box, cost };
  }
  return best;
};

/** Times that every label is placed; from the second on with all others in place. */
const PASSES = 4;

/**
 * Places labels one after another, each where it covers no other label, as few points as can be, and stays inside;
 * then again, now that the others are there. A label that finds no free place is left out: better no name than two
 * that cannot be read.
 *
 * @param points in order of importance
 * @param dots all points of the plot, in pixels
 * @param plot with the heights of horizontal lines that no label should lie on
 */
export function placeLabels(
  points: readonly LabelledPoint[],
  dots: readonly Point[],
  plot: Plot,
): PlacedLabel[] {
  const dotBoxes = dots.map(({ x, y }) => boxAt(x, y, 7, 7));
  const placed: (Placed | undefined)[] = points.map(() => undefined);
  for (let pass = 0; pass < PASSES; pass++) {
    for (const [at, point] of points.entries()) {
      const others = placed.filter((each, k) => each !== undefined && k !== at) as Placed[];
      placed[at] = placeOne(point, others, dotBoxes, plot);
    }
  }
  return placed.flatMap((each) => {
    if (each === undefined) return [];
    const { name, x, y, labelX, labelY, edgeX, edgeY, away } = each;
    return [{ name, x, y, labelX, labelY, edgeX, edgeY, away }];
  });
}
