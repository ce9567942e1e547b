/** The order of the slices and the distances between them, from their positions alone. */
import { CdsError } from '../../../domain/index.ts';
import type { GeometryCorrection, Vector3 } from '../contract.ts';
import {
  placeSlices,
  positionOf,
  type CommonGeometry,
  type Placement,
  type SliceOfImage,
} from './one-series.ts';
import { degrees, dot, lowerMedian, minus } from './vectors.ts';

/** Two slices so near are at one position, mm. */
const SAME_POSITION_MM = 0.01;
/** Off the line through the positions, mm: shifted within its plane. */
const SHIFTED_MM = 0.1;
/** Off its place on an even grid: at most this, and at most this part of the distance. Positions are often rounded to .1 mm. */
const UNEVEN_MM = 0.1;
const UNEVEN_PART = 0.1;
/** Less than a pixel over the length of a chest. */
const TILT_DEGREES = 0.1;
/** What slices may be turned against the body's axis; gantries tilt by up to 30 degrees. */
const OBLIQUE_DEGREES = 20;
const TILTED_DEGREES = 30;
/** Interpolating over more than this would make anatomy up. */
const LARGEST_GAP_MM = 10;

/** One position along the normal, and the slice there; further ones where several claim it. */
export interface StackedSlice {
  /** Along the stack's direction (to the head), from its first slice. */
  readonly offsetMm: number;
  readonly slice: SliceOfImage;
  readonly duplicates: readonly SliceOfImage[];
}

export interface Stack {
  /** From the feet to the head, at least two. */
  readonly slices: readonly StackedSlice[];
  /** Between slices of the volume, along their normal. */
  readonly spacingMm: number;
  readonly placement: Placement;
  readonly originMm: Vector3;
  /** How far positions move along the row and the column direction for each mm towards the head; 0 where untilted. */
  readonly drift: { readonly alongRow: number; readonly alongColumn: number };
  readonly uneven: boolean;
}

interface Positioned {
  readonly slice: SliceOfImage;
  readonly alongMm: number;
  readonly alongRowMm: number;
  readonly alongColumnMm: number;
}

const distancesOf = (values: readonly number[]): number[] =>
  values.slice(1).map((value, k) => value - (values[k] ?? NaN));

/** Ordered along the normal, feet first; those at one position by acquisition, then as they were. */
function order(slices: readonly SliceOfImage[], geometry: CommonGeometry, sign: number): Positioned[] {
  const [base] = slices;
  if (base === undefined) throw new CdsError('CT_SLICES_MISSING', 'There is no slice.');
  const origin = positionOf(base.slice);
  return slices
    .map((slice) => {
      const from = minus(positionOf(slice.slice), origin);
      return {
        slice,
        alongMm: sign * dot(from, geometry.normal),
        alongRowMm: dot(from, geometry.row),
        alongColumnMm: dot(from, geometry.column),
      };
    })
    .sort((a, b) => a.alongMm - b.alongMm);
}

function groupByPosition(ordered: readonly Positioned[]): Positioned[][] {
  const groups: Positioned[][] = [];
  for (const item of ordered) {
    const group = groups.at(-1);
    if (group?.[0] !== undefined && item.alongMm - group[0].alongMm <= SAME_POSITION_MM) group.push(item);
    else groups.push([item]);
  }
  return groups;
}

/** Each acquisition must be in one piece: two that alternate or overlap are two breaths, not one chest. */
function requireWholeAcquisitions(ordered: readonly Positioned[]): void {
  const ended = new Set<number | undefined>();
  let current = ordered[0]?.slice.slice.acquisitionNumber;
  for (const { slice } of ordered) {
    const { acquisitionNumber } = slice.slice;
    if (acquisitionNumber === current) continue;
    ended.add(current);
    if (ended.has(acquisitionNumber))
      throw new CdsError('CT_SERIES_MIXED', 'Slices of different AcquisitionNumber alternate.');
    current = acquisitionNumber;
  }
}

/** The line through the positions: its slope against the normal, by the median step, which one slice cannot turn. */
function driftOf(firsts: readonly Positioned[]): { alongRow: number; alongColumn: number } {
  const steps = distancesOf(firsts.map(({ alongMm }) => alongMm));
  const slope = (read: (item: Positioned) => number): number => {
    const moved = distancesOf(firsts.map(read));
    return lowerMedian(steps.map((step, k) => (moved[k] ?? NaN) / step));
  };
  return {
    alongRow: slope(({ alongRowMm }) => alongRowMm),
    alongColumn: slope(({ alongColumnMm }) => alongColumnMm),
  };
}

function requireOneLine(ordered: readonly Positioned[], drift: Stack['drift']): void {
  const off = (read: (item: Positioned) => number, slope: number): boolean => {
    const rest = ordered.map((item) => read(item) - slope * item.alongMm);
    const middle = lowerMedian(rest);
    return rest.some((value) => Math.abs(value - middle) > SHIFTED_MM);
  };
  if (
    off(({ alongRowMm }) => alongRowMm, drift.alongRow) ||
    off(({ alongColumnMm }) => alongColumnMm, drift.alongColumn)
  )
    throw new CdsError('CT_SERIES_MIXED', 'ImagePositionPatient: slices are shifted within their plane.');
}

/** The largest distance of a slice from its place on the even grid that fits best (least squares). */
function unevenness(offsets: readonly number[]): number {
  const n = offsets.length;
  const [meanIndex, mean] = [(n - 1) / 2, offsets.reduce((sum, value) => sum + value, 0) / n];
  let [covariance, variance] = [0, 0];
  for (const [k, offset] of offsets.entries()) {
    covariance += (k - meanIndex) * (offset - mean);
    variance += (k - meanIndex) ** 2;
  }
  return Math.max(
    ...offsets.map((offset, k) => Math.abs(offset - mean - (covariance / variance) * (k - meanIndex))),
  );
}

/** How many slices a regular series lacks, where all its distances are multiples of the usual one; else 0. */
function slicesLacking(gaps: readonly number[], usual: number, tolerance: number): number {
  let lacking = 0;
  for (const gap of gaps) {
    const times = Math.round(gap / usual);
    // A gap of several slices holds the rounding of both ends, as any gap does.
    if (times < 1 || Math.abs(gap - times * usual) > 2 * tolerance) return 0;
    lacking += times - 1;
  }
  return lacking;
}

/** The distance between slices of the volume, and whether they must be resampled to have it. */
function evenSpacing(offsets: readonly number[], allowed: boolean): { spacingMm: number; uneven: boolean } {
  const gaps = distancesOf(offsets);
  const usual = lowerMedian(gaps);
  const tolerance = Math.min(UNEVEN_MM, UNEVEN_PART * usual);
  if (unevenness(offsets) <= tolerance)
    return { spacingMm: ((offsets.at(-1) ?? NaN) - (offsets[0] ?? NaN)) / gaps.length, uneven: false };
  const lacking = slicesLacking(gaps, usual, tolerance);
  if (lacking > 0) throw new CdsError('CT_SLICES_MISSING', `${String(lacking)} are missing.`);
  const [least, most] = [Math.min(...gaps), Math.max(...gaps)];
  if (!allowed || most > LARGEST_GAP_MM)
    throw new CdsError(
      'CT_SLICES_MISSING',
      `Distances are between ${least.toFixed(2)} and ${most.toFixed(2)} mm.`,
    );
  return { spacingMm: usual, uneven: true };
}

/** Of the line of positions against the normal. */
const tiltOf = ({ alongRow, alongColumn }: Stack['drift']): number =>
  degrees(Math.atan(Math.hypot(alongRow, alongColumn)));

/** @throws {CdsError} CT_NOT_AXIAL, CT_GANTRY_TILTED */
function requireAllowedTilt(tilt: number, geometry: CommonGeometry, allowed: boolean): boolean {
  if (tilt <= TILT_DEGREES) {
    placeSlices(geometry, OBLIQUE_DEGREES);
    return false;
  }
  if (tilt > TILTED_DEGREES)
    throw new CdsError(
      'CT_GEOMETRY_INVALID',
      'ImagePositionPatient does not follow the normal of the slices.',
    );
  if (!allowed) throw new CdsError('CT_GANTRY_TILTED', `By ${tilt.toFixed(1)} degrees.`);
  return true;
}

/**
 * Orders slices along their normal and measures the stack. SliceThickness, SpacingBetweenSlices, SliceLocation,
 * InstanceNumber and GantryDetectorTilt are not believed: positions and orientation say all that they do.
 *
 * - Slices within .01 mm of each other claim one position; whether they are the same is for their pixels to say.
 * - Even means: each within .1 mm, and a tenth of the distance, of the grid that fits best.
 * - A tilted gantry shows as positions that drift along rows or columns, evenly, by more than .1 degrees. One slice that
 *   is off the line is not a tilt but another reconstruction.
 *
 * @throws {CdsError} CT_NOT_AXIAL, CT_GANTRY_TILTED, CT_SERIES_MIXED, CT_SLICES_MISSING, CT_GEOMETRY_INVALID
 */
export function stackSlices(
  slices: readonly SliceOfImage[],
  geometry: CommonGeometry,
  allow: ReadonlySet<GeometryCorrection>,
): Stack {
  const placement = placeSlices(geometry, TILTED_DEGREES);
  const ordered = order(slices, geometry, placement.normalSign);
  const groups = groupByPosition(ordered);
  const firsts = groups.flatMap(([first]) => first ?? []);
  const [lowest] = firsts;
  if (lowest === undefined || firsts.length < 2)
    throw new CdsError('CT_SLICES_MISSING', 'All slices are at one position.');
  const drift = driftOf(firsts);
  requireOneLine(ordered, drift);
  const tilted = requireAllowedTilt(tiltOf(drift), geometry, allow.has('gantry-tilt'));
  requireWholeAcquisitions(firsts);
  const offsets = firsts.map(({ alongMm }) => alongMm - lowest.alongMm);
  return {
    slices: groups.flatMap(([first, ...others], k) =>
      first === undefined
        ? []
        : [{ offsetMm: offsets[k] ?? NaN, slice: first.slice, duplicates: others.map(({ slice }) => slice) }],
    ),
    ...evenSpacing(offsets, allow.has('uneven-slices')),
    placement,
    originMm: positionOf(lowest.slice.slice),
    drift: tilted ? drift : { alongRow: 0, alongColumn: 0 },
  };
}
