/** The two time points of the radiomic score (the statistical contract): before surgery, and the first after it. */
export const CT_ROLES = ['baseline', 'postoperative'] as const;
export type CtRole = (typeof CT_ROLES)[number];

/** Why a series was left out of the choice; the first that applies. */
export const SERIES_EXCLUSIONS = [
  'not-ct', // another dicomModality: SR, SEG, PR, PT...
  'localizer', // ImageType says LOCALIZER
  'derived', // MIP, MPR, secondary capture, dose screen...
  'not-axial', // its slices are not perpendicular to the body's axis
  'other-body-part', // head, abdomen alone, extremities
  'too-few-slices', // cannot cover the lungs
  'too-thick', // thicker than what the manifest's features allow
  'incomplete', // the PACS has fewer images than it says
] as const;
export type SeriesExclusion = (typeof SERIES_EXCLUSIONS)[number];

/** What was decided for a series over others that would have done; the first that told them apart. */
export const SERIES_PREFERENCES = [
  'only-one', // nothing else was suitable
  'thinnest', // of those suitable, the smallest distance between slices
  'standard-kernel', // as thin, but of a soft-tissue or standard kernel: lung kernels sharpen noise
  'most-slices', // as thin, covers more
  'first-acquired', // nothing else tells them apart: the lower SeriesNumber, then the UID
] as const;
export type SeriesPreference = (typeof SERIES_PREFERENCES)[number];

/** A CT that a score rests on: which images, and why those. */
export interface CtSource {
  readonly role: CtRole;
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  /** YYYY-MM-DD, the site's time zone. */
  readonly startedOn: string;
  readonly slices: number;
  /** Distance between slices along their normal. */
  readonly sliceSpacingMm: number;
  readonly chosenFor: SeriesPreference;
  /** How many other series of the study were left out, by why. */
  readonly leftOut: Readonly<Partial<Record<SeriesExclusion, number>>>;
}

/** How a CT becomes the tensor of an image model; a manifest says it, and a site's settings have to agree. */
export interface CtTensorSpec {
  /** Voxels along each axis. */
  readonly sizeVoxels: number;
  /** Isotropic. */
  readonly spacingMm: number;
  /** HU that become 0 and 1; values beyond are clamped. */
  readonly windowHu: readonly [low: number, high: number];
  /** Kept around the lungs; what lies beyond is set to the window's low end. */
  readonly marginMm: number;
}

/** A tensor of float32 values, row-major. */
export interface FloatTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}
