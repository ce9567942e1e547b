import type { StoredPixels } from '../../contract.ts';
import { frameBytes, type PixelFormat } from '../pixel-format.ts';

const INTEGERS = {
  8: [Uint8Array, Int8Array],
  16: [Uint16Array, Int16Array],
  32: [Uint32Array, Int32Array],
} as const;

/** A fresh copy of bytes (native order, little endian) as integers of the format's width and sign. */
export function asIntegers(bytes: Uint8Array, { bitsAllocated, signed }: PixelFormat): StoredPixels {
  const { buffer } = new Uint8Array(bytes);
  return new INTEGERS[bitsAllocated][signed ? 1 : 0](buffer);
}

/**
 * Keeps the stored bits alone and extends their sign: what stands above HighBit (once overlays) is not of the pixel.
 *
 * @param lowBit where the least bit stands
 * @see DICOM PS3.5 section 8.1.1
 */
export function keepStoredBits(
  pixels: StoredPixels,
  bits: number,
  lowBit: number,
  signed: boolean,
): StoredPixels {
  if (bits === pixels.BYTES_PER_ELEMENT * 8) return pixels;
  const up = 32 - bits - lowBit;
  const down = 32 - bits;
  if (signed) for (let i = 0; i < pixels.length; i++) pixels[i] = ((pixels[i] ?? 0) << up) >> down;
  else for (let i = 0; i < pixels.length; i++) pixels[i] = ((pixels[i] ?? 0) << up) >>> down;
  return pixels;
}

/**
 * One frame of uncompressed PixelData.
 *
 * @param data the whole value, at least `frames` frames long
 * @param swap bytes a word to be turned round: 1 (none), 2 or 4
 */
export function decodeNative(
  data: Uint8Array,
  frame: number,
  format: PixelFormat,
  swap: 1 | 2 | 4,
): StoredPixels {
  const size = frameBytes(format);
  let bytes = data.subarray(frame * size, (frame + 1) * size);
  if (swap !== 1) bytes = swapped(data, frame * size, size, swap);
  const { bitsStored, highBit, signed } = format;
  return keepStoredBits(asIntegers(bytes, format), bitsStored, highBit - bitsStored + 1, signed);
}

/** 8-bit pixels in words of 16 may begin in the middle of one: so counted from the start of the value. */
function swapped(data: Uint8Array, start: number, size: number, word: 2 | 4): Uint8Array {
  const result = new Uint8Array(size);
  for (let i = 0; i < size; i++) result[i] = data[(start + i) ^ (word - 1)] ?? 0;
  return result;
}
