export {
  type SimulatedChart,
  type SimulatedCohort,
  simulateCohort,
  type SimulationOptions,
} from './cohort.ts';
export { CALENDAR, GENERATOR_VERSION } from './constants.ts';
export { type DicomJson, dicomJson } from './ct/dicom-json.ts';
export type { CtFile } from './ct/study.ts';
export { simulateNewDraw } from './demo-new-draw.ts';
export { demoPacs } from './demo-pacs.ts';
export { type DemoCase, simulateDemoCts, simulateDemoPatients } from './demo-patients.ts';
export { RESOURCE_TYPES, type SimulatedResource, type SimulatedResourceType } from './fhir.ts';
export type { SimulatedCtStudy } from './imaging.ts';
export { type LatentState, trueRisk } from './latent.ts';
export { measureTargets, type SimulatorTargets } from './targets.ts';
export { TRUTH_LANDMARK_MONTHS, type TruthRow } from './truth.ts';
export { type CohortManifest, writeCohort, type WriteOptions } from './write.ts';
