export { type CohortLoss, type CohortLossInputs, type CohortTies, createCohortLoss } from './cohort-loss.ts';
export { buildScoringModel } from './scoring.ts';
export {
  checkSpec,
  initialParameters,
  mapSize,
  parameterCount,
  type ParameterSpec,
  parametersOf,
  type ResNetParameters,
  type ResNetSpec,
} from './spec.ts';
export { buildTrainingStep, type Optimiser, type TrainingStepOptions } from './training-step.ts';
