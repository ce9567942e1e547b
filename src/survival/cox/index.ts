export {
  type BaselineHazard,
  baselineHazards,
  type BaselineInput,
  breslowBaseline,
  cumulativeHazardAt,
  riskWithin,
  type StratumBaseline,
} from './baseline.ts';
export { type CoxFit, fitCox } from './cox.ts';
export type { CoxInput } from './design.ts';
export { isCoxFailure } from './failures.ts';
export { centredLinearPredictor, linearPredictor } from './linear-predictor.ts';
export { type ProportionalityTest, proportionalityTest, type TimeTransform } from './proportionality.ts';
export {
  devianceResiduals,
  dfbeta,
  martingaleResiduals,
  scaledSchoenfeldResiduals,
  type SchoenfeldResiduals,
  schoenfeldResiduals,
  scoreResiduals,
} from './residuals.ts';
export { type PredictedSurvival, predictSurvival } from './survival-curve.ts';
export type { Ties } from './sweep.ts';
export {
  type ChiSquareTest,
  type CoxTests,
  coxTests,
  type HazardRatio,
  hazardRatios,
} from './tests-of-fit.ts';
