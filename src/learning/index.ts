export { train, type TrainOptions, type TrainProgress, type TrainResult } from './pipeline/train.ts';
export {
  type EvaluateSettings,
  type Evaluation,
  type FigureRow,
  PUBLISHED_DATA_SETS,
  type PublishedDataSet,
} from './published/index.ts';
