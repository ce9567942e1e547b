import { CdsError } from '../../domain/index.ts';
import { checkSpec, type ResNetSpec } from '../resnet/index.ts';

/** How far an image may be changed before a training step sees it; 0 everywhere leaves images as they are. */
export interface CtAugmentation {
  /** Along each axis, either way. */
  readonly shiftVoxels: number;
  /** About each axis, either way. */
  readonly rotationDegrees: number;
  /** Of the logarithm of a factor common to the three axes, either way. */
  readonly logScale: number;
  /** Share of the draws that move by whole voxels only: not rotated, not scaled, not blurred by interpolation. */
  readonly wholeVoxelShare: number;
  /** How often left and right are exchanged. */
  readonly flipProbability: number;
  /** Of the factor of the windowed values (0..1) about 1, either way. */
  readonly gain: number;
  /** Added to the windowed values, either way; .01 are 14 HU of a window of 1400. */
  readonly offset: number;
  /** SD of the white noise, in windowed values. */
  readonly noise: number;
}

/** The constants of the CT score's training, as ADR 35 gives them. */
export interface CtTrainingSettings {
  readonly network: ResNetSpec;
  /** Patients of one step. */
  readonly batchPairs: number;
  /** At most; training stops earlier where the inner split says so. */
  readonly epochs: number;
  /** Epochs without a smaller deviance of the inner split after which training stops. */
  readonly patience: number;
  /** Trains again on all patients of the other folds, for as many epochs as the inner split found best. */
  readonly refit: boolean;
  /** The highest. */
  readonly learningRate: number;
  /** Epochs (or a part of one) in which the rate rises from 0. */
  readonly warmUpEpochs: number;
  /** Where its half cosine ends after `epochs`, as a share of the highest. */
  readonly finalRateShare: number;
  /** Decoupled (AdamW). */
  readonly weightDecay: number;
  readonly augmentation: CtAugmentation;
}

const AUGMENTATION: CtAugmentation = {
  shiftVoxels: 3,
  rotationDegrees: 8,
  logScale: 0.08,
  wholeVoxelShare: 0.5,
  flipProbability: 0.5,
  gain: 0.05,
  offset: 0.01,
  noise: 0.01,
};

export const CT_SETTINGS: CtTrainingSettings = {
  network: { depth: 10, width: 16, sizeVoxels: 64, strides: [1, 2, 2, 1], stemPool: true, groups: 8 },
  batchPairs: 4,
  epochs: 24,
  patience: 6,
  refit: false,
  learningRate: 1e-3,
  warmUpEpochs: 2,
  finalRateShare: 0.02,
  weightDecay: 0.05,
  augmentation: AUGMENTATION,
};

/** To see that it works, not to serve: small images, a thin network, few epochs. */
export const QUICK_CT_SETTINGS: CtTrainingSettings = {
  ...CT_SETTINGS,
  network: { depth: 10, width: 4, sizeVoxels: 24, strides: [1, 2, 1, 1], stemPool: true, groups: 2 },
  batchPairs: 8,
  epochs: 5,
  patience: 5,
  learningRate: 3e-3,
  warmUpEpochs: 1,
  augmentation: { ...AUGMENTATION, shiftVoxels: 1 },
};

const refuse = (detail: string): never => {
  throw new CdsError('LEARNING_INPUT_INVALID', detail);
};

const requireCount = (value: number, name: string): void => {
  if (!(Number.isInteger(value) && value > 0)) refuse(`${name} is ${value}, not a whole number above 0`);
};

const requireWithin = (value: number, name: string, most: number): void => {
  if (!(value >= 0 && value <= most)) refuse(`${name} is ${value}, not between 0 and ${most}`);
};

/** @throws {CdsError} LEARNING_INPUT_INVALID, naming the setting */
export function checkSettings(settings: CtTrainingSettings): void {
  const { network, augmentation } = settings;
  checkSpec(network);
  requireCount(settings.batchPairs, 'batchPairs');
  requireCount(settings.epochs, 'epochs');
  requireCount(settings.patience, 'patience');
  requireWithin(settings.learningRate, 'learningRate', 1);
  requireWithin(settings.warmUpEpochs, 'warmUpEpochs', settings.epochs);
  requireWithin(settings.finalRateShare, 'finalRateShare', 1);
  requireWithin(settings.weightDecay, 'weightDecay', 10);
  requireWithin(augmentation.shiftVoxels, 'augmentation.shiftVoxels', network.sizeVoxels / 2);
  requireWithin(augmentation.rotationDegrees, 'augmentation.rotationDegrees', 45);
  requireWithin(augmentation.logScale, 'augmentation.logScale', 1);
  requireWithin(augmentation.wholeVoxelShare, 'augmentation.wholeVoxelShare', 1);
  requireWithin(augmentation.flipProbability, 'augmentation.flipProbability', 1);
  requireWithin(augmentation.gain, 'augmentation.gain', 1);
  requireWithin(augmentation.offset, 'augmentation.offset', 1);
  requireWithin(augmentation.noise, 'augmentation.noise', 1);
}

/**
 * The learning rate of a step: a line from 0 in the warm-up, then half a cosine.
 *
 * @param at epochs gone, with their parts: (epoch - 1) + (step + 1) / steps, so above 0
 */
export function learningRateAt(at: number, settings: CtTrainingSettings): number {
  const { learningRate, warmUpEpochs, epochs, finalRateShare } = settings;
  if (at < warmUpEpochs) return (learningRate * at) / warmUpEpochs;
  const share = epochs > warmUpEpochs ? Math.min(1, (at - warmUpEpochs) / (epochs - warmUpEpochs)) : 1;
  return learningRate * (finalRateShare + (1 - finalRateShare) * 0.5 * (1 + Math.cos(Math.PI * share)));
}
