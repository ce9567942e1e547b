/** What a reader does in the demo EHR: a visit, a booking, an order, a click on a card; on a real FHIR server. */
import express from 'express';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createDemoEhr,
  createEhrIdentity,
  createFhirServer,
  type EhrIdentity,
} from '../../src/demo/index.ts';
import { listen, LOOPBACK, type Listening } from '../../src/platform/index.ts';

const TODAY = '2026-11-23';
/** 270 days: what the forms begin with. */
const IN_NINE_MONTHS = '2027-08-20';
const SERVICES = {
  visit: 'recurrence-risk-encounter-start',
  book: 'followup-scheduling-appointment-book',
  order: 'recurrence-risk-order-select',
};
const CARD = {
  uuid: '6f1f2d39-1a5e-4f0e-9d5c-6f6d1f0a1b2c',
  summary: 'Recurrence risk 31 %',
  indicator: 'info',
  source: { label: 'recurrence-cds' },
  overrideReasons: [
    { code: 'already-scheduled', system: 'urn:reasons', display: 'Already scheduled' },
    { code: 'patient-declined', system: 'urn:reasons', display: 'Declined' },
  ],
  selectionBehavior: 'any',
  suggestions: [
    {
      uuid: '0b8f7f2e-6f2b-4e0e-8a53-0f7f0f6f4d11',
      label: 'CT in 4 weeks',
      actions: [
        {
          type: 'create',
          description: 'a request',
          resource: {
            resourceType: 'ServiceRequest',
            status: 'draft',
            intent: 'proposal',
            subject: { reference: 'Patient/p1' },
          },
        },
      ],
    },
    {
      uuid: '0b8f7f2e-6f2b-4e0e-8a53-0f7f0f6f4d12',
      label: 'Withdraw',
      actions: [{ type: 'delete', description: 'the draft', resourceId: 'ServiceRequest/draft-1' }],
    },
    {
      uuid: '0b8f7f2e-6f2b-4e0e-8a53-0f7f0f6f4d13',
      label: 'Elsewhere',
      actions: [{ type: 'delete', description: 'out of place', resourceId: 'Basic/../Patient/p1' }],
    },
  ],
};

interface Call {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: any;
}

let calls: Call[];
let feedbackStatus: number;
let metrics: string;
let extension: object | undefined;
let service: Listening;
let fhir: Listening;
let identity: EhrIdentity;
let ehr: ReturnType<typeof request>;
const closers: (() => Promise<void>)[] = [];

beforeEach(async () => {
  calls = [];
  feedbackStatus = 200;
  metrics = '';
  extension = undefined;
  const app = express();
  app.get('/metrics', (_incoming, response) => {
    response.type('text').send(metrics);
  });
  app.use(express.json(), (incoming, response) => {
    calls.push({ path: incoming.path, authorization: incoming.get('authorization'), body: incoming.body });
    if (incoming.path.endsWith('/feedback')) response.status(feedbackStatus).json({});
    else response.json({ cards: [{ ...CARD, extension }] });
  });
  service = await listen(app, LOOPBACK, 0);
  const server = createFhirServer();
  await server.load([{ resourceType: 'Patient', id: 'p1' }]);
  fhir = await listen(server.app, LOOPBACK, 0);
  closers.push(service.close, fhir.close, server.close);
  identity = await createEhrIdentity('https://demo-ehr.example');
  ehr = request(
    createDemoEhr({
      patients: [{ id: 'p1', name: 'Zhang Wei', story: { en: 'Resected', zh: '已切除' } }],
      serviceUrl: service.url,
      fhirUrl: `${fhir.url}/fhir`,
      serviceId: 'recurrence-risk-patient-view',
      services: SERVICES,
      identity,
      today: () => TODAY,
    }),
  );
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const open = async (path = '/patients/p1?lang=en') => (await ehr.get(path)).text;
const click = (fields: Record<string, string>) =>
  ehr
    .post('/patients/p1/feedback?lang=en')
    .type('form')
    .send({ card: CARD.uuid, back: '/patients/p1', ...fields });
const fhirRead = async (path: string) => (await (await fetch(`${fhir.url}/fhir/${path}`)).json()) as any;

describe('calls', () => {
  it('each have a JWT of their own, for the address that is called, by the published key', async () => {
    await open();
    await open();
    const keys = createLocalJWKSet((await ehr.get('/.well-known/jwks.json')).body as JSONWebKeySet);
    const jtis = new Set<unknown>();
    for (const { path, authorization = '' } of calls) {
      const { payload, protectedHeader } = await jwtVerify(authorization.replace(/^Bearer /, ''), keys, {
        issuer: 'https://demo-ehr.example',
        audience: `${service.url}${path}`,
        typ: 'JWT',
        requiredClaims: ['exp', 'iat', 'jti'],
      });
      expect(protectedHeader.alg).toBe('ES384');
      jtis.add(payload.jti);
    }
    expect([calls.length, jtis.size]).toEqual([2, 2]);
  });
});

describe('a card', () => {
  it('that takes the place of another says so, and the page says who signed the call', async () => {
    expect(await open()).not.toContain('Replaces an earlier card');
    extension = { 'org.recurrence-cds.replaces': { issuedAt: '2026-11-23T10:00:00Z' } };
    const page = await open();
    expect(page).toContain('Replaces an earlier card');
    expect(page).toMatch(/JWT \(ES384\) signed as <code>https:\/\/demo-ehr\.example<\/code>/);
  });
});

describe('a visit', () => {
  it('begins in the FHIR server, and fires encounter-start', async () => {
    expect(await open()).toContain('href="/patients/p1/visit?lang=en"');
    const started = await ehr.post('/patients/p1/visit').type('form').send({ lang: 'en' });
    expect([started.status, started.headers['location']]).toEqual([
      303,
      '/patients/p1/visit?started=1&lang=en',
    ]);
    expect(await fhirRead('Encounter/p1-visit')).toMatchObject({ status: 'in-progress' });
    calls.length = 0;
    expect(await open('/patients/p1/visit?started=1&lang=en')).toContain('Recurrence risk 31 %');
    expect(calls).toMatchObject([
      {
        path: `/cds-services/${SERVICES.visit}`,
        body: { hook: 'encounter-start', context: { patientId: 'p1', encounterId: 'p1-visit' } },
      },
    ]);
  });
});

describe('a booking and an order', () => {
  it('send nothing until something was filled in', async () => {
    for (const [path, send] of [
      ['book', 'Check this date'],
      ['order', 'Check this order'],
    ] as const)
      expect(await open(`/patients/p1/${path}?lang=en`)).toContain(send);
    expect(calls).toEqual([]);
  });

  it('send an appointment that is being booked', async () => {
    await open('/patients/p1/book?what=visit&date=2027-05-12&lang=en');
    const [{ body }] = calls as [Call];
    expect(body).toMatchObject({ hook: 'appointment-book', context: { patientId: 'p1' } });
    expect(body.context.appointments.entry).toMatchObject([
      { resource: { resourceType: 'Appointment', status: 'proposed', start: '2027-05-12T09:00:00Z' } },
    ]);
  });

  it('send an order that was chosen, among the drafts', async () => {
    await open('/patients/p1/order?what=knee&date=2026-12-01&lang=zh-CN');
    const [{ body }] = calls as [Call];
    expect(body).toMatchObject({
      hook: 'order-select',
      context: { selections: ['ServiceRequest/p1-draft-knee-2026-12-01'] },
    });
    expect(body.context.draftOrders.entry).toMatchObject([
      {
        resource: {
          id: 'p1-draft-knee-2026-12-01',
          code: { coding: [{ code: '24802-1' }], text: '膝关节磁共振' },
          occurrenceDateTime: '2026-12-01',
        },
      },
    ]);
  });

  it('what is no date and no choice of the form is not sent on', async () => {
    await open('/patients/p1/order?what=%3Cscript%3E&date=%27%3B--&lang=en');
    expect(JSON.stringify(calls[0]!.body)).not.toMatch(/script|--/);
    await open('/patients/p1/order?what=ct&date=2026-02-31&lang=en');
    for (const { body } of calls)
      expect(body.context.draftOrders.entry[0].resource.occurrenceDateTime).toBe(IN_NINE_MONTHS);
  });
});

describe('every page', () => {
  it.each([
    '/?lang=en',
    '/patients/p1?lang=en&done=accepted&written=Patient/p1',
    '/patients/p1/visit?lang=en&started=1',
    '/patients/p1/book?lang=zh-CN&what=visit&date=2027-05-12',
    '/patients/p1/order?lang=en&done=overridden&what=ct&date=2027-05-12',
    '/nowhere',
  ])('%s: one h1, no heading level left out, every id once, every label there', async (address) => {
    const page = await open(address);
    const levels = Array.from(page.matchAll(/<h([1-6])/g), ([, level]) => Number(level));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(levels.filter((level, at) => level > (levels[at - 1] ?? 0) + 1)).toEqual([]);
    const ids = Array.from(page.matchAll(/\sid="([^"]+)"/g), ([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of page.matchAll(/aria-(?:labelledby|describedby)="([^"]+)"/g))
      expect(ids).toContain(id);
    for (const [control] of page.matchAll(/<(?:select|input)(?![^>]*type="hidden")[^>]*>/g))
      expect(page.slice(0, page.indexOf(control))).toMatch(/<label\s*>(?:(?!<\/label)[\s\S])*$/);
  });
});

describe('a decision', () => {
  const keep = (path: 'book' | 'order', fields: Record<string, string>) =>
    ehr
      .post(`/patients/p1/${path}`)
      .type('form')
      .send({ lang: 'en', ...fields });

  it('books and signs, and the chart has it among what is ordered and booked', async () => {
    expect(await open('/patients/p1?lang=en')).toContain('Nothing is ordered, booked or proposed');
    expect(await open('/patients/p1/book?what=eye&date=2027-05-12&lang=en')).toContain(
      'Book it all the same',
    );
    const booked = 'Appointment/p1-booked-eye-2027-05-12';
    expect((await keep('book', { what: 'eye', date: '2027-05-12' })).headers['location']).toBe(
      `/patients/p1/book?lang=en&done=kept&written=${encodeURIComponent(booked)}#done`,
    );
    expect(await fhirRead(booked)).toMatchObject({ status: 'booked', start: '2027-05-12T09:00:00Z' });
    await keep('order', { what: 'knee', date: '2027-01-04' });
    expect(await fhirRead('ServiceRequest/p1-order-knee-2027-01-04')).toMatchObject({
      status: 'active',
      intent: 'order',
      authoredOn: TODAY,
    });
    const chart = await open('/patients/p1?lang=zh-CN');
    expect(chart).toMatch(/MR knee[\s\S]*2027年1月4日[\s\S]*已开具[\s\S]*Ophthalmology[\s\S]*已预约/);
  });

  it('is not asked about again, and is offered after a card was set aside', async () => {
    const filled = '/patients/p1/book?what=visit&date=2027-05-12';
    await open(`${filled}&lang=en`);
    const { headers } = await click({ reason: '0', back: filled });
    const sent = calls.length;
    const page = await open(String(headers['location']));
    expect(calls).toHaveLength(sent);
    expect(page).toMatch(/Set aside: the service was told[\s\S]*Book it all the same/);
  });

  it('says so where the FHIR server does not take it', async () => {
    await fhir.close();
    for (const path of ['book', 'order', 'visit'])
      expect(
        (await ehr.post(`/patients/p1/${path}`).type('form').send({ lang: 'en' })).headers['location'],
      ).toBe(`/patients/p1/${path}?lang=en&done=not-kept#done`);
    expect(await open('/patients/p1/visit?lang=en&done=not-kept')).toMatch(
      /role="alert"[\s\S]*did not take it/,
    );
    closers.splice(1, 1);
  });

  it('is not made by a form of another site', async () => {
    const foreign = await ehr
      .post('/patients/p1/book')
      .set('Origin', 'https://evil.example')
      .type('form')
      .send({ what: 'eye', date: '2027-05-12' });
    expect([foreign.status, (await fhirRead('Appointment')).total]).toEqual([403, 0]);
  });
});

describe('the list', () => {
  it('says what can be tried, and what the service has counted of feedback', async () => {
    expect(await open('/?lang=en')).toMatch(/What to try[\s\S]*None yet/);
    metrics = [
      'recurrence_card_feedback_total{service="a",topic="t",outcome="overridden",reason="patient-declined"} 3',
      'recurrence_other_total{service="b"} 7',
    ].join('\n');
    const page = await open('/?lang=en');
    expect(page).toMatch(/set aside[\s\S]*<code>patient-declined<\/code>[\s\S]*>3</);
    expect(page).not.toContain('>7<');
  });
});

describe('a click', () => {
  it('on a suggestion carries out its actions, then tells the service', async () => {
    expect(await open()).toContain('aria-label="Accept: CT in 4 weeks"');
    const { status, headers } = await click({ suggestion: CARD.suggestions[0]!.uuid });
    const { total, entry } = await fhirRead('ServiceRequest?subject=Patient/p1');
    expect(total).toBe(1);
    const reference = `ServiceRequest/${entry[0].resource.id as string}`;
    expect([status, headers['location']]).toEqual([
      303,
      `/patients/p1?lang=en&done=accepted&written=${encodeURIComponent(reference)}#done`,
    ]);
    expect(calls.at(-1)).toMatchObject({
      path: '/cds-services/recurrence-risk-patient-view/feedback',
      body: {
        feedback: [
          {
            card: CARD.uuid,
            outcome: 'accepted',
            acceptedSuggestions: [{ id: CARD.suggestions[0]!.uuid }],
            outcomeTimestamp: expect.stringMatching(/Z$/) as string,
          },
        ],
      },
    });
    const page = await open(`/patients/p1?lang=en&done=accepted&written=${encodeURIComponent(reference)}`);
    expect(page).toContain('the service was told');
    expect(page.split(`href="${fhir.url}/fhir/${reference}"`)).toHaveLength(4); // done, suggestion, plans
    expect(page).toContain('On the FHIR server already');
    expect(page).not.toContain('aria-label="Accept: CT in 4 weeks"');
    expect(page).toContain('aria-label="Accept: Withdraw"');
  });

  it('on a deletion of a draft that was never saved is done, too', async () => {
    await open();
    const { headers } = await click({ suggestion: CARD.suggestions[1]!.uuid });
    expect(headers['location']).toBe('/patients/p1?lang=en&done=accepted#done');
  });

  it('links to nothing but references, whatever the address says', async () => {
    const page = await open(
      '/patients/p1?lang=en&done=kept&written=https%3A%2F%2Fevil.example,Patient%2F..%2F..,Patient%2Fp1',
    );
    expect(page).toContain(`href="${fhir.url}/fhir/Patient/p1"`);
    expect(page).not.toMatch(/href="[^"]*(evil|\.\.)/);
    expect(await open('/patients/p1?lang=en&done=__proto__')).not.toContain('id="done"');
  });

  it('leads to no other address than that of a resource', async () => {
    await open();
    const { headers } = await click({ suggestion: CARD.suggestions[2]!.uuid });
    expect(headers['location']).toContain('done=not-done');
    expect(await fhirRead('Patient/p1')).toMatchObject({ resourceType: 'Patient' });
    expect(calls.filter(({ path }) => path.endsWith('/feedback'))).toEqual([]);
  });

  it('that sets a card aside sends the reason and the comment', async () => {
    await open();
    expect((await click({ reason: '1', comment: 'next year' })).headers['location']).toContain(
      'done=overridden',
    );
    expect(calls.at(-1)!.body.feedback[0]).toMatchObject({
      outcome: 'overridden',
      overrideReason: {
        reason: { code: 'patient-declined', system: 'urn:reasons' },
        userComment: 'next year',
      },
    });
    await click({ reason: '', comment: '' });
    expect(calls.at(-1)!.body.feedback[0]).not.toHaveProperty('overrideReason');
  });

  it('says so where the service did not take it, or the card is not known', async () => {
    await open();
    feedbackStatus = 503;
    expect((await click({ reason: '0' })).headers['location']).toContain('done=not-told');
    expect((await click({ card: 'another' })).headers['location']).toContain('done=gone');
    expect(await open('/patients/p1?lang=zh-CN&done=not-told')).toContain('服务未接受反馈。');
    const { headers } = await click({ suggestion: CARD.suggestions[0]!.uuid });
    expect(headers['location']).toMatch(/done=done-not-told&written=ServiceRequest/);
    expect((await fhirRead('ServiceRequest?subject=Patient/p1')).total).toBe(1);
  });

  it('comes back to this site only, and comes from this site only', async () => {
    await open();
    for (const back of ['https://evil.example/', '//evil.example', '/patients/p1x', '/patients/p2'])
      expect((await click({ reason: '0', back })).headers['location']).toMatch(/^\/patients\/p1\?/);
    const foreign = await ehr
      .post('/patients/p1/feedback')
      .set('Origin', 'https://evil.example')
      .type('form')
      .send({ card: CARD.uuid });
    expect(foreign.status).toBe(403);
  });
});
