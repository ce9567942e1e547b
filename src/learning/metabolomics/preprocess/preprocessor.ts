/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../../domain/index.ts';
import { blockOf, type Block, LEARNED, type PanelLayout, type PanelRows } from '../layout.ts';
import type { MetabolomicSettings } from '../settings.ts';
import { conditionalMean, fitCensoredNormal } from './censored-normal.ts';
import { fitScaling, measuredShares } from './columns.ts';
import { columnMedians, quotientNormalise } from './quotient.ts';

/** Of one kind of draw (latest, baseline), each of shape (analytes). */
export interface DrawStatistics {
  /** Of the censored lognormal, log2 umol/L; where `kept` is 0, any number. */
  readonly mean: Float64Array;
  readonly sd: Float64Array;
  /** Median of the training rows after imputation below the limit; NaN where the analyte is not kept. */
  readonly reference: Float64Array;
}

/** Everything that is fitted between a panel's features and what a model learns from; training rows only. */
export interface Preprocessor {
  readonly layout: PanelLayout;
  /** 1 where the analyte passes the missingness filter, shape (analytes). */
  readonly kept: Uint8Array;
  readonly latest: DrawStatistics;
  readonly baseline: DrawStatistics;
  /** Shape (3 x analytes), in the order of `learnedNames`. */
  readonly centre: Float64Array;
  readonly scale: Float64Array;
  /** The autoscaled training median: what a missing value is taken for. */
  readonly fill: Float64Array;
  /** 1 where it is learned from and the training rows have different values of it. */
  readonly usable: Uint8Array;
  readonly clip: number;
}

type Settings = Pick<MetabolomicSettings, 'minimumMeasured' | 'minimumDetected' | 'clip' | 'slopes'>;

/** The values of a kind of draw with their limits of detection, shape (n, analytes) each. */
interface Draws {
  readonly values: Float64Array;
  readonly limits: Float64Array;
}

const latestDraws = (rows: PanelRows): Draws => ({
  values: blockOf(rows, 'log2'),
  limits: blockOf(rows, 'limit'),
});

/** The baseline is what is left of the latest value without the change. */
const baselineDraws = (rows: PanelRows): Draws => {
  const change = blockOf(rows, 'change');
  return {
    values: blockOf(rows, 'log2').map((value, at) => value - change[at]!),
    limits: blockOf(rows, 'baselineLimit'),
  };
};

const column = (x: Float64Array, columns: number, j: number): Float64Array =>
  Float64Array.from({ length: x.length / columns }, (_, i) => x[i * columns + j]!);

/** Where a draw has no value it has no limit either, and the other way round counts as measured below it. */
const imputeBelowLimit = (
  { values, limits }: Draws,
  { mean, sd }: Pick<DrawStatistics, 'mean' | 'sd'>,
  kept: Uint8Array,
): Float64Array =>
  values.map((value, at) => {
    const j = at % kept.length;
    if (kept[j] === 0) return Number.NaN;
    return Number.isNaN(limits[at]!) || Number.isNaN(value)
      ? value
      : conditionalMean({ mean: mean[j]!, sd: sd[j]! }, limits[at]!);
  });

/** Lognormals of the kept analytes; one without two different observed values lends itself nothing: not kept. */
const fitDraws = (draws: Draws, kept: Uint8Array): DrawStatistics => {
  const width = kept.length;
  const [mean, sd] = [new Float64Array(width), new Float64Array(width).fill(1)];
  for (let j = 0; j < width; j++) {
    if (kept[j] === 0) continue;
    const values = column(draws.values, width, j);
    const limits = column(draws.limits, width, j).map((limit, i) =>
      Number.isNaN(values[i]!) ? Number.NaN : limit,
    );
    const observed = values.filter((value, i) => !Number.isNaN(value) && Number.isNaN(limits[i]!));
    if (new Set(observed).size < 2) continue;
    const fitted = fitCensoredNormal({ values, limits });
    mean[j] = fitted.mean;
    sd[j] = fitted.sd;
  }
  const reference = columnMedians(imputeBelowLimit(draws, { mean, sd }, kept), width);
  return { mean, sd, reference };
};

/**
 * Rows through everything up to autoscaling: values below detection by their conditional mean, dropped analytes
 * out, quotient normalisation of the latest and of the baseline draw, change between the two, slopes less their
 * median.
 *
 * @returns shape (n, 3 x analytes), row-major, NaN = missing
 */
const normalised = (
  rows: PanelRows,
  { kept, latest, baseline }: Pick<Preprocessor, 'kept' | 'latest' | 'baseline'>,
): Float64Array => {
  const width = kept.length;
  const now = quotientNormalise(imputeBelowLimit(latestDraws(rows), latest, kept), latest.reference);
  const before = quotientNormalise(imputeBelowLimit(baselineDraws(rows), baseline, kept), baseline.reference);
  const zero = Float64Array.from(kept, (keep) => (keep === 1 ? 0 : Number.NaN));
  const slopes = quotientNormalise(blockOf(rows, 'slope'), zero);
  const n = now.length / width;
  const result = new Float64Array(n * 3 * width);
  for (let i = 0; i < n; i++) {
    result.set(now.subarray(i * width, (i + 1) * width), i * 3 * width);
    for (let j = 0; j < width; j++)
      result[(i * 3 + 1) * width + j] = now[i * width + j]! - before[i * width + j]!;
    result.set(slopes.subarray(i * width, (i + 1) * width), (i * 3 + 2) * width);
  }
  return result;
};

/** Levels of the latest draw, log2 umol/L, below detection imputed; NaN = missing or dropped. Shape (n, analytes). */
export const latestLevels = ({ kept, latest }: Preprocessor, rows: PanelRows): Float64Array =>
  imputeBelowLimit(latestDraws(rows), latest, kept);

const keptAnalytes = (rows: PanelRows, settings: Settings): Uint8Array => {
  const width = rows.layout.analytes.length;
  const { values, limits } = latestDraws(rows);
  const measured = measuredShares(values, width);
  const detected = measuredShares(
    values.map((value, at) => (Number.isNaN(limits[at]!) ? value : Number.NaN)),
    width,
  );
  return Uint8Array.from(measured, (share, j) =>
    Number(share >= settings.minimumMeasured && detected[j]! >= settings.minimumDetected),
  );
};

const isBlockUsable = (layout: PanelLayout, at: number, slopes: boolean): boolean => {
  const block: Block = LEARNED[Math.floor(at / layout.analytes.length)]!;
  return layout.starts.has(block) && (slopes || block !== 'slope');
};

/**
 * Fits the preprocessing of a panel on training rows; nothing of it is known of the rows it is later applied to.
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID if no analyte passes the missingness filter; LEARNING_NOT_CONVERGED
 * @see Bijlsma 2006, doi:10.1021/ac051495j (80 % rule); Dieterle 2006 (quotients); van den Berg 2006 (autoscaling)
 */
export function fitPreprocessor(rows: PanelRows, settings: Settings): Preprocessor {
  const { layout } = rows;
  const kept = keptAnalytes(rows, settings);
  if (!kept.includes(1))
    throw new CdsError(
      'LEARNING_INPUT_INVALID',
      `no analyte is measured in ${String(settings.minimumMeasured * 100)} % of the training rows`,
    );
  const latest = fitDraws(latestDraws(rows), kept);
  const baseline = fitDraws(baselineDraws(rows), kept);
  const values = normalised(rows, { kept, latest, baseline });
  const width = 3 * kept.length;
  const { centre, scale, constant } = fitScaling(values, width);
  const medians = columnMedians(values, width);
  const usable = constant.map((flag, at) => Number(flag === 0 && isBlockUsable(layout, at, settings.slopes)));
  const fill = medians.map((median, at) => (usable[at] === 1 ? (median - centre[at]!) / scale[at]! : 0));
  return { layout, kept, latest, baseline, centre, scale, fill, usable, clip: settings.clip };
}

/**
 * What a model learns from and scores: autoscaled, clipped, nothing missing.
 *
 * @returns shape (n, 3 x analytes), row-major, in standard deviations of the training rows
 */
export function preprocess(fitted: Preprocessor, rows: PanelRows): Float64Array {
  const { centre, scale, fill, usable, clip } = fitted;
  const width = centre.length;
  return normalised(rows, fitted).map((value, at) => {
    const j = at % width;
    if (usable[j] === 0) return 0;
    if (Number.isNaN(value)) return fill[j]!;
    return Math.min(clip, Math.max(-clip, (value - centre[j]!) / scale[j]!));
  });
}
