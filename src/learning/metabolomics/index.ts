export { metabolomicScoreModel } from './graph.ts';
export { panelLayout } from './layout.ts';
export {
  evaluateMetabolomicScore,
  fitMetabolomicScore,
  type FittedMetabolomicScore,
  type MetabolomicModel,
} from './model.ts';
export { METABOLOMIC_SETTINGS, type MetabolomicSettings } from './settings.ts';
export type { PanelTraining } from './training.ts';
