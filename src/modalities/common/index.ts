export { amountOf, type Amount } from './amount.ts';
export { createBloodModality, type Fault, type SampledDraw } from './blood.ts';
export { usableParts, type DrawRules } from './draws.ts';
export type { Modality, ModalityDependencies, ModalityFactory } from './modality.ts';
