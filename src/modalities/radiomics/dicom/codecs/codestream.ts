import { CdsError } from '../../../../domain/index.ts';
import type { PixelFormat } from '../pixel-format.ts';

/** What a compressed frame says of itself, before anything is decoded of it. */
export interface Codestream {
  readonly rows: number;
  readonly columns: number;
  readonly components: number;
  readonly precision: number;
}

export const damaged = (detail: string): CdsError => new CdsError('DICOM_TRUNCATED', detail);

/**
 * Refuses a codestream that is not the image of the header, before memory is given to it.
 *
 * @throws {CdsError} DICOM_TRUNCATED for another size, DICOM_UNSUPPORTED for colour or more bits than are allocated
 */
export function checkCodestream(name: string, stream: Codestream, format: PixelFormat): void {
  if (stream.rows !== format.rows || stream.columns !== format.columns)
    throw damaged(`${name}: the codestream is not of Rows x Columns.`);
  if (stream.components !== 1)
    throw new CdsError('DICOM_UNSUPPORTED', `${name}: the codestream has ${stream.components} components.`);
  if (stream.precision < 1 || stream.precision > format.bitsAllocated)
    throw new CdsError('DICOM_UNSUPPORTED', `${name}: ${stream.precision} bits do not fit BitsAllocated.`);
}

/** Nothing, zeros (fragments are padded to an even length; some writers pad more), or the one FF that Kakadu adds. */
export function isPadding(bytes: Uint8Array, from: number): boolean {
  if (from === bytes.length - 1 && bytes[from] === 0xff) return true;
  for (let i = from; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}
