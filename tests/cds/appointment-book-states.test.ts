/** Whose appointments, what of the chart can be read, and when: over HTTP on the real service. */
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cardSchema, type Card } from '../../src/cards/index.ts';
import { discovered, prefetchOf } from '../http/published-request.ts';
import { hookRequest, startStack, type Stack } from '../http/running-service.ts';
import { describeWith } from '../setup/requires.ts';
import { booking, bundle, cardsFor, coded, HIGH, PATH, send, visit } from './appointment-requests.ts';

const ID = 'followup-scheduling-appointment-book';
const LATE = '2027-05-12T09:00:00Z';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterEach(() => {
  stack.faults.mode = 'ok';
});
afterAll(() => stack.close());

const prefetchFor = async (patientId: string, appointments?: unknown): Promise<Record<string, unknown>> => {
  const service = (await discovered(stack)).find(({ id }) => id === ID)!;
  const context = { userId: 'Practitioner/surgeon-1', patientId };
  const { appointments: read, ...chart } = await prefetchOf(stack, service, context);
  return appointments === undefined ? { ...chart, appointments: read } : { ...chart, appointments };
};

const oneOf = (body: unknown): Card => {
  const { cards } = body as { cards: readonly Card[] };
  expect(cards).toHaveLength(1);
  return cardSchema.parse(cards[0]);
};

describe('discovery', () => {
  it('prefetches the chart and its appointments, by legal tokens only', async () => {
    const service = (await discovered(stack)).find(({ id }) => id === ID)!;
    expect(service.hook).toBe('appointment-book');
    expect(service.prefetch['appointments']).toBe('Appointment?patient={{context.patientId}}');
    for (const template of Object.values(service.prefetch))
      expect(template.match(/\{\{(.*?)\}\}/g)).toEqual(['{{context.patientId}}']);
  });
});

describe('the request', () => {
  const codeOf = async (body: unknown) => {
    const answer = await send(stack, body);
    return [answer.status, answer.body.issue?.[0]?.details?.coding?.[0]?.code];
  };

  it('patient-view, as the official sandbox sends it in place of appointment-book: 400 CDS_HOOK_MISMATCH', async () => {
    const sandbox = booking(HIGH, [visit(HIGH, LATE)], stack.fhirBaseUrl, { hook: 'patient-view' });
    expect(await codeOf(sandbox)).toEqual([400, 'CDS_HOOK_MISMATCH']);
    // Without appointments its context fails first.
    expect(await codeOf(hookRequest(HIGH, stack.fhirBaseUrl))).toEqual([400, 'CDS_REQUEST_INVALID']);
  });

  const deep = (levels: number): unknown => (levels === 0 ? 'x' : { extension: [deep(levels - 1)] });
  it.each([
    ['no appointments', undefined],
    ['null', null],
    ['a list', [visit(HIGH, LATE)]],
    ['an Appointment by itself', visit(HIGH, LATE)],
    ['entries that are none', { resourceType: 'Bundle', entry: 'none' }],
    ['101 entries', bundle(Array.from({ length: 101 }, () => visit(HIGH, LATE)))],
    ['an Appointment nested without end', bundle([visit(HIGH, LATE, { contained: [deep(2000)] })])],
  ])('with %s: 400, and nothing of it in the error', async (_, appointments) => {
    const context = { userId: 'Practitioner/surgeon-1', patientId: HIGH, appointments };
    const body = booking(HIGH, [], stack.fhirBaseUrl, { context });
    expect(await codeOf(body)).toEqual([400, 'CDS_REQUEST_INVALID']);
    expect((await send(stack, body)).text).not.toContain('demo-');
  });

  const actor = (reference: string) => ({ participant: [{ actor: { reference }, status: 'accepted' }] });
  it.each([
    ['another patient', actor('Patient/demo-low-19-months')],
    ['the same id on another server', actor(`https://elsewhere.example/fhir/Patient/${HIGH}`)],
    [
      'two patients',
      {
        participant: [
          { actor: { reference: `Patient/${HIGH}` }, status: 'accepted' },
          { actor: { reference: 'Patient/demo-low-19-months' }, status: 'accepted' },
        ],
      },
    ],
  ])('an appointment of %s: 400 CDS_PATIENT_MISMATCH, of whatever kind it is', async (_, whose) => {
    for (const change of [{}, { specialty: [coded('http://snomed.info/sct', '394594003')] }]) {
      const appointments = [visit(HIGH, LATE), visit(HIGH, LATE, { ...whose, ...change })];
      const body = booking(HIGH, appointments, stack.fhirBaseUrl);
      expect(await codeOf(body)).toEqual([400, 'CDS_PATIENT_MISMATCH']);
    }
  });

  it('another patient’s appointment in prefetch: 400 CDS_PATIENT_MISMATCH', async () => {
    const foreign = bundle([visit('demo-low-19-months', '2027-02-20T09:00:00Z', { id: 'foreign' })]);
    const prefetch = await prefetchFor(HIGH, foreign);
    const body = booking(HIGH, [visit(HIGH, LATE)], undefined, { prefetch });
    expect(await codeOf(body)).toEqual([400, 'CDS_PATIENT_MISMATCH']);
  });

  it('the patient may be named by the server’s own address', async () => {
    const whole = actor(`${stack.fhirBaseUrl}/Patient/${HIGH}`);
    expect(await cardsFor(stack, HIGH, [visit(HIGH, LATE, whole)])).toHaveLength(1);
  });

  it('an appointment in which no patient takes part is left alone: whose it is is not known', async () => {
    expect(await cardsFor(stack, HIGH, [visit(HIGH, LATE, actor('Practitioner/surgeon-1'))])).toEqual([]);
    expect(await cardsFor(stack, HIGH, [visit(HIGH, LATE, { participant: undefined })])).toEqual([]);
  });
});

describe('what is no follow-up', () => {
  it('is answered without reading a chart, and counted so', async () => {
    stack.faults.mode = 'down';
    const eyes = { specialty: [coded('http://snomed.info/sct', '394594003')] };
    expect(await cardsFor(stack, HIGH, [visit(HIGH, LATE, eyes)])).toEqual([]);
    const { text } = await request(stack.service.url).get('/metrics');
    expect(text).toMatch(new RegExp(`service="${ID}",outcome="not-follow-up"\\} [1-9]`));
  });
});

describe('who books', () => {
  it.each([
    ['Practitioner/surgeon-1', 1],
    ['PractitionerRole/scheduler-1', 1],
    [`Patient/${HIGH}`, 0],
    ['RelatedPerson/daughter-1', 0],
  ])('%s: %d cards; a patient hears of a risk from a clinician', async (userId, count) => {
    const context = { userId, patientId: HIGH, appointments: bundle([visit(HIGH, LATE)]) };
    const { status, body } = await send(stack, booking(HIGH, [], stack.fhirBaseUrl, { context }));
    expect(status).toBe(200);
    expect(body.cards).toHaveLength(count);
  });
});

describe('what cannot be compared', () => {
  it('the record server is down: one card that says so, without a number', async () => {
    stack.faults.mode = 'down';
    const patientId = 'demo-low-3-months';
    const card = oneOf(
      (await send(stack, booking(patientId, [visit(patientId, LATE)], stack.fhirBaseUrl))).body,
    );
    expect(card.source.topic.code).toBe('unavailable');
    expect(card.summary).toMatch(/^Follow-up date not checked\. .*the record server did not answer/);
    expect(card.detail).toMatch(/The booking is not affected/);
    expect(card.suggestions).toBeUndefined();
  });

  it('the same where nothing says what is booked: silence, not a card for every booking of the hospital', async () => {
    stack.faults.mode = 'down';
    expect(await cardsFor(stack, HIGH, [visit(HIGH, LATE, { appointmentType: undefined })])).toEqual([]);
  });

  it('a result that could not be rechecked is not compared with, nor an older one; no number is shown', async () => {
    let now = '2026-11-23T10:00:00Z';
    const lasting = await startStack({ clock: { now: () => new Date(now) } });
    try {
      const { appointments: _, cfdna: __, ...core } = await prefetchFor(HIGH);
      expect(await cardsFor(lasting, HIGH, [visit(HIGH, LATE)])).toHaveLength(1);
      lasting.faults.mode = 'down';
      for (const day of ['2026-11-23', '2026-11-24']) {
        now = `${day}T11:00:00Z`;
        const body = booking(HIGH, [visit(HIGH, LATE)], lasting.fhirBaseUrl, { prefetch: core });
        const card = oneOf((await send(lasting, body)).body);
        expect(card.summary).toBe(
          'Follow-up date not checked. The last result, of 23 Nov 2026, could not be rechecked',
        );
        expect(`${card.summary} ${card.detail}`).not.toMatch(/\d ?%/);
        expect(card.detail).toMatch(/^\*\*Simulated model/);
        expect(card.suggestions).toBeUndefined();
      }
    } finally {
      await lasting.close();
    }
  });

  it('the chart is in prefetch, and the other appointments cannot be read: compared, and said so', async () => {
    const { appointments: _, ...chart } = await prefetchFor(HIGH);
    stack.faults.mode = 'down';
    const body = booking(HIGH, [visit(HIGH, LATE)], stack.fhirBaseUrl, { prefetch: chart });
    expect(oneOf((await send(stack, body)).body).detail).toMatch(/other appointments could not be read/);
  });
});

describe('a site without callback', () => {
  let silent: Stack;
  beforeAll(async () => {
    silent = await startStack({ tenant: { backgroundAccess: false } });
  });
  afterAll(() => silent.close());

  const answered = async (prefetch: Record<string, unknown>) =>
    (await send(silent, booking(HIGH, [visit(HIGH, LATE)], undefined, { prefetch }))).body;

  it('is answered from prefetch alone', async () => {
    const card = oneOf(await answered(await prefetchFor(HIGH)));
    expect(card.summary).toMatch(/9 weeks later than proposed/);
    expect(card.detail).not.toMatch(/other appointments could not be read/);
  });

  it('says so where the other appointments could not be seen; null is none', async () => {
    const { appointments: _, ...chart } = await prefetchFor(HIGH);
    const unseen = oneOf(await answered(chart));
    expect(unseen.detail).toMatch(/other appointments could not be read/);
    const failed = oneOf(await answered({ ...chart, appointments: { resourceType: 'OperationOutcome' } }));
    expect(failed.detail).toMatch(/other appointments could not be read/);
    const none = oneOf(await answered({ ...chart, appointments: null }));
    expect(none.detail).not.toMatch(/other appointments could not be read/);
  });

  it('sees the visit in the window in prefetch', async () => {
    const booked = bundle([visit(HIGH, '2027-02-20T09:00:00Z', { id: 'in-window' })]);
    expect(await answered(await prefetchFor(HIGH, booked))).toEqual({ cards: [] });
  });

  it('without a chart: 412', async () => {
    const body = booking(HIGH, [visit(HIGH, LATE)]);
    expect((await send(silent, body)).status).toBe(412);
  });
});

describeWith('redis-server', 'while the risk is being computed', (redisUrl) => {
  let waiting: Stack;
  beforeAll(async () => {
    // Jobs wait in Redis for a worker, and there is none.
    waiting = await startStack({ queue: { redisUrl }, hook: { deadlineMs: 1500 } });
  });
  afterAll(() => waiting.close());

  it('one card that says so, in the reader’s language', async () => {
    const ask = (language: string) =>
      send(waiting, booking(HIGH, [visit(HIGH, LATE)], waiting.fhirBaseUrl), language);
    const card = oneOf((await ask('en')).body);
    expect(card.source.topic.code).toBe('pending');
    expect(card.summary).toBe('Follow-up date not checked. The recurrence risk is still being computed');
    expect(oneOf((await ask('zh-CN')).body).summary).toBe('未核对随访日期。复发风险仍在计算');
  });
});

it('is at its own address', () => {
  expect(PATH).toBe(`/cds-services/${ID}`);
});
