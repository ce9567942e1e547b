export {
  interpretLayer,
  layerScores,
  stratumOf,
  subsetName,
  whyNotEstimable,
  type LayerNumbers,
  type RiskLayerSpec,
} from './fusion.ts';
