import loadTurbo from '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs';
import { CdsError } from '../../../../domain/index.ts';
import type { StoredPixels } from '../../contract.ts';
import type { PixelFormat } from '../pixel-format.ts';
import { checkCodestream } from './codestream.ts';
import { WasmCodec } from './emscripten.ts';
import { readJpegMarkers } from './jpeg-markers.ts';
import { keepStoredBits } from './native.ts';

const turbo = new WasmCodec(loadTurbo, ({ JPEGDecoder }) => new JPEGDecoder());
const BASELINE = 0xc0;
const EXTENDED = 0xc1;

/**
 * JPEG baseline, and extended of 8 bits, by libjpeg-turbo. Extended of 12 bits is refused by name.
 *
 * @throws {CdsError} DICOM_TRUNCATED, DICOM_UNSUPPORTED
 * @see ITU-T T.81 annex F; DICOM PS3.5 section 8.2.1
 */
export async function decodeJpegBaseline(
  frame: Uint8Array,
  format: PixelFormat,
  name: string,
): Promise<StoredPixels> {
  const stream = readJpegMarkers(name, frame);
  if (stream.sof !== BASELINE && stream.sof !== EXTENDED)
    throw new CdsError('DICOM_UNSUPPORTED', `${name}: the frame is of another process.`);
  checkCodestream(name, stream, format);
  if (stream.precision !== 8) throw new CdsError('DICOM_UNSUPPORTED', `${name} of ${stream.precision} bits.`);
  return keepStoredBits(await turbo.decode(name, frame, format), format.bitsStored, 0, format.signed);
}
