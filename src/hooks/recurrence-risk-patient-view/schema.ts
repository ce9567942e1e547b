import { z } from 'zod';
import { fhirId, userId } from '../common/index.ts';

/** Context of patient-view 1.0, https://cds-hooks.org/hooks/patient-view/ */
export const patientViewContext = z.object({
  userId,
  patientId: fhirId,
  encounterId: fhirId.optional(),
});
