export { createDemoEhr } from './app.ts';
export type { DemoEhrOptions } from './app.ts';
export { createEhrIdentity, type EhrIdentity } from './identity.ts';
export type { DemoPatient, Story } from './layout.ts';
export type { CriteriaPanel, CriterionLine } from './criteria-view.ts';
export {
  readWrittenBack,
  type WrittenBack,
  type WrittenHorizon,
  type WrittenProvenance,
  type WrittenResult,
} from './written.ts';
