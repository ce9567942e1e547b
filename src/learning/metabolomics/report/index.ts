export type { AnalyteNames } from './names.ts';
export { type ReportFile, trainingReport } from './report.ts';
