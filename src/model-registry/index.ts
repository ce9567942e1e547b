export { listModels, readModel } from './files.ts';
export {
  manifestSchema,
  type ModalityScoreManifest,
  type ModelManifest,
  type RiskLayerManifest,
} from './manifest.ts';
export { loadModels, type LayerOutput, type Models } from './models.ts';
