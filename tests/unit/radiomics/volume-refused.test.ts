/** What buildVolume refuses, each by its code; and the three corrections it makes, each with its flag. */
import { describe, expect, it } from 'vitest';
import type { CtSlice, DicomImage, Vector3 } from '../../../src/modalities/radiomics/contract.ts';
import { buildVolume, type VolumeOptions } from '../../../src/modalities/radiomics/volume/build-volume.ts';
import { AXIAL, imageOf, imagesOf, withHeaders, without, type Series } from './volume-phantom.ts';

const outcome = async (images: readonly DicomImage[], options?: VolumeOptions): Promise<string> => {
  try {
    await buildVolume(images, options);
    return 'a volume';
  } catch (error) {
    const { code, detail } = error as { code: string; detail: string };
    return `${code}: ${detail}`;
  }
};

const ALL: VolumeOptions = { allow: ['gantry-tilt', 'uneven-slices', 'identical-duplicates'] };
const images = imagesOf(AXIAL);
const one = (change: Partial<CtSlice>): DicomImage[] =>
  withHeaders(images, (_, k) => (k === 5 ? change : undefined));
const all = (change: (slice: CtSlice, k: number) => Partial<CtSlice>): DicomImage[] =>
  withHeaders(images, change);
const moved = (by: Vector3, only?: number): DicomImage[] =>
  all(({ positionMm }, k) =>
    only === undefined || k === only
      ? {
          positionMm: [positionMm![0] + by[0], positionMm![1] + by[1], positionMm![2] + by[2]] as const,
        }
      : {},
  );
const sameAs = (k: number, change: Partial<CtSlice> = {}): DicomImage => ({
  ...images[k]!,
  slices: images[k]!.slices.map((slice) => ({ ...slice, sopInstanceUid: '2.25.7777', ...change })),
});
const other = (k: number): DicomImage =>
  imageOf(sameAs(k).slices, [Int16Array.from({ length: 20 }, (_, i) => i)]);
const seriesOf = (offsets: readonly number[], change: Partial<Series> = {}): DicomImage[] =>
  imagesOf({ ...AXIAL, positionsMm: offsets.map((z) => [0, 0, z] as const), ...change });

const [c18, s18] = [Math.cos(0.32), Math.sin(0.32)];
const tilted = (degreesOff: number): Series => {
  const angle = (degreesOff * Math.PI) / 180;
  return { ...AXIAL, column: [0, Math.cos(angle), -Math.sin(angle)] };
};

describe('a series is refused', () => {
  it.each<[string, DicomImage[], string]>([
    ['no slice', [], 'CT_SLICES_MISSING: There is no slice.'],
    ['one slice', images.slice(0, 1), 'CT_SLICES_MISSING: All slices are at one position.'],
    ['two removed', images.toSpliced(4, 2), 'CT_SLICES_MISSING: 2 are missing.'],
    [
      'two removed in two places',
      images.toSpliced(8, 1).toSpliced(3, 1),
      'CT_SLICES_MISSING: 2 are missing.',
    ],
    ['the second removed', images.toSpliced(1, 1), 'CT_SLICES_MISSING: 1 are missing.'],
    ['the last but one removed', images.toSpliced(10, 1), 'CT_SLICES_MISSING: 1 are missing.'],
    ['of three one is left out', seriesOf([0, 2, 6]), 'CT_SLICES_MISSING: 1 are missing.'],
    ['one moved along', moved([0, 0, 0.4], 5), 'CT_SLICES_MISSING: Distances are between 2.10 and 2.90 mm.'],
    [
      'distances that grow',
      seriesOf([0, 2, 4.1, 6.3, 8.6, 11]),
      'CT_SLICES_MISSING: Distances are between 2.00 and 2.40 mm.',
    ],
    ['one twice, other pixels', [...images, other(4)], 'CT_SLICES_DUPLICATE: Of 12 positions.'],
    [
      'one twice, another intercept',
      [...images, sameAs(4, { rescaleIntercept: 0 })],
      'CT_SLICES_DUPLICATE: Of 12 positions.',
    ],
    ['two phases', [...images, ...images.map((_, k) => other(k))], 'CT_SLICES_DUPLICATE: Of 12 positions.'],
    [
      'one rotated',
      one({ rowDirection: [0, 1, 0], columnDirection: [-1, 0, 0] }),
      'CT_SERIES_MIXED: ImageOrientationPatient differs.',
    ],
    [
      'one rotated by a degree',
      one({
        rowDirection: [Math.cos(0.017), Math.sin(0.017), 0],
        columnDirection: [-Math.sin(0.017), Math.cos(0.017), 0],
      }),
      'CT_SERIES_MIXED: ImageOrientationPatient differs.',
    ],
    [
      'one flipped',
      one({ rowDirection: [-1, 0, 0], columnDirection: [0, -1, 0] }),
      'CT_SERIES_MIXED: ImageOrientationPatient differs.',
    ],
    [
      'one shifted in its plane',
      moved([0, 0.5, 0], 5),
      'CT_SERIES_MIXED: ImagePositionPatient: slices are shifted within their plane.',
    ],
    [
      'the first shifted',
      moved([2, 0, 0], 0),
      'CT_SERIES_MIXED: ImagePositionPatient: slices are shifted within their plane.',
    ],
    [
      'half of it shifted',
      all(({ positionMm }, k) => ({ positionMm: k < 6 ? positionMm! : ([9, 20, positionMm![2]] as const) })),
      'CT_SERIES_MIXED: ImagePositionPatient: slices are shifted within their plane.',
    ],
    [
      'one of another series',
      one({ seriesInstanceUid: '2.25.4' }),
      'CT_SERIES_MIXED: SeriesInstanceUID differs.',
    ],
    [
      'one of another study',
      one({ studyInstanceUid: '2.25.4' }),
      'CT_SERIES_MIXED: StudyInstanceUID differs.',
    ],
    ['one of another patient', one({ patientId: 'Q' }), 'CT_SERIES_MIXED: PatientID differs.'],
    ['one of no patient', without(images, 'patientId', 5), 'CT_SERIES_MIXED: PatientID differs.'],
    [
      'another frame of reference',
      one({ frameOfReferenceUid: '2.25.4' }),
      'CT_SERIES_MIXED: FrameOfReferenceUID differs.',
    ],
    [
      'a localizer in it',
      one({ imageType: ['ORIGINAL', 'PRIMARY', 'LOCALIZER'] }),
      'CT_SERIES_MIXED: ImageType differs.',
    ],
    [
      'a reformat in it',
      one({ imageType: ['DERIVED', 'SECONDARY', 'AXIAL'] }),
      'CT_SERIES_MIXED: ImageType differs.',
    ],
    [
      'a screenshot in it',
      one({ sopClassUid: '1.2.840.10008.5.1.4.1.1.7' }),
      'CT_SERIES_MIXED: SOPClassUID differs.',
    ],
    ['another kernel', one({ convolutionKernel: ['LUNG'] }), 'CT_SERIES_MIXED: ConvolutionKernel differs.'],
    ['other Rows', one({ rows: 4, columns: 5 }), 'CT_SERIES_MIXED: Rows differs.'],
    ['other PixelSpacing', one({ pixelSpacingMm: [2, 1.01] }), 'CT_SERIES_MIXED: PixelSpacing differs.'],
    [
      'acquisitions that alternate',
      all((_, k) => ({ acquisitionNumber: k % 2 })),
      'CT_SERIES_MIXED: Slices of different AcquisitionNumber alternate.',
    ],
    ['MR', all(() => ({ dicomModality: 'MR' })), 'DICOM_UNSUPPORTED: Modality is not CT.'],
    ['no Modality', without(images, 'dicomModality'), 'DICOM_UNSUPPORTED: Modality is not CT.'],
    [
      'screenshots',
      all(() => ({ sopClassUid: '1.2.840.10008.5.1.4.1.1.7' })),
      'DICOM_UNSUPPORTED: SOPClassUID is not that of a CT image.',
    ],
    ['no HU', all(() => ({ rescaleType: 'MGML' })), 'DICOM_UNSUPPORTED: RescaleType is not HU.'],
    [
      'unspecified units of a derived image',
      all(() => ({ rescaleType: 'US', imageType: ['DERIVED', 'PRIMARY', 'AXIAL'] })),
      'DICOM_UNSUPPORTED: RescaleType is not HU.',
    ],
    ['no Rows', all(() => ({ rows: 0 })), 'DICOM_INVALID: Rows or Columns is 0.'],
    ['slope 0', one({ rescaleSlope: 0 }), 'DICOM_INVALID: RescaleSlope is impossible.'],
    ['slope NaN', one({ rescaleSlope: NaN }), 'DICOM_INVALID: RescaleSlope is impossible.'],
    ['intercept NaN', one({ rescaleIntercept: NaN }), 'DICOM_INVALID: RescaleIntercept is impossible.'],
    [
      'a position missing',
      without(images, 'positionMm', 5),
      'CT_GEOMETRY_INVALID: ImagePositionPatient is missing or impossible.',
    ],
    [
      'all positions missing',
      without(images, 'positionMm'),
      'CT_GEOMETRY_INVALID: ImagePositionPatient is missing or impossible.',
    ],
    [
      'a position NaN',
      one({ positionMm: [10, NaN, 42.5] }),
      'CT_GEOMETRY_INVALID: ImagePositionPatient is missing or impossible.',
    ],
    [
      'a position beyond any scanner',
      one({ positionMm: [10, 20, 1e308] }),
      'CT_GEOMETRY_INVALID: ImagePositionPatient is missing or impossible.',
    ],
    [
      'no orientation',
      without(images, 'rowDirection'),
      'CT_GEOMETRY_INVALID: ImageOrientationPatient is missing or impossible.',
    ],
    [
      'orientation of zeros',
      all(() => ({ columnDirection: [0, 0, 0] })),
      'CT_GEOMETRY_INVALID: ImageOrientationPatient does not hold two unit vectors at a right angle.',
    ],
    [
      'orientation askew',
      all(() => ({ columnDirection: [0.1, Math.sqrt(0.99), 0] })),
      'CT_GEOMETRY_INVALID: ImageOrientationPatient does not hold two unit vectors at a right angle.',
    ],
    [
      'spacing missing',
      without(images, 'pixelSpacingMm', 5),
      'CT_GEOMETRY_INVALID: PixelSpacing is missing or impossible.',
    ],
    [
      'spacing 0',
      all(() => ({ pixelSpacingMm: [0, 1] })),
      'CT_GEOMETRY_INVALID: PixelSpacing is missing or impossible.',
    ],
    [
      'spacing negative',
      all(() => ({ pixelSpacingMm: [1, -1] })),
      'CT_GEOMETRY_INVALID: PixelSpacing is missing or impossible.',
    ],
    [
      'spacing NaN',
      all(() => ({ pixelSpacingMm: [NaN, 1] })),
      'CT_GEOMETRY_INVALID: PixelSpacing is missing or impossible.',
    ],
    [
      'positions all alike',
      all(() => ({ positionMm: [0, 0, 0] })),
      'CT_SLICES_MISSING: All slices are at one position.',
    ],
    [
      'coronal',
      imagesOf({
        ...AXIAL,
        column: [0, 0, -1],
        positionsMm: AXIAL.positionsMm.map((_, k) => [0, 2 * k, 0] as const),
      }),
      'CT_NOT_AXIAL: They are 90 degrees from it.',
    ],
    [
      'sagittal',
      imagesOf({
        ...AXIAL,
        row: [0, 1, 0],
        column: [0, 0, -1],
        positionsMm: AXIAL.positionsMm.map((_, k) => [2 * k, 0, 0] as const),
      }),
      'CT_NOT_AXIAL: They are 90 degrees from it.',
    ],
    [
      '25 degrees oblique',
      imagesOf({
        ...tilted(25),
        positionsMm: AXIAL.positionsMm.map(
          (_, k) =>
            [0, 2 * k * Math.sin((25 * Math.PI) / 180), 2 * k * Math.cos((25 * Math.PI) / 180)] as const,
        ),
      }),
      'CT_NOT_AXIAL: They are 25 degrees from it.',
    ],
    [
      'turned by 45 degrees in its plane',
      imagesOf({ ...AXIAL, row: [Math.SQRT1_2, Math.SQRT1_2, 0], column: [-Math.SQRT1_2, Math.SQRT1_2, 0] }),
      'CT_NOT_AXIAL: They are 45 degrees from it.',
    ],
    [
      'positions that leave the normal altogether',
      imagesOf({ ...AXIAL, positionsMm: AXIAL.positionsMm.map((_, k) => [2 * k, 0, 2 * k] as const) }),
      'CT_GEOMETRY_INVALID: ImagePositionPatient does not follow the normal of the slices.',
    ],
    [
      'pixels too few',
      images.map((image) => imageOf(image.slices, [new Int16Array(19)])),
      'DICOM_TRUNCATED: PixelData is not Rows x Columns.',
    ],
    [
      'pixels too many',
      images.map((image) => imageOf(image.slices, [new Int16Array(21)])),
      'DICOM_TRUNCATED: PixelData is not Rows x Columns.',
    ],
  ])('%s', async (_title, series, expected) => {
    expect(await outcome(series)).toBe(expected);
    // In any order of files.
    expect(await outcome(series.toReversed())).toBe(expected);
    // What may be corrected is only uneven distances; none of the rest becomes a volume.
    const allowed = await outcome(series, ALL);
    if (expected.includes('Distances are between')) expect(allowed).toBe('a volume');
    else expect(allowed).toBe(expected);
  });

  it('for a tilted gantry, whatever GantryDetectorTilt says', async () => {
    const series = imagesOf(tilted(18.5));
    expect(await outcome(series)).toBe('CT_GANTRY_TILTED: By 18.5 degrees.');
    expect(await outcome(withHeaders(series, () => ({ gantryTiltDegrees: 0 })))).toBe(
      'CT_GANTRY_TILTED: By 18.5 degrees.',
    );
    expect(await outcome(withHeaders(images, () => ({ gantryTiltDegrees: 18.5 })))).toBe('a volume');
  });

  it('where a gap is too wide to be filled, also where uneven slices are allowed', async () => {
    expect(await outcome(seriesOf([0, 3, 7, 10, 21.5]), ALL)).toBe(
      'CT_SLICES_MISSING: Distances are between 3.00 and 11.50 mm.',
    );
    // Corrections have to be named.
    const uneven = seriesOf([0, 2, 4.1, 6.3, 8.6, 11]);
    expect(await outcome(uneven, { allow: ['gantry-tilt'] })).toMatch(/^CT_SLICES_MISSING/);
  });
});

describe('a series is taken', () => {
  it('with acquisitions one above the other, and maker-specific image types', async () => {
    const acquisitions = all((_, k) => ({ acquisitionNumber: k < 4 ? 2 : 1 }));
    expect(await outcome(acquisitions)).toBe('a volume');
    const typed = one({ imageType: ['ORIGINAL', 'PRIMARY', 'AXIAL', 'ADD'] });
    expect(await outcome(typed)).toBe('a volume');
  });

  it('with unspecified units of original axial images, as transcoding archives write them', async () => {
    expect(await outcome(all(() => ({ rescaleType: 'US' })))).toBe('a volume');
    expect(await outcome(all(() => ({ rescaleType: 'HU' })))).toBe('a volume');
  });

  it('with a slice that is there twice, once, flagged', async () => {
    const expected = await buildVolume(images);
    const twice = await buildVolume([...images, sameAs(4), sameAs(4, { sopInstanceUid: '2.25.0' })]);
    expect(twice).toEqual({ ...expected, corrections: ['identical-duplicates'] });
    // The very same file twice.
    expect(await buildVolume([...images, images[7]!])).toEqual(twice);
  });

  it('with another way of storing the same Hounsfield units as a duplicate', async () => {
    const [image] = imagesOf({ ...AXIAL, intercept: 0 });
    const again: DicomImage = {
      ...image!,
      slices: image!.slices.map((slice) => ({ ...slice, sopInstanceUid: '2.25.7777' })),
    };
    expect((await buildVolume([...images, again])).corrections).toEqual(['identical-duplicates']);
  });
});

/** Linear in space, so that linear interpolation is exact. */
const linear = (x: number, y: number, z: number): number => 12 * x + 6 * y - 4 * z;

describe('a correction that is allowed', () => {
  it('puts uneven slices at their median distance', async () => {
    const offsets = [0, 2, 4, 5.5, 8, 9, 11, 13];
    const uneven = seriesOf(offsets, { body: linear });
    const volume = await buildVolume(uneven, { allow: ['uneven-slices'] });
    expect(volume).toMatchObject({ size: [4, 5, 7], spacingMm: [1, 2, 2], corrections: ['uneven-slices'] });
    const [nx, ny, nz] = volume.size;
    for (let z = 0; z < nz; z++)
      for (let y = 0; y < ny; y++)
        for (let x = 0; x < nx; x++) expect(volume.hu[x + nx * (y + ny * z)]).toBe(linear(x, 2 * y, 2 * z));
  });

  it.each([
    ['head first', 1],
    ['with a gantry that leans the other way', -1],
  ] as const)('straightens a tilted gantry, %s', async (_title, way) => {
    const column: Vector3 = [0, c18, -way * s18];
    const positionsMm = Array.from({ length: 9 }, (_, k) => [5, 7, 100 + 3 * k] as const);
    const series: Series = {
      ...AXIAL,
      rows: 12,
      column,
      positionsMm,
      body: linear,
      slope: 0.001,
      stored: (values) => Int32Array.from(values),
    };
    const volume = await buildVolume(imagesOf(series), { allow: ['gantry-tilt'] });
    expect(volume.corrections).toEqual(['gantry-tilt']);
    expect(volume.obliqueDegrees).toBeCloseTo((0.32 * 180) / Math.PI, 9);
    expect(volume.spacingMm[2]).toBeCloseTo(3 * c18, 9);
    // 8 slices x 3 mm x sin over 2 mm rows
    expect(volume.size).toEqual([4, 12 + Math.ceil((24 * s18) / 2), 9]);
    // Each voxel is air, or what the formula has at its place in the gantry's frame.
    const normal: Vector3 = [0, way * s18, c18];
    const [nx, ny, nz] = volume.size;
    let air = 0;
    for (let z = 0; z < nz; z++)
      for (let y = 0; y < ny; y++) {
        const at = (axis: 1 | 2): number =>
          volume.originMm[axis] + column[axis] * 2 * y + normal[axis] * volume.spacingMm[2] * z;
        for (let x = 0; x < nx; x++) {
          const value = volume.hu[x + nx * (y + ny * z)]!;
          if (value === -1024) air++;
          else expect(Math.abs(value - linear(volume.originMm[0] + x, at(1), at(2)))).toBeLessThan(0.002);
        }
      }
    expect(volume.paddedVoxels).toBe(air);
    // 12 rows of each slice: at most one is lost between the others.
    expect(air).toBeLessThanOrEqual(nx * nz * (ny - 11));
    expect(air).toBeGreaterThanOrEqual(nx * nz * (ny - 12));
  });

  it('makes both corrections where both are needed', async () => {
    const series: Series = {
      ...tilted(10),
      positionsMm: [0, 3, 6, 8, 11].map((z) => [0, 0, z] as const),
      body: linear,
    };
    expect(await outcome(imagesOf(series), { allow: ['gantry-tilt'] })).toMatch(/^CT_SLICES_MISSING/);
    const volume = await buildVolume(imagesOf(series), ALL);
    expect(volume.corrections).toEqual(['gantry-tilt', 'uneven-slices']);
  });
});
