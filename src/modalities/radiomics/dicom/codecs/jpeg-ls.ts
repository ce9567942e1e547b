import loadCharls from '@cornerstonejs/codec-charls/decodewasmjs';
import { CdsError } from '../../../../domain/index.ts';
import type { StoredPixels } from '../../contract.ts';
import type { PixelFormat } from '../pixel-format.ts';
import { checkCodestream } from './codestream.ts';
import { WasmCodec } from './emscripten.ts';
import { readJpegMarkers } from './jpeg-markers.ts';
import { keepStoredBits } from './native.ts';

const charls = new WasmCodec(loadCharls, ({ JpegLSDecoder }) => new JpegLSDecoder());

/**
 * JPEG-LS, lossless and near-lossless, by CharLS.
 *
 * @throws {CdsError} DICOM_TRUNCATED, DICOM_UNSUPPORTED
 * @see ITU-T T.87; DICOM PS3.5 section 8.2.3
 */
export async function decodeJpegLs(
  frame: Uint8Array,
  format: PixelFormat,
  name: string,
): Promise<StoredPixels> {
  const stream = readJpegMarkers(name, frame);
  if (stream.sof !== 0xf7)
    throw new CdsError('DICOM_UNSUPPORTED', `${name}: the frame is of another process.`);
  checkCodestream(name, stream, format);
  return keepStoredBits(await charls.decode(name, frame, format), format.bitsStored, 0, format.signed);
}
