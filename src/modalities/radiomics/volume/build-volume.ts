/** From the images of a series to one volume of Hounsfield units in the patient's system. */
import { CdsError } from '../../../domain/index.ts';
import type { CtVolume, DicomImage, GeometryCorrection, StoredPixels } from '../contract.ts';
import { evenSlices } from './corrections.ts';
import { decodeInOrder, tasksOf } from './decoding.ts';
import { Filling } from './filling.ts';
import { sameHu } from './hounsfield.ts';
import type { SliceOfImage } from './one-series.ts';
import { originOf, planVolume, spacingOf, type Plan, type VolumeOptions } from './plan.ts';

export type { VolumeOptions } from './plan.ts';

const DECODES_IN_FLIGHT = 2;

function correctionsOf({ stack, shifts }: Plan): GeometryCorrection[] {
  const made: GeometryCorrection[] = [];
  if (shifts !== undefined) made.push('gantry-tilt');
  if (stack.uneven) made.push('uneven-slices');
  if (stack.slices.some(({ duplicates }) => duplicates.length > 0)) made.push('identical-duplicates');
  return made;
}

/** Below this the volume's axes are the patient's: less than a pixel over a chest. */
const OBLIQUE_DEGREES = 0.1;

/**
 * The volume of a series: slices of single-frame or multi-frame images, in any order and any way round, to Hounsfield
 * units with x to the left, y to the back, z to the head (LPS), x fastest: `hu[x + nx * (y + ny * z)]`, size (nx, ny, nz).
 *
 * What it does not do is guess. All slices must be of one patient, study, series, frame of reference, matrix, spacing,
 * orientation, kernel and kind; none may be missing. Distances between slices are those of ImagePositionPatient.
 * HU are exact and not clamped: RescaleSlope x stored + RescaleIntercept, each slice by its own, as whole numbers where
 * those are whole and fit in 16 bits, else as float32; RescaleType other than HU is refused, but for
 * US (unspecified) of original axial images, whose values are HU by definition; without a rescale, slope 1 and intercept 0. Padding becomes -1024.
 *
 * Slices up to 20 degrees oblique are taken as they are, their axes named after the nearest ones of the patient
 * (`obliqueDegrees` says by how much they differ): distances and values in the volume remain exact.
 *
 * Allowed and flagged: 'gantry-tilt' moves the slices of a tilted gantry (up to 30 degrees) over one another, in their
 * own planes; 'uneven-slices' interpolates slices at the median distance, over at most 10 mm. Slices that are missing
 * from a regular series are never made up. A slice that is there twice with the same pixels is used once, flagged
 * 'identical-duplicates', without being asked.
 *
 * @param images in any order: the result is the same
 * @throws {CdsError} CT_SERIES_MIXED, CT_SLICES_MISSING, CT_SLICES_DUPLICATE, CT_GANTRY_TILTED, CT_NOT_AXIAL,
 *   CT_GEOMETRY_INVALID, DICOM_UNSUPPORTED, DICOM_INVALID, DICOM_TOO_LARGE, and what decoding throws
 * @see DICOM PS3.3 C.7.6.2 (Image Plane), C.8.2.1 (CT Image), C.11.1 (Modality LUT)
 */
export async function buildVolume(
  images: readonly DicomImage[],
  options: VolumeOptions = {},
): Promise<CtVolume> {
  options.signal?.throwIfAborted();
  const plan = planVolume(images, options);
  const { stack, size } = plan;
  const filling = new Filling(plan);
  let inPlace: { readonly entry: SliceOfImage; readonly pixels: StoredPixels } | undefined;
  const ahead = Math.max(1, options.decodesInFlight ?? DECODES_IN_FLIGHT);
  for await (const { task, pixels } of decodeInOrder(tasksOf(stack), ahead, options.signal)) {
    if (!task.duplicate) {
      filling.write(task, pixels);
      inPlace = { entry: task.entry, pixels };
    } else if (
      inPlace === undefined ||
      !sameHu(inPlace.pixels, inPlace.entry.slice, pixels, task.entry.slice)
    )
      throw new CdsError('CT_SLICES_DUPLICATE', `Of ${String(stack.slices.length)} positions.`);
  }
  const offsets = stack.slices.map(({ offsetMm }) => offsetMm);
  const plane = size[0] * size[1];
  const hu = stack.uneven ? evenSlices(filling.hu, offsets, plane, stack.spacingMm) : filling.hu;
  const { obliqueDegrees } = stack.placement;
  return {
    hu,
    size: [size[0], size[1], hu.length / plane],
    spacingMm: spacingOf(plan),
    originMm: originOf(plan),
    corrections: correctionsOf(plan),
    paddedVoxels: filling.paddedVoxels,
    ...(obliqueDegrees > OBLIQUE_DEGREES && { obliqueDegrees }),
  };
}
