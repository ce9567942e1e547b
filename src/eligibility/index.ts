export type { Subject } from './criteria.ts';
export { judgeEligibility } from './judge.ts';
export * from './types.ts';
