import type { train as trainNow } from './pipeline/train.ts';

export type { TrainOptions, TrainProgress, TrainResult } from './pipeline/train.ts';
export type { EvaluateSettings, Evaluation, FigureRow, PublishedDataSet } from './published/data-set.ts';
export { PUBLISHED_DATA_SETS } from './published/data-sets.ts';

/** `train` of the pipeline, loaded when it is first called: a service that only answers never loads this room. */
export const train: typeof trainNow = async (...given) =>
  (await import('./pipeline/train.ts')).train(...given);
