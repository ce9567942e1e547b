export { type BaselineHazard, breslowBaseline, cumulativeHazardAt, riskWithin } from './baseline.ts';
export { type CoxFit, type CoxInput, fitCox } from './cox.ts';
export { linearPredictor, type Ties } from './likelihood.ts';
