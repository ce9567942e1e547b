export { createDemoEhr } from './app.ts';
export type { DemoEhrOptions } from './app.ts';
export { handleClick } from './feedback.ts';
export { callService, type HookCall, type HookTarget } from './hook-client.ts';
export { createShownCards } from './shown-cards.ts';
export { visitOf, WORKFLOWS, type Filled, type WorkflowName } from './workflows.ts';
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
