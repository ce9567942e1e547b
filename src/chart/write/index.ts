export { AUDITED_ACTIONS, type AuditedAction } from './audit-event.ts';
export { writeAuditEvent } from './audit-writer.ts';
export { createWriteIds, type WriteIds } from './ids.ts';
export { createResultWriter, type Exclusively, type ResultWriter } from './result-writer.ts';
export { selfContainedRiskAssessment } from './self-contained.ts';
