import loadOpenJpeg from '@cornerstonejs/codec-openjpeg/decodewasmjs';
import loadOpenJph from '@cornerstonejs/codec-openjph';
import type { StoredPixels } from '../../contract.ts';
import type { PixelFormat } from '../pixel-format.ts';
import { checkCodestream } from './codestream.ts';
import { WasmCodec } from './emscripten.ts';
import { readJ2kMarkers } from './j2k-markers.ts';
import { keepStoredBits } from './native.ts';

const openJpeg = new WasmCodec(loadOpenJpeg, ({ J2KDecoder }) => new J2KDecoder());
const openJph = new WasmCodec(loadOpenJph, ({ HTJ2KDecoder }) => new HTJ2KDecoder());

async function decodeWith<L>(
  codec: WasmCodec<L>,
  name: string,
  frame: Uint8Array,
  format: PixelFormat,
): Promise<StoredPixels> {
  const stream = readJ2kMarkers(name, frame);
  checkCodestream(name, stream, format);
  const pixels = await codec.decode(name, frame, format);
  // The codestream has a sign of its own. Where it differs from PixelRepresentation, the latter is right, and the sign
  // bit is the highest of the precision (pydicom and GDCM read it so).
  const bits = stream.isSigned === format.signed ? format.bitsStored : stream.precision;
  return keepStoredBits(pixels, bits, 0, format.signed);
}

/**
 * JPEG 2000, reversible and not, by OpenJPEG.
 *
 * @throws {CdsError} DICOM_TRUNCATED, DICOM_UNSUPPORTED
 * @see ITU-T T.800; DICOM PS3.5 section 8.2.4
 */
export const decodeJpeg2000 = (frame: Uint8Array, format: PixelFormat, name: string): Promise<StoredPixels> =>
  decodeWith(openJpeg, name, frame, format);

/**
 * High-throughput JPEG 2000 by OpenJPH.
 *
 * @throws {CdsError} DICOM_TRUNCATED, DICOM_UNSUPPORTED
 * @see ITU-T T.814; DICOM PS3.5 section 8.2.14
 */
export const decodeHtj2k = (frame: Uint8Array, format: PixelFormat, name: string): Promise<StoredPixels> =>
  decodeWith(openJph, name, frame, format);
