export { createImageScorer } from './image-score.ts';
export { digestOfFolds, listModels, readModel } from './files.ts';
export {
  featureNamesOf,
  type ImageScoreManifest,
  manifestSchema,
  type ModalityScoreManifest,
  type ModelManifest,
  type RiskLayerManifest,
  type ScoreManifest,
} from './manifest.ts';
export { DEFAULT_INFERENCE, loadModels, type LayerOutput, type LoadOptions, type Models } from './models.ts';
export type { RunnerSettings } from './runner.ts';
