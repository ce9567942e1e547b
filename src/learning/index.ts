export { train, type TrainOptions, type TrainProgress, type TrainResult } from './pipeline/train.ts';
