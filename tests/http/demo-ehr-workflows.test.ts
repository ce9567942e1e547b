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
  ],
};

interface Call {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: any;
}

let calls: Call[];
let feedbackStatus: number;
let service: Listening;
let fhir: Listening;
let identity: EhrIdentity;
let ehr: ReturnType<typeof request>;
const closers: (() => Promise<void>)[] = [];

beforeEach(async () => {
  calls = [];
  feedbackStatus = 200;
  const app = express();
  app.use(express.json(), (incoming, response) => {
    calls.push({ path: incoming.path, authorization: incoming.get('authorization'), body: incoming.body });
    if (incoming.path.endsWith('/feedback')) response.status(feedbackStatus).json({});
    else response.json({ cards: [CARD] });
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
      ['order', 'Choose this order'],
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
      context: { selections: ['ServiceRequest/p1-draft'] },
    });
    expect(body.context.draftOrders.entry).toMatchObject([
      {
        resource: {
          id: 'p1-draft',
          code: { coding: [{ code: '24802-1' }] },
          occurrenceDateTime: '2026-12-01',
        },
      },
    ]);
  });

  it('what is no date and no choice of the form is not sent on', async () => {
    await open('/patients/p1/order?what=%3Cscript%3E&date=%27%3B--&lang=en');
    expect(JSON.stringify(calls[0]!.body)).not.toMatch(/script|--/);
    expect(calls[0]!.body.context.draftOrders.entry[0].resource.occurrenceDateTime).toBe(TODAY);
  });
});

describe('a click', () => {
  it('on a suggestion carries out its actions, then tells the service', async () => {
    expect(await open()).toContain('aria-label="Accept: CT in 4 weeks"');
    const { status, headers } = await click({ suggestion: CARD.suggestions[0]!.uuid });
    expect([status, headers['location']]).toEqual([303, '/patients/p1?lang=en&done=accepted']);
    expect((await fhirRead('ServiceRequest?subject=Patient/p1')).total).toBe(1);
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
    expect(await open('/patients/p1?lang=en&done=accepted')).toContain('the service was told');
  });

  it('on a deletion of a draft that was never saved is done, too', async () => {
    await open();
    const { headers } = await click({ suggestion: CARD.suggestions[1]!.uuid });
    expect(headers['location']).toContain('done=accepted');
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
