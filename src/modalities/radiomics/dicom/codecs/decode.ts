import { CdsError } from '../../../../domain/index.ts';
import type { StoredPixels } from '../../contract.ts';
import type { PixelFormat } from '../pixel-format.ts';
import type { Codec, TransferSyntax } from '../transfer-syntaxes.ts';
import { decodeRle } from './rle.ts';

type Decode = (frame: Uint8Array, format: PixelFormat, name: string) => StoredPixels | Promise<StoredPixels>;

const CODECS: Partial<Record<Codec, Decode>> = { rle: decodeRle };

/** One compressed frame. @throws {CdsError} DICOM_TRUNCATED, DICOM_UNSUPPORTED, DICOM_INVALID */
export const decodeCompressed = (syntax: TransferSyntax, frame: Uint8Array, format: PixelFormat) => {
  const decode = CODECS[syntax.codec];
  if (decode === undefined) throw new CdsError('DICOM_UNSUPPORTED', `${syntax.name} is not read.`);
  return decode(frame, format, syntax.name);
};
