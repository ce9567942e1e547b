import type { CdsService, HookDependencies } from './common/index.ts';
import { createPatientViewService } from './recurrence-risk-patient-view/index.ts';

export { SUMMARY_LIMIT } from '../cards/index.ts';
export {
  createAnswers,
  createChartReader,
  createVisits,
  responseSchema,
  type CdsService,
  type HookDependencies,
  type RequestContext,
} from './common/index.ts';

/** The registry: a new service is one folder, one entry in cds-hooks/, and one line here. */
const FACTORIES: readonly ((dependencies: HookDependencies) => CdsService)[] = [createPatientViewService];

export const createServices = (dependencies: HookDependencies): readonly CdsService[] =>
  FACTORIES.map((create) => create(dependencies));
