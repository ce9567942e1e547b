export { createDemoEhr } from './app.ts';
export type { DemoEhrOptions } from './app.ts';
export type { DemoPatient } from './pages.ts';
export type { CriteriaPanel, CriterionLine } from './criteria-view.ts';
