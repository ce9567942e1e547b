import type { Observation } from 'fhir/r4.js';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { subscriptionsFor, type SubscriptionRequest } from '../../src/assessment/index.ts';
import { simulateNewDraw } from '../../src/simulation/index.ts';
import { notification } from '../unit/assessment/triggers/backport.ts';
import { freePort } from '../setup/service.ts';
import { runningClock, startStack, TODAY, type Stack } from './running-service.ts';

const SECRET = 'correct-horse-battery-staple';
const BEARER = `Bearer ${SECRET}`;
const TENANT = { subscriptions: { secret: SECRET, quietMs: 100 }, sweep: { enabled: false } };
const IN_TIME = { timeout: 25_000, interval: 50 };

const metric = async (stack: Stack, labels: string): Promise<number> => {
  const text = await (await fetch(`${stack.service.url}/metrics`)).text();
  const line = text
    .split('\n')
    .find((each) => each.startsWith('recurrence_triggers_total') && each.includes(labels));
  return Number(line?.split(' ').at(-1) ?? 0);
};
const outcome = (stack: Stack, door: string, name: string): Promise<number> =>
  metric(stack, `{door="${door}",outcome="${name}"}`);

describe('the door', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ tenant: TENANT });
  });
  afterAll(() => stack.close());

  const post = (path = '/notifications/test', authorization: string | undefined = BEARER) => {
    const sent = request(stack.service.url).post(path);
    return authorization === '' ? sent : sent.set('Authorization', authorization);
  };

  it.each([
    ['without', ''],
    ['with another', 'Bearer correct-horse-battery-stapler'],
    ['with another scheme', `Basic ${SECRET}`],
  ])('%s secret: 401, and it says what is wanted', async (_how, authorization) => {
    const answer = await post(undefined, authorization).send(notification('handshake'));
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    expect(answer.body.issue[0].details.coding[0].code).toBe('SUBSCRIPTION_UNAUTHENTICATED');
  });

  it('a tenant that is none and one whose door is shut look the same', async () => {
    const shut = await startStack({ tenant: { sweep: { enabled: false } } });
    try {
      const answers = await Promise.all([
        post('/notifications/nobody').send({}),
        request(shut.service.url).post('/notifications/test').set('Authorization', BEARER).send({}),
      ]);
      const [unknown, closed] = answers.map(({ status, body }) => ({
        status,
        body: { ...(body as object), id: undefined },
      }));
      expect(unknown).toEqual(closed);
      expect(unknown?.status).toBe(404);
    } finally {
      await shut.close();
    }
  });

  it('answers in FHIR, which HAPI expects', async () => {
    const answer = await post()
      .set('Content-Type', 'application/fhir+json')
      .send(JSON.stringify(notification('handshake')));
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^application\/fhir\+json/);
    expect(JSON.parse(answer.text)).toMatchObject({ resourceType: 'OperationOutcome' });
  });

  it.each([
    ['text', 'text/plain', 'hello', 415],
    ['broken JSON', 'application/fhir+json', '{"resourceType":', 400],
    ['no notification', 'application/json', '{"resourceType":"Bundle"}', 400],
  ])('%s: refused', async (_what, type, body, status) => {
    expect((await post().set('Content-Type', type).send(body)).status).toBe(status);
  });

  it('too large a body: 413; who is not admitted is told so before the body is read', async () => {
    const large = JSON.stringify({ resourceType: 'Observation', id: 'o', note: 'x'.repeat(5_000_000) });
    expect((await post().type('json').send(large)).status).toBe(413);
    expect((await post(undefined, '').type('json').send(large)).status).toBe(401);
  });

  it.each([
    ['/notifications/test', 'POST'],
    ['/notifications/test/Observation/o1', 'POST, PUT, DELETE'],
  ])('GET %s: 405', async (path, allow) => {
    const answer = await request(stack.service.url).get(path).set('Authorization', BEARER);
    expect([answer.status, answer.headers['allow']]).toEqual([405, `${allow}, OPTIONS`]);
  });

  it('handshake and heartbeat are seen, and ask for nothing', async () => {
    const before = await outcome(stack, 'notification', 'heartbeat');
    await post().send(notification('handshake', { since: 0, subscription: 'Subscription/s9' }));
    await post().send(notification('heartbeat', { since: 0, subscription: 'Subscription/s9' }));
    expect(await outcome(stack, 'notification', 'heartbeat')).toBe(before + 1);
    expect(await outcome(stack, 'notification', 'catch-up')).toBe(0);
    const text = await (await fetch(`${stack.service.url}/metrics`)).text();
    const seen =
      /recurrence_subscription_last_seen_timestamp_seconds\{tenant="test",subscription="s9"\} (\d+)/;
    expect(Number(seen.exec(text)?.[1])).toBe(Date.parse(`${TODAY}T10:00:00Z`) / 1000);
  });

  it('a type that charts are not made of is ignored; another server is counted', async () => {
    const device = { resourceType: 'Device', id: 'd1', patient: { reference: 'Patient/p1' } };
    expect((await post().send(device)).status).toBe(200);
    const foreign = {
      resourceType: 'Condition',
      id: 'c',
      subject: { reference: 'https://other.example/Patient/p1' },
    };
    expect((await post().send(foreign)).status).toBe(200);
    expect(await outcome(stack, 'notification', 'ignored')).toBe(1);
    expect(await outcome(stack, 'notification', 'foreign')).toBe(1);
    expect(await outcome(stack, 'notification', 'assess')).toBe(0);
  });

  it('a patient that the server does not know is no error', async () => {
    const condition = { resourceType: 'Condition', id: 'c', subject: { reference: 'Patient/nobody' } };
    expect((await post().send(condition)).status).toBe(200);
    await vi.waitFor(async () => {
      expect(await outcome(stack, 'assess', 'unknown-patient')).toBe(1);
    }, IN_TIME);
    expect(stack.logged.join('')).not.toContain('nobody"');
  });

  it('out of scope, not eligible and recurred patients end without a job', async () => {
    for (const id of ['demo-no-lung-cancer', 'demo-stage-iiic', 'demo-recurred'])
      await post().send({ resourceType: 'Patient', id });
    await vi.waitFor(async () => {
      expect(await outcome(stack, 'assess', 'out-of-scope')).toBe(1);
      expect(await outcome(stack, 'assess', 'not-eligible')).toBe(1);
      expect(await outcome(stack, 'assess', 'barred')).toBe(1);
    }, IN_TIME);
    expect(await outcome(stack, 'assess', 'queued')).toBe(0);
  });

  it('a gap in the event numbers, and a heartbeat that counts more, lead to a search', async () => {
    const event = (number: number) =>
      post().send(
        notification('event-notification', {
          since: number,
          subscription: 'Subscription/gaps',
          events: [{ number, focus: `${stack.fhirBaseUrl}/Device/d1` }],
        }),
      );
    const searches = () => outcome(stack, 'notification', 'catch-up');
    for (const number of [1, 2, 2]) await event(number);
    expect(await searches()).toBe(0);
    await event(4);
    expect(await searches()).toBe(1);
    await post().send(notification('heartbeat', { since: 4, subscription: 'Subscription/gaps' }));
    expect(await searches()).toBe(1);
    await post().send(notification('heartbeat', { since: 5, subscription: 'Subscription/gaps' }));
    expect(await searches()).toBe(2);
  });
});

it('Redis away: 503, and when to try again', async () => {
  const stack = await startStack({
    tenant: TENANT,
    queue: { redisUrl: `redis://127.0.0.1:${await freePort()}` },
  });
  try {
    const answer = await request(stack.service.url)
      .post('/notifications/test')
      .set('Authorization', BEARER)
      .send({ resourceType: 'Patient', id: 'demo-high-13-months' });
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '30']);
  } finally {
    await stack.close();
  }
});

describe('a new sample leads to a new assessment, without a hook', { timeout: 90_000 }, () => {
  const PATIENT = 'demo-too-old-15-months';
  const STYLES: readonly (readonly [string, Pick<SubscriptionRequest, 'style' | 'payload' | 'topic'>])[] = [
    ['R4 with the resource', { style: 'r4', payload: 'full' }],
    ['R4 with nothing', { style: 'r4', payload: 'empty' }],
    ['backport, empty', { style: 'backport', payload: 'empty', topic: 'https://x.example/chart' }],
    ['backport, id-only', { style: 'backport', payload: 'id-only', topic: 'https://x.example/chart' }],
    ['backport, full', { style: 'backport', payload: 'full', topic: 'https://x.example/chart' }],
  ];

  const putAll = async (stack: Stack, resources: readonly { resourceType: string; id: string }[]) => {
    for (const resource of resources) {
      const answer = await fetch(`${stack.fhirBaseUrl}/${resource.resourceType}/${resource.id}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/fhir+json' },
        body: JSON.stringify(resource),
      });
      expect([resource.resourceType, answer.ok]).toEqual([resource.resourceType, true]);
    }
  };

  const statuses = async (stack: Stack): Promise<string[]> => {
    const found = await fetch(`${stack.fhirBaseUrl}/Subscription?_count=50`);
    const { entry = [] } = (await found.json()) as { entry?: { resource: { status: string } }[] };
    return entry.map(({ resource }) => resource.status);
  };

  const subscribe = async (stack: Stack, style: (typeof STYLES)[number][1], secret = SECRET) => {
    const { queries } = stack.service.core;
    const of = { tenant: 'test', serviceUrl: stack.service.url, secret, ...style };
    await putAll(stack, subscriptionsFor(of, queries));
  };

  it.each(STYLES)('%s', async (_name, style) => {
    const stack = await startStack({ tenant: TENANT, clock: runningClock() });
    try {
      await subscribe(stack, style);
      await vi.waitFor(async () => {
        expect(new Set(await statuses(stack))).toEqual(new Set(['active']));
      }, IN_TIME);
      const { store } = stack.service.core;
      expect(await store.history('test', PATIENT)).toEqual([]);
      const draw = simulateNewDraw(PATIENT, TODAY, `${TODAY}T09:00:00Z`);
      await putAll(stack, draw);
      const assessment = await vi.waitFor(async () => {
        const last = (await store.history('test', PATIENT)).at(-1);
        expect(last?.modalities.filter(({ status }) => status === 'present')).toHaveLength(2);
        return last!;
      }, IN_TIME);
      expect(assessment.landmarkDate).toBe(TODAY);
      const references = assessment.evidence.map(({ reference }) => reference);
      expect(references).toEqual(expect.arrayContaining([`Observation/${PATIENT}-met-today`]));

      // The same again is nothing new; another value is.
      const fraction = draw.find(({ id }) => id.endsWith('tumour-fraction')) as Observation & { id: string };
      const changed = { ...fraction, valueQuantity: { ...fraction.valueQuantity!, value: 0.02 } };
      await putAll(stack, [changed]);
      const newer = await vi.waitFor(async () => {
        const last = (await store.history('test', PATIENT)).at(-1);
        expect(last?.fingerprint).not.toBe(assessment.fingerprint);
        return last!;
      }, IN_TIME);
      expect(newer.risk).not.toEqual(assessment.risk);
      expect(stack.logged.filter((line) => line.includes('"level":50'))).toEqual([]);
    } finally {
      await stack.close();
    }
  });

  it('with another secret the handshake is refused, and the Subscription is in error', async () => {
    const stack = await startStack({ tenant: TENANT, clock: runningClock() });
    try {
      await subscribe(stack, STYLES[3]![1], 'another-secret-altogether');
      await vi.waitFor(async () => {
        expect(new Set(await statuses(stack))).toEqual(new Set(['error']));
      }, IN_TIME);
    } finally {
      await stack.close();
    }
  });

  it('a deleted sample is found by its history, and the patient is looked at', async () => {
    const stack = await startStack({ tenant: TENANT, clock: runningClock() });
    try {
      await subscribe(stack, STYLES[3]![1]);
      await vi.waitFor(async () => {
        expect(new Set(await statuses(stack))).toEqual(new Set(['active']));
      }, IN_TIME);
      const search = `Observation?patient=demo-high-13-months&code=tumour-fraction&_sort=-date&_count=1`;
      const found = (await (await fetch(`${stack.fhirBaseUrl}/${search}`)).json()) as any;
      const { id } = found.entry[0].resource as { id: string };
      await fetch(`${stack.fhirBaseUrl}/Observation/${id}`, { method: 'DELETE' });
      const { store } = stack.service.core;
      const last = await vi.waitFor(async () => {
        const [first] = await store.history('test', 'demo-high-13-months');
        expect(first).toBeDefined();
        return first!;
      }, IN_TIME);
      expect(JSON.stringify(last)).not.toContain(`Observation/${id}"`);
      expect(await outcome(stack, 'find-patient', 'assess')).toBe(1);
    } finally {
      await stack.close();
    }
  });
});

it('the sweep has the visits of tomorrow assessed', async () => {
  const stack = await startStack({ tenant: { sweep: { cron: '* * * * * *' } } });
  try {
    await stack.load([
      {
        resourceType: 'Appointment',
        id: 'tomorrow',
        status: 'booked',
        start: '2026-11-24T09:00:00Z',
        end: '2026-11-24T09:15:00Z',
        participant: [{ actor: { reference: 'Patient/demo-high-13-months' }, status: 'accepted' }],
      },
    ]);
    const { store } = stack.service.core;
    await vi.waitFor(async () => {
      expect(await store.history('test', 'demo-high-13-months')).toHaveLength(1);
    }, IN_TIME);
    // He has no appointment.
    expect(await store.history('test', 'demo-low-19-months')).toEqual([]);
  } finally {
    await stack.close();
  }
});
