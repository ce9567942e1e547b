/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { createHash } from 'node:crypto';
import { env } from 'onnxruntime-node';
import { CdsError } from '../../domain/index.ts';
import { createRandom, type Random } from '../../numerics/index.ts';
import { selectRows, type SurvivalData, validateSurvivalData } from '../../survival/index.ts';
import { buildScoringModel, buildTrainingStep, initialParameters } from '../resnet/index.ts';
import type { CtEpoch } from './checkpoint.ts';
import { UNSTANDARDISED } from './forward.ts';
import { type CtPair, sharePairs } from './pairs.ts';
import { checkSettings, type CtTrainingSettings } from './settings.ts';
import { foldSplits, type FoldSplit } from './splits.ts';
import { trainOnThreads } from './threads.ts';
import type { CtTask, FoldCtModel } from './train-fold.ts';

export interface CtProgress extends CtEpoch {
  readonly fold: number;
  /** At most, of this fold, searching and refitting. */
  readonly epochs: number;
  /** By the epochs so far, should no fold stop early. */
  readonly secondsLeft: number;
}

export interface CrossFitOptions {
  /** Everything random hangs on it: equal streams give equal bytes, whatever the threads. */
  readonly random: Random;
  /** Folds trained at once, each in a thread of its own; 1 where not given. */
  readonly threads?: number;
  /**
   * Where training is kept after every epoch, to go on from there after a stop. It holds scores of patients. What lies
   * there of other data, settings or seeds is not taken, but written over.
   */
  readonly checkpointDirectory?: string;
  readonly progress?: (progress: CtProgress) => void;
  readonly signal?: AbortSignal;
}

export interface CrossFittedCt {
  /** One a fold, by fold. */
  readonly folds: readonly FoldCtModel[];
  /** Of each row of data: the standardised score of the model that excluded it; NaN without a pair. */
  readonly crossFitted: Float64Array;
}

const refuse = (detail: string): never => {
  throw new CdsError('LEARNING_INPUT_INVALID', detail);
};

const bytesOf = (values: Float32Array | Float64Array | Int32Array | Uint8Array | Int8Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** Of whatever the training's bytes hang on: settings, seeds, folds, graphs, runtime, outcomes, images. */
const digestOf = ({ pairs, data, settings, seeds, splits, step }: Omit<CtTask, 'checkpoints'>): string => {
  const { network } = settings;
  const hash = createHash('sha256');
  hash.update(JSON.stringify({ settings, seeds, runtime: env.versions, splits }));
  hash.update(step);
  hash.update(buildScoringModel(network, initialParameters(network, createRandom(0)), UNSTANDARDISED));
  for (const values of [data.entry ?? new Float64Array(0), data.time, data.event]) {
    hash.update(`${values.length} `);
    hash.update(bytesOf(values));
  }
  for (const { patient, baseline, postoperative } of pairs) {
    hash.update(`${patient} `);
    hash.update(bytesOf(baseline));
    hash.update(bytesOf(postoperative));
  }
  return hash.digest('hex');
};

/**
 * Columns enough for the event times of any fold. Not as many as there are: then a left-out patient's event would
 * change the step, if only in how it rounds.
 */
const columnsFor = (splits: readonly FoldSplit[]): number =>
  Math.max(...splits.map(({ learning, inner }) => learning.length + inner.length));

const taskOf = (
  pairs: readonly CtPair[],
  data: SurvivalData,
  folds: Int32Array,
  settings: CtTrainingSettings,
  { random, checkpointDirectory }: CrossFitOptions,
): CtTask => {
  checkSettings(settings);
  const n = validateSurvivalData(data);
  if (folds.length !== n) refuse(`folds has ${folds.length} rows, data ${n}`);
  const shared = sharePairs(pairs, n, settings.network.sizeVoxels);
  if (shared.length === 0) refuse('there are no pairs of CTs');
  const own = selectRows(
    data,
    shared.map(({ patient }) => patient),
  );
  if (!own.event.includes(1))
    throw new CdsError('SURVIVAL_NO_EVENTS', 'no patient with a pair of CTs has an event');
  const splits = foldSplits(
    Int32Array.from(shared, ({ patient }) => folds[patient]!),
    Uint8Array.from(own.event),
  );
  const seeds = splits.map(({ fold }) => random.fork(`ct fold ${fold}`).integer(2 ** 32));
  const columns = columnsFor(splits);
  const { network, batchPairs, weightDecay } = settings;
  const step = buildTrainingStep(network, {
    pairs: batchPairs,
    events: columns,
    optimiser: { weightDecay },
  });
  const task = { pairs: shared, data: own, settings, seeds, splits, step, columns };
  return checkpointDirectory === undefined
    ? task
    : { ...task, checkpoints: { directory: checkpointDirectory, digest: digestOf(task) } };
};

/** Tells of each epoch with the time left: what is done of what there is at most. */
const progressOf = (
  { splits, settings: { epochs, refit } }: CtTask,
  progress: (progress: CtProgress) => void,
) => {
  const most = refit ? 2 * epochs : epochs;
  const done = splits.map(() => 0);
  const started = performance.now();
  let run = 0;
  return {
    onEpoch: (index: number, epoch: CtEpoch): void => {
      done[index] = Math.min(most, done[index]! + 1);
      run++;
      const left = done.reduce((sum, of) => sum + most - of, 0);
      const secondsLeft = ((performance.now() - started) / 1000 / run) * left;
      progress({ ...epoch, fold: splits[index]!.fold, epochs: most, secondsLeft });
    },
    onTrained: (index: number): void => {
      done[index] = most;
    },
  };
};

/**
 * Trains one network a fold on the pairs of the other folds and scores the fold that was left out: no patient's score
 * comes from a network that saw the patient.
 *
 * Each network learns the Cox partial likelihood of its patients' risk sets, batch by batch with the others held at
 * their last known linear predictor; stops by the deviance of one of the other folds, the next one; and is standardised
 * by the scores of all patients of the other folds. Everything runs in worker threads.
 *
 * @param pairs tensors of settings.network.sizeVoxels^3 in 0..1; a patient without one is left out. Those made with
 *   {@link sharedTensor} are not copied
 * @param data one row a patient; delayed entry at the day from which the postoperative CT was usable
 * @param folds of each row of data
 * @throws {CdsError} LEARNING_INPUT_INVALID, naming the row of a tensor that is not finite or has another size, or the
 *   folds that have too few events; SURVIVAL_INPUT_INVALID; SURVIVAL_NO_EVENTS; LEARNING_NOT_CONVERGED
 * @throws the signal's reason where it aborts
 * @see Katzman 2018, doi:10.1186/s12874-018-0482-1 (a network under Cox's likelihood); Chernozhukov 2018,
 *   doi:10.1111/ectj.12097 (cross-fitting)
 */
export async function crossFitCt(
  pairs: readonly CtPair[],
  data: SurvivalData,
  folds: Int32Array,
  settings: CtTrainingSettings,
  options: CrossFitOptions,
): Promise<CrossFittedCt> {
  options.signal?.throwIfAborted();
  const task = taskOf(pairs, data, folds, settings, options);
  const trained = await trainOnThreads(task, {
    threads: options.threads ?? 1,
    ...(options.signal !== undefined && { signal: options.signal }),
    ...progressOf(task, options.progress ?? (() => undefined)),
  });
  const crossFitted = new Float64Array(data.time.length).fill(Number.NaN);
  trained.forEach(({ leftOut }, index) => {
    task.splits[index]!.leftOut.forEach((at, place) => {
      crossFitted[task.pairs[at]!.patient] = leftOut[place]!;
    });
  });
  return { folds: trained.map(({ model }) => model), crossFitted };
}

/** The ONNX graph that serves a fold's network: riskScore, standardised, and the activation maps. */
export const servedFold = (
  { network }: Pick<CtTrainingSettings, 'network'>,
  { parameters, scoreMean, scoreSd }: FoldCtModel,
): Uint8Array => buildScoringModel(network, parameters, { mean: scoreMean, sd: scoreSd });
