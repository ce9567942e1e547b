import { withVersions, type CdsService, type HookDependencies } from './common/index.ts';
import { createAppointmentBookService } from './followup-scheduling-appointment-book/index.ts';
import { createEncounterStartService } from './recurrence-risk-encounter-start/index.ts';
import { createOrderSelectService } from './recurrence-risk-order-select/index.ts';
import { createPatientViewService } from './recurrence-risk-patient-view/index.ts';

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
const FACTORIES: readonly ((dependencies: HookDependencies) => CdsService)[] = [
  createPatientViewService,
  createEncounterStartService,
  createAppointmentBookService,
  createOrderSelectService,
];

export const createServices = (dependencies: HookDependencies): readonly CdsService[] =>
  FACTORIES.map((create) => {
    const service = create(dependencies);
    return { ...service, definition: withVersions(service.definition) };
  });
