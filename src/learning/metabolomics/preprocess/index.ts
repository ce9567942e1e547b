export { centreBatches, combat } from './batch.ts';
export {
  type CensoredValues,
  conditionalMean,
  fitCensoredNormal,
  type NormalFit,
} from './censored-normal.ts';
export { fitScaling, measuredShares, type Scaling } from './columns.ts';
export { correctDrift, pooledQcRsd, type Run } from './drift.ts';
export { inverseMillsRatio, logNormalLowerTail, MILLS_SERIES, millsRatio } from './mills-ratio.ts';
export {
  type DrawStatistics,
  fitPreprocessor,
  latestLevels,
  preprocess,
  type Preprocessor,
} from './preprocessor.ts';
export { columnMedians, medianOfMeasured, quotientNormalise } from './quotient.ts';
