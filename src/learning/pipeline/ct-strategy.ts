/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { addDays, CdsError, CT_ROLES, DAYS_PER_MONTH, daysBetween } from '../../domain/index.ts';
import type { CtRole, CtTensorSpec, FloatTensor } from '../../domain/index.ts';
import type { Modality } from '../../modalities/index.ts';
import { createImageScorer, DEFAULT_INFERENCE, digestOfFolds } from '../../model-registry/index.ts';
import {
  CT_SETTINGS,
  type CtTrainingSettings,
  fitCtScore,
  type PatientCts,
  QUICK_CT_SETTINGS,
  sharedTensor,
} from '../ct/index.ts';
import { landmarkOn, type CohortPatient, type Reading } from './cohort.ts';
import type { TrainingSet } from './modality-score.ts';
import type { ModalityFit, ScoreContext, TrainedNetworks } from './score-context.ts';

/** By then a CT of any day has been usable for long. */
const LONGEST_WAIT_DAYS = 60;

/** The first day on which serving would have used the patient's CTs. */
const firstUsable = (patient: CohortPatient, modality: Modality, reading: Reading, from: string): string => {
  for (let day = 0; day <= LONGEST_WAIT_DAYS; day++) {
    const date = addDays(from, day);
    const landmark = landmarkOn(patient, date, reading.terminology);
    if (modality.select(patient.chart, landmark).status === 'present') return date;
  }
  throw new CdsError('INTERNAL', 'a CT that was used is never usable');
};

const copied = ({ data }: FloatTensor, sizeVoxels: number): Float32Array => {
  const tensor = sharedTensor(sizeVoxels);
  tensor.set(data);
  return tensor;
};

/** The CTs of each training patient who has both at one landmark at least; in memory that threads share. */
async function readCts(
  { patients, rows }: TrainingSet,
  modality: Modality,
  spec: CtTensorSpec,
  reading: Reading,
): Promise<(PatientCts | undefined)[]> {
  const firstRow = new Map(
    rows.toReversed().flatMap((row) => (row.features.has(modality.id) ? [[row.patient, row] as const] : [])),
  );
  const cts: (PatientCts | undefined)[] = [];
  for (const [index, patient] of patients.entries()) {
    const row = firstRow.get(index);
    if (row === undefined || reading.extractor === undefined) {
      cts.push(undefined);
      continue;
    }
    const date = addDays(patient.surgeryDate, Math.round(row.entryMonths * DAYS_PER_MONTH));
    const landmark = landmarkOn(patient, date, reading.terminology);
    const selection = modality.select(patient.chart, landmark);
    if (selection.status !== 'present') throw new CdsError('INTERNAL', 'a CT is there and is not');
    const { tensors } = await reading.extractor.extract(modality, patient.chart, landmark, selection);
    const [baseline, postoperative] = CT_ROLES.map((role) => tensors?.[role]);
    if (baseline === undefined || postoperative === undefined)
      throw new CdsError('INTERNAL', `${modality.id} gives no tensors`);
    const usableOn = firstUsable(patient, modality, reading, selection.collectedOn);
    cts.push({
      baseline: copied(baseline, spec.sizeVoxels),
      postoperative: copied(postoperative, spec.sizeVoxels),
      usableMonths: daysBetween(patient.surgeryDate, usableOn) / DAYS_PER_MONTH,
    });
  }
  return cts;
}

const settingsFor = (spec: CtTensorSpec, quick: boolean): CtTrainingSettings => {
  const settings = quick ? QUICK_CT_SETTINGS : CT_SETTINGS;
  return { ...settings, network: { ...settings.network, sizeVoxels: spec.sizeVoxels } };
};

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const cube = (data: Float32Array): FloatTensor => ({ data, dims: [1, 1, data.length] });

/** Each patient's score by the network that left the patient's fold out, through the inference that serves. */
async function crossFittedScores(
  cts: readonly (PatientCts | undefined)[],
  folds: Int32Array,
  models: readonly Uint8Array[],
  spec: CtTensorSpec,
): Promise<Float64Array> {
  const scorer = createImageScorer(
    { inputs: [...CT_ROLES], tensor: { ...spec, windowHu: [...spec.windowHu] } },
    models,
    // One thread: the same digits on every run.
    { ...DEFAULT_INFERENCE, intraOpThreads: 1, maximumBatch: 1 },
  );
  try {
    const scores = new Float64Array(cts.length).fill(Number.NaN);
    for (const [patient, pair] of cts.entries()) {
      if (pair === undefined) continue;
      const tensors: Record<CtRole, FloatTensor> = {
        baseline: cube(pair.baseline),
        postoperative: cube(pair.postoperative),
      };
      const { byFold } = await scorer.score(tensors);
      scores[patient] = byFold[folds[patient]!]!;
    }
    return scores;
  } finally {
    await scorer.close();
  }
}

const requireSameFolds = ({ manifest }: TrainedNetworks, foldsSha256: string, spec: CtTensorSpec): void => {
  // Networks of other folds have seen the patients that they would be asked about.
  if (manifest.foldsSha256 !== foldsSha256)
    throw new CdsError(
      'COHORT_INVALID',
      `${manifest.id} was trained on other folds than those of this cohort`,
    );
  if (!isDeepStrictEqual(manifest.tensor, spec))
    throw new CdsError('COHORT_INVALID', `${manifest.id} takes other tensors than modalities.imaging.tensor`);
};

const networksOf = async (
  context: ScoreContext,
  cts: readonly (PatientCts | undefined)[],
  settings: CtTrainingSettings,
): Promise<readonly Uint8Array[]> => {
  const { training, random, threads, progress, checkpointDirectory } = context;
  const { models } = await fitCtScore(
    {
      cts,
      data: {
        time: Float64Array.from(training.patients, ({ months }) => months),
        event: Uint8Array.from(training.patients, ({ event }) => Number(event)),
      },
      folds: training.folds,
      rows: [],
    },
    settings,
    {
      random,
      threads,
      ...(checkpointDirectory !== undefined && { checkpointDirectory }),
      progress: ({ fold, epoch, epochs, secondsLeft }) => {
        progress((fold + Math.min(1, epoch / epochs)) / 5, 1, secondsLeft);
      },
    },
  );
  return models;
};

/**
 * The CT score: a 3D ResNet over both time points, one a fold (learning/ct), or networks trained before on the same
 * folds. Its cross-fitted scores come from the files that are written, so that both ways give the same risk layers.
 */
export async function ctNetwork(context: ScoreContext): Promise<ModalityFit> {
  const { training, reading, modality: id, quick, networks, foldsSha256 } = context;
  const modality = reading.modalities.find((each) => each.id === id);
  const spec = modality?.tensor;
  if (modality === undefined || spec === undefined) throw new CdsError('INTERNAL', `${id} has no tensor`);
  const cts = await readCts(training, modality, spec, reading);
  const settings = settingsFor(spec, quick);
  if (networks !== undefined) requireSameFolds(networks, foldsSha256, spec);
  const models = networks?.folds ?? (await networksOf(context, cts, settings));
  const scores = await crossFittedScores(cts, training.folds, models, spec);
  const { network } = settings;
  return {
    crossFitted: Float64Array.from(training.rows, ({ patient, entryMonths }) =>
      entryMonths >= (cts[patient]?.usableMonths ?? Infinity) ? scores[patient]! : Number.NaN,
    ),
    models,
    images: {
      digest: digestOfFolds(models.map((bytes) => ({ sha256: sha256Of(bytes) }))),
      tensor: spec,
      network: networks?.manifest.network ?? { ...network, strides: [...network.strides] },
    },
    method:
      'A 3D ResNet with shared weights on the CT before surgery and the first after it, group normalisation, global ' +
      'average pooling and a linear head; trained on the Cox partial likelihood of the risk sets of all training ' +
      'patients from the day on which both CTs could be used, with augmentation, early stopping by the deviance of one ' +
      'of the other folds and a refit. Five patient-level, event-stratified folds; serving averages the folds.',
  };
}
