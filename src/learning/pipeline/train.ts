import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { CdsError, HORIZON_MONTHS, type ModalityId } from '../../domain/index.ts';
import { DEFAULT_ELIGIBILITY, type EligibilitySettings } from '../../eligibility/index.ts';
import { subsetName } from '../../fusion/index.ts';
import { loadModels, type ModalityScoreManifest, type ModelManifest } from '../../model-registry/index.ts';
import { createRandom, type Random } from '../../numerics/index.ts';
import type { AnalyteNames } from '../metabolomics/index.ts';
import { riskLayerModel } from '../cox/index.ts';
import { landmarkRows, readCohort, type CohortPatient, type LeftOut, type Reading } from './cohort.ts';
import { evaluateHeldOut, type HeldOutEvaluation } from './evaluate.ts';
import { sharedFolds } from './folds.ts';
import { checkLeaks, leaksInWords } from './leak-check.ts';
import { layerManifest, type RunFacts, scoreManifest } from './manifests.ts';
import type { TrainingSet } from './modality-score.ts';
import { modelCard } from './model-card.ts';
import { readOracle } from './oracle.ts';
import { fitRiskLayer, subsetsOf, type FittedLayer } from './risk-layers.ts';
import { fitScore, type ModalityFit, SCORED } from './score-strategies.ts';
import { modelFolder, writeModel, writeReport } from './write-models.ts';

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
  /** The folds file; beside the cohort where not given. Written where it is not there. */
  readonly folds?: string;
  /** Threads that forests are grown on; 1 where not given. The models are the same for any number. */
  readonly threads?: number;
  /** Names of analytes for the report's readers; their slugs where not given. */
  readonly nameOf?: AnalyteNames;
  /** Fewer trees, penalties and bootstraps: to see that it works, not to serve. */
  readonly quick: boolean;
}

export interface TrainProgress {
  readonly stage: 'extract' | 'score' | 'layer' | 'evaluate';
  readonly done: number;
  readonly total: number;
}

type Report = (progress: TrainProgress) => void;

export interface TrainResult {
  readonly trainingPatients: number;
  readonly trainingEvents: number;
  readonly leftOut: LeftOut;
  readonly landmarkRows: number;
  readonly manifests: readonly ModelManifest[];
  /** What looks as if it had come from the outcome; each card says it too. */
  readonly warnings: readonly string[];
  readonly evaluation?: HeldOutEvaluation;
}

/** Two thirds train, the later third validates: 200 and 100 of the study's 300. */
const TRAINING_SHARE = 2 / 3;

interface Fitted {
  readonly training: TrainingSet;
  readonly warnings: readonly string[];
  readonly foldsSha256: string;
  readonly scores: ReadonlyMap<ModalityId, ModalityFit>;
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

const fitScores = async (
  training: TrainingSet,
  reading: Reading,
  { quick, threads = 1, nameOf }: TrainOptions,
  options: { readonly random: Random; readonly report: Report },
): Promise<Map<ModalityId, ModalityFit>> => {
  const { random, report } = options;
  const scores = new Map<ModalityId, ModalityFit>();
  for (const [index, modality] of SCORED.entries()) {
    const fitted = await fitScore({
      training,
      modality,
      names: reading.modalities.find(({ id }) => id === modality)?.featureNames ?? [],
      quick,
      threads,
      ...(nameOf !== undefined && { nameOf }),
      random: random.fork(`score:${modality}`),
      // Each modality counts as one, however many steps it takes.
      progress: (done, total) => {
        report({ stage: 'score', done: index + done / total, total: SCORED.length });
      },
    });
    scores.set(modality, fitted);
  }
  return scores;
};

const scoredNames = ({ modalities }: Reading): Map<ModalityId, readonly string[]> =>
  new Map(
    modalities.flatMap(({ id, featureNames }) => (SCORED.includes(id) ? [[id, featureNames] as const] : [])),
  );

const fitAll = async (
  patients: readonly CohortPatient[],
  reading: Reading,
  options: TrainOptions,
  report: Report,
): Promise<Fitted> => {
  const { seed, quick } = options;
  const random = createRandom(seed);
  const file = options.folds ?? path.join(options.cohort, 'folds.json');
  const { folds, sha256 } = await sharedFolds(file, patients, { seed, random: random.fork('folds') });
  const total = patients.length;
  const rows = await landmarkRows(patients, reading, (done) => {
    report({ stage: 'extract', done, total });
  });
  const training: TrainingSet = { patients, rows, folds };
  const warnings = leaksInWords(checkLeaks(training, scoredNames(reading)));
  const scores = await fitScores(training, reading, options, { random, report });
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
  return { training, warnings, foldsSha256: sha256, scores, layers };
};

const writeAll = async (
  { scores, layers }: Fitted,
  reading: Reading,
  out: string,
  facts: RunFacts,
): Promise<ModelManifest[]> => {
  const written: ModalityScoreManifest[] = [];
  for (const [id, fitted] of scores) {
    const modality = reading.modalities.find((each) => each.id === id);
    if (modality === undefined) throw new CdsError('INTERNAL', `no modality ${id}`);
    const manifest = scoreManifest(modality, fitted, facts);
    await writeModel(out, manifest, [fitted.onnx]);
    if (fitted.report !== undefined) await writeReport(modelFolder(out, manifest), await fitted.report());
    written.push(manifest);
  }
  const bytes = riskLayerModel({
    modalities: SCORED,
    horizonsMonths: HORIZON_MONTHS,
    layers: layers.map(({ layer }) => layer),
  });
  const layer = layerManifest(bytes, written, layers, facts);
  await writeModel(out, layer, [bytes]);
  return [...written, layer];
};

/**
 * Trains a model on a cohort: reads it through the code that serves, fits one score a modality and one risk layer
 * a subset, writes ONNX with manifests, and evaluates what was written on the later third of the patients.
 *
 * @throws {CdsError} COHORT_INVALID, COX_NOT_CONVERGED
 */
export async function train(options: TrainOptions, reading: Reading, report: Report): Promise<TrainResult> {
  const { patients, leftOut, simulated } = await readCohort(options.cohort, reading, options.eligibility);
  const cut = Math.round(patients.length * TRAINING_SHARE);
  const oracle = readOracle(options.cohort);
  const facts = cohortFacts(patients.slice(0, cut), simulated || oracle !== undefined, options);
  const fitted = await fitAll(patients.slice(0, cut), reading, options, report);
  const manifests = await writeAll(fitted, reading, options.out, {
    version: options.version,
    trainingCohort: facts,
    foldsSha256: fitted.foldsSha256,
  });
  const models = await loadModels(options.out, 'recurrence-risk', { version: options.version });
  const heldOut = patients.slice(cut);
  report({ stage: 'evaluate', done: 0, total: heldOut.length });
  const evaluation = await evaluateHeldOut(heldOut, models, reading, {
    random: createRandom(options.seed).fork('evaluation'),
    ...(oracle !== undefined && { oracle }),
  }).finally(() => models.close());
  report({ stage: 'evaluate', done: heldOut.length, total: heldOut.length });
  for (const manifest of manifests) {
    const folder = modelFolder(options.out, manifest);
    await writeFile(path.join(folder, 'MODEL_CARD.md'), modelCard(manifest, evaluation, fitted.warnings));
    await writeFile(path.join(folder, 'evaluation.json'), `${JSON.stringify(evaluation ?? null, null, 2)}\n`);
  }
  return {
    trainingPatients: fitted.training.patients.length,
    trainingEvents: fitted.training.patients.filter((patient) => patient.event).length,
    leftOut,
    landmarkRows: fitted.training.rows.length,
    manifests,
    warnings: fitted.warnings,
    ...(evaluation !== undefined && { evaluation }),
  };
}
