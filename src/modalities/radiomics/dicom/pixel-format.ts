import { CdsError } from '../../../domain/index.ts';
import type { Attributes } from './attributes.ts';

/** How the pixels of every frame are stored (PS3.3 section C.7.6.3). */
export interface PixelFormat {
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  readonly bitsAllocated: 8 | 16 | 32;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
}

/** No CT matrix is larger, and no enhanced CT has more frames. */
const MAXIMUM_SIDE = 4096;
const MAXIMUM_FRAMES = 10_000;

const unsupported = (detail: string) => new CdsError('DICOM_UNSUPPORTED', detail);

function whole(attributes: Attributes, tag: string, name: string, maximum: number): number {
  const value = attributes.number(tag, name);
  if (value === undefined) throw new CdsError('DICOM_INVALID', `${name} is missing.`);
  if (!Number.isInteger(value) || value < 1)
    throw new CdsError('DICOM_INVALID', `${name} is not a positive count.`);
  if (value > maximum) throw new CdsError('DICOM_TOO_LARGE', `${name} exceeds ${maximum}.`);
  return value;
}

/** Rows, Columns and NumberOfFrames, within what a CT can have. */
export function readMatrix(attributes: Attributes): { rows: number; columns: number; frames: number } {
  const given = attributes.number('00280008', 'NumberOfFrames') !== undefined;
  return {
    rows: whole(attributes, '00280010', 'Rows', MAXIMUM_SIDE),
    columns: whole(attributes, '00280011', 'Columns', MAXIMUM_SIDE),
    frames: given ? whole(attributes, '00280008', 'NumberOfFrames', MAXIMUM_FRAMES) : 1,
  };
}

function checkGreyscale(attributes: Attributes): void {
  const samples = attributes.number('00280002', 'SamplesPerPixel') ?? 1;
  if (samples !== 1) throw unsupported(`SamplesPerPixel ${samples}: colour is not read.`);
  const photometric = attributes.text('00280004');
  if (photometric === undefined) throw new CdsError('DICOM_INVALID', 'PhotometricInterpretation is missing.');
  if (photometric === 'MONOCHROME2') return;
  const isKnown = /^(MONOCHROME1|PALETTE COLOR|RGB|YBR_[A-Z0-9_]{1,16})$/.test(photometric);
  throw unsupported(`PhotometricInterpretation ${isKnown ? photometric : 'unknown'} is not read.`);
}

type Bits = Pick<PixelFormat, 'bitsAllocated' | 'bitsStored' | 'highBit'>;

function readBits(attributes: Attributes): Bits {
  const bitsAllocated = whole(attributes, '00280100', 'BitsAllocated', 1024);
  if (bitsAllocated !== 8 && bitsAllocated !== 16 && bitsAllocated !== 32)
    throw unsupported(`BitsAllocated ${bitsAllocated} is not read.`);
  const bitsStored = whole(attributes, '00280101', 'BitsStored', 1024);
  const highBit = attributes.number('00280102', 'HighBit') ?? bitsStored - 1;
  if (!Number.isInteger(highBit) || highBit >= bitsAllocated || highBit < bitsStored - 1)
    throw new CdsError('DICOM_INVALID', 'BitsStored and HighBit do not fit BitsAllocated.');
  return { bitsAllocated, bitsStored, highBit };
}

/**
 * @throws {CdsError} DICOM_INVALID where an attribute is missing or impossible; DICOM_UNSUPPORTED for colour,
 *   MONOCHROME1 and depths that CT does not have; DICOM_TOO_LARGE
 */
export function readPixelFormat(attributes: Attributes): PixelFormat {
  const matrix = readMatrix(attributes);
  checkGreyscale(attributes);
  const representation = attributes.number('00280103', 'PixelRepresentation');
  if (representation !== 0 && representation !== 1)
    throw new CdsError('DICOM_INVALID', 'PixelRepresentation is neither 0 nor 1.');
  return { ...matrix, ...readBits(attributes), signed: representation === 1 };
}

export const frameBytes = ({ rows, columns, bitsAllocated }: PixelFormat): number =>
  (rows * columns * bitsAllocated) / 8;
