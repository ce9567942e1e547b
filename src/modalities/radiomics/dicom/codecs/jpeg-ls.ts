import loadCharls from '@cornerstonejs/codec-charls/decodewasmjs';
import { CdsError } from '../../../../domain/index.ts';
import type { StoredPixels } from '../../contract.ts';
import type { PixelFormat } from '../pixel-format.ts';
import { checkCodestream, damaged } from './codestream.ts';
import { quiet, runDecoder, type Complaints } from './emscripten.ts';
import { readJpegMarkers } from './jpeg-markers.ts';
import { keepStoredBits } from './native.ts';

const NAME = 'JPEG-LS';
const complaints: Complaints = { count: 0 };
let library: ReturnType<typeof loadCharls> | undefined;

/**
 * JPEG-LS, lossless and near-lossless, by CharLS.
 *
 * @throws {CdsError} DICOM_TRUNCATED, DICOM_UNSUPPORTED
 * @see ITU-T T.87; DICOM PS3.5 section 8.2.3
 */
export async function decodeJpegLs(frame: Uint8Array, format: PixelFormat): Promise<StoredPixels> {
  const stream = readJpegMarkers(NAME, frame);
  if (stream.sof !== 0xf7)
    throw new CdsError('DICOM_UNSUPPORTED', `${NAME}: the frame is of another process.`);
  checkCodestream(NAME, stream, format);
  library ??= loadCharls(quiet(complaints));
  const { JpegLSDecoder } = await library;
  try {
    const { pixels } = runDecoder(NAME, () => new JpegLSDecoder(), complaints, frame, format);
    return keepStoredBits(pixels, format.bitsStored, 0, format.signed);
  } catch (cause) {
    throw cause instanceof CdsError ? cause : damaged(`${NAME}: the codec refused it.`);
  }
}
