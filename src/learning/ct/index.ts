export type { CtEpoch } from './checkpoint.ts';
export {
  type CrossFitOptions,
  crossFitCt,
  type CrossFittedCt,
  type CtProgress,
  servedFold,
} from './cross-fit.ts';
export { type CtScoreFit, type CtScoreInput, fitCtScore, type PatientCts } from './fit-ct-score.ts';
export { type CtPair, sharedTensor } from './pairs.ts';
export { CT_SETTINGS, type CtAugmentation, type CtTrainingSettings, QUICK_CT_SETTINGS } from './settings.ts';
export type { FoldCtModel } from './train-fold.ts';
