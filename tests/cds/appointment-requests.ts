/** Requests of appointment-book, as an EHR sends them, for the tests of the service. */
import request from 'supertest';
import { expect } from 'vitest';
import type { Card } from '../../src/cards/index.ts';
import { hookRequest, type Stack } from '../http/running-service.ts';

export const PATH = '/cds-services/followup-scheduling-appointment-book';

/** High risk, nothing booked: by 10 March 2027, from 8 February. */
export const HIGH = 'demo-high-13-months';
/** Low risk, nothing booked: by 22 June 2027, from 23 April. */
export const LOW = 'demo-low-19-months';

type Members = Readonly<Record<string, unknown>>;

export const coded = (system: string, code: string) => ({ coding: [{ system, code }] });
export const FOLLOW_UP = coded('http://terminology.hl7.org/CodeSystem/v2-0276', 'FOLLOWUP');
export const CHEST_CT = coded('http://loinc.org', '24627-2');

/** A booked follow-up visit of the patient, with changes; twenty minutes from `start`. */
export const visit = (patientId: string, start: string, changes: Members = {}): Members => ({
  resourceType: 'Appointment',
  id: 'being-booked',
  status: 'booked',
  appointmentType: FOLLOW_UP,
  start,
  end: new Date(Date.parse(start) + 1_200_000).toISOString(),
  participant: [{ actor: { reference: `Patient/${patientId}` }, status: 'accepted' }],
  ...changes,
});

export const ct = (patientId: string, start: string, changes: Members = {}): Members =>
  visit(patientId, start, {
    id: 'ct-being-booked',
    appointmentType: undefined,
    serviceType: [CHEST_CT],
    ...changes,
  });

export const bundle = (appointments: readonly unknown[]) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: appointments.map((resource) => ({ resource })),
});

export const booking = (
  patientId: string,
  appointments: readonly unknown[],
  fhirServer?: string,
  change: Members = {},
) =>
  hookRequest(patientId, fhirServer, {
    hook: 'appointment-book',
    context: { userId: 'PractitionerRole/scheduler-1', patientId, appointments: bundle(appointments) },
    ...change,
  });

export const send = (stack: Stack, body: unknown, language = 'en') =>
  request(stack.service.url)
    .post(PATH)
    .set('Accept-Language', language)
    .send(body as object);

export async function cardsFor(
  stack: Stack,
  patientId: string,
  appointments: readonly unknown[],
  language?: string,
): Promise<readonly Card[]> {
  const { status, body } = await send(stack, booking(patientId, appointments, stack.fhirBaseUrl), language);
  expect(status).toBe(200);
  return (body as { cards: readonly Card[] }).cards;
}
