import { CdsError } from '../../../../domain/index.ts';
import type { StoredPixels } from '../../contract.ts';
import { frameBytes, type PixelFormat } from '../pixel-format.ts';
import { asIntegers, keepStoredBits } from './native.ts';

const HEADER_BYTES = 64;
/** In place of a control byte that is not there: a run, whose value is not there either. */
const ENDED = 129;

const damaged = (detail: string) => new CdsError('DICOM_TRUNCATED', `RLE: ${detail}`);

/** Unpacks one segment (PackBits) into every `step`-th byte from `first`. */
function unpack(segment: Uint8Array, output: Uint8Array, first: number, step: number): void {
  let from = 0;
  for (let to = first; to < output.length;) {
    const control = segment[from++] ?? ENDED;
    if (control === 128) continue;
    const isRun = control > 128;
    const count = isRun ? 257 - control : control + 1;
    const used = isRun ? 1 : count;
    checkPacket(segment.length - from - used, output.length - to - (count - 1) * step);
    // A run stays at its one byte; a literal moves on.
    const move = isRun ? 0 : 1;
    const end = to + count * step;
    for (let at = from; to < end; to += step, at += move) output[to] = segment[at] ?? 0;
    from += used;
  }
  // At most padding to an even length may follow.
  if (segment.length - from > 1) throw damaged('a segment is longer than the frame.');
}

function checkPacket(left: number, room: number): void {
  if (left < 0) throw damaged('a segment ends early.');
  if (room <= 0) throw damaged('a segment is longer than the frame.');
}

function segmentOffsets(frame: Uint8Array, segments: number): number[] {
  if (frame.length < HEADER_BYTES) throw damaged('the header is cut.');
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(0, true) !== segments) throw damaged(`there are not ${segments} segments.`);
  const offsets = Array.from({ length: segments }, (_, index) => view.getUint32(4 + 4 * index, true));
  offsets.push(frame.length);
  offsets.forEach((offset, index) => {
    if (offset < (offsets[index - 1] ?? HEADER_BYTES) || offset > frame.length)
      throw damaged('the segments are out of bounds.');
  });
  return offsets;
}

/**
 * RLE Lossless: one segment a byte of the pixel, the most significant first.
 *
 * @throws {CdsError} DICOM_TRUNCATED where segments do not give exactly the frame
 * @see DICOM PS3.5 annex G
 */
export function decodeRle(frame: Uint8Array, format: PixelFormat): StoredPixels {
  const width = format.bitsAllocated / 8;
  const offsets = segmentOffsets(frame, width);
  const bytes = new Uint8Array(frameBytes(format));
  for (let segment = 0; segment < width; segment++)
    unpack(frame.subarray(offsets[segment], offsets[segment + 1]), bytes, width - 1 - segment, width);
  const { bitsStored, highBit, signed } = format;
  return keepStoredBits(asIntegers(bytes, format), bitsStored, highBit - bitsStored + 1, signed);
}
