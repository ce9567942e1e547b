/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';

/** One fold's linear score ((x - centre) / scale) . coefficients, standardised by that fold's training scores. */
export interface FoldLinearModel {
  /** Shape (F), as the three below. */
  readonly centre: Float64Array;
  /** Where it is 0 (a feature constant in training) the coefficient must be 0 too. */
  readonly scale: Float64Array;
  readonly coefficients: Float64Array;
  readonly scoreMean: number;
  readonly scoreSd: number;
}

/** A modality's score: the mean of its fold models' standardised scores. A higher score means a higher risk. */
export interface LinearScoreModel {
  /** F names, in the order of the features. */
  readonly featureNames: readonly string[];
  /** What a missing feature (NaN) is taken for, shape (F). */
  readonly trainingMedians: Float64Array;
  readonly foldModels: readonly FoldLinearModel[];
}

/**
 * The fold models collapsed into one, which they allow being linear:
 * contribution_j = slope_j x_j + intercept_j, score = sum of contributions + offset.
 */
export interface CollapsedLinearScore {
  readonly slopes: Float64Array;
  readonly intercepts: Float64Array;
  /** - mean over folds of scoreMean / scoreSd: the score of a patient at every fold's centre. */
  readonly offset: number;
}

const refuse = (detail: string): never => {
  throw new CdsError('ONNX_INVALID', detail);
};

const checkFold = (fold: FoldLinearModel, features: number, index: number): void => {
  const { centre, scale, coefficients, scoreMean, scoreSd } = fold;
  for (const [name, values] of Object.entries({ centre, scale, coefficients })) {
    if (values.length !== features)
      refuse(`fold ${index}: ${name} has ${values.length} values, not ${features}`);
    if (!values.every(Number.isFinite)) refuse(`fold ${index}: ${name} is not finite`);
  }
  if (scale.some((s, j) => s < 0 || (s === 0 && coefficients[j] !== 0)))
    refuse(`fold ${index}: scale is not positive`);
  if (!Number.isFinite(scoreMean) || !(scoreSd > 0))
    refuse(`fold ${index}: scoreMean or scoreSd is unusable`);
};

/** @throws {CdsError} ONNX_INVALID: no folds, lengths that differ, values that are not finite, no scale */
export function collapseLinearScore(model: LinearScoreModel): CollapsedLinearScore {
  const features = model.featureNames.length;
  const { foldModels, trainingMedians } = model;
  if (foldModels.length === 0 || features === 0) refuse('a linear score needs features and fold models');
  if (trainingMedians.length !== features || !trainingMedians.every(Number.isFinite)) {
    refuse('trainingMedians needs one finite value a feature');
  }
  const slopes = new Float64Array(features);
  const intercepts = new Float64Array(features);
  let offset = 0;
  foldModels.forEach((fold, index) => {
    checkFold(fold, features, index);
    offset -= fold.scoreMean / fold.scoreSd / foldModels.length;
    for (let j = 0; j < features; j++) {
      if (fold.coefficients[j] === 0) continue;
      const slope = fold.coefficients[j]! / (fold.scale[j]! * fold.scoreSd * foldModels.length);
      slopes[j] = slopes[j]! + slope;
      intercepts[j] = intercepts[j]! - slope * fold.centre[j]!;
    }
  });
  return { slopes, intercepts, offset };
}

export interface LinearScores {
  /** Shape (N). */
  readonly score: Float64Array;
  /** Shape (N, F), row-major; a row sums to its score less the offset. */
  readonly contributions: Float64Array;
  /** How many features were NaN, shape (N). */
  readonly imputed: Float64Array;
}

/**
 * What the ONNX graph of `linearScoreModel` computes, in plain TypeScript and float64.
 *
 * @param features shape (N, F), row-major; NaN = missing
 * @throws {CdsError} ONNX_INVALID
 */
export function evaluateLinearScore(
  model: LinearScoreModel,
  features: Float32Array | Float64Array,
): LinearScores {
  const { slopes, intercepts, offset } = collapseLinearScore(model);
  const width = slopes.length;
  const rows = features.length / width;
  const score = new Float64Array(rows).fill(offset);
  const imputed = new Float64Array(rows);
  const contributions = Float64Array.from(features, (value, at) => {
    const [row, j] = [Math.floor(at / width), at % width];
    if (Number.isNaN(value)) imputed[row] = imputed[row]! + 1;
    const contribution =
      slopes[j]! * (Number.isNaN(value) ? model.trainingMedians[j]! : value) + intercepts[j]!;
    score[row] = score[row]! + contribution;
    return contribution;
  });
  return { score, contributions, imputed };
}
