export { addInterval, windowAround } from './calendar.ts';
export { loadPolicy } from './load.ts';
export type { FollowUpPolicy } from './load.ts';
export { proposeFollowUp } from './propose.ts';
export { INTERVAL_UNITS } from './types.ts';
export type { FollowUpProposal, FollowUpQuery, Interval, IntervalUnit, PolicyCitation } from './types.ts';
