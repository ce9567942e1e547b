import { EXAMPLE_PATIENT, type PublishedRequest } from '../published-request.ts';

const encounterId = `${EXAMPLE_PATIENT}-follow-up-visit`;

/** The patient has come; the last samples are three weeks old. */
export const request: PublishedRequest = {
  context: { userId: 'Practitioner/nurse-1', patientId: EXAMPLE_PATIENT, encounterId },
  resources: [
    {
      resourceType: 'Encounter',
      id: encounterId,
      status: 'arrived',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      subject: { reference: `Patient/${EXAMPLE_PATIENT}` },
      period: { start: '2026-11-23T09:50:00Z' },
    },
  ],
};
