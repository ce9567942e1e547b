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

/** @throws {CdsError} DICOM_INVALID where slope or intercept is no number, or the slope not above 0 */
export function rescaleOf(
  { rescaleSlope: slope, rescaleIntercept: intercept, padding }: CtSlice,
  keepPadding: boolean,
): Rescale {
  if (!(Number.isFinite(slope) && slope > 0))
    throw new CdsError('DICOM_INVALID', 'RescaleSlope is impossible.');
  if (!Number.isFinite(intercept)) throw new CdsError('DICOM_INVALID', 'RescaleIntercept is impossible.');
  if (padding === undefined || keepPadding) return { slope, intercept, paddingLow: 1, paddingHigh: 0 };
  // PixelPaddingRangeLimit may be the lower end as well as the upper.
  return { slope, intercept, paddingLow: Math.min(...padding), paddingHigh: Math.max(...padding) };
}

/** Whole slope and intercept make whole values; whether they fit in 16 bits is seen when they are there. */
export const isWhole = ({ slope, intercept }: Rescale): boolean =>
  Number.isInteger(slope) && Number.isInteger(intercept);

/** Any slope, any width, any array. */
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

/** The usual case, slope 1 and 16 bits or fewer, in whole numbers. */
function writeShifted(pixels: StoredPixels, columns: number, rescale: Rescale, target: Target): Written {
  const { intercept, paddingLow, paddingHigh } = rescale;
  const { hu, start, columnStep, rowStep } = target;
  let [padded, beyond] = [0, 0];
  for (let from = 0, row = 0; from < pixels.length; row++) {
    let to = start + row * rowStep;
    for (const end = from + columns; from < end; from++) {
      const stored = pixels[from]!;
      let value = (stored + intercept) | 0;
      if (stored >= paddingLow && stored <= paddingHigh) {
        value = AIR_HU;
        padded++;
      }
      // Bits that 16 do not hold.
      beyond |= value ^ ((value << 16) >> 16);
      hu[to] = value;
      to += columnStep;
    }
  }
  return { padded, overflow: beyond !== 0 };
}

/**
 * Writes one slice.
 *
 * @param pixels rows x columns, row by row
 * @throws {CdsError} DICOM_TRUNCATED where there are fewer or more of them
 */
export function writeHu(pixels: StoredPixels, slice: CtSlice, rescale: Rescale, target: Target): Written {
  if (pixels.length !== slice.rows * slice.columns)
    throw new CdsError('DICOM_TRUNCATED', 'PixelData is not Rows x Columns.');
  const usual =
    rescale.slope === 1 &&
    pixels.BYTES_PER_ELEMENT <= 2 &&
    Math.abs(rescale.intercept) < 2 ** 30 &&
    target.hu instanceof Int16Array;
  return (usual ? writeShifted : writeRescaled)(pixels, slice.columns, rescale, target);
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
