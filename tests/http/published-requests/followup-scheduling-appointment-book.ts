import { EXAMPLE_PATIENT, type PublishedRequest } from '../published-request.ts';

/** A visit in May, of a patient whose risk is high: the policy proposes one by 10 March. */
export const request: PublishedRequest = {
  context: {
    userId: 'PractitionerRole/scheduler-1',
    patientId: EXAMPLE_PATIENT,
    appointments: {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [
        {
          resource: {
            resourceType: 'Appointment',
            id: 'visit-in-may',
            status: 'booked',
            specialty: [
              {
                coding: [
                  { system: 'http://snomed.info/sct', code: '408456005', display: 'Thoracic surgery' },
                ],
              },
            ],
            appointmentType: {
              coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0276', code: 'FOLLOWUP' }],
            },
            description: 'Follow-up after lobectomy',
            start: '2027-05-12T09:00:00Z',
            end: '2027-05-12T09:20:00Z',
            participant: [
              { actor: { reference: `Patient/${EXAMPLE_PATIENT}` }, status: 'accepted' },
              { actor: { reference: 'Practitioner/surgeon-1' }, status: 'accepted' },
            ],
          },
        },
      ],
    },
  },
};
