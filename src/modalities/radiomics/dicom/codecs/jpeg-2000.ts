import loadOpenJpeg from '@cornerstonejs/codec-openjpeg/decodewasmjs';
import loadOpenJph from '@cornerstonejs/codec-openjph';
import { CdsError } from '../../../../domain/index.ts';
import type { StoredPixels } from '../../contract.ts';
import type { PixelFormat } from '../pixel-format.ts';
import { checkCodestream, damaged } from './codestream.ts';
import { quiet, runDecoder, type Complaints } from './emscripten.ts';
import { readJ2kMarkers } from './j2k-markers.ts';
import { keepStoredBits } from './native.ts';

/** One instance each, warm from the first frame on; each its own options, which Emscripten writes into. */
const openJpeg: Complaints = { count: 0 };
const openJph: Complaints = { count: 0 };
let openJpegLibrary: ReturnType<typeof loadOpenJpeg> | undefined;
let openJphLibrary: ReturnType<typeof loadOpenJph> | undefined;

function decodeWith(
  name: string,
  create: () => EmscriptenDecoder,
  complaints: Complaints,
  frame: Uint8Array,
  format: PixelFormat,
): StoredPixels {
  const stream = readJ2kMarkers(name, frame);
  checkCodestream(name, stream, format);
  try {
    const { pixels } = runDecoder(name, create, complaints, frame, format);
    // The codestream has a sign of its own. Where it differs from PixelRepresentation, the latter is right, and the
    // sign bit is the highest of the precision (pydicom and GDCM read it so).
    const bits = stream.isSigned === format.signed ? format.bitsStored : stream.precision;
    return keepStoredBits(pixels, bits, 0, format.signed);
  } catch (cause) {
    throw cause instanceof CdsError ? cause : damaged(`${name}: the codec refused it.`);
  }
}

/**
 * JPEG 2000, reversible and not, by OpenJPEG.
 *
 * @throws {CdsError} DICOM_TRUNCATED, DICOM_UNSUPPORTED
 * @see ITU-T T.800; DICOM PS3.5 section 8.2.4
 */
export async function decodeJpeg2000(
  frame: Uint8Array,
  format: PixelFormat,
  name: string,
): Promise<StoredPixels> {
  openJpegLibrary ??= loadOpenJpeg(quiet(openJpeg));
  const { J2KDecoder } = await openJpegLibrary;
  return decodeWith(name, () => new J2KDecoder(), openJpeg, frame, format);
}

/**
 * High-throughput JPEG 2000 by OpenJPH.
 *
 * @throws {CdsError} DICOM_TRUNCATED, DICOM_UNSUPPORTED
 * @see ITU-T T.814; DICOM PS3.5 section 8.2.14
 */
export async function decodeHtj2k(
  frame: Uint8Array,
  format: PixelFormat,
  name: string,
): Promise<StoredPixels> {
  openJphLibrary ??= loadOpenJph(quiet(openJph));
  const { HTJ2KDecoder } = await openJphLibrary;
  return decodeWith(name, () => new HTJ2KDecoder(), openJph, frame, format);
}
