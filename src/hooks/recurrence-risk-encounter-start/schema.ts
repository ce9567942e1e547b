import { z } from 'zod';
import { fhirId, userId } from '../common/index.ts';

/** Context of encounter-start 1.0, https://cds-hooks.org/hooks/encounter-start/ */
export const encounterStartContext = z.object({
  userId,
  patientId: fhirId,
  encounterId: fhirId,
});
