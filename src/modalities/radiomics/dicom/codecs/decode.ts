import type { StoredPixels } from '../../contract.ts';
import type { PixelFormat } from '../pixel-format.ts';
import type { Codec, TransferSyntax } from '../transfer-syntaxes.ts';
import { decodeHtj2k, decodeJpeg2000 } from './jpeg-2000.ts';
import { decodeJpegBaseline } from './jpeg-baseline.ts';
import { decodeJpegLossless } from './jpeg-lossless.ts';
import { decodeJpegLs } from './jpeg-ls.ts';
import { decodeRle } from './rle.ts';

type Decode = (frame: Uint8Array, format: PixelFormat, name: string) => StoredPixels | Promise<StoredPixels>;

const CODECS: Record<Exclude<Codec, 'native'>, Decode> = {
  rle: decodeRle,
  'jpeg-baseline': decodeJpegBaseline,
  'jpeg-lossless': decodeJpegLossless,
  'jpeg-ls': decodeJpegLs,
  'jpeg-2000': decodeJpeg2000,
  htj2k: decodeHtj2k,
};

/**
 * One compressed frame.
 *
 * @throws {CdsError} DICOM_TRUNCATED, DICOM_UNSUPPORTED
 */
export const decodeCompressed = (
  { codec, name }: TransferSyntax & { readonly codec: Exclude<Codec, 'native'> },
  frame: Uint8Array,
  format: PixelFormat,
): StoredPixels | Promise<StoredPixels> => CODECS[codec](frame, format, name);
