/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { createHash } from 'node:crypto';
import { CdsError, type FloatTensor } from '../../domain/index.ts';
import { createRandom, type Random } from '../../numerics/index.ts';
import { selectRows, type SurvivalData } from '../../survival/index.ts';
import { createTrainingSession, type TrainingSession } from '../autodiff/index.ts';
import {
  buildTrainingStep,
  type CohortLoss,
  createCohortLoss,
  initialParameters,
  type ResNetParameters,
} from '../resnet/index.ts';
import { augment } from './augment.ts';
import { type CtEpoch, type FoldState, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { scorePairs, UNSTANDARDISED } from './forward.ts';
import type { CtPair } from './pairs.ts';
import { type CtTrainingSettings, learningRateAt } from './settings.ts';
import { type FoldSplit, stratifiedBatches } from './splits.ts';

/** What all folds are trained with. */
export interface CtTask {
  readonly pairs: readonly CtPair[];
  /** Of the pairs, in their order. */
  readonly data: SurvivalData;
  readonly settings: CtTrainingSettings;
  /** One a fold; everything random in a fold hangs on it. */
  readonly seeds: readonly number[];
  readonly splits: readonly FoldSplit[];
  /** Where checkpoints are kept, and the digest of all of the above. */
  readonly checkpoints?: { readonly directory: string; readonly digest: string };
}

/** A network that one fold's patients had no part in. */
export interface FoldCtModel {
  /** The fold that it left out. */
  readonly fold: number;
  readonly parameters: ResNetParameters;
  /** Of the scores of all patients of the other folds; what scores are standardised by. */
  readonly scoreMean: number;
  readonly scoreSd: number;
  /** Epochs that the parameters were trained for. */
  readonly epochs: number;
  readonly history: readonly CtEpoch[];
}

export interface TrainedFold {
  readonly model: FoldCtModel;
  /** Standardised scores of the fold left out, in the order of its split. */
  readonly leftOut: Float32Array;
}

export interface FoldHooks {
  /** After each epoch. */
  readonly report: (epoch: CtEpoch) => void;
  /** Between steps: throws to stop. */
  readonly between: () => void;
}

/** A phase of a fold's training: a session, the patients it learns from and their risk sets. */
interface Phase {
  readonly rows: Int32Array;
  readonly events: Uint8Array;
  readonly loss: CohortLoss;
  readonly model: Uint8Array;
  readonly random: Random;
}

/** A fold at work. */
interface Fold {
  readonly task: CtTask;
  readonly split: FoldSplit;
  readonly random: Random;
  readonly hooks: FoldHooks;
  readonly keep: (state: FoldState) => void;
}

const join = (a: Int32Array, b: Int32Array): Int32Array => Int32Array.from([...a, ...b]).sort();

const phaseOf = ({ task, random }: Pick<Fold, 'task' | 'random'>, rows: Int32Array, name: string): Phase => {
  const data = selectRows(task.data, rows);
  const loss = createCohortLoss(data);
  const { network, batchPairs, weightDecay } = task.settings;
  const model = buildTrainingStep(network, {
    pairs: batchPairs,
    events: loss.columns,
    optimiser: { weightDecay },
  });
  return { rows, events: Uint8Array.from(data.event), loss, model, random: random.fork(name) };
};

/** Parameters to start from, and what they make of the patients: the first memory of everybody's eta. */
const startOf = async (
  { task, hooks }: Fold,
  { rows, random }: Phase,
): Promise<Pick<FoldState, 'epoch' | 'step' | 'training' | 'eta'>> => {
  const { network } = task.settings;
  const training = initialParameters(network, random.fork('parameters'));
  const eta = await scorePairs(task.pairs, rows, network, training, UNSTANDARDISED, hooks.between);
  return { epoch: 0, step: 0, training, eta };
};

/** Arrays that each step writes anew. */
interface Buffers {
  readonly baseline: Float32Array;
  readonly postoperative: Float32Array;
}

const fillImages = (
  { task }: Fold,
  { rows, random }: Phase,
  batch: Int32Array,
  epoch: number,
  buffers: Buffers,
): void => {
  const { network, augmentation } = task.settings;
  const n = network.sizeVoxels;
  const voxels = n ** 3;
  const changes = random.fork('augmentation').fork(epoch);
  for (const times of ['baseline', 'postoperative'] as const) {
    const own = changes.fork(times);
    buffers[times].fill(0, batch.length * voxels);
    batch.forEach((at, place) => {
      const row = rows[at]!;
      const to = buffers[times].subarray(place * voxels, (place + 1) * voxels);
      augment(task.pairs[row]![times], to, n, augmentation, own.fork(row));
    });
  }
};

/** One pass over the patients that are learned from; `eta` is brought up to date. */
const runEpoch = async (
  fold: Fold,
  phase: Phase,
  session: TrainingSession,
  { epoch, step, eta, buffers }: { epoch: number; step: number; eta: Float32Array; buffers: Buffers },
): Promise<void> => {
  const { settings } = fold.task;
  const batches = stratifiedBatches(
    phase.events,
    settings.batchPairs,
    phase.random.fork('order').fork(epoch),
  );
  for (const [index, batch] of batches.entries()) {
    fold.hooks.between();
    fillImages(fold, phase, batch, epoch, buffers);
    const rate = learningRateAt(epoch - 1 + (index + 1) / batches.length, settings);
    const outputs = await session.run({
      ...buffers,
      ...phase.loss.inputs(batch, eta, settings.batchPairs),
      learningRate: Float32Array.of(rate),
      step: Float32Array.of(step + index + 1),
    });
    batch.forEach((at, place) => {
      const value = outputs['eta']![place]!;
      if (!Number.isFinite(value))
        throw new CdsError(
          'LEARNING_NOT_CONVERGED',
          `fold ${fold.split.fold}, epoch ${epoch}: the network's output is not finite`,
        );
      eta[at] = value;
    });
  }
};

/** Deviance over events, less that of equal scores. */
const devianceOf = (loss: CohortLoss, eta: Float32Array): number =>
  2 * (loss.negativeLogLikelihood(eta) - loss.negativeLogLikelihood(new Float32Array(eta.length)));

const parametersAmong = (
  names: Iterable<string>,
  state: ReadonlyMap<string, FloatTensor>,
): Map<string, FloatTensor> => new Map(Array.from(names, (name) => [name, state.get(name)!]));

/** Trains one phase from where `state` stands to its end; every epoch is kept. */
const runPhase = async (
  fold: Fold,
  phase: Phase,
  start: FoldState,
  isOver: (state: FoldState) => boolean,
  judge: (parameters: ResNetParameters) => Promise<number>,
): Promise<FoldState> => {
  const { network, batchPairs } = fold.task.settings;
  const voxels = batchPairs * network.sizeVoxels ** 3;
  const buffers: Buffers = { baseline: new Float32Array(voxels), postoperative: new Float32Array(voxels) };
  const names = [...initialParameters(network, createRandom(0)).keys()];
  const session = await createTrainingSession(phase.model);
  let state = start;
  try {
    session.load(state.training);
    while (!isOver(state)) {
      const epoch = state.epoch + 1;
      const eta = state.eta.slice();
      await runEpoch(fold, phase, session, { epoch, step: state.step, eta, buffers });
      const training = session.state();
      const parameters = parametersAmong(names, training);
      const lossTrain = phase.loss.negativeLogLikelihood(eta);
      const done: CtEpoch = { epoch, lossTrain, deviance: await judge(parameters) };
      const isBest = !(done.deviance >= bestDeviance(state));
      state = {
        ...state,
        epoch,
        step: state.step + Math.ceil(phase.rows.length / batchPairs),
        history: [...state.history, done],
        training,
        eta,
        ...(isBest && { best: parameters, ...(state.phase === 'search' && { bestEpoch: epoch }) }),
      };
      fold.keep(state);
      fold.hooks.report(done);
    }
  } finally {
    await session.release();
  }
  return state;
};

/** Of the search; a refit has none, so that each of its epochs is the best so far. */
const bestDeviance = ({ phase, history, bestEpoch }: FoldState): number =>
  phase === 'search' && bestEpoch > 0 ? history[bestEpoch - 1]!.deviance : Infinity;

const meanAndSd = (values: Float32Array): { mean: number; sd: number } => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  // Every image gives the same score: this fold says nothing of anybody, which is a score of 0 for all.
  return { mean, sd: variance > 0 ? Math.sqrt(variance) : 1 };
};

const search = async (fold: Fold, phase: Phase, resumed: FoldState | undefined): Promise<FoldState> => {
  const { pairs, data, settings } = fold.task;
  const { inner } = fold.split;
  const { patience, epochs, network } = settings;
  const innerLoss = createCohortLoss(selectRows(data, inner));
  const start: FoldState = resumed ?? {
    phase: 'search',
    history: [],
    bestEpoch: 0,
    best: new Map(),
    ...(await startOf(fold, phase)),
  };
  if (start.phase !== 'search') return start;
  const found = await runPhase(
    fold,
    phase,
    start,
    ({ epoch, bestEpoch }) => epoch >= epochs || (bestEpoch > 0 && epoch - bestEpoch >= patience),
    async (parameters) =>
      devianceOf(
        innerLoss,
        await scorePairs(pairs, inner, network, parameters, UNSTANDARDISED, fold.hooks.between),
      ),
  );
  return settings.refit ? found : { ...found, phase: 'trained' };
};

const refit = async (fold: Fold, phase: Phase, found: FoldState): Promise<FoldState> => {
  if (found.phase === 'trained') return found;
  const start: FoldState =
    found.phase === 'refit' ? found : { ...found, phase: 'refit', ...(await startOf(fold, phase)) };
  const trained = await runPhase(
    fold,
    phase,
    start,
    ({ epoch, bestEpoch }) => epoch >= bestEpoch,
    () => Promise.resolve(Number.NaN),
  );
  return { ...trained, phase: 'trained' };
};

/** A fold's part of the digest: a checkpoint of other graphs is none. */
const digestOf = (task: CtTask, index: number, phases: readonly Phase[]): string => {
  const hash = createHash('sha256').update(`${task.checkpoints?.digest ?? ''} ${index}`);
  for (const { model } of phases) hash.update(model);
  return hash.digest('hex');
};

/**
 * Trains the network of one fold and scores the patients that it never saw. From a checkpoint it goes on where that
 * stands, with the result it would have had without a stop.
 *
 * @throws {CdsError} LEARNING_NOT_CONVERGED; what `hooks.between` throws
 */
export async function trainFold(task: CtTask, index: number, hooks: FoldHooks): Promise<TrainedFold> {
  const split = task.splits[index]!;
  const random = createRandom(task.seeds[index]!);
  const others = join(split.learning, split.inner);
  const searching = phaseOf({ task, random }, split.learning, 'search');
  const refitting = phaseOf({ task, random }, others, 'refit');
  const digest = digestOf(task, index, [searching, refitting]);
  const directory = task.checkpoints?.directory;
  const keep = (state: FoldState): void => {
    if (directory !== undefined) writeCheckpoint(directory, split.fold, digest, state);
  };
  const fold: Fold = { task, split, random, hooks, keep };
  const resumed = directory === undefined ? undefined : readCheckpoint(directory, split.fold, digest);
  const found = await search(fold, searching, resumed);
  const trained = await refit(fold, refitting, found);
  const { network } = task.settings;
  const score = (rows: Int32Array, by: { mean: number; sd: number }): Promise<Float32Array> =>
    scorePairs(task.pairs, rows, network, trained.best, by, hooks.between);
  const { mean, sd } = meanAndSd(await score(others, UNSTANDARDISED));
  const { bestEpoch: epochs, history, best: parameters } = trained;
  return {
    model: { fold: split.fold, parameters, scoreMean: mean, scoreSd: sd, epochs, history },
    leftOut: await score(split.leftOut, { mean, sd }),
  };
}
