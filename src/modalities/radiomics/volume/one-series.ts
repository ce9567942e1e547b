/** Do the slices belong together? Asked of their headers alone, before any pixel is decoded. */
import { CdsError } from '../../../domain/index.ts';
import type { CtSlice, DicomImage, Vector3 } from '../contract.ts';
import { cross, degrees, dot, length, scaled } from './vectors.ts';

/** A slice and where its pixels are. */
export interface SliceOfImage {
  readonly slice: CtSlice;
  readonly image: DicomImage;
}

/** What all slices of a series share. */
export interface CommonGeometry {
  readonly rows: number;
  readonly columns: number;
  readonly betweenRowsMm: number;
  readonly betweenColumnsMm: number;
  /** Unit vectors: how the column index grows, how the row index grows, and row x column. */
  readonly row: Vector3;
  readonly column: Vector3;
  readonly normal: Vector3;
}

/**
 * CT Image, Enhanced CT Image and Legacy Converted Enhanced CT Image Storage (PS3.4, annex B.5). A secondary capture
 * whose Modality is CT is a photograph of a screen.
 */
const CT_CLASSES: ReadonlySet<string> = new Set([
  '1.2.840.10008.5.1.4.1.1.2',
  '1.2.840.10008.5.1.4.1.1.2.1',
  '1.2.840.10008.5.1.4.1.1.2.2',
]);

/** Cosines are written with few digits: this is a sixteenth of a degree. */
const DIRECTION_TOLERANCE = 1e-3;
const SPACING_TOLERANCE = 1e-4;

/**
 * In the one order that does not depend on how files were named or listed; frames of multi-frame images one by one.
 */
export const flattenSlices = (images: readonly DicomImage[]): SliceOfImage[] =>
  images
    .flatMap((image) => image.slices.map((slice) => ({ slice, image })))
    .sort(
      ({ slice: a }, { slice: b }) =>
        Number(a.sopInstanceUid > b.sopInstanceUid) - Number(a.sopInstanceUid < b.sopInstanceUid) ||
        a.frame - b.frame,
    );

/** The attributes that all slices must have alike; absent in one and present in another is not alike. */
const SHARED: readonly (readonly [attribute: string, read: (slice: CtSlice) => unknown])[] = [
  ['PatientID', ({ patientId }) => patientId],
  ['StudyInstanceUID', ({ studyInstanceUid }) => studyInstanceUid],
  ['SeriesInstanceUID', ({ seriesInstanceUid }) => seriesInstanceUid],
  ['FrameOfReferenceUID', ({ frameOfReferenceUid }) => frameOfReferenceUid],
  ['Modality', ({ dicomModality }) => dicomModality],
  ['SOPClassUID', ({ sopClassUid }) => sopClassUid],
  // The fourth value and those after it are the maker's, and may differ between slices (GE: ADD).
  ['ImageType', ({ imageType }) => imageType.slice(0, 3).join('\\')],
  ['Rows', ({ rows }) => rows],
  ['Columns', ({ columns }) => columns],
  ['RescaleType', ({ rescaleType }) => rescaleType],
  ['ConvolutionKernel', ({ convolutionKernel }) => convolutionKernel?.join('\\')],
];

/**
 * Of an original axial CT image rescaled values are HU whatever RescaleType says (PS3.3 C.8.2.1): archives that
 * transcode with GDCM write US, "unspecified", into each file. Of any other image US is not HU.
 */
const isHounsfield = ({ rescaleType, imageType }: CtSlice): boolean =>
  rescaleType === undefined ||
  rescaleType === 'HU' ||
  (rescaleType === 'US' && imageType[0] === 'ORIGINAL' && imageType[2] === 'AXIAL');

function requireCt(slice: CtSlice): void {
  if (slice.dicomModality !== 'CT') throw new CdsError('DICOM_UNSUPPORTED', 'Modality is not CT.');
  if (!CT_CLASSES.has(slice.sopClassUid))
    throw new CdsError('DICOM_UNSUPPORTED', 'SOPClassUID is not that of a CT image.');
  if (!isHounsfield(slice)) throw new CdsError('DICOM_UNSUPPORTED', 'RescaleType is not HU.');
  if (!(slice.rows > 0 && slice.columns > 0)) throw new CdsError('DICOM_INVALID', 'Rows or Columns is 0.');
}

const invalid = (attribute: string, what = 'is missing or impossible'): CdsError =>
  new CdsError('CT_GEOMETRY_INVALID', `${attribute} ${what}.`);

const isVector = (vector: Vector3 | undefined): vector is Vector3 =>
  vector?.length === 3 && vector.every((value) => Number.isFinite(value));

/** No scanner is so large, and no sum of such numbers overflows. */
const FARTHEST_MM = 1e5;
const SMALLEST_PIXEL_MM = 1e-3;
const LARGEST_PIXEL_MM = 100;

/** @throws {CdsError} CT_GEOMETRY_INVALID */
export function positionOf({ positionMm }: CtSlice): Vector3 {
  if (!isVector(positionMm) || length(positionMm) > FARTHEST_MM) throw invalid('ImagePositionPatient');
  return positionMm;
}

function directionsOf({ rowDirection, columnDirection }: CtSlice): { row: Vector3; column: Vector3 } {
  if (!isVector(rowDirection) || !isVector(columnDirection)) throw invalid('ImageOrientationPatient');
  const [rowLength, columnLength] = [length(rowDirection), length(columnDirection)];
  if (
    Math.abs(rowLength - 1) > DIRECTION_TOLERANCE ||
    Math.abs(columnLength - 1) > DIRECTION_TOLERANCE ||
    Math.abs(dot(rowDirection, columnDirection)) > DIRECTION_TOLERANCE
  )
    throw invalid('ImageOrientationPatient', 'does not hold two unit vectors at a right angle');
  return { row: scaled(rowDirection, 1 / rowLength), column: scaled(columnDirection, 1 / columnLength) };
}

function spacingOf({ pixelSpacingMm }: CtSlice): readonly [number, number] {
  if (
    pixelSpacingMm?.length !== 2 ||
    !pixelSpacingMm.every((mm) => mm >= SMALLEST_PIXEL_MM && mm <= LARGEST_PIXEL_MM)
  )
    throw invalid('PixelSpacing');
  return pixelSpacingMm;
}

const near = (a: Vector3, b: Vector3): boolean =>
  Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1]), Math.abs(a[2] - b[2])) <= DIRECTION_TOLERANCE;

const nearly = (a: number, b: number): boolean => Math.abs(a - b) <= SPACING_TOLERANCE * b;

function requireAlike(slices: readonly SliceOfImage[], first: CtSlice): void {
  for (const [attribute, read] of SHARED) {
    const value = read(first);
    if (slices.some(({ slice }) => read(slice) !== value))
      throw new CdsError('CT_SERIES_MIXED', `${attribute} differs.`);
  }
}

/** Parallel, and pixels of one size: cosines within .001, spacing within .01 %. */
function requireParallel(slices: readonly SliceOfImage[], first: CtSlice): void {
  const { row, column } = directionsOf(first);
  const [betweenRows, betweenColumns] = spacingOf(first);
  for (const { slice } of slices) {
    positionOf(slice);
    const directions = directionsOf(slice);
    if (!near(directions.row, row) || !near(directions.column, column))
      throw new CdsError('CT_SERIES_MIXED', 'ImageOrientationPatient differs.');
    const spacing = spacingOf(slice);
    if (!nearly(spacing[0], betweenRows) || !nearly(spacing[1], betweenColumns))
      throw new CdsError('CT_SERIES_MIXED', 'PixelSpacing differs.');
  }
}

/**
 * Checks that the slices are of one CT series and lie parallel, and says what they share.
 *
 * @param slices as {@link flattenSlices} orders them
 * @throws {CdsError} CT_SERIES_MIXED with the attribute that differs; DICOM_UNSUPPORTED where they are no CT in HU;
 *   CT_GEOMETRY_INVALID where position, orientation or spacing of any is missing or impossible; CT_SLICES_MISSING
 *   where there is none
 */
export function commonGeometry(slices: readonly SliceOfImage[]): CommonGeometry {
  const first = slices[0]?.slice;
  if (first === undefined) throw new CdsError('CT_SLICES_MISSING', 'There is no slice.');
  requireAlike(slices, first);
  requireCt(first);
  requireParallel(slices, first);
  const { rows, columns } = first;
  const [betweenRowsMm, betweenColumnsMm] = spacingOf(first);
  const { row, column } = directionsOf(first);
  const normal = cross(row, column);
  return {
    rows,
    columns,
    betweenRowsMm,
    betweenColumnsMm,
    row,
    column,
    normal: scaled(normal, 1 / length(normal)),
  };
}

/** The largest angle between the slices' axes and the patient's nearest ones; for each axis of the slices, which. */
export interface Placement {
  /** Of the patient's axes: 0 where rows run along x, 1 where they run along y. */
  readonly rowAxis: 0 | 1;
  readonly rowSign: 1 | -1;
  readonly columnSign: 1 | -1;
  readonly normalSign: 1 | -1;
  /** The rotation from the volume's axes to the patient's. */
  readonly obliqueDegrees: number;
  readonly normalDegrees: number;
}

const signOf = (value: number): 1 | -1 => (value < 0 ? -1 : 1);

/**
 * Which way round slices lie in the patient's system (LPS).
 *
 * @throws {CdsError} CT_NOT_AXIAL where the normal is more than `maximumDegrees` from the body's axis, or the slices
 *   are turned that much within their plane
 */
export function placeSlices({ row, column, normal }: CommonGeometry, maximumDegrees: number): Placement {
  const rowAxis = Math.abs(row[0]) >= Math.abs(row[1]) ? 0 : 1;
  const columnAxis = rowAxis === 0 ? 1 : 0;
  const trace = Math.abs(row[rowAxis]) + Math.abs(column[columnAxis]) + Math.abs(normal[2]);
  const obliqueDegrees = degrees(Math.acos(Math.min(1, (trace - 1) / 2)));
  const normalDegrees = degrees(Math.acos(Math.min(1, Math.abs(normal[2]))));
  if (obliqueDegrees > maximumDegrees || normalDegrees > maximumDegrees) {
    const angle = Math.round(Math.max(obliqueDegrees, normalDegrees));
    throw new CdsError('CT_NOT_AXIAL', `They are ${String(angle)} degrees from it.`);
  }
  return {
    rowAxis,
    rowSign: signOf(row[rowAxis]),
    columnSign: signOf(column[columnAxis]),
    normalSign: signOf(normal[2]),
    obliqueDegrees,
    normalDegrees,
  };
}
