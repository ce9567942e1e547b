export { metabolomicScoreModel } from './graph.ts';
export { panelLayout } from './layout.ts';
export {
  evaluateMetabolomicScore,
  fitMetabolomicScore,
  type FittedMetabolomicScore,
  type MetabolomicModel,
  selectedFeatures,
} from './model.ts';
export { type ReportFile, trainingReport } from './report/index.ts';
export type { AnalyteNames } from './report/index.ts';
export { METABOLOMIC_SETTINGS, type MetabolomicSettings } from './settings.ts';
export type { PanelTraining } from './training.ts';
