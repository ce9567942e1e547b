/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError, type FloatTensor } from '../../domain/index.ts';
import { createRandom, type Random } from '../../numerics/index.ts';
import { selectRows, type SurvivalData } from '../../survival/index.ts';
import type { TrainingSession } from '../autodiff/index.ts';
import {
  type CohortLoss,
  createCohortLoss,
  initialParameters,
  parametersOf,
  type ResNetParameters,
} from '../resnet/index.ts';
import { type Augmenter, createAugmenter } from './augment.ts';
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
  /** The training step, one for all folds: with columns for any of them, which fill up what they don't need. */
  readonly step: Uint8Array;
  readonly columns: number;
  /** Where checkpoints are kept, and the digest of all of the above and of what is trained by. */
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

/** A phase of a fold's training: the patients it learns from and their risk sets. */
interface Phase {
  readonly rows: Int32Array;
  readonly events: Uint8Array;
  readonly loss: CohortLoss;
  readonly random: Random;
}

/** A fold at work. */
interface Fold {
  readonly task: CtTask;
  readonly session: TrainingSession;
  readonly split: FoldSplit;
  readonly random: Random;
  readonly hooks: FoldHooks;
  readonly keep: (state: FoldState) => void;
}

const join = (a: Int32Array, b: Int32Array): Int32Array => Int32Array.from([...a, ...b]).sort();

const phaseOf = ({ task, random }: Pick<Fold, 'task' | 'random'>, rows: Int32Array, name: string): Phase => {
  const data = selectRows(task.data, rows);
  const loss = createCohortLoss(data);
  return { rows, events: Uint8Array.from(data.event), loss, random: random.fork(name) };
};

/** Parameters to start from, and what they make of the patients: the first memory of everybody's eta. */
const startOf = async (
  { task, hooks, session }: Fold,
  { rows, random }: Phase,
): Promise<Pick<FoldState, 'epoch' | 'step' | 'training' | 'eta'>> => {
  const { network } = task.settings;
  const parameters = initialParameters(network, random.fork('parameters'));
  const eta = await scorePairs(task.pairs, rows, network, parameters, UNSTANDARDISED, hooks.between);
  // Moments start at 0, whatever the session did before.
  const empty = new Map(
    Array.from(session.state(), ([name, { data, dims }]) => [name, { data: data.fill(0), dims }] as const),
  );
  return { epoch: 0, step: 0, training: new Map([...empty, ...parameters]), eta };
};

/** Arrays that each step writes anew. */
interface Buffers {
  readonly baseline: Float32Array;
  readonly postoperative: Float32Array;
  readonly augment: Augmenter;
}

const fillImages = (
  { task }: Fold,
  { rows, random }: Phase,
  batch: Int32Array,
  epoch: number,
  buffers: Buffers,
): void => {
  const voxels = task.settings.network.sizeVoxels ** 3;
  const changes = random.fork('augmentation').fork(epoch);
  for (const times of ['baseline', 'postoperative'] as const) {
    const own = changes.fork(times);
    buffers[times].fill(0, batch.length * voxels);
    batch.forEach((at, place) => {
      const row = rows[at]!;
      const to = buffers[times].subarray(place * voxels, (place + 1) * voxels);
      buffers.augment(task.pairs[row]![times], to, own.fork(row));
    });
  }
};

/** What a step takes of the cohort, filled up to the columns of the step by ones that count no event. */
const cohortInputs = (
  { loss }: Phase,
  batch: Int32Array,
  eta: Float32Array,
  pairs: number,
  columns: number,
): Record<string, Float32Array> => {
  const { logOthersAtRisk, events, atRisk, event, mask } = loss.inputs(batch, eta, pairs);
  const filled = new Float32Array(pairs * columns);
  for (let i = 0; i < pairs; i++)
    filled.set(atRisk.subarray(i * loss.columns, (i + 1) * loss.columns), i * columns);
  const widened = (values: Float32Array, filler: number): Float32Array => {
    const wide = new Float32Array(columns).fill(filler);
    wide.set(values);
    return wide;
  };
  return {
    logOthersAtRisk: widened(logOthersAtRisk, 0),
    events: widened(events, 0),
    atRisk: filled,
    event,
    mask,
  };
};

/** One pass over the patients that are learned from; `eta` is brought up to date. */
const runEpoch = async (
  fold: Fold,
  phase: Phase,
  { epoch, step, eta, buffers }: { epoch: number; step: number; eta: Float32Array; buffers: Buffers },
): Promise<void> => {
  const { settings, columns } = fold.task;
  const batches = stratifiedBatches(
    phase.events,
    settings.batchPairs,
    phase.random.fork('order').fork(epoch),
  );
  for (const [index, batch] of batches.entries()) {
    fold.hooks.between();
    fillImages(fold, phase, batch, epoch, buffers);
    const rate = learningRateAt(epoch - 1 + (index + 1) / batches.length, settings);
    const { baseline, postoperative } = buffers;
    const outputs = await fold.session.run({
      baseline,
      postoperative,
      ...cohortInputs(phase, batch, eta, settings.batchPairs, columns),
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
  const { network, batchPairs, augmentation } = fold.task.settings;
  const voxels = batchPairs * network.sizeVoxels ** 3;
  const buffers: Buffers = {
    baseline: new Float32Array(voxels),
    postoperative: new Float32Array(voxels),
    augment: createAugmenter(network.sizeVoxels, augmentation),
  };
  const names = parametersOf(network).map(({ name }) => name);
  let state = start;
  fold.session.load(state.training);
  while (!isOver(state)) {
    const epoch = state.epoch + 1;
    const eta = state.eta.slice();
    await runEpoch(fold, phase, { epoch, step: state.step, eta, buffers });
    const training = fold.session.state();
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

/**
 * Trains the network of one fold and scores the patients that it never saw. From a checkpoint it goes on where that
 * stands, with the result it would have had without a stop.
 *
 * @param session of the task's step, whatever it did before
 * @throws {CdsError} LEARNING_NOT_CONVERGED; what `hooks.between` throws
 */
export async function trainFold(
  task: CtTask,
  index: number,
  session: TrainingSession,
  hooks: FoldHooks,
): Promise<TrainedFold> {
  const split = task.splits[index]!;
  const random = createRandom(task.seeds[index]!);
  const others = join(split.learning, split.inner);
  const at = task.checkpoints;
  const keep = (state: FoldState): void => {
    if (at !== undefined) writeCheckpoint(at.directory, split.fold, at.digest, state);
  };
  const fold: Fold = { task, session, split, random, hooks, keep };
  const resumed = at && readCheckpoint(at.directory, split.fold, at.digest);
  const found = await search(fold, phaseOf(fold, split.learning, 'search'), resumed);
  const trained = await refit(fold, phaseOf(fold, others, 'refit'), found);
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
