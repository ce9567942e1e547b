import { EXAMPLE_PATIENT, type PublishedRequest } from '../published-request.ts';

export const request: PublishedRequest = {
  context: { userId: 'Practitioner/surgeon-1', patientId: EXAMPLE_PATIENT },
};
