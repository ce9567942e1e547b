export { adamW, type AdamW, type AdamWSettings, type Moments } from './adam.ts';
export { add, div, exp, log, mul, neg, relu, sigmoid, softplus, sqrt, sub, tanh } from './arithmetic.ts';
export { conv3d, type Convolution } from './convolution.ts';
export { gradients } from './gradients.ts';
export { concat, pad, reshape, slice, transpose } from './layout.ts';
export { binaryCrossEntropy, meanSquaredError } from './losses.ts';
export { groupNorm, type GroupNorm } from './normalisation.ts';
export { maxPool3d, type Pooling } from './pooling.ts';
export { dense, matMul } from './products.ts';
export { globalAveragePool, meanAll, reduceMax, reduceMean, reduceSum, sumAll } from './reductions.ts';
export { createTape, type Tape, type Tensor } from './tape.ts';
export {
  createTrainingSession,
  NEXT,
  type TrainingSession,
  type TrainingSessionOptions,
} from './training-session.ts';
