export { CRITERION_TEXTS } from './criteria/index.ts';
export { judgeEligibility } from './judge.ts';
export { DEFAULT_ELIGIBILITY, type EligibilitySettings } from './settings.ts';
export type * from './types.ts';
