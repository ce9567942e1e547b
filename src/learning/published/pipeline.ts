/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { Random } from '../../numerics/index.ts';
import { logisticElasticNet, type LogisticElasticNetPath, predictLogOdds } from '../linear/index.ts';
import { learnPreprocessing, preprocess, type Preprocessing } from './preprocessing.ts';
import { rocArea } from './roc.ts';
import { type LabelledSamples, rowsWhere, selectSamples, stratifiedFolds } from './samples.ts';

/**
 * The one pipeline for both matrices (ADR 26): log, features that more than a fifth lacks left out, probabilistic
 * quotients against the training median, autoscaling, the mean of three neighbours where a value is missing; then a
 * logistic elastic net, one of six, chosen by the AUC of pooled log odds over five inner folds.
 */
export const PIPELINE = {
  preprocessing: { quotientNormalisation: true, missingShare: 0.2, neighbours: 3 },
  alphas: [0.05, 0.5],
  /** Lambdas, as places on a path of five from the largest useful one to 0.02 of it; the candidates are the last three. */
  path: { lambdaCount: 5, lambdaMinRatio: 0.02, tolerance: 1e-4 },
  candidates: [2, 3, 4],
  innerFolds: 5,
} as const;

export interface FittedPipeline<M extends string> {
  readonly preprocessing: Preprocessing<M>;
  readonly path: LogisticElasticNetPath;
  /** Which lambda of the path. */
  readonly index: number;
}

interface Configuration {
  readonly alpha: number;
  readonly index: number;
}

const CONFIGURATIONS: readonly Configuration[] = PIPELINE.alphas.flatMap((alpha) =>
  PIPELINE.candidates.map((index) => ({ alpha, index })),
);

const fitPath = (x: Float64Array, columns: number, labels: Uint8Array, alpha: number): LogisticElasticNetPath =>
  logisticElasticNet({ x, columns, labels, alpha, ...PIPELINE.path });

/** A path that ended early (the classes are separated) answers with its last model. */
const logOdds = (path: LogisticElasticNetPath, index: number, x: Float64Array): Float64Array =>
  predictLogOdds(path, Math.min(index, path.lambdas.length - 1), x);

/** The configuration whose held-out log odds rank best, by folds of the training samples alone. */
const choose = <M extends string>(training: LabelledSamples<M>, random: Random): Configuration => {
  const folds = stratifiedFolds(training.labels, PIPELINE.innerFolds, random);
  const held = CONFIGURATIONS.map(() => new Float64Array(training.labels.length));
  for (let fold = 0; fold < PIPELINE.innerFolds; fold++) {
    const inner = selectSamples(training, rowsWhere(folds, (id) => id !== fold));
    const outside = rowsWhere(folds, (id) => id === fold);
    const learned = learnPreprocessing(inner, PIPELINE.preprocessing);
    const x = preprocess(learned, inner);
    const test = preprocess(learned, selectSamples(training, outside));
    const paths = new Map(PIPELINE.alphas.map((alpha) => [alpha, fitPath(x, learned.kept.length, inner.labels, alpha)]));
    CONFIGURATIONS.forEach(({ alpha, index }, at) => {
      const scores = logOdds(paths.get(alpha)!, index, test);
      outside.forEach((row, k) => (held[at]![row] = scores[k]!));
    });
  }
  const areas = held.map((scores) => rocArea(scores, training.labels).value);
  return CONFIGURATIONS[areas.indexOf(Math.max(...areas))]!;
};

/** Fits the pipeline; nothing but the training samples is looked at. */
export function fitPipeline<M extends string>(training: LabelledSamples<M>, random: Random): FittedPipeline<M> {
  const { alpha, index } = choose(training, random);
  const preprocessing = learnPreprocessing(training, PIPELINE.preprocessing);
  const path = fitPath(preprocess(preprocessing, training), preprocessing.kept.length, training.labels, alpha);
  return { preprocessing, path, index };
}

/** Log odds of cancer: one scale, which folds share. Shape (samples). */
export const scorePipeline = <M extends string>(
  { preprocessing, path, index }: FittedPipeline<M>,
  samples: LabelledSamples<M>,
): Float64Array => logOdds(path, index, preprocess(preprocessing, samples));

/** Held-out log odds of every sample, by five outer folds; shape (samples). */
export function crossValidatePipeline<M extends string>(
  samples: LabelledSamples<M>,
  random: Random,
  outerFolds = 5,
): Float64Array {
  const folds = stratifiedFolds(samples.labels, outerFolds, random.fork('outer'));
  const scores = new Float64Array(samples.labels.length);
  for (let fold = 0; fold < outerFolds; fold++) {
    const training = selectSamples(samples, rowsWhere(folds, (id) => id !== fold));
    const held = rowsWhere(folds, (id) => id === fold);
    const fitted = fitPipeline(training, random.fork(`inner ${fold}`));
    scorePipeline(fitted, selectSamples(samples, held)).forEach((score, at) => (scores[held[at]!] = score));
  }
  return scores;
}
