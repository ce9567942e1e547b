import type { StoredPixels } from '../../contract.ts';
import type { PixelFormat } from '../pixel-format.ts';
import { checkCodestream, damaged } from './codestream.ts';
import { asIntegers } from './native.ts';

/** A decoder that complains on stderr instead of throwing is heard. */
export interface Complaints {
  count: number;
}

export const quiet = (complaints: Complaints): EmscriptenOptions => ({
  print: () => undefined,
  printErr: () => {
    complaints.count += 1;
  },
});

/** One byte a pixel where the codec has so few bits, two where the format has sixteen allocated. */
function widen(bytes: Uint8Array, format: PixelFormat, isSigned: boolean): StoredPixels {
  const isNarrow = bytes.length === format.rows * format.columns && format.bitsAllocated > 8;
  if (!isNarrow) return asIntegers(bytes, format);
  const narrow = isSigned ? new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length) : bytes;
  const wide = asIntegers(new Uint8Array((bytes.length * format.bitsAllocated) / 8), format);
  wide.set(narrow);
  return wide;
}

/**
 * Runs an Emscripten decoder over one frame and copies its pixels out of WASM memory before anything else can run.
 *
 * @throws {CdsError} DICOM_TRUNCATED where the codec throws, complains, or gives another image than the header says
 */
export function runDecoder(
  name: string,
  create: () => EmscriptenDecoder,
  complaints: Complaints,
  frame: Uint8Array,
  format: PixelFormat,
): { pixels: StoredPixels; isSigned: boolean } {
  const before = complaints.count;
  const decoder = create();
  try {
    decoder.getEncodedBuffer(frame.length).set(frame);
    decoder.decode();
    if (complaints.count !== before) throw damaged(`${name}: the codec found damage.`);
    const { width, height, componentCount, bitsPerSample, isSigned = false } = decoder.getFrameInfo();
    const stream = { rows: height, columns: width, components: componentCount, precision: bitsPerSample };
    checkCodestream(name, stream, format);
    const bytes = decoder.getDecodedBuffer();
    const size = format.rows * format.columns * (bitsPerSample > 8 ? 2 : 1);
    if (bytes.length !== size) throw damaged(`${name}: the codec gave another count of pixels.`);
    return { pixels: widen(bytes, format, isSigned), isSigned };
  } finally {
    decoder.delete();
  }
}
