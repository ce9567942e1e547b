import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { CdsError, HORIZON_MONTHS, type ModalityId } from '../../domain/index.ts';
import { DEFAULT_ELIGIBILITY, type EligibilitySettings } from '../../eligibility/index.ts';
import { subsetName } from '../../fusion/index.ts';
import {
  loadModels,
  type ModalityScoreManifest,
  type ModelManifest,
  type RiskLayerManifest,
} from '../../model-registry/index.ts';
import type { Modality } from '../../modalities/index.ts';
import { createRandom } from '../../numerics/index.ts';
import { linearScoreModel, riskLayerModel } from '../cox/index.ts';
import { landmarkRows, readCohort, type CohortPatient, type LeftOut, type Reading } from './cohort.ts';
import { evaluateHeldOut, type HeldOutEvaluation } from './evaluate.ts';
import { stratifiedFolds } from './folds.ts';
import { fitModalityScore, type FittedScore, type TrainingSet } from './modality-score.ts';
import { modelCard } from './model-card.ts';
import { readOracle } from './oracle.ts';
import { fitRiskLayer, subsetsOf, type FittedLayer } from './risk-layers.ts';
import { modelFolder, sha256Of, writeModel } from './write-models.ts';

export interface TrainOptions {
  /** A cohort as `simulate` or a Bulk Data export writes it. */
  readonly cohort: string;
  /** Where `models/<id>/<version>/` go. */
  readonly out: string;
  readonly seed: number;
  readonly version: string;
  /** What cohort it is, in a sentence for the model card; needed where it is not a simulated one. */
  readonly description?: string;
  /** A site's settings of who is eligible; the study's by default. A model card says where they are others. */
  readonly eligibility?: EligibilitySettings;
  /** Fewer penalties and bootstraps: to see that it works, not to serve. */
  readonly quick: boolean;
}

export interface TrainProgress {
  readonly stage: 'extract' | 'score' | 'layer' | 'evaluate';
  readonly done: number;
  readonly total: number;
}

export interface TrainResult {
  readonly trainingPatients: number;
  readonly trainingEvents: number;
  readonly leftOut: LeftOut;
  readonly landmarkRows: number;
  readonly manifests: readonly ModelManifest[];
  readonly evaluation?: HeldOutEvaluation;
}

const FOLDS = 5;
/** Two thirds train, the later third validates: 200 and 100 of the study's 300. */
const TRAINING_SHARE = 2 / 3;
const STRATA_THRESHOLDS: [number, number] = [0.1, 0.25];
const MINIMUM_AT_RISK = 10;
/** The landmarks of the fit with about half the gap to a neighbour on either side. */
const LANDMARK_RANGE = { from: 0.5, to: 27 };
const SCORED: readonly ModalityId[] = ['metabolomics', 'cfdna'];

const INTENDED_USE =
  'Decision support for thoracic surgeons at follow-up visits after neoadjuvant chemo-immunotherapy and radical ' +
  'resection of stage IB-IIIA non-small-cell lung cancer. It informs the choice of follow-up; it decides nothing.';

interface Fitted {
  readonly training: TrainingSet;
  readonly scores: ReadonlyMap<ModalityId, FittedScore>;
  readonly layers: readonly FittedLayer[];
}

const SIMULATED =
  'The simulated cohort of `recurrence-cds simulate`: a latent tumour burden drives recurrence and every measurement.';

const SITE_RULES = "Who is in it was judged by a site's eligibility settings, which are not the study's.";

/**
 * What the model was trained on, for every card to say. Simulated patients are known by their identifier, so that
 * a copy of their charts cannot pass for a real cohort; a real one has to be named by who trains on it.
 */
const cohortFacts = (
  training: readonly CohortPatient[],
  simulated: boolean,
  { description, eligibility = DEFAULT_ELIGIBILITY }: Pick<TrainOptions, 'description' | 'eligibility'>,
): ModelManifest['trainingCohort'] => {
  if (!simulated && description === undefined)
    throw new CdsError('COHORT_INVALID', 'It is not a simulated one: say what it is with --description.');
  const what = simulated ? SIMULATED : (description ?? '');
  return {
    kind: simulated ? 'simulated' : 'real',
    description: isDeepStrictEqual(eligibility, DEFAULT_ELIGIBILITY) ? what : `${what} ${SITE_RULES}`,
    patients: training.length,
    events: training.filter((patient) => patient.event).length,
  };
};

const unitOf = (feature: string): string => {
  if (feature.startsWith('log2:')) return 'log2(umol/L)';
  if (feature.startsWith('change:')) return 'difference from baseline';
  return feature.slice(0, feature.indexOf(':'));
};

const scoreManifest = (
  modality: Modality,
  bytes: Uint8Array,
  version: string,
  trainingCohort: ModelManifest['trainingCohort'],
): ModalityScoreManifest => ({
  id: `${modality.id}-recurrence`,
  version,
  kind: 'modality-score',
  modality: modality.id,
  file: 'model.onnx',
  sha256: sha256Of(bytes),
  preprocessing: modality.preprocessing,
  features: modality.featureNames.map((name) => ({ name, unit: unitOf(name) })),
  trainingCohort,
  intendedUse: INTENDED_USE,
  containsPatientLevelData: false,
});

const layerManifest = (
  bytes: Uint8Array,
  version: string,
  scores: readonly ModalityScoreManifest[],
  layers: readonly FittedLayer[],
  trainingCohort: ModelManifest['trainingCohort'],
): RiskLayerManifest => ({
  id: 'recurrence-risk',
  version,
  kind: 'risk-layer',
  file: 'model.onnx',
  sha256: sha256Of(bytes),
  modalities: scores.map(({ modality, id, sha256 }) => ({ modality, model: id, version, sha256 })),
  horizonMonths: [...HORIZON_MONTHS] as [6, 12, 24],
  strataThresholds: STRATA_THRESHOLDS,
  landmarkMonths: LANDMARK_RANGE,
  interval: { level: 0.9, replicates: layers[0]?.layer.bootstrap.length ?? 0 },
  minimumAtRisk: MINIMUM_AT_RISK,
  subsets: Object.fromEntries(
    layers.map(({ subset, atRisk }) => [subsetName(subset), { atRisk: [...atRisk] }]),
  ),
  trainingCohort,
  intendedUse: INTENDED_USE,
  containsPatientLevelData: false,
});

const fitAll = async (
  patients: readonly CohortPatient[],
  reading: Reading,
  { seed, quick }: TrainOptions,
  report: (progress: TrainProgress) => void,
): Promise<Fitted> => {
  const random = createRandom(seed);
  const total = patients.length;
  const rows = await landmarkRows(patients, reading, (done) => {
    report({ stage: 'extract', done, total });
  });
  const events = patients.map((patient) => patient.event);
  const training: TrainingSet = {
    patients,
    rows,
    folds: stratifiedFolds(events, FOLDS, random.fork('folds')),
  };
  const scores = new Map<ModalityId, FittedScore>();
  for (const [index, id] of SCORED.entries()) {
    const names = reading.modalities.find((modality) => modality.id === id)?.featureNames ?? [];
    scores.set(id, fitModalityScore(training, id, names, { alpha: 0.5, lambdaCount: quick ? 12 : 40 }));
    report({ stage: 'score', done: index + 1, total: SCORED.length });
  }
  const crossFitted = new Map([...scores].map(([id, fitted]) => [id, fitted.crossFitted]));
  const subsets = subsetsOf(SCORED);
  const layers = subsets.map((subset, index) => {
    const fitted = fitRiskLayer(training, subset, SCORED, crossFitted, {
      replicates: quick ? 20 : 200,
      random: random.fork(`bootstrap:${subsetName(subset)}`),
    });
    report({ stage: 'layer', done: index + 1, total: subsets.length });
    return fitted;
  });
  return { training, scores, layers };
};

const writeAll = async (
  { scores, layers }: Fitted,
  reading: Reading,
  { out, version }: TrainOptions,
  cohort: ModelManifest['trainingCohort'],
): Promise<ModelManifest[]> => {
  const written: ModalityScoreManifest[] = [];
  for (const [id, { model }] of scores) {
    const modality = reading.modalities.find((each) => each.id === id);
    if (modality === undefined) throw new CdsError('INTERNAL', `no modality ${id}`);
    const bytes = linearScoreModel(model);
    const manifest = scoreManifest(modality, bytes, version, cohort);
    await writeModel(out, manifest, bytes);
    written.push(manifest);
  }
  const bytes = riskLayerModel({
    modalities: SCORED,
    horizonsMonths: HORIZON_MONTHS,
    layers: layers.map(({ layer }) => layer),
  });
  const layer = layerManifest(bytes, version, written, layers, cohort);
  await writeModel(out, layer, bytes);
  return [...written, layer];
};

/**
 * Trains a model on a cohort: reads it through the code that serves, fits one score a modality and one risk layer
 * a subset, writes ONNX with manifests, and evaluates what was written on the later third of the patients.
 *
 * @throws {CdsError} COHORT_INVALID, COX_NOT_CONVERGED
 */
export async function train(
  options: TrainOptions,
  reading: Reading,
  report: (progress: TrainProgress) => void,
): Promise<TrainResult> {
  const { patients, leftOut, simulated } = await readCohort(options.cohort, reading, options.eligibility);
  const cut = Math.round(patients.length * TRAINING_SHARE);
  const oracle = readOracle(options.cohort);
  const facts = cohortFacts(patients.slice(0, cut), simulated || oracle !== undefined, options);
  const fitted = await fitAll(patients.slice(0, cut), reading, options, report);
  const manifests = await writeAll(fitted, reading, options, facts);
  const models = await loadModels(options.out, 'recurrence-risk', options.version);
  const heldOut = patients.slice(cut);
  report({ stage: 'evaluate', done: 0, total: heldOut.length });
  const evaluation = await evaluateHeldOut(heldOut, models, reading, {
    random: createRandom(options.seed).fork('evaluation'),
    ...(oracle !== undefined && { oracle }),
  }).finally(() => models.close());
  report({ stage: 'evaluate', done: heldOut.length, total: heldOut.length });
  for (const manifest of manifests) {
    const folder = modelFolder(options.out, manifest);
    await writeFile(path.join(folder, 'MODEL_CARD.md'), modelCard(manifest, evaluation));
    await writeFile(path.join(folder, 'evaluation.json'), `${JSON.stringify(evaluation ?? null, null, 2)}\n`);
  }
  return {
    trainingPatients: fitted.training.patients.length,
    trainingEvents: fitted.training.patients.filter((patient) => patient.event).length,
    leftOut,
    landmarkRows: fitted.training.rows.length,
    manifests,
    ...(evaluation !== undefined && { evaluation }),
  };
}
