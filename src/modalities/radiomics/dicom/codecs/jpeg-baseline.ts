import loadTurbo from '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs';
import { CdsError } from '../../../../domain/index.ts';
import type { StoredPixels } from '../../contract.ts';
import type { PixelFormat } from '../pixel-format.ts';
import { checkCodestream, damaged } from './codestream.ts';
import { quiet, runDecoder, type Complaints } from './emscripten.ts';
import { readJpegMarkers } from './jpeg-markers.ts';
import { keepStoredBits } from './native.ts';

const complaints: Complaints = { count: 0 };
let library: ReturnType<typeof loadTurbo> | undefined;

/**
 * JPEG baseline and extended of 8 bits, by libjpeg-turbo. Extended of 12 bits is refused by name: the one codec at hand
 * that reads it costs a process's worth of WASM for a syntax that archives of CT hardly hold.
 *
 * @throws {CdsError} DICOM_TRUNCATED, DICOM_UNSUPPORTED
 * @see ITU-T T.81 annexes F; DICOM PS3.5 section 8.2.1
 */
export async function decodeJpegBaseline(
  frame: Uint8Array,
  format: PixelFormat,
  name: string,
): Promise<StoredPixels> {
  const stream = readJpegMarkers(name, frame);
  if (stream.sof !== 0xc0 && stream.sof !== 0xc1)
    throw new CdsError('DICOM_UNSUPPORTED', `${name}: the frame is of another process.`);
  checkCodestream(name, stream, format);
  if (stream.precision !== 8) throw new CdsError('DICOM_UNSUPPORTED', `${name} of ${stream.precision} bits.`);
  library ??= loadTurbo(quiet(complaints));
  const { JPEGDecoder } = await library;
  try {
    const { pixels } = runDecoder(name, () => new JPEGDecoder(), complaints, frame, format);
    return keepStoredBits(pixels, format.bitsStored, 0, format.signed);
  } catch (cause) {
    throw cause instanceof CdsError ? cause : damaged(`${name}: the codec refused it.`);
  }
}
