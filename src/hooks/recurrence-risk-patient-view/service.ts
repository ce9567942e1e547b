import { createRiskService, hookRequests, type CdsService, type HookDependencies } from '../common/index.ts';
import { patientViewContext } from './schema.ts';

/** CDS service `recurrence-risk-patient-view` (CDS Hooks 2.0, hook patient-view 1.0). */
export const createPatientViewService = (dependencies: HookDependencies): CdsService =>
  createRiskService(
    {
      definition: {
        id: 'recurrence-risk-patient-view',
        title: 'Recurrence risk after resection of lung cancer',
        description:
          'Risk of recurrence or death over the next 6, 12 and 24 months after neoadjuvant chemo-immunotherapy and ' +
          'radical resection of stage IB-IIIA non-small-cell lung cancer, from plasma metabolomics, CT and cfDNA, ' +
          'with follow-up to order.',
      },
      requests: hookRequests('patient-view', patientViewContext),
    },
    dependencies,
  );
