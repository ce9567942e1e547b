/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { Random } from '../../numerics/index.ts';
import { logisticElasticNet, type LogisticElasticNetPath, predictLogOdds } from '../linear/index.ts';
import { learnPreprocessing, preprocess, type Preprocessing } from './preprocessing.ts';
import { rocArea } from './roc.ts';
import { type LabelledSamples, rowsWhere, selectSamples, stratifiedFolds } from './samples.ts';

/**
 * The one pipeline for both matrices (ADR 26): log, features that more than a fifth lacks left out, probabilistic
 * quotients against the training median, autoscaling, the mean of three neighbours where a value is missing; then six
 * logistic elastic nets. Each net's log odds are divided by the spread that they have over five inner held-out folds,
 * so that all six, and all outer folds, share one scale; nets whose held-out log odds rank no better than chance are
 * left out; the score is the mean of the rest.
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
  readonly members: readonly Member[];
}

/** One net of the mean. */
interface Member {
  readonly path: LogisticElasticNetPath;
  /** Which lambda of the path. */
  readonly index: number;
  /** Standard deviation of its log odds over the inner held-out folds. */
  readonly spread: number;
}

interface Configuration {
  readonly alpha: number;
  readonly index: number;
}

const CONFIGURATIONS: readonly Configuration[] = PIPELINE.alphas.flatMap((alpha) =>
  PIPELINE.candidates.map((index) => ({ alpha, index })),
);

const fitPaths = (
  x: Float64Array,
  columns: number,
  labels: Uint8Array,
): ReadonlyMap<number, LogisticElasticNetPath> =>
  new Map(
    PIPELINE.alphas.map((alpha) => [
      alpha,
      logisticElasticNet({ x, columns, labels, alpha, ...PIPELINE.path }),
    ]),
  );

/** A path that ended early (the classes are separated) answers with its last model. */
const logOdds = (path: LogisticElasticNetPath, index: number, x: Float64Array): Float64Array =>
  predictLogOdds(path, Math.min(index, path.lambdas.length - 1), x);

interface Inner extends Configuration {
  readonly area: number;
  readonly spread: number;
}

const spreadOf = (values: Float64Array): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
};

/** What each configuration is worth, and how far its log odds spread, on folds of the training samples alone. */
const innerFolds = <M extends string>(training: LabelledSamples<M>, random: Random): Inner[] => {
  const folds = stratifiedFolds(training.labels, PIPELINE.innerFolds, random);
  const held = CONFIGURATIONS.map(() => new Float64Array(training.labels.length));
  for (let fold = 0; fold < PIPELINE.innerFolds; fold++) {
    const inner = selectSamples(
      training,
      rowsWhere(folds, (id) => id !== fold),
    );
    const outside = rowsWhere(folds, (id) => id === fold);
    const learned = learnPreprocessing(inner, PIPELINE.preprocessing);
    const paths = fitPaths(preprocess(learned, inner), learned.kept.length, inner.labels);
    const test = preprocess(learned, selectSamples(training, outside));
    CONFIGURATIONS.forEach(({ alpha, index }, at) => {
      const scores = logOdds(paths.get(alpha)!, index, test);
      outside.forEach((row, k) => (held[at]![row] = scores[k]!));
    });
  }
  return CONFIGURATIONS.map((configuration, at) => ({
    ...configuration,
    area: rocArea(held[at]!, training.labels).value,
    spread: spreadOf(held[at]!),
  }));
};

/** Fits the pipeline; nothing but the training samples is looked at. */
export function fitPipeline<M extends string>(
  training: LabelledSamples<M>,
  random: Random,
): FittedPipeline<M> {
  const inner = innerFolds(training, random).filter(({ spread }) => spread > 0);
  const better = inner.filter(({ area }) => area > 0.5);
  const preprocessing = learnPreprocessing(training, PIPELINE.preprocessing);
  const paths = fitPaths(preprocess(preprocessing, training), preprocessing.kept.length, training.labels);
  const members = (better.length > 0 ? better : inner).map(({ alpha, index, spread }) => ({
    path: paths.get(alpha)!,
    index,
    spread,
  }));
  return { preprocessing, members };
}

/** Mean of the nets' log odds in units of their held-out spread; higher = cancer. Shape (samples). */
export function scorePipeline<M extends string>(
  { preprocessing, members }: FittedPipeline<M>,
  samples: LabelledSamples<NoInfer<M>>,
): Float64Array {
  const x = preprocess(preprocessing, samples);
  const scores = new Float64Array(samples.labels.length);
  for (const { path, index, spread } of members) {
    logOdds(path, index, x).forEach((value, row) => {
      scores[row] = scores[row]! + value / spread / members.length;
    });
  }
  return scores;
}

/** Held-out scores of every sample, by outer folds; shape (samples). */
export function crossValidatePipeline<M extends string>(
  samples: LabelledSamples<M>,
  random: Random,
  outerFolds = 5,
): Float64Array {
  const folds = stratifiedFolds(samples.labels, outerFolds, random.fork('outer'));
  const scores = new Float64Array(samples.labels.length);
  for (let fold = 0; fold < outerFolds; fold++) {
    const training = selectSamples(
      samples,
      rowsWhere(folds, (id) => id !== fold),
    );
    const held = rowsWhere(folds, (id) => id === fold);
    const fitted = fitPipeline(training, random.fork(`inner ${fold}`));
    scorePipeline(fitted, selectSamples(samples, held)).forEach((score, at) => (scores[held[at]!] = score));
  }
  return scores;
}
