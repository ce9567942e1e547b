import type { CtTensorSpec } from '../../domain/index.ts';

/**
 * What the steps from files to tensor hand to each other.
 *
 * Axes: DICOM's patient system, millimetres: x to the patient's left, y to the back, z to the head (LPS). Volumes are
 * stored in that frame, x fastest, whatever way round the slices came: `values[x + nx * (y + ny * z)]`.
 */
export type Vector3 = readonly [x: number, y: number, z: number];

/** Stored pixel values of one frame, row by row, sign extended and masked to BitsStored. */
export type StoredPixels = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

/** What one slice says of itself; of an enhanced multi-frame image, one frame. Nothing here is guessed. */
export interface CtSlice {
  readonly sopInstanceUid: string;
  /** 0-based, within its file. */
  readonly frame: number;
  readonly sopClassUid: string;
  readonly studyInstanceUid?: string;
  readonly seriesInstanceUid?: string;
  readonly frameOfReferenceUid?: string;
  readonly patientId?: string;
  readonly dicomModality?: string;
  readonly imageType: readonly string[];
  readonly instanceNumber?: number;
  readonly acquisitionNumber?: number;
  readonly rows: number;
  readonly columns: number;
  /** ImagePositionPatient: the centre of the first pixel. */
  readonly positionMm?: Vector3;
  /** The first three of ImageOrientationPatient: the way the column index grows. */
  readonly rowDirection?: Vector3;
  /** The last three: the way the row index grows. */
  readonly columnDirection?: Vector3;
  /** PixelSpacing: distance between rows, then between columns. */
  readonly pixelSpacingMm?: readonly [betweenRows: number, betweenColumns: number];
  readonly sliceThicknessMm?: number;
  readonly gantryTiltDegrees?: number;
  readonly rescaleSlope: number;
  readonly rescaleIntercept: number;
  /** HU unless said otherwise. */
  readonly rescaleType?: string;
  /** PixelPaddingValue (and Range Limit), in stored values, read by PixelRepresentation: both ends included. */
  readonly padding?: readonly [low: number, high: number];
  readonly convolutionKernel?: readonly string[];
  readonly bodyPartExamined?: string;
}

/** A Part 10 file that was read; pixels are decoded when asked for. */
export interface DicomImage {
  /** One a frame, in the file's order. */
  readonly slices: readonly CtSlice[];
  readonly transferSyntaxUid: string;
  /**
   * The stored values of a frame, a copy of its own.
   *
   * @throws {CdsError} DICOM_TRUNCATED, DICOM_UNSUPPORTED, DICOM_TOO_LARGE
   */
  decode(frame: number): Promise<StoredPixels>;
}

/** Corrections that were made to a volume, each told on the card as `ct-corrected`. */
export const GEOMETRY_CORRECTIONS = ['gantry-tilt', 'uneven-slices', 'identical-duplicates'] as const;
export type GeometryCorrection = (typeof GEOMETRY_CORRECTIONS)[number];

export interface CtVolume {
  /** Hounsfield units. Int16Array where every value is a whole number in its range, else Float32Array. */
  readonly hu: Int16Array | Float32Array;
  readonly size: Vector3;
  readonly spacingMm: Vector3;
  /** Centre of the voxel (0, 0, 0), the patient's system. */
  readonly originMm: Vector3;
  readonly corrections: readonly GeometryCorrection[];
  /** Of voxels outside of the field of view (padding) that were set to air. */
  readonly paddedVoxels: number;
  /**
   * The angle between the volume's axes and the patient's, where it is more than .1 degrees. Distances hold all the
   * same; a position told by origin and spacing is then that of a volume turned straight about its first voxel.
   */
  readonly obliqueDegrees?: number;
}

/** An axis-aligned box of voxels: from the first to the last, both in it. */
export interface VoxelBox {
  readonly first: Vector3;
  readonly last: Vector3;
}

/** Lungs of a volume, on its grid. */
export interface Lungs {
  /** 1 in the lungs (vessels and nodules within them too), 0 elsewhere; the volume's grid. */
  readonly mask: Uint8Array;
  /** Of the mask. */
  readonly box: VoxelBox;
  /**
   * Only where one lung is missing or next to nothing: the box, widened to that side as far as the other lung reaches
   * on its own. What fills the place of a lung is what a CT after pneumonectomy is looked at for.
   */
  readonly chestBox?: VoxelBox;
  /** In the patient's right and left half; 0 where that lung is missing. */
  readonly volumeMl: { readonly right: number; readonly left: number };
}

export type { CtTensorSpec };

/** A CT as an image model takes it. */
export interface CtTensor {
  /** sizeVoxels^3 values in 0..1, z slowest: `data[x + n * (y + n * z)]`, axes as volumes have them. */
  readonly data: Float32Array;
  readonly spec: CtTensorSpec;
  /** Centre of the voxel (0, 0, 0) in the patient's system. */
  readonly originMm: Vector3;
  /** The lungs and their margin did not fit. */
  readonly cropped: boolean;
}
