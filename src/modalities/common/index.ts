export { amountOf, type Amount, type PlausibleRange } from './amount.ts';
export { createBloodModality, type SampledDraw } from './blood.ts';
export { isOfDay, usableParts, type DrawRules } from './draws.ts';
export type { Modality, ModalityDependencies, ModalityFactory } from './modality.ts';
export { addAmount, censoringFlags, type Reading } from './reading.ts';
