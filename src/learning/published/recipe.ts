/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { createRandom } from '../../numerics/index.ts';
import { fitClassificationForest, predictClassProbabilities } from '../forests/index.ts';
import { plsDiscriminant, predictPls } from '../linear/index.ts';
import { learnPreprocessing, preprocess } from './preprocessing.ts';
import { type RocArea, rocArea } from './roc.ts';
import { selectSamples } from './samples.ts';
import type { St000369 } from './st000369-data.ts';

export interface PublishedRecipe {
  /** Test AUC of the forest, one a seed. */
  readonly forest: readonly number[];
  /** PLS-DA with one component. */
  readonly pls: { readonly train: RocArea; readonly test: RocArea };
}

/** Log, autoscaling by the training samples, three nearest neighbours: as the paper's notebooks do. */
const PUBLISHED = { quotientNormalisation: false, missingShare: 1, neighbours: 3 };

/**
 * The published recipe on the published split of serum: PLS-DA with one component, and a forest of 100 trees of depth 3
 * for each seed from 1.
 *
 * @see Mendez, Reinke & Broadhurst 2019, doi:10.1007/s11306-019-1612-4
 */
export async function publishedRecipe(
  { serum, split }: St000369,
  seeds: number,
  progress: (done: number) => void,
): Promise<PublishedRecipe> {
  const [training, test] = [selectSamples(serum, split.train), selectSamples(serum, split.test)];
  const learned = learnPreprocessing(training, PUBLISHED);
  const [x, testX] = [preprocess(learned, training), preprocess(learned, test)];
  const columns = learned.kept.length;
  const labels = training.labels;
  const model = plsDiscriminant({ x, columns, labels, components: 1 });
  const pls = {
    train: rocArea(predictPls(model, 1, x), labels),
    test: rocArea(predictPls(model, 1, testX), test.labels),
  };
  const forest: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const fitted = await fitClassificationForest({
      x,
      columns,
      labels: Int32Array.from(labels),
      classes: 2,
      trees: 100,
      maximumDepth: 3,
      minimumNodeSize: 1,
      random: createRandom(seed),
    });
    const probabilities = predictClassProbabilities(fitted, testX);
    const scores = Float64Array.from(test.labels, (_, row) => probabilities[2 * row + 1]!);
    forest.push(rocArea(scores, test.labels).value);
    progress(seed);
  }
  return { forest, pls };
}
