import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardSchema } from '../../src/cards/index.ts';
import { hookRequest, prefetchFor, SERVICE_PATH, startStack, type Stack } from './running-service.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const call = (body: unknown, language = 'en') =>
  request(stack.service.url)
    .post(SERVICE_PATH)
    .set('Accept-Language', language)
    .send(body as object);
const cardsOf = async (patientId: string, language?: string) => {
  const response = await call(hookRequest(patientId, stack.fhirBaseUrl), language);
  expect(response.status).toBe(200);
  return response.body.cards as { summary: string; detail: string; indicator: string; suggestions?: any[] }[];
};
const NUMBER = /\d ?%/;

describe('discovery', () => {
  it('lists the service with what CDS Hooks 2.0 requires, and only legal prefetch tokens', async () => {
    const { body, status } = await request(stack.service.url).get('/cds-services');
    expect(status).toBe(200);
    const service = body.services.find(({ id }: { id: string }) => id === 'recurrence-risk-patient-view');
    expect(service).toMatchObject({ hook: 'patient-view', version: '2.0.0', hookVersion: '1.0' });
    expect(service.description).not.toBe('');
    for (const template of Object.values<string>(service.prefetch))
      expect(template.match(/\{\{(.*?)\}\}/g)).toEqual(['{{context.patientId}}']);
  });
});

describe('cards', () => {
  it('gives low, intermediate and high risks, each a valid card with follow-up to accept', async () => {
    for (const [patient, stratum, indicator] of [
      ['demo-low-19-months', 'low', 'info'],
      ['demo-intermediate-7-months', 'intermediate', 'info'],
      ['demo-high-10-months', 'high', 'warning'],
    ] as const) {
      const [card, ...others] = await cardsOf(patient);
      expect(others).toEqual([]);
      expect(() => cardSchema.parse(card)).not.toThrow();
      expect(card!.summary).toContain(`, ${stratum}`);
      expect(card!.summary).toContain('not for clinical use');
      expect(card!.indicator).toBe(indicator);
      expect(card!.detail).toMatch(/6 months.*\n.*12 months.*\n.*24 months/);
      for (const { actions } of card!.suggestions!)
        for (const { type, description, resource } of actions) {
          expect([type, resource.resourceType, resource.status]).toEqual([
            'create',
            'ServiceRequest',
            'draft',
          ]);
          expect(resource.subject.reference).toBe(`Patient/${patient}`);
          expect(description).not.toBe('');
        }
    }
  });

  it('says which modality is missing, and still gives a number', async () => {
    const [card] = await cardsOf('demo-partial-6-months');
    expect(card!.summary).toMatch(NUMBER);
    expect(card!.detail).toMatch(/cell-free DNA \| absent: nothing of the kind in the chart/);
    expect(card!.detail).toMatch(/Chest CT \| absent: no model for it is installed/);
  });

  it.each([
    ['demo-stage-iiic', /criterion not met: Stage/],
    ['demo-no-neoadjuvant', /Neoadjuvant/],
    ['demo-recurred', /Recurrence is recorded/],
    ['demo-too-old-15-months', /cannot be estimated/],
  ])('%s: one information card without a number', async (patient, summary) => {
    const [card, ...others] = await cardsOf(patient);
    expect(others).toEqual([]);
    expect(card!.summary).toMatch(summary);
    expect(card!.indicator).toBe('info');
    expect(card!.suggestions).toBeUndefined();
    expect(`${card!.summary} ${card!.detail}`).not.toMatch(NUMBER);
  });

  it('is silent for a patient without lung cancer', async () => {
    expect(await cardsOf('demo-no-lung-cancer')).toEqual([]);
  });

  it('speaks Chinese to whoever asks for it', async () => {
    const [card] = await cardsOf('demo-high-10-months', 'zh-CN,zh;q=0.9,en;q=0.5');
    expect(card!.summary).toContain('12个月内复发或死亡风险');
  });

  it('gives the same risk from prefetch alone, from the FHIR server alone, and at the second call', async () => {
    const prefetch = await prefetchFor(stack.service.url, stack.fhirBaseUrl, 'demo-high-13-months');
    const [pulled] = await cardsOf('demo-high-13-months');
    const prefetched = await call(hookRequest('demo-high-13-months', undefined, { prefetch }));
    const [again] = await cardsOf('demo-high-13-months');
    expect(prefetched.body.cards[0].summary).toBe(pulled!.summary);
    expect(again!.summary).toBe(pulled!.summary);
    expect(pulled!.summary).toMatch(NUMBER);
  });

  it('never caches a patient, and sends the security headers', async () => {
    const response = await call(hookRequest('demo-no-lung-cancer', stack.fhirBaseUrl));
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.headers['x-content-type-options']).toBe('nosniff');
    expect(response.headers['x-powered-by']).toBeUndefined();
  });

  it('sees a new result at once: another value, another number', async () => {
    const before = await cardsOf('demo-high-10-months');
    const search = await fetch(
      `${stack.fhirBaseUrl}/Observation?patient=demo-high-10-months&code=tumour-fraction&_sort=-date&_count=1`,
    );
    const found = (await search.json()) as any;
    const latest = found.entry[0].resource;
    latest.valueQuantity = { value: 0.0001, system: 'http://unitsofmeasure.org', code: '1' };
    const put = await fetch(`${stack.fhirBaseUrl}/Observation/${latest.id}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify(latest),
    });
    expect(put.status).toBe(200);
    expect((await cardsOf('demo-high-10-months'))[0]!.summary).not.toBe(before[0]!.summary);
  });
});

describe('health and metrics', () => {
  it('counts what was answered, without a patient in it', async () => {
    await call(hookRequest('demo-no-lung-cancer', stack.fhirBaseUrl));
    const { text } = await request(stack.service.url).get('/metrics');
    expect(text).toMatch(
      /recurrence_hook_requests_total\{service="recurrence-risk-patient-view",outcome="out-of-scope"\} [1-9]/,
    );
    expect(text).not.toContain('demo-');
    expect((await request(stack.service.url).get('/health/ready')).body).toEqual({ status: 'ready' });
  });

  it('logs no patient id, no search URL and no name', () => {
    expect(stack.logged.length).toBeGreaterThan(0);
    expect(stack.logged.join('')).not.toMatch(/demo-|Patient\/|patient=|Samplewood/);
  });
});
