import type { SeriesDetails, SeriesInfo } from '../../common/index.ts';

/** What one image says of itself, as far as the choice of a series goes. */
export interface ImageFacts {
  readonly imageType?: readonly string[];
  readonly instanceNumber?: number;
  readonly sliceThicknessMm?: number;
  /** ImagePositionPatient, three numbers. */
  readonly position?: readonly number[];
  /** ImageOrientationPatient, six numbers. */
  readonly orientation?: readonly number[];
  readonly convolutionKernel?: readonly string[];
}

/** Nearer positions are one slice (another phase, a duplicate). */
const SAME_SLICE_MM = 0.01;

type Triple = readonly [number, number, number];

/** Row direction x column direction: the way slices are stacked. */
export const normalOf = (orientation: readonly number[] | undefined): Triple | undefined => {
  if (orientation?.length !== 6 || !orientation.every(Number.isFinite)) return undefined;
  const [a, b, c, d, e, f] = orientation as [number, number, number, number, number, number];
  const normal = [b * f - c * e, c * d - a * f, a * e - b * d] as const;
  const length = Math.hypot(...normal);
  return length < 0.5 ? undefined : [normal[0] / length, normal[1] / length, normal[2] / length];
};

const medianOf = (values: readonly number[]): number | undefined => {
  const sorted = [...values].sort((x, y) => x - y);
  return sorted[Math.floor((sorted.length - 1) / 2)];
};

/**
 * Millimetres between neighbouring slices along their normal, the median; undefined where fewer than two positions are
 * told. Images in another plane than most of the first one's are not among them.
 */
export function sliceSpacingOf(images: readonly ImageFacts[]): number | undefined {
  const normal = normalOf(images.find(({ orientation }) => normalOf(orientation) !== undefined)?.orientation);
  if (normal === undefined) return undefined;
  const along = images
    .flatMap(({ position }) => (position?.length === 3 ? [position] : []))
    .map(([x = NaN, y = NaN, z = NaN]) => x * normal[0] + y * normal[1] + z * normal[2])
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const gaps = along.slice(1).map((here, index) => here - (along[index] ?? here));
  return medianOf(gaps.filter((gap) => gap > SAME_SLICE_MM));
}

const byNumber = (a: ImageFacts, b: ImageFacts): number =>
  (a.instanceNumber ?? Number.MAX_SAFE_INTEGER) - (b.instanceNumber ?? Number.MAX_SAFE_INTEGER);

/** What is said most often; of as often, what is said first. Scouts that lead a series do not speak for it. */
const mostOften = <T>(values: readonly (T | undefined)[]): T | undefined => {
  const said = new Map<string, { readonly value: T; times: number }>();
  for (const value of values) {
    if (value === undefined) continue;
    const key = JSON.stringify(value);
    const known = said.get(key);
    if (known === undefined) said.set(key, { value, times: 1 });
    else known.times++;
  }
  let best: { readonly value: T; times: number } | undefined;
  for (const each of said.values()) if (best === undefined || each.times > best.times) best = each;
  return best?.value;
};

const defined = <T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

/**
 * A series as its images tell of it.
 *
 * @param listed how many instances there are; frames of one instance are images of their own
 */
export function detailsOf(
  info: SeriesInfo,
  images: readonly ImageFacts[],
  { listed, slices }: { readonly listed: number; readonly slices: number },
): SeriesDetails {
  const ordered = [...images].sort(byNumber);
  return {
    ...info,
    listed,
    slices,
    ...(defined({
      imageType: mostOften(ordered.map(({ imageType }) => imageType)),
      sliceThicknessMm: mostOften(ordered.map(({ sliceThicknessMm }) => sliceThicknessMm)),
      sliceSpacingMm: sliceSpacingOf(ordered),
      orientation: mostOften(ordered.map(({ orientation }) => orientation)),
      convolutionKernel: mostOften(ordered.map(({ convolutionKernel }) => convolutionKernel)),
    }) as Partial<SeriesDetails>),
  };
}
