import { readFile } from 'node:fs/promises';
import { CdsError, type FeatureVector } from '../../../domain/index.ts';
import type {
  CtSlice,
  CtTensor,
  CtTensorSpec,
  CtVolume,
  DicomImage,
  GeometryCorrection,
  Lungs,
} from '../contract.ts';
import { readDicom } from '../dicom/index.ts';
import { imageFeatures } from '../features/index.ts';
import { ctTensor, segmentLungs } from '../lungs/index.ts';
import { buildVolume, clampHu } from '../volume/index.ts';

/** What the chart says the images are; what they say themselves is held against it. */
export interface ExpectedIdentity {
  readonly studyInstanceUid?: string;
  readonly seriesInstanceUid?: string;
  /** PatientIDs that are the patient's; where there are none, PatientID is not looked at. */
  readonly patientIds?: readonly string[];
}

export interface PrepareOptions {
  readonly tensor: CtTensorSpec;
  readonly expected: ExpectedIdentity;
  /** Corrections of the geometry that are allowed instead of refused. */
  readonly allow: readonly GeometryCorrection[];
}

/** The geometry of a CT that was read, for people and records. */
export interface CtGeometry extends Pick<
  CtVolume,
  'size' | 'spacingMm' | 'originMm' | 'corrections' | 'paddedVoxels' | 'obliqueDegrees'
> {
  readonly slices: number;
}

/** One CT as models take it. */
export interface PreparedCt {
  readonly geometry: CtGeometry;
  readonly lungs: Pick<Lungs, 'volumeMl' | 'box'>;
  readonly tensor: CtTensor;
  /** Outcome-free image features of this CT. */
  readonly features: FeatureVector;
}

/** HU of what a scanner can tell: air outside of the field of view is written far below it, metal far above. */
const SCANNER_HU = [-1024, 3071] as const;

const differs = (said: string | undefined, expected: string | undefined): boolean =>
  expected !== undefined && said !== expected;

const requireIdentity = (
  slices: readonly CtSlice[],
  { studyInstanceUid, seriesInstanceUid, patientIds }: ExpectedIdentity,
): void => {
  for (const slice of slices) {
    if (differs(slice.studyInstanceUid, studyInstanceUid))
      throw new CdsError('CT_IDENTITY_MISMATCH', 'StudyInstanceUID');
    if (differs(slice.seriesInstanceUid, seriesInstanceUid))
      throw new CdsError('CT_IDENTITY_MISMATCH', 'SeriesInstanceUID');
    if (patientIds !== undefined && !patientIds.includes(slice.patientId?.trim() ?? ''))
      throw new CdsError('CT_IDENTITY_MISMATCH', 'PatientID');
  }
};

/** Reads the files of a series, one after the other: what waits on disk costs nothing. */
const readAll = async (files: readonly string[]): Promise<DicomImage[]> => {
  const images: DicomImage[] = [];
  for (const file of files) images.push(readDicom(await readFile(file)));
  return images;
};

/** A series with its volume and lungs, for whoever shows pictures of them. */
export interface SegmentedCt {
  readonly volume: CtVolume;
  readonly lungs: Lungs;
  readonly slices: number;
}

/**
 * Files to Hounsfield units to lungs.
 *
 * @throws {CdsError} DICOM_*, CT_*
 */
export async function segmentCt(
  files: readonly string[],
  { expected, allow }: Omit<PrepareOptions, 'tensor'>,
): Promise<SegmentedCt> {
  const images = await readAll(files);
  requireIdentity(
    images.flatMap(({ slices }) => slices),
    expected,
  );
  const slices = images.reduce((sum, image) => sum + image.slices.length, 0);
  const volume = clampHu(await buildVolume(images, { allow }), SCANNER_HU);
  return { volume, lungs: segmentLungs(volume), slices };
}

/** The tensor and the features of a CT whose lungs are known. */
export function describeCt({ volume, lungs, slices }: SegmentedCt, spec: CtTensorSpec): PreparedCt {
  const { size, spacingMm, originMm, corrections, paddedVoxels, obliqueDegrees } = volume;
  return {
    geometry: {
      ...{ slices, size, spacingMm, originMm, corrections, paddedVoxels },
      ...(obliqueDegrees !== undefined && { obliqueDegrees }),
    },
    lungs: { volumeMl: lungs.volumeMl, box: lungs.box },
    tensor: ctTensor(volume, lungs, spec),
    features: imageFeatures(volume, lungs),
  };
}

/**
 * From the files of a series to what models take: the one way, for training, serving and the command line.
 *
 * @throws {CdsError} DICOM_*, CT_*
 */
export const prepareCt = async (files: readonly string[], options: PrepareOptions): Promise<PreparedCt> =>
  describeCt(await segmentCt(files, options), options.tensor);
