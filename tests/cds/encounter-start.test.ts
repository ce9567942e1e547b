/** recurrence-risk-encounter-start over HTTP: the visit that begins is this patient's, is the one asked about, and is not over. */
import type { Encounter } from 'fhir/r4.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { responseSchema } from '../../src/cards/index.ts';
import { BYSTANDER_ID } from '../../src/simulation/demo-bystander.ts';
import { startStack, type Stack } from '../http/running-service.ts';

const SERVICE = 'recurrence-risk-encounter-start';
const PATIENT = 'demo-high-10-months';
const OTHER = 'demo-low-19-months';

const encounter = (
  id: string,
  status: Encounter['status'],
  patient = PATIENT,
): Encounter & { id: string } => ({
  resourceType: 'Encounter',
  id,
  status,
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
  subject: { reference: `Patient/${patient}` },
});

const STATUSES = [
  'planned',
  'arrived',
  'triaged',
  'in-progress',
  'onleave',
  'unknown',
  'finished',
  'cancelled',
  'entered-in-error',
] as const;
const OVER: readonly string[] = ['finished', 'cancelled', 'entered-in-error'];

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
  await stack.load([
    ...STATUSES.map((status) => encounter(`visit-${status}`, status)),
    encounter('visit-of-other', 'arrived', OTHER),
  ]);
});
afterAll(() => stack.close());
beforeEach(() => {
  stack.faults.mode = 'ok';
});

const send = async (context: object, prefetch?: object, service = SERVICE, hook = 'encounter-start') => {
  const answer = await fetch(`${stack.service.url}/cds-services/${service}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      hook,
      hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
      fhirServer: stack.fhirBaseUrl,
      context,
      ...(prefetch !== undefined && { prefetch }),
    }),
  });
  return { status: answer.status, body: (await answer.json()) as any };
};
const contextOf = (encounterId: string, patientId = PATIENT) => ({
  userId: 'Practitioner/nurse-1',
  patientId,
  encounterId,
});
const bundle = (...resources: object[]) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: resources.map((resource) => ({ resource })),
});

it('shows the risk as patient-view does, with what the visit should bring', async () => {
  const { status, body } = await send(contextOf('visit-arrived'));
  expect(status).toBe(200);
  expect(() => responseSchema.parse(body)).not.toThrow();
  const [card] = body.cards;
  expect(card.detail).toContain('**At this visit**');
  const seen = await send(
    { userId: 'Practitioner/surgeon-1', patientId: PATIENT },
    undefined,
    'recurrence-risk-patient-view',
    'patient-view',
  );
  const [viewed] = seen.body.cards;
  expect(viewed.detail).not.toContain('**At this visit**');
  expect(card.summary).toBe(viewed.summary);
  // But for that section, it is the same card.
  expect(card.detail.replace(/\*\*At this visit\*\*\n\n[\s\S]*?(?=\*\*Since)/, '')).toBe(viewed.detail);
});

describe('context', () => {
  it.each(['userId', 'patientId', 'encounterId'] as const)('%s is required', async (name) => {
    const { [name]: _, ...context } = contextOf('visit-arrived');
    const { status, body } = await send(context);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(`context.${name}`);
  });

  it('answers no other hook', async () => {
    const { status, body } = await send(contextOf('visit-arrived'), undefined, SERVICE, 'patient-view');
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain('CDS_HOOK_MISMATCH');
  });
});

describe('the encounter’s status', () => {
  it.each(STATUSES)('%s, pulled', async (status) => {
    const { body } = await send(contextOf(`visit-${status}`));
    expect(body.cards).toHaveLength(OVER.includes(status) ? 0 : 1);
  });

  it.each(STATUSES)('%s, in prefetch, as a Bundle and as the bare resource', async (status) => {
    const resource = encounter('visit-prefetched', status);
    for (const value of [bundle(resource), resource]) {
      const { body } = await send(contextOf('visit-prefetched'), { encounter: value });
      expect(body.cards).toHaveLength(OVER.includes(status) ? 0 : 1);
    }
  });

  it('counts of the encounter asked about, where a server answers with all of the patient’s', async () => {
    const both = bundle(encounter('a', 'finished'), encounter('b', 'arrived'));
    expect((await send(contextOf('a'), { encounter: both })).body.cards).toEqual([]);
    expect((await send(contextOf('b'), { encounter: both })).body.cards).toHaveLength(1);
  });
});

describe('identity', () => {
  it('refuses an Encounter of another patient, in prefetch', async () => {
    const foreign = bundle(encounter('visit-of-other', 'arrived', OTHER));
    const { status, body } = await send(contextOf('visit-of-other'), { encounter: foreign });
    expect(status).toBe(400);
    expect(body.cards).toBeUndefined();
    expect(JSON.stringify(body)).toContain('CDS_PATIENT_MISMATCH');
  });

  it('refuses an Encounter without a subject', async () => {
    const { subject: _, ...nobodys } = encounter('visit-arrived', 'arrived');
    const { status, body } = await send(contextOf('visit-arrived'), { encounter: bundle(nobodys) });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain('CDS_PATIENT_MISMATCH');
  });

  it('refuses another Encounter of the same patient', async () => {
    const { status, body } = await send(contextOf('visit-arrived'), {
      encounter: bundle(encounter('visit-planned', 'planned')),
    });
    expect(status).toBe(400);
    expect(body.cards).toBeUndefined();
    expect(JSON.stringify(body)).toContain('prefetch.encounter');
  });

  it('takes nothing of an Encounter of another patient that context names: it is not there', async () => {
    const { status, body } = await send(contextOf('visit-of-other'));
    expect(status).toBe(200);
    expect(body.cards).toHaveLength(1);
    expect(JSON.stringify(body)).not.toContain(OTHER);
  });
});

describe('without the encounter', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['an empty Bundle', bundle()],
    ['an OperationOutcome', { resourceType: 'OperationOutcome', issue: [] }],
  ])('goes on: %s in prefetch', async (_, value) => {
    const { status, body } = await send(contextOf('visit-nowhere'), { encounter: value });
    expect(status).toBe(200);
    expect(body.cards).toHaveLength(1);
  });

  it('goes on where the server knows none', async () => {
    expect((await send(contextOf('visit-nowhere'))).body.cards).toHaveLength(1);
  });

  it('says that the risk is not available while the server is down', async () => {
    stack.faults.mode = 'down';
    const { status, body } = await send(contextOf('visit-arrived'));
    expect(status).toBe(200);
    expect(body.cards[0].source.topic.code).toBe('unavailable');
    expect(body.cards[0].detail).not.toContain('At this visit');
  });
});

it('is as silent as patient-view for those it is not for', async () => {
  const { body } = await send(contextOf('visit-nowhere', BYSTANDER_ID));
  expect(body.cards).toEqual([]);
});
