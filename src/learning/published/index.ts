import type { PublishedDataSet } from './data-set.ts';
import { ST000369 } from './st000369.ts';

export type { EvaluateSettings, Evaluation, FigureRow, PublishedDataSet } from './data-set.ts';
export { readSt000369, type St000369 } from './st000369-data.ts';
export {
  recordOf as st000369Record,
  st000369Figures,
  type St000369Figures,
  type St000369Record,
} from './st000369-figures.ts';

/** Published data sets that this software is held against, a file each. */
export const PUBLISHED_DATA_SETS: readonly PublishedDataSet[] = [ST000369];
