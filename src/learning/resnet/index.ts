export { type CohortLoss, type CohortLossInputs, type CohortTies, createCohortLoss } from './cohort-loss.ts';
export { buildScoringModel, type Standardisation } from './scoring.ts';
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
export {
  buildTrainingStep,
  coxLoss,
  FIRST_MOMENT,
  type Optimiser,
  SECOND_MOMENT,
  type TrainingStepOptions,
} from './training-step.ts';
