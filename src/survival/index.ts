export * from './calibration/index.ts';
export * from './cox/index.ts';
export * from './curves/index.ts';
export * from './discrimination/index.ts';
export * from './elastic-net/index.ts';
export * from './landmark/index.ts';
export * from './resampling/index.ts';
export { selectRows, type SurvivalData, validateSurvivalData } from './data.ts';
