import type { CdsService } from './common/index.ts';
import {
  createPatientViewService,
  type PatientViewDependencies,
} from './recurrence-risk-patient-view/index.ts';

export { createChartReader, type CdsService } from './common/index.ts';

/** What the services are built with; each takes its part. */
export type HookDependencies = PatientViewDependencies;

/** The registry: a new service is one folder, one entry in cds-hooks/, and one line here. */
const FACTORIES: readonly ((dependencies: HookDependencies) => CdsService)[] = [createPatientViewService];

export const createServices = (dependencies: HookDependencies): readonly CdsService[] =>
  FACTORIES.map((create) => create(dependencies));
