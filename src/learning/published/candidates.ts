/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { Random } from '../../numerics/index.ts';
import { fitClassificationForest, predictClassProbabilities } from '../forests/index.ts';
import { logisticElasticNet, plsDiscriminant, predictLogOdds, predictPls } from '../linear/index.ts';
import { fitPipeline, PIPELINE, scorePipeline } from './pipeline.ts';
import { learnPreprocessing, preprocess } from './preprocessing.ts';
import type { LabelledSamples } from './samples.ts';

const COMPONENTS = [1, 2, 3, 5];
/** Mixing, and which lambdas of the path (see PIPELINE.path; 4 is its end). */
const NETS: readonly (readonly [alpha: number, indices: readonly number[]])[] = [
  [0, [4]],
  [0.05, [2, 3, 4]],
  [0.5, [2, 3, 4]],
];
const TREES = 200;

const FAMILIES = [
  ...COMPONENTS.map((count) => `PLS-DA, ${count} component${count === 1 ? '' : 's'}`),
  ...NETS.flatMap(([alpha, indices]) =>
    indices.map((index) => `elastic net, mixing ${alpha}, lambda ${index + 1} of 5`),
  ),
  'forest',
  'mean of three linear models',
  'mean of three linear models and the forest',
];

/** What was looked at before the pipeline was fixed (ADR 26), as far as it can be fitted without a look at the result. */
export const CANDIDATES: readonly string[] = [
  ...FAMILIES.map((name) => `${name}; quotients`),
  ...FAMILIES.map((name) => `${name}; no quotients`),
  'the pipeline',
];

type Scorer = (x: Float64Array) => Float64Array;

const spreadOf = (values: Float64Array): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) || 1;
};

/** The mean of some models, each in units of its spread over the training samples. */
const meanOfModels = (models: readonly Scorer[], training: Float64Array): Scorer => {
  const spreads = models.map((score) => spreadOf(score(training)));
  return (x) => {
    const each = models.map((score) => score(x));
    return each[0]!.map((_, row) =>
      each.reduce((sum, scores, k) => sum + scores[row]! / spreads[k]! / models.length, 0),
    );
  };
};

/** One scorer for each of FAMILIES, of the training samples as they come out of the preprocessing. */
const fitFamilies = async (
  x: Float64Array,
  columns: number,
  labels: Uint8Array,
  random: Random,
): Promise<Scorer[]> => {
  const pls = plsDiscriminant({ x, columns, labels, components: Math.max(...COMPONENTS) });
  const linear = COMPONENTS.map(
    (count): Scorer =>
      (test) =>
        predictPls(pls, count, test),
  );
  const nets = NETS.flatMap(([alpha, indices]) => {
    const path = logisticElasticNet({ x, columns, labels, alpha, ...PIPELINE.path });
    const last = path.lambdas.length - 1;
    return indices.map(
      (index): Scorer =>
        (test) =>
          predictLogOdds(path, Math.min(index, last), test),
    );
  });
  const forest = await fitClassificationForest({
    x,
    columns,
    labels: Int32Array.from(labels),
    classes: 2,
    trees: TREES,
    random,
  });
  const vote: Scorer = (test) => predictClassProbabilities(forest, test).filter((_, at) => at % 2 === 1);
  // Two components, and the fourth lambda at both mixings.
  const three = [linear[1]!, nets[2]!, nets[5]!];
  return [...linear, ...nets, vote, meanOfModels(three, x), meanOfModels([...three, vote], x)];
};

/**
 * Fits every candidate to the training samples and scores the test samples.
 *
 * @returns one a candidate, each of shape (test samples), on a scale of its own; higher = cancer
 */
export async function scoreCandidates<M extends string>(
  training: LabelledSamples<M>,
  test: LabelledSamples<NoInfer<M>>,
  random: Random,
): Promise<Float64Array[]> {
  const scores: Float64Array[] = [];
  for (const quotientNormalisation of [true, false]) {
    const learned = learnPreprocessing(training, { ...PIPELINE.preprocessing, quotientNormalisation });
    const x = preprocess(learned, training);
    const testX = preprocess(learned, test);
    const ofForest = random.fork(`forest ${String(quotientNormalisation)}`);
    const fitted = await fitFamilies(x, learned.kept.length, training.labels, ofForest);
    scores.push(...fitted.map((score) => score(testX)));
  }
  return [...scores, scorePipeline(fitPipeline(training, random.fork('pipeline')), test)];
}
