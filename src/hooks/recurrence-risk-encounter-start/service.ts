import { createRiskService, hookRequests, type CdsService, type HookDependencies } from '../common/index.ts';
import { isBeginning } from './encounter.ts';
import { encounterStartContext } from './schema.ts';

/** CDS service `recurrence-risk-encounter-start` (CDS Hooks 2.0, hook encounter-start 1.0). */
export const createEncounterStartService = (dependencies: HookDependencies): CdsService =>
  createRiskService(
    {
      definition: {
        id: 'recurrence-risk-encounter-start',
        title: 'Recurrence risk at the start of a visit',
        description:
          'Risk of recurrence or death over the next 6, 12 and 24 months after neoadjuvant chemo-immunotherapy and ' +
          'radical resection of stage IB-IIIA non-small-cell lung cancer, with follow-up to order, and which plasma ' +
          'sample or CT the estimate lacks. Silent for visits that are cancelled or over.',
      },
      requests: hookRequests('encounter-start', encounterStartContext),
      care: ['encounter'],
      atVisit: true,
      concerns: ({ encounterId }, care) => isBeginning(encounterId, care),
    },
    dependencies,
  );
