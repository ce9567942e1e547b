import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { CdsError, HORIZON_MONTHS, type ModalityId } from '../../domain/index.ts';
import { DEFAULT_ELIGIBILITY, type EligibilitySettings } from '../../eligibility/index.ts';
import { subsetName } from '../../fusion/index.ts';
import { loadModels, readModel, type ModelManifest, type ScoreManifest } from '../../model-registry/index.ts';
import { createRandom, type Random } from '../../numerics/index.ts';
import type { AnalyteNames } from '../metabolomics/index.ts';
import { riskLayerModel } from '../cox/index.ts';
import { landmarkRows, readCohort, type CohortPatient, type LeftOut, type Reading } from './cohort.ts';
import type { ModalityFit, TrainedNetworks } from './score-context.ts';
import { type CohortImages, createExtractor } from './extractor.ts';
import { evaluateHeldOut, type HeldOutEvaluation } from './evaluate.ts';
import { sharedFolds } from './folds.ts';
import { checkLeaks, leaksInWords } from './leak-check.ts';
import { layerManifest, type RunFacts, scoreManifest } from './manifests.ts';
import type { TrainingSet } from './modality-score.ts';
import { modelCard } from './model-card.ts';
import { readOracle } from './oracle.ts';
import { fitRiskLayer, subsetsOf, type FittedLayer } from './risk-layers.ts';
import { fitScore, SCORED } from './score-strategies.ts';
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
  /** The cohort's images; without them a score of images is not fitted. */
  readonly images?: CohortImages;
  /** A models folder whose image score was trained on the same folds: its networks are taken instead of trained. */
  readonly networks?: string;
  /** Where the training of networks is kept, to go on from there after a stop. It holds scores of patients. */
  readonly checkpointDirectory?: string;
  /** Fewer trees, penalties and bootstraps: to see that it works, not to serve. */
  readonly quick: boolean;
}

export interface TrainProgress {
  readonly stage: 'extract' | 'score' | 'layer' | 'evaluate';
  readonly done: number;
  readonly total: number;
  /** Of what takes long, where it can be told. */
  readonly secondsLeft?: number;
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
  /** Modalities that no training patient, or too few, had. */
  readonly withoutScore: readonly ModalityId[];
  readonly evaluation?: HeldOutEvaluation;
}

/** Two thirds train, the later third validates: 200 and 100 of the study's 300. */
const TRAINING_SHARE = 2 / 3;

interface Fitted {
  readonly training: TrainingSet;
  readonly warnings: readonly string[];
  readonly foldsSha256: string;
  readonly scored: readonly ModalityId[];
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

/** The newest image score of a models folder. */
const networksIn = (directory: string): TrainedNetworks => {
  const { manifest, folds } = readModel(directory, 'radiomics-recurrence');
  if (manifest.kind !== 'image-score')
    throw new CdsError('MODEL_MANIFEST_INVALID', `${manifest.id} is no image score`);
  return { manifest, folds };
};

/** With fewer patients who have a modality and an event, folds would be left without one. */
const LEAST_EVENTFUL = 10;

/** The modalities that enough training patients have. */
const scoredModalities = ({ patients, rows }: TrainingSet): ModalityId[] =>
  SCORED.filter((id) => {
    const have = new Set(rows.flatMap((row) => (row.features.has(id) ? [row.patient] : [])));
    return [...have].filter((patient) => patients[patient]?.event === true).length >= LEAST_EVENTFUL;
  });

const fitScores = async (
  training: TrainingSet,
  scored: readonly ModalityId[],
  reading: Reading,
  { quick, threads = 1, nameOf, networks, checkpointDirectory }: TrainOptions,
  options: { readonly random: Random; readonly report: Report; readonly foldsSha256: string },
): Promise<Map<ModalityId, ModalityFit>> => {
  const { random, report, foldsSha256 } = options;
  const scores = new Map<ModalityId, ModalityFit>();
  for (const [index, modality] of scored.entries()) {
    const fitted = await fitScore({
      ...{ training, modality, reading, quick, threads, foldsSha256 },
      names: reading.modalities.find(({ id }) => id === modality)?.featureNames ?? [],
      ...(nameOf !== undefined && { nameOf }),
      ...(networks !== undefined && { networks: networksIn(networks) }),
      ...(checkpointDirectory !== undefined && { checkpointDirectory }),
      random: random.fork(`score:${modality}`),
      // Each modality counts as one, however many steps it takes.
      progress: (done, total, secondsLeft) => {
        report({
          stage: 'score',
          done: index + done / total,
          total: scored.length,
          ...(secondsLeft !== undefined && { secondsLeft }),
        });
      },
    });
    scores.set(modality, fitted);
  }
  return scores;
};

const scoredNames = (
  { modalities }: Reading,
  scored: readonly ModalityId[],
): Map<ModalityId, readonly string[]> =>
  new Map(
    modalities.flatMap(({ id, featureNames }) => (scored.includes(id) ? [[id, featureNames] as const] : [])),
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
  const scored = scoredModalities(training);
  const warnings = leaksInWords(checkLeaks(training, scoredNames(reading, scored)));
  const scores = await fitScores(training, scored, reading, options, { random, report, foldsSha256: sha256 });
  const crossFitted = new Map([...scores].map(([id, fitted]) => [id, fitted.crossFitted]));
  const subsets = subsetsOf(scored);
  const layers = subsets.map((subset, index) => {
    const fitted = fitRiskLayer(training, subset, scored, crossFitted, {
      replicates: quick ? 20 : 200,
      random: random.fork(`bootstrap:${subsetName(subset)}`),
    });
    report({ stage: 'layer', done: index + 1, total: subsets.length });
    return fitted;
  });
  return { training, warnings, foldsSha256: sha256, scored, scores, layers };
};

const writeAll = async (
  { scored, scores, layers }: Fitted,
  reading: Reading,
  out: string,
  facts: RunFacts,
): Promise<ModelManifest[]> => {
  const written: ScoreManifest[] = [];
  for (const [id, fitted] of scores) {
    const modality = reading.modalities.find((each) => each.id === id);
    if (modality === undefined) throw new CdsError('INTERNAL', `no modality ${id}`);
    const manifest = scoreManifest(modality, fitted, facts);
    await writeModel(out, manifest, fitted.models);
    if (fitted.report !== undefined) await writeReport(modelFolder(out, manifest), await fitted.report());
    written.push(manifest);
  }
  const bytes = riskLayerModel({
    modalities: scored,
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
export async function train(
  options: TrainOptions,
  given: Omit<Reading, 'extractor'>,
  report: Report,
): Promise<TrainResult> {
  const reading: Reading = { ...given, extractor: createExtractor(options.images) };
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
    withoutScore: SCORED.filter((id) => !fitted.scored.includes(id)),
    ...(evaluation !== undefined && { evaluation }),
  };
}
