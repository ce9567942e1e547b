export type { EvaluateSettings, Evaluation, FigureRow, PublishedDataSet } from './data-set.ts';
export { readSt000369, type St000369 } from './st000369-data.ts';
export { PUBLISHED_DATA_SETS } from './data-sets.ts';
export {
  recordOf as st000369Record,
  st000369Figures,
  type St000369Figures,
  type St000369Record,
} from './st000369-figures.ts';
