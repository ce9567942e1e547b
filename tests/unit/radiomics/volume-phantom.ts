/** Images of a patient who is a formula: any matrix, any way round, without files. */
import type {
  CtSlice,
  DicomImage,
  StoredPixels,
  Vector3,
} from '../../../src/modalities/radiomics/contract.ts';

/** HU at a place in the patient (LPS, mm). */
export type Body = (x: number, y: number, z: number) => number;

/** Whole numbers that no two neighbours share. */
export const UNEVEN_BODY: Body = (x, y, z) => Math.round(7 * x - 5 * y + 3 * z + 20 * Math.sin(x * y + z));

export interface Series {
  readonly rows: number;
  readonly columns: number;
  readonly row: Vector3;
  readonly column: Vector3;
  readonly pixelSpacingMm: readonly [number, number];
  readonly positionsMm: readonly Vector3[];
  readonly body?: Body;
  readonly slope?: number;
  readonly intercept?: number;
  readonly stored?: (values: readonly number[]) => StoredPixels;
}

export const AXIAL: Series = {
  rows: 5,
  columns: 4,
  row: [1, 0, 0],
  column: [0, 1, 0],
  pixelSpacingMm: [2, 1],
  positionsMm: Array.from({ length: 12 }, (_, k) => [10, 20, 30 + 2.5 * k] as const),
};

export const CT_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.2';

export const placeOf = (series: Series, slice: number, row: number, column: number): Vector3 => {
  const [betweenRows, betweenColumns] = series.pixelSpacingMm;
  const at = (axis: 0 | 1 | 2): number =>
    series.positionsMm[slice]![axis] +
    series.row[axis] * column * betweenColumns +
    series.column[axis] * row * betweenRows;
  return [at(0), at(1), at(2)];
};

const pixelsOf = (series: Series, slice: number): StoredPixels => {
  const { rows, columns, body = UNEVEN_BODY, slope = 1, intercept = -1024 } = series;
  const stored = Array.from({ length: rows * columns }, (_, i) => {
    const place = placeOf(series, slice, Math.floor(i / columns), i % columns);
    return Math.round((body(...place) - intercept) / slope);
  });
  return (series.stored ?? ((values) => Int16Array.from(values)))(stored);
};

export const imageOf = (slices: readonly CtSlice[], pixels: readonly StoredPixels[]): DicomImage => ({
  slices,
  transferSyntaxUid: '1.2.840.10008.1.2.1',
  decode: (frame) => Promise.resolve(pixels[frame]!.slice()),
});

export const sliceOf = (series: Series, k: number): CtSlice => ({
  // Names that do not tell the order.
  sopInstanceUid: `2.25.${String((k * 7919) % 1009)}`,
  frame: 0,
  sopClassUid: CT_IMAGE_STORAGE,
  studyInstanceUid: '2.25.1',
  seriesInstanceUid: '2.25.2',
  frameOfReferenceUid: '2.25.3',
  patientId: 'P',
  dicomModality: 'CT',
  imageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
  rows: series.rows,
  columns: series.columns,
  positionMm: series.positionsMm[k]!,
  rowDirection: series.row,
  columnDirection: series.column,
  pixelSpacingMm: series.pixelSpacingMm,
  rescaleSlope: series.slope ?? 1,
  rescaleIntercept: series.intercept ?? -1024,
});

/** One image a slice. */
export const imagesOf = (series: Series): DicomImage[] =>
  series.positionsMm.map((_, k) => imageOf([sliceOf(series, k)], [pixelsOf(series, k)]));

/** All slices as frames of one image. */
export const multiFrameOf = (series: Series): DicomImage =>
  imageOf(
    series.positionsMm.map((_, k) => ({ ...sliceOf(series, k), sopInstanceUid: '2.25.9', frame: k })),
    series.positionsMm.map((_, k) => pixelsOf(series, k)),
  );

/** The same series with other headers in some slices. */
export const withHeaders = (
  images: readonly DicomImage[],
  change: (slice: CtSlice, k: number) => Partial<CtSlice> | undefined,
): DicomImage[] =>
  images.map((image, k) => ({
    ...image,
    slices: image.slices.map((slice) => ({ ...slice, ...change(slice, k) })),
  }));

/** Without an attribute, in one slice or in all. */
export const without = (
  images: readonly DicomImage[],
  attribute: keyof CtSlice,
  only?: number,
): DicomImage[] =>
  images.map((image, k) => ({
    ...image,
    slices: image.slices.map((slice) => {
      if (only !== undefined && k !== only) return slice;
      const { [attribute]: _gone, ...rest } = slice;
      return rest as CtSlice;
    }),
  }));
