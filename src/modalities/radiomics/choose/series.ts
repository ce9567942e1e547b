import {
  CdsError,
  SERIES_EXCLUSIONS,
  type ImagingRules,
  type SeriesExclusion,
  type SeriesPreference,
} from '../../../domain/index.ts';
import type { ImageSource, SeriesDetails, SeriesInfo } from '../../common/index.ts';
import { exclusionOf } from './exclusions.ts';
import { isStandardKernel } from './kernels.ts';
import type { DatedStudy } from './studies.ts';

export type LeftOut = Readonly<Partial<Record<SeriesExclusion, number>>>;

export interface SeriesChoice {
  readonly series: SeriesDetails;
  readonly chosenFor: SeriesPreference;
  /** How many others cannot be read, by why. */
  readonly leftOut: LeftOut;
}

/** Distances are compared to a tenth of a millimetre: 1.25 and 1.2500001 are one. */
const tenths = (series: SeriesDetails): number => {
  const millimetres = series.sliceSpacingMm ?? series.sliceThicknessMm;
  return millimetres === undefined ? Number.MAX_SAFE_INTEGER : Math.round(millimetres * 10);
};

/** What decides, in order; the lowest is best. */
const CRITERIA: readonly (readonly [SeriesPreference, (series: SeriesDetails) => number])[] = [
  ['thinnest', tenths],
  ['standard-kernel', ({ convolutionKernel }) => (isStandardKernel(convolutionKernel) ? 0 : 1)],
  ['most-slices', ({ slices, instances }) => -(slices ?? instances ?? 0)],
];

const byAcquisition = (a: SeriesDetails, b: SeriesDetails): number =>
  (a.seriesNumber ?? Number.MAX_SAFE_INTEGER) - (b.seriesNumber ?? Number.MAX_SAFE_INTEGER) ||
  (a.seriesInstanceUid < b.seriesInstanceUid ? -1 : 1);

/** Of those that can be read, the one that is. */
function prefer(suitable: readonly SeriesDetails[]): Pick<SeriesChoice, 'series' | 'chosenFor'> | undefined {
  let left = suitable;
  const [only] = left;
  if (only === undefined) return undefined;
  if (left.length === 1) return { series: only, chosenFor: 'only-one' };
  for (const [chosenFor, valueOf] of CRITERIA) {
    const best = Math.min(...left.map(valueOf));
    left = left.filter((series) => valueOf(series) === best);
    const [series] = left;
    if (left.length === 1 && series !== undefined) return { series, chosenFor };
  }
  const [first = only] = [...left].sort(byAcquisition);
  return { series: first, chosenFor: 'first-acquired' };
}

/**
 * Decides among the series of a study, by what they tell. Pure, and the same whatever order they come in.
 *
 * @throws {CdsError} CT_NO_SERIES with how many were left out for what
 */
export function decideSeries(all: readonly SeriesDetails[], rules: ImagingRules): SeriesChoice {
  const leftOut: Partial<Record<SeriesExclusion, number>> = {};
  const suitable = all.filter((series) => {
    const why = exclusionOf(series, rules);
    if (why !== undefined) leftOut[why] = (leftOut[why] ?? 0) + 1;
    return why === undefined;
  });
  const preferred = prefer(suitable);
  if (preferred !== undefined) return { ...preferred, leftOut };
  const counts = SERIES_EXCLUSIONS.flatMap((why) =>
    leftOut[why] === undefined ? [] : [`${why}: ${String(leftOut[why])}`],
  );
  throw new CdsError('CT_NO_SERIES', `Left out are ${counts.join(', ')}.`);
}

/**
 * A series as the archive and the chart tell of it. The archive is right about what it has; where the chart says that
 * there were more images, some are gone.
 */
const withChart = (series: SeriesInfo, study: DatedStudy): SeriesInfo => {
  const told = study.series.find(({ uid }) => uid === series.seriesInstanceUid)?.instances;
  return told !== undefined && series.instances !== undefined && told > series.instances
    ? { ...series, instances: told }
    : series;
};

/** Does it need more than its listing to be left out? An enhanced image is one instance of many slices. */
const isOpenQuestion = (series: SeriesInfo, rules: ImagingRules): boolean => {
  const why = exclusionOf(series, rules);
  return why === undefined || why === 'too-few-slices';
};

/**
 * The series of a study that the score is read from. Which series there are is asked of the archive, whatever the
 * ImagingStudy says: charts are often thin, and behind. Images are asked only of those that could do.
 *
 * @throws {CdsError} CT_NO_SERIES, PACS_*
 */
export async function chooseSeries(
  source: ImageSource,
  study: DatedStudy,
  rules: ImagingRules,
  signal: AbortSignal,
): Promise<SeriesChoice> {
  const { studyInstanceUid, endpoints } = study;
  const address = { studyInstanceUid, endpoints };
  const found = await source.series(address, signal);
  const all = await Promise.all(
    found.map(async (series): Promise<SeriesDetails> => {
      if (!isOpenQuestion(series, rules)) return series;
      const details = await source.details(address, series, signal);
      // An archive that lists fewer than the chart says has lost some; what it counts itself is left to fetch.
      return { ...details, ...withChart(details, study) };
    }),
  );
  const choice = decideSeries(all, rules);
  const asListed = found.find(
    ({ seriesInstanceUid }) => seriesInstanceUid === choice.series.seriesInstanceUid,
  );
  // Fetched is what the archive counts.
  return { ...choice, series: { ...choice.series, ...asListed } };
}
