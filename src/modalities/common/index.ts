export { amountOf, type Amount, type PlausibleRange } from './amount.ts';
export {
  createBloodModality,
  type BloodModality,
  type ChosenDraws,
  type Fault,
  type SampledDraw,
} from './blood.ts';
export { isOfDay, usableParts } from './draws.ts';
export type * from './images.ts';
export type {
  ExtractContext,
  Extracted,
  Modality,
  ModalityDependencies,
  ModalityFactory,
} from './modality.ts';
export { addAmount, censoringFlags, type Reading } from './reading.ts';
export { preprocessingVersion } from './settings.ts';
export { createSampleReader, type SampleQuality, type SampleReader } from './specimens.ts';
