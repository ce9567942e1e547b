export { numbersAtRisk, survivalAt, type SurvivalEstimate } from './at-times.ts';
export {
  censoringSurvival,
  censoringSurvivalAt,
  censoringSurvivalBefore,
  censoringWeights,
  type CensoringOptions,
  type CensoringSurvival,
} from './censoring.ts';
export {
  type IntervalOptions,
  type IntervalScale,
  type SurvivalCurve,
  survivalInterval,
} from './intervals.ts';
export {
  type GroupCurve,
  kaplanMeier,
  kaplanMeierByGroup,
  type KaplanMeierCurve,
  type KaplanMeierOptions,
} from './kaplan-meier.ts';
export { type LogRank, type LogRankInput, logRankTest, type LogRankWeight } from './log-rank.ts';
export { nelsonAalen, type NelsonAalenCurve, type NelsonAalenOptions } from './nelson-aalen.ts';
export { medianSurvival, survivalQuantile, type SurvivalQuantile } from './quantiles.ts';
export {
  restrictedMean,
  type RestrictedMean,
  restrictedMeanDifference,
  type RestrictedMeanDifference,
  type RestrictedMeanOptions,
} from './restricted-mean.ts';
