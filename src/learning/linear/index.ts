export {
  crossValidatedLogisticElasticNet,
  type CrossValidatedLogisticElasticNet,
} from './cross-validation.ts';
export type { BinaryData } from './input.ts';
export {
  logisticElasticNet,
  type LogisticElasticNetInput,
  type LogisticElasticNetPath,
  predictLogOdds,
} from './logistic-elastic-net.ts';
export {
  crossValidatedPls,
  type CrossValidatedPls,
  plsDiscriminant,
  type PlsDiscriminant,
  type PlsInput,
  predictPls,
} from './partial-least-squares.ts';
