export { type BaselineHazard, breslowBaseline, cumulativeHazardAt, riskWithin } from './baseline.ts';
export { type Concordance, concordanceIndex } from './concordance.ts';
export { type CoxFit, type CoxInput, fitCox } from './cox.ts';
export { linearPredictor, type Ties } from './cox-likelihood.ts';
export { selectRows, type SurvivalData, validateSurvivalData } from './data.ts';
export { kaplanMeier, type KaplanMeierCurve } from './kaplan-meier.ts';
export { crossValidatedElasticNetCox, type CrossValidatedElasticNetCox } from './elastic-net-cv.ts';
export { elasticNetCox, type ElasticNetCoxInput, type ElasticNetCoxPath } from './elastic-net-cox.ts';
