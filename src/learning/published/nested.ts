import { createRandom } from '../../numerics/index.ts';
import { crossValidatePipeline } from './pipeline.ts';
import { type RocArea, rocArea } from './roc.ts';
import type { LabelledSamples } from './samples.ts';

export interface NestedResult {
  readonly matrix: string;
  /** AUC of the held-out log odds pooled over the outer folds, a repeat each (folds of another seed). */
  readonly areas: readonly number[];
  /** Mean of `areas`: the figure that counts. */
  readonly mean: number;
  /** AUC of each sample's mean held-out log odds over the repeats, with DeLong's interval. */
  readonly ofMeanScores: RocArea;
  /** Mean held-out log odds, shape (samples). */
  readonly scores: Float64Array;
  /** The same of shuffled labels, one repeat each. */
  readonly nullAreas: readonly number[];
}

export interface NestedSettings {
  readonly repeats: number;
  readonly permutations: number;
  readonly seed: number;
  /** Called after each repeat and each permutation; may wait. */
  readonly progress: (done: number, total: number) => Promise<void> | void;
}

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The pipeline's nested 5 x 5 cross-validation of one matrix, and what it makes of labels without meaning. */
export async function nestedCrossValidation(
  samples: LabelledSamples<string>,
  { repeats, permutations, seed, progress }: NestedSettings,
): Promise<NestedResult> {
  const scores = new Float64Array(samples.labels.length);
  const areas: number[] = [];
  const total = repeats + permutations;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const held = crossValidatePipeline(samples, createRandom(seed + repeat));
    areas.push(rocArea(held, samples.labels).value);
    held.forEach((score, row) => (scores[row] = (scores[row] ?? 0) + score / repeats));
    await progress(repeat + 1, total);
  }
  const nullAreas: number[] = [];
  for (let permutation = 0; permutation < permutations; permutation++) {
    const random = createRandom(seed).fork(`permutation ${permutation}`);
    const labels = Uint8Array.from(random.shuffle(Array.from(samples.labels)));
    const held = crossValidatePipeline({ ...samples, labels }, random);
    nullAreas.push(rocArea(held, labels).value);
    await progress(repeats + permutation + 1, total);
  }
  const ofMeanScores = rocArea(scores, samples.labels);
  return { matrix: samples.matrix, areas, mean: meanOf(areas), ofMeanScores, scores, nullAreas };
}
