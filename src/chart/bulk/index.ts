export { exportCohort, type ExportedCohort } from './export.ts';
export type { BulkExportOptions, BulkProgress, BulkScope } from './types.ts';
