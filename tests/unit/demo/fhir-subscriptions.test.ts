/** The embedded server as a notifier: what it sends, to whom, in which order, and how it stands failures. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { Bundle, Subscription } from 'fhir/r4.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseNotification } from '../../../src/assessment/triggers/notification.ts';
import { listen, LOOPBACK, type Listening } from '../../../src/platform/index.ts';
import { observation, startFhirServer, type TestServer } from './fhir-client.ts';

interface Got {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: any;
}

/** An endpoint that writes down what comes, and answers as told. */
const startEndpoint = async () => {
  const got: Got[] = [];
  const answers: number[] = [];
  const server: Listening = await listen(
    (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const { method = '', url = '', headers } = request;
        got.push({ method, url, headers, body: text === '' ? undefined : JSON.parse(text) });
        response.writeHead(answers.shift() ?? 200).end();
      });
    },
    LOOPBACK,
    0,
  );
  return { got, answers, ...server };
};

let server: TestServer;
let endpoint: Awaited<ReturnType<typeof startEndpoint>>;
beforeEach(async () => {
  server = await startFhirServer();
  endpoint = await startEndpoint();
});
afterEach(async () => {
  await server.close();
  await endpoint.close();
});

const BACKPORT = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition';
const subscription = (change: Record<string, unknown> = {}, channel: Record<string, unknown> = {}) => ({
  resourceType: 'Subscription',
  id: 's1',
  status: 'requested',
  reason: 'a test',
  criteria: 'Observation?code=http://loinc.org|20649-0',
  channel: {
    type: 'rest-hook',
    endpoint: `${endpoint.url}/hook`,
    payload: 'application/fhir+json',
    header: ['Authorization: Bearer s3cret', 'X-Site: north'],
    ...channel,
  },
  ...change,
});
const backport = (content: string, more: readonly unknown[] = [], filter = 'Observation?') =>
  subscription(
    {
      criteria: 'https://example.org/topic',
      _criteria: { extension: [{ url: `${BACKPORT}/backport-filter-criteria`, valueString: filter }] },
    },
    {
      extension: more,
      _payload: { extension: [{ url: `${BACKPORT}/backport-payload-content`, valueCode: content }] },
    },
  );

const stored = async (id = 's1'): Promise<Subscription> =>
  (await server.get<Subscription>(`Subscription/${id}`)).body;
const putSubscription = async (resource: unknown, status: string): Promise<void> => {
  await server.send('PUT', 'Subscription/s1', resource);
  await vi.waitFor(async () => {
    expect((await stored()).status).toBe(status);
  });
};
const received = async (count: number): Promise<Got[]> => {
  await vi.waitFor(
    () => {
      expect(endpoint.got.length).toBeGreaterThanOrEqual(count);
    },
    { timeout: 5000 },
  );
  return endpoint.got;
};
const typeOf = (bundle: Bundle): string => {
  const [first] = bundle.entry ?? [];
  const { parameter } = first?.resource as any;
  return parameter.find(({ name }: any) => name === 'type').valueCode;
};

describe('R4 rest-hook', () => {
  it('a match is PUT below the endpoint with the headers, new or changed; the rest is not told', async () => {
    await putSubscription(subscription(), 'active');
    await server.send('PUT', 'Observation/o1', observation('o1'));
    await server.send('PUT', 'Observation/other', observation('other', { code: '2345-7' }));
    await server.send('PUT', 'Observation/o1', observation('o1', { value: 7 }));
    const [first, second] = await received(2);
    expect(first).toMatchObject({ method: 'PUT', url: '/hook/Observation/o1', body: { id: 'o1' } });
    expect(first?.headers).toMatchObject({ authorization: 'Bearer s3cret', 'x-site': 'north' });
    expect(second).toMatchObject({ body: { valueQuantity: { value: 7 }, meta: { versionId: '2' } } });
    await server.send('DELETE', 'Observation/o1');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(endpoint.got).toHaveLength(2);
  });

  it('without a payload: an empty POST', async () => {
    await putSubscription(subscription({}, { payload: undefined }), 'active');
    await server.send('PUT', 'Observation/o1', observation('o1'));
    expect((await received(1))[0]).toMatchObject({ method: 'POST', url: '/hook', body: undefined });
  });

  it('tells of deletions where it is asked to, as HAPI does', async () => {
    const url = 'http://hapifhir.io/fhir/StructureDefinition/subscription-send-delete-messages';
    await putSubscription(subscription({}, { extension: [{ url, valueBoolean: true }] }), 'active');
    await server.send('PUT', 'Observation/o1', observation('o1'));
    await server.send('DELETE', 'Observation/o1');
    expect((await received(2))[1]).toMatchObject({ method: 'DELETE', url: '/hook/Observation/o1' });
  });

  it('entries of a transaction are told once it is through; of one that failed, none', async () => {
    await putSubscription(subscription({ criteria: 'Observation?' }), 'active');
    const entry = (id: string) => ({
      resource: observation(id),
      request: { method: 'PUT', url: `Observation/${id}` },
    });
    const bad = {
      resource: { resourceType: 'Observation' },
      request: { method: 'PUT', url: 'Observation/x' },
    };
    const post = (...entries: unknown[]) =>
      server.send('POST', '', { resourceType: 'Bundle', type: 'transaction', entry: entries });
    expect((await post(entry('a'), bad)).status).toBeGreaterThanOrEqual(400);
    await post(entry('b'), entry('c'));
    expect((await received(2)).map(({ url }) => url)).toEqual(['/hook/Observation/b', '/hook/Observation/c']);
  });

  it('tries again where that can help, in order, and not where it cannot', async () => {
    await putSubscription(subscription({ criteria: 'Observation?' }), 'active');
    endpoint.answers.push(503, 200, 400);
    for (const id of ['a', 'b', 'c']) await server.send('PUT', `Observation/${id}`, observation(id));
    const urls = (await received(4)).map(({ url }) => url.at(-1));
    expect(urls).toEqual(['a', 'a', 'b', 'c']);
  });

  it.each([
    ['an endpoint that is not on loopback', {}, { endpoint: 'https://cds.example.org/hook' }],
    ['an unknown parameter', { criteria: 'Observation?colour=red' }, {}],
    ['an unknown type', { criteria: 'Oracle?' }, {}],
    ['another channel', {}, { type: 'email' }],
  ])('%s: error, with the reason', async (_what, change, channel) => {
    await putSubscription(subscription(change, channel), 'error');
    expect((await stored()).error).not.toBe('');
  });

  it('once it is off or deleted, nothing more is sent', async () => {
    await putSubscription(subscription({ criteria: 'Observation?' }), 'active');
    await server.send('PUT', 'Subscription/s1', subscription({ criteria: 'Observation?', status: 'off' }));
    await server.send('PUT', 'Observation/o1', observation('o1'));
    await putSubscription(subscription({ criteria: 'Observation?' }), 'active');
    await server.send('DELETE', 'Subscription/s1');
    await server.send('PUT', 'Observation/o2', observation('o2'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(endpoint.got).toEqual([]);
  });
});

describe('R5 backport', () => {
  it('is active once the endpoint took the handshake', async () => {
    await putSubscription(backport('id-only'), 'active');
    const [handshake] = await received(1);
    expect(typeOf(handshake?.body)).toBe('handshake');
    expect(parseNotification({ body: handshake?.body }, server.base)).toEqual({
      kind: 'handshake',
      subscription: 's1',
      eventsSinceStart: 0,
    });
  });

  it('is in error where it did not', async () => {
    endpoint.answers.push(401);
    await putSubscription(backport('id-only'), 'error');
    await server.send('PUT', 'Observation/o1', observation('o1'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(endpoint.got).toHaveLength(1);
  });

  it.each([
    ['empty', { changes: [], unspecified: true }],
    ['id-only', { changes: [{ reference: 'Observation/o1' }] }],
    ['full-resource', { changes: [{ reference: 'Observation/o1', patientId: 'p1' }] }],
  ])('%s content: numbered events', async (content, expected) => {
    await putSubscription(backport(content), 'active');
    await server.send('PUT', 'Observation/o1', observation('o1'));
    await server.send('DELETE', 'Observation/o1');
    const [, created, deleted] = await received(3);
    const read = (got: Got | undefined) => parseNotification({ body: got?.body }, server.base);
    expect(read(created)).toMatchObject({ ...expected, eventNumbers: [1], eventsSinceStart: 1 });
    expect(read(deleted)).toMatchObject({ eventNumbers: [2], eventsSinceStart: 2, foreign: 0 });
    const text = JSON.stringify(created?.body);
    expect(text.includes('valueQuantity')).toBe(content === 'full-resource');
    expect(text.includes('Observation/o1')).toBe(content !== 'empty');
  });

  it('several events of one request come together, up to what was asked for', async () => {
    await putSubscription(
      backport('id-only', [{ url: `${BACKPORT}/backport-max-count`, valuePositiveInt: 2 }]),
      'active',
    );
    const entry = ['a', 'b', 'c'].map((id) => ({
      resource: observation(id),
      request: { method: 'PUT', url: `Observation/${id}` },
    }));
    await server.send('POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
    const [, first, second] = await received(3);
    const numbers = [first, second].map((got) => {
      const read = parseNotification({ body: got?.body }, server.base);
      return read.kind === 'event' ? read.eventNumbers : [];
    });
    expect(numbers).toEqual([[1, 2], [3]]);
  });

  it('an event that could not be delivered is missing in the numbers', async () => {
    await putSubscription(backport('id-only'), 'active');
    endpoint.answers.push(400);
    for (const id of ['a', 'b']) await server.send('PUT', `Observation/${id}`, observation(id));
    const [, , second] = await received(3);
    expect(parseNotification({ body: second?.body }, server.base)).toMatchObject({ eventNumbers: [2] });
  });

  it('says that it is still there, after as much silence as was asked for', async () => {
    await putSubscription(
      backport('id-only', [{ url: `${BACKPORT}/backport-heartbeat-period`, valueUnsignedInt: 1 }]),
      'active',
    );
    const [, heartbeat] = await received(2);
    expect(typeOf(heartbeat?.body)).toBe('heartbeat');
  });
});

it('closing breaks off what is on its way', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, LOOPBACK, resolve));
  const { port } = silent.address() as { port: number };
  await putSubscription(subscription({}, { endpoint: `http://127.0.0.1:${port}` }), 'active');
  await server.send('PUT', 'Observation/o1', observation('o1'));
  const started = performance.now();
  await server.stop();
  expect(performance.now() - started).toBeLessThan(1000);
  silent.closeAllConnections();
  silent.close();
});
