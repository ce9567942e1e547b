/** What becomes of a series, known from its headers before the first pixel is decoded: order, size, corrections. */
import { CdsError } from '../../../domain/index.ts';
import type { DicomImage, GeometryCorrection, Vector3 } from '../contract.ts';
import { evenCount, shearGrid, type PixelShift, type ShearGrid } from './corrections.ts';
import { isWhole, rescaleOf, type Rescale } from './hounsfield.ts';
import { commonGeometry, flattenSlices, type CommonGeometry, type SliceOfImage } from './one-series.ts';
import { stackSlices, type Stack } from './stack.ts';
import { plus, scaled } from './vectors.ts';

export interface VolumeOptions {
  /** Corrections that may be made instead of refusing; none where not given. Each one made is told in the volume. */
  readonly allow?: readonly GeometryCorrection[];
  /** Padding becomes air (-1024 HU) unless it is kept as it was stored and rescaled: for comparisons. */
  readonly padding?: 'air' | 'keep';
  /** Of the whole volume; more is refused before anything is allocated. */
  readonly maximumBytes?: number;
  /** Slices that are decoded ahead, beside the one that is written. */
  readonly decodesInFlight?: number;
  readonly signal?: AbortSignal;
}

/** 2,000 slices of 512 x 512, or 500 of 1024 x 1024: more than any chest. */
const MAXIMUM_BYTES = 1024 ** 3;

/** All that is known before the first pixel is decoded. */
export interface Plan {
  readonly geometry: CommonGeometry;
  readonly stack: Stack;
  readonly grid: ShearGrid;
  readonly shifts: readonly PixelShift[] | undefined;
  readonly size: Vector3;
  readonly rescales: ReadonlyMap<SliceOfImage, Rescale>;
  readonly whole: boolean;
  readonly maximumBytes: number;
}

function shiftsOf({ slices, drift }: Stack, geometry: CommonGeometry): PixelShift[] | undefined {
  if (drift.alongRow === 0 && drift.alongColumn === 0) return undefined;
  return slices.map(({ offsetMm }) => ({
    columns: (drift.alongRow * offsetMm) / geometry.betweenColumnsMm,
    rows: (drift.alongColumn * offsetMm) / geometry.betweenRowsMm,
  }));
}

export function requireRoom(voxels: number, whole: boolean, maximumBytes: number): void {
  const bytes = voxels * (whole ? Int16Array : Float32Array).BYTES_PER_ELEMENT;
  if (bytes > maximumBytes) {
    const [has, may] = [bytes, maximumBytes].map((value) => String(Math.ceil(value / 2 ** 20)));
    throw new CdsError('DICOM_TOO_LARGE', `The volume has ${has ?? ''} MiB, ${may ?? ''} MiB are allowed.`);
  }
}

export function planVolume(images: readonly DicomImage[], options: VolumeOptions): Plan {
  const slices = flattenSlices(images);
  const geometry = commonGeometry(slices);
  const stack = stackSlices(slices, geometry, new Set(options.allow));
  const rescales = new Map(
    slices.map((entry) => [entry, rescaleOf(entry.slice, options.padding === 'keep')] as const),
  );
  const shifts = shiftsOf(stack, geometry);
  const grid = shearGrid(geometry.rows, geometry.columns, shifts ?? []);
  const { rowAxis } = stack.placement;
  const count = stack.slices.length;
  const size: Vector3 = rowAxis === 0 ? [grid.columns, grid.rows, count] : [grid.rows, grid.columns, count];
  const whole = [...rescales.values()].every(isWhole);
  const maximumBytes = options.maximumBytes ?? MAXIMUM_BYTES;
  const last = stack.slices.at(-1)?.offsetMm ?? NaN;
  const planes = count + (stack.uneven ? evenCount(last, stack.spacingMm) : 0);
  requireRoom(size[0] * size[1] * planes, whole, maximumBytes);
  return { geometry, stack, grid, shifts, size, rescales, whole, maximumBytes };
}

export function spacingOf({ geometry, stack }: Plan): Vector3 {
  const { betweenRowsMm, betweenColumnsMm } = geometry;
  return stack.placement.rowAxis === 0
    ? [betweenColumnsMm, betweenRowsMm, stack.spacingMm]
    : [betweenRowsMm, betweenColumnsMm, stack.spacingMm];
}

/** Of the voxel (0, 0, 0): the corner of the lowest slice that is foremost on the patient's right. */
export function originOf({ geometry, stack, grid }: Plan): Vector3 {
  const { rowSign, columnSign } = stack.placement;
  const column = grid.firstColumn + (rowSign < 0 ? grid.columns - 1 : 0);
  const row = grid.firstRow + (columnSign < 0 ? grid.rows - 1 : 0);
  const alongRow = scaled(geometry.row, column * geometry.betweenColumnsMm);
  const alongColumn = scaled(geometry.column, row * geometry.betweenRowsMm);
  return plus(stack.originMm, plus(alongRow, alongColumn));
}
