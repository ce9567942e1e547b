import { CdsError } from '../../../domain/index.ts';
import type { CtSlice, Vector3 } from '../contract.ts';
import type { Attributes } from './attributes.ts';
import { readMatrix } from './pixel-format.ts';

/** A property without the key where there is no value, as exact optional properties want it. */
const given = <K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> =>
  value === undefined ? {} : ({ [key]: value } as Record<K, V>);

const vector = (values: readonly number[] | undefined, from = 0): Vector3 | undefined => {
  if (values === undefined) return undefined;
  const [x = 0, y = 0, z = 0] = values.slice(from, from + 3);
  return [x, y, z];
};

/**
 * Where a frame's attributes stand, the nearest first: its own functional group, the shared one, the data set itself
 * (PS3.3 section C.7.6.16). In a single-frame image only the last has any.
 */
class FrameAttributes {
  readonly #groups: readonly Attributes[];
  readonly #top: Attributes;

  constructor(top: Attributes, own: Attributes | undefined, shared: Attributes | undefined) {
    this.#top = top;
    this.#groups = [own, shared].filter((group) => group !== undefined);
  }

  /** The item of a functional group macro that has the attribute, else the data set. */
  in(macro: string, tag: string): Attributes {
    for (const group of this.#groups) {
      const [item] = group.items(macro);
      if (item?.has(tag) === true) return item;
    }
    return this.#top;
  }
}

const PLANE_POSITION = '00209113';
const PLANE_ORIENTATION = '00209116';
const PIXEL_MEASURES = '00289110';
const PIXEL_TRANSFORMATION = '00289145';
const CT_IMAGE_FRAME_TYPE = '00189329';
const CT_ACQUISITION_DETAILS = '00189304';
const CT_RECONSTRUCTION = '00189314';
const FRAME_CONTENT = '00209111';

function geometry(frame: FrameAttributes): Partial<CtSlice> {
  const read = (macro: string, tag: string, name: string, count: number) =>
    frame.in(macro, tag).exactly(tag, name, count);
  const position = read(PLANE_POSITION, '00200032', 'ImagePositionPatient', 3);
  const orientation = read(PLANE_ORIENTATION, '00200037', 'ImageOrientationPatient', 6);
  const spacing = read(PIXEL_MEASURES, '00280030', 'PixelSpacing', 2);
  const [betweenRows = 0, betweenColumns = 0] = spacing ?? [];
  const thickness = frame.in(PIXEL_MEASURES, '00180050').number('00180050', 'SliceThickness');
  const tilt = frame.in(CT_ACQUISITION_DETAILS, '00181120').number('00181120', 'GantryDetectorTilt');
  return {
    ...given('positionMm', vector(position)),
    ...given('rowDirection', vector(orientation)),
    ...given('columnDirection', vector(orientation, 3)),
    ...given('pixelSpacingMm', spacing === undefined ? undefined : ([betweenRows, betweenColumns] as const)),
    ...given('sliceThicknessMm', thickness),
    ...given('gantryTiltDegrees', tilt),
  };
}

/** Missing: 1 and 0, as the standard's identity; zero would make every voxel the same. */
function rescale(frame: FrameAttributes): Pick<CtSlice, 'rescaleSlope' | 'rescaleIntercept' | 'rescaleType'> {
  const at = (tag: string) => frame.in(PIXEL_TRANSFORMATION, tag);
  const rescaleSlope = at('00281053').number('00281053', 'RescaleSlope') ?? 1;
  if (rescaleSlope === 0) throw new CdsError('DICOM_INVALID', 'RescaleSlope is 0.');
  const rescaleIntercept = at('00281052').number('00281052', 'RescaleIntercept') ?? 0;
  return { rescaleSlope, rescaleIntercept, ...given('rescaleType', at('00281054').text('00281054')) };
}

/**
 * PixelPaddingValue (0028,0120) and Range Limit (0028,0121) in stored values. Writers and parsers disagree on their VR
 * (US or SS): their sixteen bits are read by PixelRepresentation, as PS3.3 section C.7.5.1.1.2 says.
 */
function padding(top: Attributes): readonly [number, number] | undefined {
  const isSigned = top.number('00280103', 'PixelRepresentation') === 1;
  const sixteen = (value: number) => (isSigned ? (value << 16) >> 16 : value & 0xffff);
  const value = top.number('00280120', 'PixelPaddingValue');
  if (value === undefined) return undefined;
  const first = sixteen(value);
  const second = sixteen(top.number('00280121', 'PixelPaddingRangeLimit') ?? value);
  return first <= second ? [first, second] : [second, first];
}

function identity(top: Attributes): Pick<CtSlice, 'sopInstanceUid' | 'sopClassUid'> & Partial<CtSlice> {
  const [sopInstanceUid, sopClassUid] = [top.text('00080018'), top.text('00080016')];
  if (sopInstanceUid === undefined) throw new CdsError('DICOM_INVALID', 'SOPInstanceUID is missing.');
  if (sopClassUid === undefined) throw new CdsError('DICOM_INVALID', 'SOPClassUID is missing.');
  return {
    sopInstanceUid,
    sopClassUid,
    ...given('studyInstanceUid', top.text('0020000D')),
    ...given('seriesInstanceUid', top.text('0020000E')),
    ...given('frameOfReferenceUid', top.text('00200052')),
    ...given('patientId', top.text('00100020')),
    ...given('dicomModality', top.text('00080060')),
    ...given('instanceNumber', top.number('00200013', 'InstanceNumber')),
    ...given('acquisitionNumber', top.number('00200012', 'AcquisitionNumber')),
    ...given('bodyPartExamined', top.text('00180015')),
  };
}

function frameSlice(frame: FrameAttributes): Pick<CtSlice, 'imageType'> & Partial<CtSlice> {
  const frameType = frame.in(CT_IMAGE_FRAME_TYPE, '00089007').texts('00089007');
  const imageType = frameType.length > 0 ? frameType : frame.in('', '00080008').texts('00080008');
  const kernel = frame.in(CT_RECONSTRUCTION, '00181210').texts('00181210');
  const acquisition = frame.in(FRAME_CONTENT, '00209156').number('00209156', 'FrameAcquisitionNumber');
  return {
    imageType,
    ...given('convolutionKernel', kernel.length > 0 ? kernel : undefined),
    ...given('acquisitionNumber', acquisition),
    ...geometry(frame),
  };
}

/**
 * One slice a frame.
 *
 * @throws {CdsError} DICOM_INVALID, DICOM_TOO_LARGE
 */
export function readSlices(top: Attributes): readonly CtSlice[] {
  const { rows, columns, frames } = readMatrix(top);
  const [shared] = top.items('52009229');
  const own = top.items('52009230');
  if (own.length > 0 && own.length !== frames)
    throw new CdsError('DICOM_INVALID', 'PerFrameFunctionalGroupsSequence has not one item a frame.');
  const common = identity(top);
  const paddingRange = padding(top);
  return Array.from({ length: frames }, (_, index): CtSlice => {
    const frame = new FrameAttributes(top, own[index], shared);
    return {
      ...common,
      frame: index,
      rows,
      columns,
      ...rescale(frame),
      ...given('padding', paddingRange),
      ...frameSlice(frame),
    };
  });
}
