/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
/** Stored values to Hounsfield units, straight into their place in the volume. */
import { CdsError } from '../../../domain/index.ts';
import type { CtSlice, StoredPixels } from '../contract.ts';

/** What lies outside of the field of view becomes air: the lowest value of the usual 12 bits. */
export const AIR_HU = -1024;

export type HuArray = Int16Array | Float32Array;

/** HU = slope x stored + intercept (PS3.3 C.11.1); stored values from low to high are padding (C.7.5.1.1.2). */
export interface Rescale {
  readonly slope: number;
  readonly intercept: number;
  /** Low above high where nothing is padding. */
  readonly paddingLow: number;
  readonly paddingHigh: number;
}

/** Where the pixels of a slice go in an array: `start + columnStep * column + rowStep * row`. */
export interface Target {
  readonly hu: HuArray;
  readonly start: number;
  readonly columnStep: number;
  readonly rowStep: number;
}

export interface Written {
  readonly padded: number;
  /** A value did not fit in 16 bits: what was written is wrong. */
  readonly overflow: boolean;
}

/** Beyond these no float32 would keep the values apart. */
const LARGEST_SLOPE = 1e4;
const LARGEST_INTERCEPT = 1e6;

/** @throws {CdsError} DICOM_INVALID where slope or intercept is no number or beyond reason, or the slope not above 0 */
export function rescaleOf(
  { rescaleSlope: slope, rescaleIntercept: intercept, padding }: CtSlice,
  keepPadding: boolean,
): Rescale {
  if (!(slope > 0 && slope <= LARGEST_SLOPE))
    throw new CdsError('DICOM_INVALID', 'RescaleSlope is impossible.');
  if (!(Math.abs(intercept) <= LARGEST_INTERCEPT))
    throw new CdsError('DICOM_INVALID', 'RescaleIntercept is impossible.');
  if (padding === undefined || keepPadding) return { slope, intercept, paddingLow: 1, paddingHigh: 0 };
  // PixelPaddingRangeLimit may be the lower end as well as the upper.
  return { slope, intercept, paddingLow: Math.min(...padding), paddingHigh: Math.max(...padding) };
}

/** Whole slope and intercept make whole values; whether they fit in 16 bits is seen when they are there. */
export const isWhole = ({ slope, intercept }: Rescale): boolean =>
  Number.isInteger(slope) && Number.isInteger(intercept);

/** Any slope, any width, any array; of 32-bit pixels and where values are fractions. */
function writeRescaled(pixels: StoredPixels, columns: number, rescale: Rescale, target: Target): Written {
  const { slope, intercept, paddingLow, paddingHigh } = rescale;
  const { hu, start, columnStep, rowStep } = target;
  const whole = hu instanceof Int16Array;
  let padded = 0;
  let overflow = false;
  for (let from = 0, row = 0; from < pixels.length; row++) {
    let to = start + row * rowStep;
    for (const end = from + columns; from < end; from++) {
      const stored = pixels[from]!;
      let value = stored * slope + intercept;
      if (stored >= paddingLow && stored <= paddingHigh) {
        value = AIR_HU;
        padded++;
      }
      if (whole && (value < -32768 || value > 32767)) overflow = true;
      hu[to] = value;
      to += columnStep;
    }
  }
  return { padded, overflow };
}

const PADDING = 1 << 16;
const OVERFLOW = 1 << 17;

/** HU of all values that 16 bits can store, in the low half of each entry; above it whether it is padding or too wide. */
interface HuTable {
  readonly rescale: Rescale;
  readonly signed: boolean;
  readonly entries: Int32Array;
}

function makeTable(rescale: Rescale, signed: boolean): HuTable {
  const { slope, intercept, paddingLow, paddingHigh } = rescale;
  const entries = new Int32Array(0x10000);
  for (let bits = 0; bits < 0x10000; bits++) {
    const stored = signed ? (bits << 16) >> 16 : bits;
    const value = stored * slope + intercept;
    if (stored >= paddingLow && stored <= paddingHigh) entries[bits] = (AIR_HU & 0xffff) | PADDING;
    else entries[bits] = value < -32768 || value > 32767 ? OVERFLOW : value & 0xffff;
  }
  return { rescale, signed, entries };
}

const isSame = (a: Rescale, b: Rescale): boolean =>
  a.slope === b.slope &&
  a.intercept === b.intercept &&
  a.paddingLow === b.paddingLow &&
  a.paddingHigh === b.paddingHigh;

function countPadding(pixels: StoredPixels, { paddingLow, paddingHigh }: Rescale): number {
  let count = 0;
  for (const stored of pixels) if (stored >= paddingLow && stored <= paddingHigh) count++;
  return count;
}

/** The usual case: a look a pixel, half the time of the arithmetic. */
function writeLookedUp(pixels: StoredPixels, columns: number, table: HuTable, target: Target): Written {
  const { entries, rescale } = table;
  const { hu, start, columnStep, rowStep } = target;
  let seen = 0;
  for (let from = 0, row = 0; from < pixels.length; row++) {
    let to = start + row * rowStep;
    for (const end = from + columns; from < end; from++) {
      const entry = entries[pixels[from]! & 0xffff]!;
      seen |= entry;
      hu[to] = entry; // an Int16Array keeps the low half
      to += columnStep;
    }
  }
  return {
    padded: (seen & PADDING) === 0 ? 0 : countPadding(pixels, rescale),
    overflow: (seen & OVERFLOW) !== 0,
  };
}

/** Writes slices; the table of the last rescale is kept, as most series have one. */
export class HuWriter {
  #table: HuTable | undefined;

  #tableFor(rescale: Rescale, signed: boolean): HuTable {
    if (this.#table?.signed !== signed || !isSame(this.#table.rescale, rescale))
      this.#table = makeTable(rescale, signed);
    return this.#table;
  }

  /**
   * @param pixels rows x columns, row by row
   * @throws {CdsError} DICOM_TRUNCATED where there are fewer or more of them
   */
  write(pixels: StoredPixels, slice: CtSlice, rescale: Rescale, target: Target): Written {
    if (pixels.length !== slice.rows * slice.columns)
      throw new CdsError('DICOM_TRUNCATED', 'PixelData is not Rows x Columns.');
    if (!(target.hu instanceof Int16Array) || pixels.BYTES_PER_ELEMENT > 2)
      return writeRescaled(pixels, slice.columns, rescale, target);
    const signed = pixels instanceof Int16Array || pixels instanceof Int8Array;
    return writeLookedUp(pixels, slice.columns, this.#tableFor(rescale, signed), target);
  }
}

/** Whether two slices hold the same Hounsfield units, however they store them. */
export function sameHu(a: StoredPixels, ofA: CtSlice, b: StoredPixels, ofB: CtSlice): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const huOfA = a[i]! * ofA.rescaleSlope + ofA.rescaleIntercept;
    if (huOfA !== b[i]! * ofB.rescaleSlope + ofB.rescaleIntercept) return false;
  }
  return true;
}
