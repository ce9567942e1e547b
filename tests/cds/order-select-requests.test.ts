/** What order-select takes and refuses, what it reads, and what it says where it cannot see or assess. */
import fc from 'fast-check';
import type { FhirResource } from 'fhir/r4.js';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fixedClock } from '../../src/platform/index.ts';
import { startStack, TODAY, type Stack } from '../http/running-service.ts';
import {
  bundle,
  CTDNA,
  ctDone,
  order,
  ORDER_SELECT,
  orderSelect,
  standing,
} from '../support/draft-orders.ts';

const PATIENT = 'demo-high-13-months';
const DEADLINE_MS = 1500;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ hook: { deadlineMs: DEADLINE_MS } });
});
afterAll(() => stack.close());
afterEach(() => {
  stack.faults.mode = 'ok';
});

const call = (body: unknown, to: Stack = stack) =>
  request(to.service.url)
    .post(ORDER_SELECT)
    .set('Accept-Language', 'en')
    .send(body as object);

const asked = (orders: readonly FhirResource[], change: object = {}, patient = PATIENT) =>
  orderSelect(patient, orders, { fhirServer: stack.fhirBaseUrl, ...change });

const ct = order('ct', PATIENT, { occurrenceDateTime: '2026-12-01' });
const pills: FhirResource = {
  resourceType: 'MedicationRequest',
  id: 'pills',
  status: 'draft',
  intent: 'order',
  medicationCodeableConcept: { text: 'paracetamol' },
  subject: { reference: `Patient/${PATIENT}` },
};
const xRay = order('x-ray', PATIENT, { code: { coding: [{ system: 'http://loinc.org', code: '36643-5' }] } });

const outcomes = async (): Promise<Record<string, number>> => {
  const { text } = await request(stack.service.url).get('/metrics');
  const lines = text.matchAll(/service="recurrence-risk-order-select",outcome="([^"]+)"\} (\d+)/g);
  return Object.fromEntries([...lines].map(([, outcome, count]) => [outcome ?? '', Number(count)]));
};

/** What an EHR prefetches for this service; `without` are keys that it leaves out. */
const prefetchOf = async (to: Stack, patient: string, without: readonly string[] = []) => {
  const { body } = await request(to.service.url).get('/cds-services');
  const { prefetch } = body.services.find(({ hook }: { hook: string }) => hook === 'order-select');
  const values = Object.entries<string>(prefetch)
    .filter(([key]) => !without.includes(key))
    .map(async ([key, template]) => {
      const query = template.replaceAll('{{context.patientId}}', patient);
      const all = query.includes('?') ? `${query}&_count=1000` : query;
      return [key, await (await fetch(`${to.fhirBaseUrl}/${all}`)).json()] as const;
    });
  return Object.fromEntries(await Promise.all(values));
};

describe('discovery', () => {
  it('lists the service; of the context only the patient goes into prefetch', async () => {
    const { body } = await request(stack.service.url).get('/cds-services');
    const service = body.services.find(({ id }: { id: string }) => ORDER_SELECT.endsWith(id));
    expect(service.hook).toBe('order-select');
    expect(service.prefetch).toMatchObject({
      serviceRequests: 'ServiceRequest?patient={{context.patientId}}',
      appointments: 'Appointment?patient={{context.patientId}}',
    });
    for (const template of Object.values<string>(service.prefetch))
      expect(template.match(/\{\{(.*?)\}\}/g)).toEqual(['{{context.patientId}}']);
  });
});

describe('orders that follow-up is not about', () => {
  const silent = async (body: object) => {
    const before = (await outcomes())['not-follow-up'] ?? 0;
    // The record server is down: whatever is answered, nothing was read.
    stack.faults.mode = 'down';
    const answer = await call(body);
    expect([answer.status, answer.body]).toEqual([200, { cards: [] }]);
    expect((await outcomes())['not-follow-up']).toBe(before + 1);
  };

  it('a medication', () => silent(asked([pills])));
  it('an X-ray of the chest', () => silent(asked([xRay])));
  it('a chest CT that is not selected', () =>
    silent(asked([ct, pills], { context: { selections: ['MedicationRequest/pills'] } })));
  it('nothing selected', () => silent(asked([ct], { context: { selections: [] } })));
  it('nothing drafted', () =>
    silent(asked([], { context: { draftOrders: { resourceType: 'Bundle', type: 'collection' } } })));
  it('an order not to do one', () => silent(asked([{ ...ct, doNotPerform: true }])));
  it.each(['revoked', 'entered-in-error', 'completed'] as const)('one that is %s', (status) =>
    silent(asked([{ ...ct, status }])),
  );
  it('no code', () => {
    const { code: _, ...bare } = ct;
    return silent(asked([bare]));
  });
});

describe('requests that are refused', () => {
  const refused = async (body: object, status: number, code: string) => {
    const answer = await call(body);
    expect([answer.status, answer.body.issue?.[0].details.coding[0].code]).toEqual([status, code]);
    expect(answer.body.cards).toBeUndefined();
    return JSON.stringify(answer.body);
  };

  it('another hook', async () => {
    await refused(asked([ct], { hook: 'order-sign' }), 400, 'CDS_HOOK_MISMATCH');
  });

  it.each([
    ['a selection that is not drafted', { selections: ['ServiceRequest/other'] }, 'context.selections'],
    ['a selection of another type', { selections: ['MedicationRequest/ct'] }, 'context.selections'],
    ['a selection that is no reference', { selections: ['ct'] }, 'context.selections'],
    ['selections that are no list', { selections: 'ServiceRequest/ct' }, 'context.selections'],
    ['no selections', { selections: undefined }, 'context.selections'],
    ['no drafts', { draftOrders: undefined }, 'context.draftOrders'],
    ['drafts that are no Bundle', { draftOrders: ct }, 'context.draftOrders'],
    ['an entry without resource', { draftOrders: { resourceType: 'Bundle', entry: [{}] } }, 'resource'],
    ['a draft whose id is a path', { draftOrders: bundle({ ...ct, id: '../x' }) }, 'context.draftOrders'],
    ['too many drafts', { draftOrders: bundle(...Array(501).fill(ct)) }, 'context.draftOrders'],
    ['an encounter that is a path', { encounterId: '../x' }, 'context.encounterId'],
  ])('%s: named, not repeated', async (_, context, named) => {
    const said = await refused(asked([ct], { context }), 400, 'CDS_REQUEST_INVALID');
    expect(said).toContain(named);
    expect(said).not.toContain('../x');
    expect(said).not.toContain('ServiceRequest/other');
  });

  it.each([
    ['another patient’s', order('ct', 'demo-low-3-months')],
    ['of nobody', { ...ct, subject: undefined } as unknown as FhirResource],
    ['of a group', { ...ct, subject: { reference: `Group/${PATIENT}` } }],
    [
      'of a patient of the same id elsewhere',
      { ...ct, subject: { reference: `https://else.example/Patient/${PATIENT}` } },
    ],
  ])('a draft %s', async (_, draft) => {
    await refused(asked([draft]), 400, 'CDS_PATIENT_MISMATCH');
    // Beside a selected one, or with nothing of follow-up selected, no less.
    await refused(
      asked([pills, { ...draft, id: 'beside' }], { context: { selections: ['MedicationRequest/pills'] } }),
      400,
      'CDS_PATIENT_MISMATCH',
    );
  });

  it.each([
    ['MedicationRequest', { subject: { reference: 'Patient/demo-low-3-months' } }],
    ['NutritionOrder', { patient: { reference: 'Patient/demo-low-3-months' } }],
    ['VisionPrescription', { patient: { reference: 'Patient/demo-low-3-months' } }],
    ['DeviceRequest', { subject: { reference: 'Patient/demo-low-3-months' } }],
  ])('another patient’s %s', async (resourceType, whose) => {
    const foreign = { resourceType, id: 'x', ...whose } as unknown as FhirResource;
    await refused(asked([ct, foreign]), 400, 'CDS_PATIENT_MISMATCH');
  });

  it('a Medication that an order names is of nobody, and no reason to refuse', async () => {
    const medication: FhirResource = { resourceType: 'Medication', id: 'm' };
    expect(
      (await call(asked([pills, medication], { context: { selections: ['MedicationRequest/pills'] } }))).body,
    ).toEqual({ cards: [] });
  });

  it.each([
    ['a string', { note: [{ text: '\u0001uuid' }] }],
    ['a name', { '\u0001uuid': true }],
    ['deep inside', { contained: [{ resourceType: 'Basic', id: 'b', x: [[{ y: '\u0000' }]] }] }],
  ])('control characters in %s of what would be given back', async (_, change) => {
    const said = await refused(asked([{ ...ct, ...change }]), 400, 'CDS_REQUEST_INVALID');
    expect(said).toContain('context.draftOrders');
    // Lines and tabs are text.
    const text = { ...ct, note: [{ text: 'first\tline\r\nsecond' }] };
    expect((await call(asked([text]))).status).toBe(200);
  });

  it('another patient’s order in prefetch', () =>
    refused(
      asked([ct], { prefetch: { serviceRequests: bundle(standing('foreign', 'demo-low-3-months')) } }),
      400,
      'CDS_PATIENT_MISMATCH',
    ));

  it('no prefetch and no record server: 412', async () => {
    await refused(orderSelect(PATIENT, [ct]), 412, 'CDS_PREFETCH_MISSING');
  });
});

describe('where no risk can be compared', () => {
  it.each([
    ['demo-no-lung-cancer', 'out-of-scope'],
    ['demo-stage-iiic', 'not-eligible'],
    ['demo-recurred', 'barred'],
  ])('%s: silence (%s)', async (patient, outcome) => {
    const before = (await outcomes())[outcome] ?? 0;
    const answer = await call(asked([order('ct', patient)], {}, patient));
    expect([answer.status, answer.body]).toEqual([200, { cards: [] }]);
    expect((await outcomes())[outcome]).toBe(before + 1);
  });

  it('no risk group: only what is on record is compared, and the card says so', async () => {
    const patient = 'demo-too-old-15-months';
    const orders = bundle(standing('other', patient, { occurrenceDateTime: '2026-12-05' }));
    const drafts = [order('ct', patient, { occurrenceDateTime: '2026-12-01' })];
    const { body } = await call(asked(drafts, { prefetch: { serviceRequests: orders } }, patient));
    expect(body.cards).toHaveLength(1);
    expect(body.cards[0].summary).toContain('already ordered');
    expect(body.cards[0].detail).toContain('Without a risk group of today nothing is proposed');
    const alone = await call(asked(drafts, { prefetch: { serviceRequests: bundle() } }, patient));
    expect(alone.body).toEqual({ cards: [] });
  });

  it('the record server is down: one information card with the reason', async () => {
    stack.faults.mode = 'down';
    const { body, status } = await call(asked([ct, order('blood', PATIENT, { code: CTDNA })]));
    expect(status).toBe(200);
    expect(body.cards).toHaveLength(1);
    expect(body.cards[0]).toMatchObject({ indicator: 'info', source: { topic: { code: 'unavailable' } } });
    expect(body.cards[0].suggestions).toBeUndefined();
  });

  it('not computed by the deadline: one information card', async () => {
    const patient = 'demo-intermediate-7-months';
    const prefetch = await prefetchOf(stack, patient);
    // The request has all it needs; the worker, which reads for itself, does not get it in time.
    stack.faults.mode = 'slow';
    const { body, status } = await call(asked([order('ct', patient)], { prefetch }, patient));
    expect(status).toBe(200);
    expect(body.cards).toMatchObject([{ indicator: 'info', source: { topic: { code: 'pending' } } }]);
  });
});

describe('where orders and appointments cannot be seen', () => {
  it('a site of prefetch alone that sends none: the card says what is not known', async () => {
    const site = await startStack({ tenant: { backgroundAccess: false } });
    try {
      const without = ['serviceRequests', 'appointments'];
      const prefetch: Record<string, unknown> = await prefetchOf(site, PATIENT, without);
      prefetch['imaging'] = bundle(ctDone('recent', PATIENT, '2026-11-02T09:30:00Z'));
      const { body, status } = await call(orderSelect(PATIENT, [ct], { prefetch }), site);
      expect(status).toBe(200);
      expect(body.cards).toHaveLength(1);
      expect(body.cards[0].detail).toContain('whether this test is already ordered is not known');
      expect(body.cards[0].detail).toContain('whether this test is already booked is not known');
      const told = { ...prefetch, serviceRequests: bundle(), appointments: null };
      const seen = await call(orderSelect(PATIENT, [ct], { prefetch: told }), site);
      expect(seen.body.cards[0].detail).not.toContain('is not known');
    } finally {
      await site.close();
    }
  });
});

describe('days are the site’s', () => {
  it('midnight in Shanghai begins the window', async () => {
    const site = await startStack({
      tenant: { timeZone: 'Asia/Shanghai' },
      clock: fixedClock(`${TODAY}T10:00:00Z`),
    });
    try {
      const prefetch = { imaging: bundle(ctDone('recent', PATIENT, '2026-11-22T09:30:00Z')) };
      const at = async (time: string) => {
        const drafts = [order('ct', PATIENT, { occurrenceDateTime: time })];
        const body = orderSelect(PATIENT, drafts, { prefetch, fhirServer: site.fhirBaseUrl });
        const { cards } = (await call(body, site)).body;
        return cards.map(({ summary }: { summary: string }) => /earlier|later/.exec(summary)?.[0]);
      };
      // A CT of 22 November: three months on, a sixth earlier, is 7 February.
      expect(await at('2027-02-06T15:59:00Z')).toEqual(['earlier']);
      expect(await at('2027-02-06T16:00:00Z')).toEqual([]);
      expect(await at('2027-03-10T15:59:00Z')).toEqual([]);
      expect(await at('2027-03-10T16:00:00Z')).toEqual(['later']);
    } finally {
      await site.close();
    }
  });
});

describe('anything at all', () => {
  it('never fails, never hangs, and never repeats what was sent in an error', async () => {
    const secret = 'Zebulon-Quux';
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.constant(secret),
      fc.constant({ coding: [null, { code: secret }] }),
    );
    const anyDraft = fc.record(
      {
        resourceType: fc.constantFrom('ServiceRequest', 'MedicationRequest', 'Bundle', ''),
        id: fc.constantFrom('ct', 'x', secret, '..'),
        status: fc.constantFrom('draft', 'active', secret),
        code: fc.oneof(fc.constant(ct.code), anything),
        subject: fc.oneof(fc.constant(ct.subject), anything),
        occurrenceDateTime: fc.oneof(fc.constantFrom('2026-12-01', '2027', '2026-02-30'), anything),
        occurrencePeriod: fc.oneof(fc.record({ start: anything, end: anything }), anything),
        occurrenceTiming: fc.oneof(fc.record({ event: fc.array(anything), repeat: anything }), anything),
        basedOn: anything,
        replaces: anything,
        instantiatesCanonical: anything,
      },
      { requiredKeys: ['resourceType'] },
    );
    const contexts = fc.record({
      selections: fc.oneof(fc.constant(['ServiceRequest/ct']), anything),
      draftOrders: fc.oneof(
        fc.array(anyDraft, { maxLength: 3 }).map((drafts) => bundle(...drafts)),
        anything,
      ),
    });
    const empty = { serviceRequests: bundle(), appointments: bundle() };
    await fc.assert(
      fc.asyncProperty(contexts, async (context) => {
        const { status, text } = await call(asked([], { context, prefetch: empty }));
        expect([200, 400]).toContain(status);
        if (status === 400) expect(text).not.toContain(secret);
      }),
      { numRuns: 150 },
    );
  });
});
