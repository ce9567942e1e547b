import { CdsError, type ModalityId } from '../../domain/index.ts';
import { quantile } from '../../numerics/index.ts';
import {
  crossValidatedElasticNetCox,
  landmarkOutcomes,
  linearPredictor,
  type SurvivalData,
} from '../../survival/index.ts';
import type { FoldLinearModel, LinearScoreModel } from '../cox/index.ts';
import type { CohortPatient, LandmarkRow } from './cohort.ts';

/** Rows are censored this long after their landmark: the longest horizon. */
export const HORIZON_END_MONTHS = 24;

export interface ScoreOptions {
  /** Share of the L1 penalty. */
  readonly alpha: number;
  readonly lambdaCount: number;
}

export interface FittedScore {
  readonly model: LinearScoreModel;
  /** Per row: the score of the model that excluded its patient; NaN where the modality is absent. */
  readonly crossFitted: Float64Array;
}

export interface TrainingSet {
  readonly patients: readonly CohortPatient[];
  readonly rows: readonly LandmarkRow[];
  /** Per patient. */
  readonly folds: Int32Array;
}

const NO_VALUE = Number.NaN;

/** Delayed entry at the landmark, censored at the longest horizon after it. */
export const landmarkData = (
  rows: readonly LandmarkRow[],
  patients: readonly CohortPatient[],
): SurvivalData =>
  landmarkOutcomes({
    data: {
      time: Float64Array.from(patients, ({ months }) => months),
      event: Uint8Array.from(patients, ({ event }) => Number(event)),
    },
    patient: Int32Array.from(rows, ({ patient }) => patient),
    landmark: Float64Array.from(rows, ({ entryMonths }) => entryMonths),
    horizon: HORIZON_END_MONTHS,
  });

/** One column a feature, row-major, NaN where missing. */
export const matrixOf = (
  rows: readonly LandmarkRow[],
  modality: ModalityId,
  names: readonly string[],
): Float64Array =>
  Float64Array.from(
    rows.flatMap((row) => {
      const vector = row.features.get(modality);
      return names.map((name) => vector?.[name] ?? NO_VALUE);
    }),
  );

interface Columns {
  readonly medians: Float64Array;
  readonly means: Float64Array;
}

const columnStatistics = (x: Float64Array, columns: number): Columns => {
  const medians = new Float64Array(columns);
  const means = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    const values = x.filter((value, at) => at % columns === column && !Number.isNaN(value));
    medians[column] = values.length === 0 ? 0 : quantile(values, 0.5);
    means[column] = values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  }
  return { medians, means };
};

const imputed = (x: Float64Array, { medians }: Columns): Float64Array =>
  x.map((value, at) => (Number.isNaN(value) ? (medians[at % medians.length] ?? 0) : value));

const meanAndSd = (values: Float64Array): readonly [mean: number, sd: number] => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return [mean, Math.sqrt(variance)];
};

interface FoldFit {
  readonly fold: FoldLinearModel;
  readonly columns: Columns;
}

/** Inner folds reuse the outer ones that are left: patients stay whole. */
const fitFold = (
  rows: readonly LandmarkRow[],
  { patients, folds }: TrainingSet,
  modality: ModalityId,
  names: readonly string[],
  { alpha, lambdaCount }: ScoreOptions,
): FoldFit => {
  const raw = matrixOf(rows, modality, names);
  const columns = columnStatistics(raw, names.length);
  const x = imputed(raw, columns);
  const { path, indexMin } = crossValidatedElasticNetCox({
    x,
    columns: names.length,
    data: landmarkData(rows, patients),
    // Each landmark has its own baseline: the score ranks patients, the risk layer puts them on the clock.
    strata: Int32Array.from(rows, (row) => row.landmark),
    foldIds: Int32Array.from(rows, (row) => folds[row.patient] ?? 0),
    alpha,
    lambdaCount,
  });
  const coefficients = path.coefficients[indexMin] ?? new Float64Array(names.length);
  const eta = linearPredictor(imputedCentred(x, columns), coefficients);
  const [scoreMean, sd] = meanAndSd(eta);
  // No feature kept at the chosen penalty: this fold says nothing of anybody, which is a score of 0 for all.
  const scoreSd = sd > 0 ? sd : 1;
  const scale = new Float64Array(names.length).fill(1);
  return { columns, fold: { centre: columns.means, scale, coefficients, scoreMean, scoreSd } };
};

const imputedCentred = (x: Float64Array, { means }: Columns): Float64Array =>
  x.map((value, at) => value - (means[at % means.length] ?? 0));

const foldScores = (
  rows: readonly LandmarkRow[],
  modality: ModalityId,
  names: readonly string[],
  fit: FoldFit,
): Float64Array => {
  const { fold, columns } = fit;
  const x = imputed(matrixOf(rows, modality, names), columns);
  return linearPredictor(imputedCentred(x, columns), fold.coefficients).map(
    (eta) => (eta - fold.scoreMean) / fold.scoreSd,
  );
};

/**
 * Each fold imputes with its own medians; the exported model has one value a feature. The folds being linear, the
 * average of their medians weighted by their slopes gives exactly the mean of their scores.
 */
const commonMedians = (fits: readonly FoldFit[], columns: number): Float64Array =>
  Float64Array.from({ length: columns }, (_, column) => {
    let weighted = 0;
    let total = 0;
    let plain = 0;
    for (const { fold, columns: statistics } of fits) {
      const slope = (fold.coefficients[column] ?? 0) / fold.scoreSd;
      const median = statistics.medians[column] ?? 0;
      weighted += slope * median;
      total += slope;
      plain += median / fits.length;
    }
    return Math.abs(total) > 1e-12 ? weighted / total : plain;
  });

/**
 * A modality's recurrence score: an elastic-net Cox over the stacked landmarks, one model a fold, the penalty
 * chosen by cross-validation inside it. Training rows get only the score of the model that excluded them.
 *
 * @throws {CdsError} COX_NOT_CONVERGED
 */
export function fitModalityScore(
  training: TrainingSet,
  modality: ModalityId,
  names: readonly string[],
  options: ScoreOptions,
): FittedScore {
  const { rows, folds } = training;
  const present = rows.flatMap((row, index) => (row.features.has(modality) ? [index] : []));
  const crossFitted = new Float64Array(rows.length).fill(NO_VALUE);
  const at = (indices: readonly number[]): LandmarkRow[] => indices.flatMap((index) => rows[index] ?? []);
  const foldOf = (index: number): number => folds[rows[index]?.patient ?? 0] ?? 0;
  const fits = [...new Set(folds)].sort().map((fold) => {
    const inside = present.filter((index) => foldOf(index) !== fold);
    const outside = present.filter((index) => foldOf(index) === fold);
    const fit = fitFold(at(inside), training, modality, names, options);
    foldScores(at(outside), modality, names, fit).forEach((score, position) => {
      crossFitted[outside[position] ?? 0] = score;
    });
    return fit;
  });
  if (fits.every(({ fold }) => fold.coefficients.every((coefficient) => coefficient === 0)))
    throw new CdsError(
      'COX_NOT_CONVERGED',
      `No feature of ${modality} is kept in any fold at the chosen penalty: the cohort shows no signal for it.`,
    );
  return {
    crossFitted,
    model: {
      featureNames: names,
      trainingMedians: commonMedians(fits, names.length),
      foldModels: fits.map(({ fold }) => fold),
    },
  };
}
