/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { createRandom } from '../../numerics/index.ts';
import { crossValidateChoice } from './choice.ts';
import { crossValidatePipeline } from './pipeline.ts';
import { rocArea } from './roc.ts';
import type { LabelledSamples } from './samples.ts';

/** One cross-validation: what a thread does at a time. */
export interface Job {
  /** Which of the matrices given. */
  readonly matrix: number;
  readonly what: 'pipeline' | 'choice';
  readonly seed: number;
  /** Shuffle the labels first, the how manieth time. */
  readonly permutation?: number;
}

export interface JobResult {
  /** Held-out scores, shape (samples). */
  readonly scores: Float64Array;
  /** Their AUC, pooled over the outer folds; of the shuffled labels where they were shuffled. */
  readonly area: number;
  /** Of a choice: places in CANDIDATES, an outer fold each, and the pooled AUC of every candidate. */
  readonly chosen?: readonly number[];
  readonly candidateAreas?: readonly number[];
}

/** The same on any thread: everything random hangs on the job. */
export async function runJob(matrices: readonly LabelledSamples<string>[], job: Job): Promise<JobResult> {
  const { what, seed, permutation } = job;
  const given = matrices[job.matrix]!;
  const random =
    permutation === undefined ? createRandom(seed) : createRandom(seed).fork(`permutation ${permutation}`);
  const labels =
    permutation === undefined ? given.labels : Uint8Array.from(random.shuffle(Array.from(given.labels)));
  const samples = { ...given, labels };
  if (what === 'pipeline') {
    const scores = crossValidatePipeline(samples, random);
    return { scores, area: rocArea(scores, labels).value };
  }
  const { scores, chosen, byCandidate } = await crossValidateChoice(samples, random);
  const candidateAreas = byCandidate.map((each) => rocArea(each, labels).value);
  return { scores, area: rocArea(scores, labels).value, chosen, candidateAreas };
}
