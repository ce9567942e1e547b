import type { CdsService, HookDependencies } from './common/index.ts';
import { createAppointmentBookService } from './followup-scheduling-appointment-book/index.ts';
import { createPatientViewService } from './recurrence-risk-patient-view/index.ts';
import { createOrderSelectService } from './recurrence-risk-order-select/index.ts';

export {
  createAnswers,
  createChartReader,
  createVisits,
  type CdsService,
  type HookDependencies,
  type RequestContext,
} from './common/index.ts';

/** The registry: a new service is one folder, one entry in cds-hooks/, and one line here. */
const FACTORIES: readonly ((dependencies: HookDependencies) => CdsService)[] = [
  createPatientViewService,
  createOrderSelectService,
  createAppointmentBookService,
];

export const createServices = (dependencies: HookDependencies): readonly CdsService[] =>
  FACTORIES.map((create) => create(dependencies));
