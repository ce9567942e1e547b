import dcmjs, { type DicomElements, type DicomFile } from 'dcmjs';
import { CdsError } from '../../../domain/index.ts';
import type { CtSlice, DicomImage, StoredPixels } from '../contract.ts';
import { directionsAt, numberAt, pairAt, textAt, textsAt, vectorAt } from './elements.ts';

dcmjs.log.setLevel('silent');

const PIXEL_DATA = '7FE00010';
const NATIVE = ['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.1.99'];

const parse = (bytes: Uint8Array): DicomFile => {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  try {
    return dcmjs.data.DicomMessage.readFile(buffer, { noCopy: true });
  } catch (cause) {
    throw new CdsError('DICOM_INVALID', 'it cannot be parsed', { cause });
  }
};

const required = <T>(value: T | undefined, attribute: string): T => {
  if (value === undefined) throw new CdsError('DICOM_INVALID', `${attribute} is missing`);
  return value;
};

const defined = <T extends object>(object: T) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

const paddingOf = (dict: DicomElements): readonly [number, number] | undefined => {
  const signed = numberAt(dict, '00280103') === 1;
  const bits = numberAt(dict, '00280100') ?? 16;
  const read = (tag: string): number | undefined => {
    const value = numberAt(dict, tag);
    return value !== undefined && signed && value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
  };
  const value = read('00280120');
  if (value === undefined) return undefined;
  const limit = read('00280121') ?? value;
  return [Math.min(value, limit), Math.max(value, limit)];
};

const sliceOf = (dict: DicomElements): CtSlice => {
  const directions = directionsAt(dict, '00200037');
  return {
    sopInstanceUid: required(textAt(dict, '00080018'), 'SOPInstanceUID'),
    sopClassUid: required(textAt(dict, '00080016'), 'SOPClassUID'),
    frame: 0,
    imageType: textsAt(dict, '00080008'),
    rows: required(numberAt(dict, '00280010'), 'Rows'),
    columns: required(numberAt(dict, '00280011'), 'Columns'),
    rescaleSlope: numberAt(dict, '00281053') ?? 1,
    rescaleIntercept: numberAt(dict, '00281052') ?? 0,
    ...defined({
      studyInstanceUid: textAt(dict, '0020000D'),
      seriesInstanceUid: textAt(dict, '0020000E'),
      frameOfReferenceUid: textAt(dict, '00200052'),
      patientId: textAt(dict, '00100020'),
      dicomModality: textAt(dict, '00080060'),
      instanceNumber: numberAt(dict, '00200013'),
      acquisitionNumber: numberAt(dict, '00200012'),
      positionMm: vectorAt(dict, '00200032'),
      rowDirection: directions?.[0],
      columnDirection: directions?.[1],
      pixelSpacingMm: pairAt(dict, '00280030'),
      sliceThicknessMm: numberAt(dict, '00180050'),
      gantryTiltDegrees: numberAt(dict, '00181120'),
      rescaleType: textAt(dict, '00281054'),
      padding: paddingOf(dict),
      convolutionKernel: dict['00181210'] === undefined ? undefined : textsAt(dict, '00181210'),
      bodyPartExamined: textAt(dict, '00180015'),
    }),
  };
};

const pixelsOf = (dict: DicomElements, slice: CtSlice): StoredPixels => {
  const data = dict[PIXEL_DATA]?.Value[0];
  const view = data instanceof ArrayBuffer ? new Uint8Array(data) : data;
  const count = slice.rows * slice.columns;
  if (!(view instanceof Uint8Array) || view.byteLength < count * 2) throw new CdsError('DICOM_TRUNCATED');
  if (numberAt(dict, '00280100') !== 16) throw new CdsError('DICOM_UNSUPPORTED', 'BitsAllocated is not 16');
  const copy = view.slice(0, count * 2).buffer;
  return numberAt(dict, '00280103') === 1 ? new Int16Array(copy) : new Uint16Array(copy);
};

/** A Part 10 file. */
export function readDicom(bytes: Uint8Array): DicomImage {
  const { meta, dict } = parse(bytes);
  const transferSyntaxUid = textAt(meta, '00020010') ?? '1.2.840.10008.1.2';
  const slice = sliceOf(dict);
  return {
    slices: [slice],
    transferSyntaxUid,
    decode: (frame) =>
      NATIVE.includes(transferSyntaxUid) && frame === 0
        ? Promise.resolve(pixelsOf(dict, slice))
        : Promise.reject(new CdsError('DICOM_UNSUPPORTED', `transfer syntax ${transferSyntaxUid}`)),
  };
}

/** What the images of a file say of themselves; no promise that there are pixels. */
export const readDicomHeader = (bytes: Uint8Array): readonly CtSlice[] => [sliceOf(parse(bytes).dict)];
