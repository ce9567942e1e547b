export { type BaselineHazard, breslowBaseline, cumulativeHazardAt, riskWithin } from './baseline.ts';
export { type CoxFit, fitCox } from './cox.ts';
export type { CoxInput } from './design.ts';
export { isCoxFailure } from './failures.ts';
export { linearPredictor, type Ties } from './sweep.ts';
