/** A card that replaces an older one says so, over HTTP and the account of issued cards. */
import type { Observation } from 'fhir/r4.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { responseSchema } from '../../src/cards/index.ts';
import { cardsFor, HIGH, visit } from './appointment-requests.ts';
import { hookRequest, runningClock, SERVICE_PATH, startStack, type Stack } from '../http/running-service.ts';

const REPLACES = 'org.recurrence-cds.replaces';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ clock: runningClock(), tenant: { timeZone: 'Asia/Shanghai' } });
});
afterAll(() => stack.close());

const ask = async (patient: string, language = 'en', service = SERVICE_PATH, change: object = {}) => {
  const answer = await fetch(`${stack.service.url}${service}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'accept-language': language },
    body: JSON.stringify({ ...hookRequest(patient, stack.fhirBaseUrl), ...change }),
  });
  return responseSchema.parse(await answer.json()).cards[0]!;
};

/** From now on there is no risk to show. */
const recordRecurrence = (patient: string) => {
  const status: Observation & { id: string } = {
    resourceType: 'Observation',
    id: `${patient}-progression`,
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '97509-4' }] },
    subject: { reference: `Patient/${patient}` },
    effectiveDateTime: '2026-11-23T08:00:00Z',
    valueCodeableConcept: { coding: [{ system: 'http://snomed.info/sct', code: '271299001' }] },
  };
  return stack.load([status]);
};

describe('a newer card', () => {
  it('names the card that it replaces, and says since when that stood', async () => {
    const patient = 'demo-high-10-months';
    const first = await ask(patient);
    expect(first.source.topic.code).toBe('recurrence-risk');
    expect(first.extension).toBeUndefined();
    await recordRecurrence(patient);
    const second = await ask(patient);
    expect(second.source.topic.code).toBe('no-risk-defined');
    expect(second.extension).toEqual({ [REPLACES]: [first.uuid] });
    expect(second.detail.split('\n\n').at(-1)).toMatch(
      /^Replaces the card of 23 Nov 2026, 18:\d\d: it showed a recurrence risk\.$/,
    );
    // And that one again is the same.
    expect((await ask(patient)).extension).toBeUndefined();
  });

  it('replaces nothing where it says the same: again, in another language, at the start of the visit', async () => {
    const patient = 'demo-low-19-months';
    await ask(patient);
    expect((await ask(patient)).extension).toBeUndefined();
    const chinese = await ask(patient, 'zh-CN');
    expect(chinese.extension).toBeUndefined();
    const atVisit = await ask(patient, 'en', '/cds-services/recurrence-risk-encounter-start', {
      hook: 'encounter-start',
      context: { userId: 'Practitioner/nurse-1', patientId: patient, encounterId: 'visit-1' },
    });
    expect(atVisit.detail).toContain('At this visit');
    expect(atVisit.extension).toBeUndefined();
  });

  it('replaces the last risk card, whatever other services said in between', async () => {
    const first = await ask(HIGH);
    const [between] = await cardsFor(stack, HIGH, [visit(HIGH, '2027-10-01T08:00:00Z')]);
    expect(between?.source.topic.code).toBe('appointment');
    expect(between?.extension).toBeUndefined();
    await recordRecurrence(HIGH);
    // Read from the store, where the other card is the newer one.
    await stack.service.core.ledger.idle();
    expect((await ask(HIGH)).extension).toEqual({ [REPLACES]: [first.uuid] });
  });

  it('replaces the cards of its own patient only', async () => {
    await ask('demo-intermediate-7-months');
    expect((await ask('demo-recurred')).extension).toBeUndefined();
  });
});
