export {
  collapseLinearScore,
  evaluateLinearScore,
  type FoldLinearModel,
  type LinearScoreModel,
  type LinearScores,
} from './linear-score.ts';
export { linearScoreModel } from './linear-score-graph.ts';
export {
  evaluateRiskLayers,
  type RiskLayer,
  type RiskLayerFit,
  type RiskLayerModel,
  subsetName,
  type SubsetRisk,
} from './risk-layer.ts';
export { riskLayerModel } from './risk-layer-graph.ts';
