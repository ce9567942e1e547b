/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CANDIDATES } from './candidates.ts';
import type { Job, JobResult } from './job.ts';
import { runJobs } from './jobs.ts';
import { type RocArea, rocArea } from './roc.ts';
import type { LabelledSamples } from './samples.ts';

export interface NestedResult {
  readonly matrix: string;
  /** AUC of the held-out scores pooled over the outer folds, a repeat each (folds of another seed). */
  readonly areas: readonly number[];
  /** Mean of `areas`: the figure that counts. */
  readonly mean: number;
  /** AUC of each sample's mean held-out score over the repeats, with DeLong's interval. */
  readonly ofMeanScores: RocArea;
  /** Mean held-out score, shape (samples). */
  readonly scores: Float64Array;
  /** AUC of the same on shuffled labels, one repeat each. */
  readonly nullAreas: readonly number[];
}

export interface ChoiceResult extends NestedResult {
  /** The name of what was chosen, by repeat and outer fold. */
  readonly chosen: readonly (readonly string[])[];
  /** Mean pooled AUC over the repeats of every candidate, without a choice. */
  readonly candidates: readonly { readonly name: string; readonly area: number }[];
}

export interface MatrixResult {
  readonly matrix: string;
  readonly pipeline: NestedResult;
  readonly choice: ChoiceResult;
}

export interface NestedSettings {
  readonly repeats: number;
  readonly permutations: number;
  /** Repeats of the choice, which takes nine times as long; of the same folds. */
  readonly choiceRepeats: number;
  readonly choicePermutations: number;
  readonly seed: number;
  readonly threads: number;
  readonly done: (job: Job) => void;
}

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const count = (length: number): number[] => Array.from({ length }, (_, at) => at);

const jobsOf = (matrices: number, settings: NestedSettings): Job[] => {
  const { repeats, permutations, choiceRepeats, choicePermutations, seed } = settings;
  const of = (matrix: number, what: Job['what'], plain: number, shuffled: number): Job[] => [
    ...count(plain).map((repeat) => ({ matrix, what, seed: seed + repeat })),
    ...count(shuffled).map((permutation) => ({ matrix, what, seed, permutation })),
  ];
  const all = (what: Job['what'], plain: number, shuffled: number): Job[] =>
    count(matrices).flatMap((matrix) => of(matrix, what, plain, shuffled));
  // The long ones first, so that the threads end together.
  return [...all('choice', choiceRepeats, choicePermutations), ...all('pipeline', repeats, permutations)];
};

interface Done extends Job {
  readonly result: JobResult;
}

const nestedOf = ({ matrix, labels }: LabelledSamples<string>, done: readonly Done[]): NestedResult => {
  const plain = done.filter(({ permutation }) => permutation === undefined).map(({ result }) => result);
  const areas = plain.map(({ area }) => area);
  const scores = new Float64Array(labels.length);
  for (const result of plain)
    result.scores.forEach((score, row) => (scores[row] = scores[row]! + score / plain.length));
  const nullAreas = done.flatMap(({ permutation, result }) =>
    permutation === undefined ? [] : [result.area],
  );
  return { matrix, areas, mean: meanOf(areas), ofMeanScores: rocArea(scores, labels), scores, nullAreas };
};

const choiceOf = (samples: LabelledSamples<string>, done: readonly Done[]): ChoiceResult => {
  const plain = done.filter(({ permutation }) => permutation === undefined).map(({ result }) => result);
  return {
    ...nestedOf(samples, done),
    chosen: plain.map(({ chosen = [] }) => chosen.map((at) => CANDIDATES[at]!)),
    candidates: CANDIDATES.map((name, at) => ({
      name,
      area: meanOf(plain.map(({ candidateAreas = [] }) => candidateAreas[at]!)),
    })),
  };
};

/** Nested 5 x 5 cross-validation of each matrix by itself: of the pipeline, and of the choice among all candidates. */
export async function nestedCrossValidation(
  matrices: readonly LabelledSamples<string>[],
  settings: NestedSettings,
): Promise<MatrixResult[]> {
  const jobs = jobsOf(matrices.length, settings);
  const results = await runJobs(matrices, jobs, settings.threads, settings.done);
  const done = jobs.map((job, at): Done => ({ ...job, result: results[at]! }));
  return matrices.map((samples, matrix) => {
    const of = (what: Job['what']): Done[] =>
      done.filter((each) => each.matrix === matrix && each.what === what);
    const pipeline = nestedOf(samples, of('pipeline'));
    return { matrix: samples.matrix, pipeline, choice: choiceOf(samples, of('choice')) };
  });
}
