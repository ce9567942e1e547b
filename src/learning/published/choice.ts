/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { Random } from '../../numerics/index.ts';
import { CANDIDATES, scoreCandidates } from './candidates.ts';
import { rocArea } from './roc.ts';
import { type LabelledSamples, rowsWhere, selectSamples, stratifiedFolds } from './samples.ts';

const INNER_FOLDS = 5;

export interface Choice {
  /** Held-out scores of what was chosen, shape (samples). */
  readonly scores: Float64Array;
  /** Place in CANDIDATES, an outer fold each. */
  readonly chosen: readonly number[];
  /** Held-out scores of every candidate, each of shape (samples): the same folds, no choice. */
  readonly byCandidate: readonly Float64Array[];
}

/** What a candidate showed on the inner folds. */
interface Inner {
  /** Mean AUC of the inner folds: does not hang on the scale of the scores. */
  readonly area: number;
  readonly mean: number;
  readonly sd: number;
}

const innerOf = (held: Float64Array, labels: Uint8Array, folds: Int32Array): Inner => {
  const n = held.length;
  const areas = Array.from({ length: INNER_FOLDS }, (_, fold) => {
    const rows = rowsWhere(folds, (id) => id === fold);
    return rocArea(
      rows.map((row) => held[row]!),
      rows.map((row) => labels[row]!),
    ).value;
  });
  const mean = held.reduce((sum, score) => sum + score, 0) / n;
  const sd = Math.sqrt(held.reduce((sum, score) => sum + (score - mean) ** 2, 0) / n) || 1;
  return { area: areas.reduce((sum, area) => sum + area, 0) / INNER_FOLDS, mean, sd };
};

const innerFolds = async <M extends string>(
  training: LabelledSamples<M>,
  random: Random,
): Promise<Inner[]> => {
  const folds = stratifiedFolds(training.labels, INNER_FOLDS, random);
  const held = CANDIDATES.map(() => new Float64Array(training.labels.length));
  for (let fold = 0; fold < INNER_FOLDS; fold++) {
    const inside = selectSamples(
      training,
      rowsWhere(folds, (id) => id !== fold),
    );
    const rows = rowsWhere(folds, (id) => id === fold);
    const scores = await scoreCandidates(inside, selectSamples(training, rows), random.fork(`fold ${fold}`));
    scores.forEach((each, at) => {
      rows.forEach((row, k) => (held[at]![row] = each[k]!));
    });
  }
  return held.map((each) => innerOf(each, training.labels, folds));
};

/**
 * Cross-validation of the whole way to a model: in each outer fold the candidate of best mean AUC on five inner folds
 * is fitted to the training samples and scores the held-out ones. Nobody chooses, so that the pooled AUC is not
 * touched by which candidate looked best on all samples.
 *
 * Scores are put in units of their inner held-out mean and standard deviation, so that folds with different
 * candidates pool. The outer folds are those of crossValidatePipeline for the same random numbers.
 */
export async function crossValidateChoice<M extends string>(
  samples: LabelledSamples<M>,
  random: Random,
  outerFolds = 5,
): Promise<Choice> {
  const n = samples.labels.length;
  const folds = stratifiedFolds(samples.labels, outerFolds, random.fork('outer'));
  const scores = new Float64Array(n);
  const byCandidate = CANDIDATES.map(() => new Float64Array(n));
  const chosen: number[] = [];
  for (let fold = 0; fold < outerFolds; fold++) {
    const training = selectSamples(
      samples,
      rowsWhere(folds, (id) => id !== fold),
    );
    const rows = rowsWhere(folds, (id) => id === fold);
    const inner = await innerFolds(training, random.fork(`choice ${fold}`));
    const best = inner.reduce((at, each, k) => (each.area > inner[at]!.area ? k : at), 0);
    const held = await scoreCandidates(training, selectSamples(samples, rows), random.fork(`fit ${fold}`));
    held.forEach((each, at) => {
      const { mean, sd } = inner[at]!;
      rows.forEach((row, k) => (byCandidate[at]![row] = (each[k]! - mean) / sd));
    });
    rows.forEach((row) => (scores[row] = byCandidate[best]![row]!));
    chosen.push(best);
  }
  return { scores, chosen, byCandidate };
}
