import { DAYS_PER_MONTH, daysBetween, type FeatureVector } from '../../domain/index.ts';
import type { ChosenDraws } from '../common/index.ts';
import type { Panel } from './panel.ts';

/** Draws that lie closer together tell more of the days than of a trend. */
const LEAST_DAYS_OF_A_SLOPE = 28;

const log2Of = (panel: Panel | undefined, analyte: string): number =>
  Math.log2(panel?.amounts.get(analyte)?.value ?? Number.NaN);

/** log2 of the limit of detection, where the value lies below it. */
const limitOf = (panel: Panel | undefined, analyte: string): number => {
  const amount = panel?.amounts.get(analyte);
  return amount?.kind === 'below-detection' ? Math.log2(amount.reported) : Number.NaN;
};

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The draws since surgery, and how many days after the first of them each was made. */
interface Course {
  readonly draws: readonly Panel[];
  readonly days: readonly number[];
}

const courseOf = (draws: readonly Panel[]): Course => ({
  draws,
  days: draws.map((draw) => daysBetween(draws[0]?.collectedOn ?? draw.collectedOn, draw.collectedOn)),
});

/**
 * Least-squares slope of an analyte's log2 over the draws that measured it, per month of 30.4375 days.
 *
 * @param course oldest first
 * @returns NaN of fewer than two such draws, or of less than 28 days between the first and the last
 */
const slopeOf = ({ draws, days }: Course, analyte: string): number => {
  const measured = draws.flatMap((draw, index) =>
    draw.amounts.has(analyte) ? [{ day: days[index] ?? Number.NaN, value: log2Of(draw, analyte) }] : [],
  );
  const [first, last] = [measured[0], measured.at(-1)];
  if (first === undefined || last === undefined || last.day - first.day < LEAST_DAYS_OF_A_SLOPE)
    return Number.NaN;
  const months = measured.map(({ day }) => (day - first.day) / DAYS_PER_MONTH);
  const [middle, level] = [mean(months), mean(measured.map(({ value }) => value))];
  let [covariance, variance] = [0, 0];
  measured.forEach(({ value }, index) => {
    const month = (months[index] ?? Number.NaN) - middle;
    covariance += month * (value - level);
    variance += month ** 2;
  });
  return covariance / variance;
};

interface Draws extends ChosenDraws<Panel> {
  readonly course: Course;
}
type Block = (draws: Draws, analyte: string) => number;

/** The blocks of features, each over all analytes. */
const BLOCKS: Readonly<Record<string, Block>> = {
  log2: ({ latest }, analyte) => log2Of(latest, analyte),
  change: ({ latest, baseline }, analyte) => log2Of(latest, analyte) - log2Of(baseline, analyte),
  slope: ({ course }, analyte) => slopeOf(course, analyte),
  limit: ({ latest }, analyte) => limitOf(latest, analyte),
  baselineLimit: ({ baseline }, analyte) => limitOf(baseline, analyte),
};

export const panelFeatureNames = (analytes: readonly string[]): string[] =>
  Object.keys(BLOCKS).flatMap((block) => analytes.map((analyte) => `${block}:${analyte}`));

/**
 * What a model is given of a patient's panels, by analyte; NaN where there is nothing to say.
 *
 * - `log2:<analyte>` log2 of umol/L in the latest draw; below detection of L / sqrt(2)
 * - `change:<analyte>` latest minus baseline, a log2 ratio; positive: it rose since before surgery
 * - `slope:<analyte>` trend of log2 over the draws since surgery, per month; positive: it rises
 * - `limit:<analyte>` and `baselineLimit:<analyte>` log2 of the limit of detection L, where the value lies below it:
 *   what a model needs to impute it by its cohort instead
 */
export const panelFeatures = (analytes: readonly string[], chosen: ChosenDraws<Panel>): FeatureVector => {
  const draws: Draws = { ...chosen, course: courseOf(chosen.postoperative) };
  return Object.fromEntries(
    Object.entries(BLOCKS).flatMap(([block, valueOf]) =>
      analytes.map((analyte) => [`${block}:${analyte}`, valueOf(draws, analyte)] as const),
    ),
  );
};
