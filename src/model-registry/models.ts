import {
  CdsError,
  type FeatureContribution,
  type FeatureVector,
  type FloatTensor,
  type ModalityId,
  type ModelIdentity,
} from '../domain/index.ts';
import { readModel, type ModelFile } from './files.ts';
import { createImageScorer, type ImageScorer, type OnPassedOver } from './image-score.ts';
import type { ModalityScoreManifest, RiskLayerManifest, ScoreManifest } from './manifest.ts';
import { startRunner, type OnnxRunner, type RunnerSettings } from './runner.ts';

/** A score and what it is made of. */
export interface ScoredFeatures {
  /** Standardised; higher means earlier recurrence. */
  readonly score: number;
  /** All features, the strongest first. */
  readonly contributions: readonly FeatureContribution[];
  /** Features that were missing. */
  readonly imputed: number;
  /** Of image models, by time point: where in the image the score comes from, [1, z, y, x]. */
  readonly activations?: Readonly<Record<string, FloatTensor>>;
  /** Of image models: each fold's score. */
  readonly byFold?: readonly number[];
}

/** What the risk layer says for one patient and subset, unjudged. */
export interface LayerOutput {
  /** (3) conditional risk at the horizons. */
  readonly risk: Float32Array;
  /** (3 x 2) lower and upper end of the interval. */
  readonly interval: Float32Array;
  /** (m) each modality of the subset in the linear predictor. */
  readonly logHazard: Float32Array;
}

/** The models of one risk layer, verified and loaded. */
export interface Models {
  readonly identity: ModelIdentity;
  readonly layer: RiskLayerManifest;
  readonly scoreManifest: (modality: ModalityId) => ScoreManifest | undefined;
  /**
   * @param tensors of an image model, by input name
   * @throws {CdsError} MODEL_MISSING, MODEL_RUN_FAILED
   */
  score: (
    modality: ModalityId,
    features: FeatureVector,
    tensors?: Readonly<Record<string, FloatTensor>>,
  ) => Promise<ScoredFeatures>;
  /** @param scores in the layer's modality order, NaN where absent */
  risk(subset: string, scores: Float32Array, landmarkMonths: number): Promise<LayerOutput>;
  /** Has the image models ready before they are asked: for processes that score. */
  warm(): Promise<void>;
  close(): Promise<void>;
}

const LAYER = 'layer';

const tensorOf = (outputs: Readonly<Record<string, FloatTensor>>, name: string): Float32Array => {
  const tensor = outputs[name];
  if (tensor === undefined) throw new CdsError('MODEL_RUN_FAILED', `no output ${name}`);
  return tensor.data;
};

const contributionsOf = (
  manifest: ModalityScoreManifest,
  features: Float32Array,
  parts: Float32Array,
): FeatureContribution[] =>
  manifest.features
    .map(({ name }, index) => ({
      feature: name,
      value: features[index] ?? Number.NaN,
      logHazard: parts[index] ?? 0,
    }))
    .filter((part) => part.logHazard !== 0 && !Number.isNaN(part.value))
    .sort((a, b) => Math.abs(b.logHazard) - Math.abs(a.logHazard));

const runScore = async (
  runner: OnnxRunner,
  manifest: ModalityScoreManifest,
  vector: FeatureVector,
): Promise<ScoredFeatures> => {
  const features = Float32Array.from(manifest.features, ({ name }) => vector[name] ?? Number.NaN);
  const outputs = await runner.run(
    manifest.modality,
    { features: { data: features, dims: [1, features.length] } },
    ['score', 'contributions', 'imputed'],
  );
  const score = tensorOf(outputs, 'score')[0];
  if (score === undefined || !Number.isFinite(score))
    throw new CdsError('MODEL_RUN_FAILED', 'score is not finite');
  return {
    score,
    contributions: contributionsOf(manifest, features, tensorOf(outputs, 'contributions')),
    imputed: tensorOf(outputs, 'imputed')[0] ?? 0,
  };
};

type ScoreFile = Omit<ModelFile, 'manifest'> & { readonly manifest: ScoreManifest };

const readScoreModels = (directory: string, layer: RiskLayerManifest): Map<ModalityId, ScoreFile> =>
  new Map(
    layer.modalities.map(({ modality, model, version, sha256 }) => {
      const { manifest, ...file } = readModel(directory, model, version);
      if (manifest.kind === 'risk-layer' || manifest.modality !== modality)
        throw new CdsError('MODEL_MANIFEST_INVALID', `${model}/${version} is not a score of ${modality}`);
      // The layer was fitted on the scores of exactly that file.
      if (manifest.sha256 !== sha256) throw new CdsError('MODEL_DIGEST_MISMATCH', `${model}/${version}`);
      return [modality, { manifest, ...file }] as const;
    }),
  );

/** How image models run; everything else runs on one thread of one core. */
export interface LoadOptions {
  /** The newest where absent. */
  readonly version?: string;
  readonly inference?: RunnerSettings;
  readonly onPassedOver?: OnPassedOver;
}

/** Two threads of one operator: more give little at the size of a chest at 5 mm. */
export const DEFAULT_INFERENCE: RunnerSettings = {
  executionProviders: ['cpu'],
  threads: 1,
  intraOpThreads: 2,
  maximumBatch: 4,
};

/** The image scorers among the scores. */
const createScorers = (
  scores: ReadonlyMap<ModalityId, ScoreFile>,
  { inference = DEFAULT_INFERENCE, onPassedOver }: LoadOptions,
): Map<ModalityId, ImageScorer> =>
  new Map(
    [...scores].flatMap(([modality, { manifest, folds }]) =>
      manifest.kind === 'image-score'
        ? [[modality, createImageScorer(manifest, folds, inference, onPassedOver)] as const]
        : [],
    ),
  );

/** What the plain runner holds: the layer, and the scores that are made of numbers. */
const plainModels = (
  layer: Uint8Array,
  scores: ReadonlyMap<ModalityId, ScoreFile>,
): Record<string, Uint8Array> => ({
  [LAYER]: layer,
  ...Object.fromEntries(
    [...scores].flatMap(([modality, { manifest, bytes }]) =>
      manifest.kind === 'modality-score' ? [[modality, bytes] as const] : [],
    ),
  ),
});

/**
 * Loads a risk layer and the modality models it names, all digests verified, into inference threads. Image models get
 * theirs when they are first asked, or warmed.
 *
 * @throws {CdsError} MODEL_MISSING, MODEL_MANIFEST_INVALID, MODEL_DIGEST_MISMATCH, MODEL_RUN_FAILED
 */
export async function loadModels(
  directory: string,
  riskLayer: string,
  options: LoadOptions = {},
): Promise<Models> {
  const { manifest: layer, bytes } = readModel(directory, riskLayer, options.version);
  if (layer.kind !== 'risk-layer')
    throw new CdsError('MODEL_MANIFEST_INVALID', `${riskLayer} is not a risk layer`);
  const scores = readScoreModels(directory, layer);
  const runner = await startRunner(plainModels(bytes, scores));
  const scorers = createScorers(scores, options);
  return {
    layer,
    identity: {
      id: layer.id,
      version: layer.version,
      digest: layer.sha256,
      simulated: layer.trainingCohort.kind === 'simulated',
      trainingPatients: layer.trainingCohort.patients,
    },
    scoreManifest: (modality) => scores.get(modality)?.manifest,
    score: async (modality, features, tensors = {}) => {
      const model = scores.get(modality);
      const scorer = scorers.get(modality);
      if (scorer !== undefined) return { ...(await scorer.score(tensors)), imputed: 0 };
      if (model?.manifest.kind !== 'modality-score') throw new CdsError('MODEL_MISSING', modality);
      return runScore(runner, model.manifest, features);
    },
    risk: async (subset, values, landmarkMonths) => {
      const outputs = await runner.run(
        LAYER,
        {
          scores: { data: values, dims: [1, values.length] },
          landmarkMonths: { data: Float32Array.of(landmarkMonths), dims: [1, 1] },
        },
        [`risk:${subset}`, `interval:${subset}`, `logHazard:${subset}`],
      );
      return {
        risk: tensorOf(outputs, `risk:${subset}`),
        interval: tensorOf(outputs, `interval:${subset}`),
        logHazard: tensorOf(outputs, `logHazard:${subset}`),
      };
    },
    warm: async () => {
      for (const scorer of scorers.values()) await scorer.warm();
    },
    close: async () => {
      await Promise.all([runner.close(), ...[...scorers.values()].map((each) => each.close())]);
    },
  };
}
