export { fitClassificationForest, type ClassificationForestInput } from './classification-forest.ts';
export { type Contributions, type ExplainOptions, forestContributions } from './contributions.ts';
export { correctedImpurityImportance } from './corrected-importance.ts';
export type { ClassificationForest, ForestSettings, SurvivalForest } from './forest.ts';
export {
  type ClassImportanceInput,
  permutationImportance,
  type SurvivalImportanceInput,
} from './importance.ts';
export { addExplainedForest, addForestContributions, addForestPrediction } from './onnx.ts';
export { predictClassProbabilities, predictCumulativeHazard, predictMortality } from './predict.ts';
export { fitSurvivalForest, type SurvivalForestInput } from './survival-forest.ts';
