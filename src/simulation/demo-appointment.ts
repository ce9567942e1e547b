import type { Appointment } from 'fhir/r4.js';
import { addDays } from '../domain/index.ts';
import { concept, instantAt, profiled, subjectOf, writtenOn } from './fhir.ts';

/** The next follow-up, booked yesterday for tomorrow morning. */
export function followUpAppointment(patientId: string, today: string): Appointment & { id: string } {
  const tomorrow = addDays(today, 1);
  return {
    resourceType: 'Appointment',
    id: `${patientId}-follow-up`,
    meta: profiled(writtenOn(addDays(today, -1)), 'follow-up-appointment'),
    status: 'booked',
    appointmentType: concept('http://terminology.hl7.org/CodeSystem/v2-0276', 'FOLLOWUP'),
    start: instantAt(tomorrow, '12:00:00'),
    end: instantAt(tomorrow, '12:20:00'),
    participant: [{ actor: subjectOf({ id: patientId }), status: 'accepted' }],
  };
}
