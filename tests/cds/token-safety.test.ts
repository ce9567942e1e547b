/** Where requests, and the token in them, may go: to the configured FHIR server, for that request, and nowhere else. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '../http/running-service.ts';
import { startRedis } from '../setup/redis.ts';
import { describeWith } from '../setup/requires.ts';
import { codeOf, post, prefetchOf, requestTo, SERVICES, shownIn, token } from './service-requests.ts';

const PATIENT = 'demo-intermediate-7-months';

/** A server that only listens, and remembers who came. */
const listener = async (
  answer?: (request: IncomingMessage) => { status: number; headers?: object; body: string },
) => {
  const seen: IncomingMessage[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    seen.push(request);
    const { status, headers = {}, body } = answer?.(request) ?? { status: 200, body: '{}' };
    response.writeHead(status, { 'content-type': 'application/fhir+json', ...headers }).end(body);
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${String(port)}`,
    seen,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
};
type Listener = Awaited<ReturnType<typeof listener>>;

describe.each(SERVICES)('$id: another fhirServer', (service) => {
  let site: Listener;
  let stranger: Listener;
  let stack: Stack;
  beforeAll(async () => {
    [site, stranger] = await Promise.all([listener(), listener()]);
    // Without background access nothing but the hook calls the site.
    stack = await startStack({ tenant: { fhirBaseUrl: `${site.url}/fhir`, backgroundAccess: false } });
  });
  afterAll(async () => {
    await stack.close();
    await Promise.all([site.close(), stranger.close()]);
  });

  const variants: readonly [what: string, address: (site: URL, stranger: URL) => string][] = [
    ['another host', () => 'http://169.254.169.254/latest/meta-data'],
    ['another port', (_site, stranger) => `${stranger.origin}/fhir`],
    ['a name and a password', (site) => `http://user:secret@${site.host}/fhir`],
    ['the site as the name of a user', (site, stranger) => `http://${site.host}@${stranger.host}/fhir`],
    ['the site with a backslash', (site, stranger) => `http://${site.host}\\@${stranger.host}/fhir`],
    ['the scheme in capitals', (site) => `HTTP://${site.host}/fhir`],
    ['the path in capitals', (site) => `${site.origin}/FHIR`],
    ['localhost', (site) => `http://localhost:${site.port}/fhir`],
    ['an IP as one number', (site) => `http://2130706433:${site.port}/fhir`],
    ['an IP in hex', (site) => `http://0x7f000001:${site.port}/fhir`],
    ['an IP in octal', (site) => `http://0177.0.0.1:${site.port}/fhir`],
    ['a short IP', (site) => `http://127.1:${site.port}/fhir`],
    ['IPv6', (site) => `http://[::1]:${site.port}/fhir`],
    ['IPv4 in IPv6', (site) => `http://[::ffff:127.0.0.1]:${site.port}/fhir`],
    ['full-width digits', (site) => `http://１２７.0.0.1:${site.port}/fhir`],
    ['a name in another script', (site) => `http://lоcalhost:${site.port}/fhir`],
    ['a dot at the end of the host', (site) => `http://127.0.0.1.:${site.port}/fhir`],
    ['a way up', (site) => `${site.origin}/fhir/../admin`],
    ['a way up and down', (site) => `${site.origin}/x/../fhir`],
    ['an encoded way up', (site) => `${site.origin}/fhir/%2e%2e/admin`],
    ['a longer path', (site) => `${site.origin}/fhir/x`],
    ['a path that begins alike', (site) => `${site.origin}/fhir2`],
    ['a query', (site) => `${site.origin}/fhir?x=1`],
    ['a fragment', (site, stranger) => `${site.origin}/fhir#@${stranger.host}`],
    ['no path', (site) => site.origin],
    ['two slashes', (site) => `${site.origin}//fhir`],
    ['https for http', (site) => `https://${site.host}/fhir`],
    ['a space before', (site) => ` ${site.origin}/fhir`],
    ['a line end after', (site) => `${site.origin}/fhir\n`],
    ['a tab within', (site) => `${site.origin}/fh\tir`],
    ['a NUL', (site) => `${site.origin}/fhir\0`],
    ['file:', () => 'file:///etc/passwd'],
    ['data:', () => 'data:application/json,{}'],
    ['javascript:', () => 'javascript:alert(1)'],
    ['gopher:', (site) => `gopher://${site.host}/_GET`],
    ['ftp:', (site) => `ftp://${site.host}/fhir`],
    ['no scheme', (site) => `//${site.host}/fhir`],
    ['a word', () => 'no-address'],
    ['nothing', () => ''],
  ];

  it.each(variants)('%s: 400, and nobody is called', async (_what, address) => {
    const fhirServer = address(new URL(site.url), new URL(stranger.url));
    const answer = await post(
      stack.service.url,
      service,
      requestTo(service, PATIENT, { fhirServer, fhirAuthorization: token() }),
    );
    expect(answer.status).toBe(400);
    expect(['CDS_FHIR_SERVER_UNKNOWN', 'CDS_REQUEST_INVALID']).toContain(codeOf(answer));
    if (fhirServer !== '') expect(answer.text).not.toContain(fhirServer);
    expect([site.connections(), stranger.connections()]).toEqual([0, 0]);
  });
});

describe.each(SERVICES)('$id: led elsewhere', (service) => {
  const patient = JSON.stringify({ resourceType: 'Patient', id: PATIENT });

  /** A FHIR server that answers searches with what leads to another. */
  const leading = async (
    searches: (stranger: string) => { status: number; headers?: object; body: string },
  ) => {
    const stranger = await listener();
    const site = await listener(({ url = '' }) =>
      url.startsWith('/fhir/Patient/') ? { status: 200, body: patient } : searches(stranger.url),
    );
    const stack = await startStack({
      tenant: { fhirBaseUrl: `${site.url}/fhir`, backgroundAccess: false },
      hook: { deadlineMs: 1500 },
    });
    const answer = await post(
      stack.service.url,
      service,
      requestTo(service, PATIENT, { fhirServer: `${site.url}/fhir`, fhirAuthorization: token() }),
    );
    await stack.close();
    await Promise.all([site.close(), stranger.close()]);
    return { answer, site, stranger };
  };

  const bundle = (next: string) =>
    JSON.stringify({
      resourceType: 'Bundle',
      type: 'searchset',
      entry: [],
      link: [{ relation: 'next', url: next }],
    });

  it.each([
    ['another origin', (stranger: string) => ({ status: 200, body: bundle(`${stranger}/fhir?page=2`) })],
    [
      'another scheme',
      (stranger: string) => ({ status: 200, body: bundle(stranger.replace('http:', 'ftp:')) }),
    ],
    [
      'a protocol-relative one',
      (stranger: string) => ({ status: 200, body: bundle(stranger.replace('http:', '')) }),
    ],
    [
      'a redirect (302)',
      (stranger: string) => ({ status: 302, headers: { location: `${stranger}/fhir` }, body: '' }),
    ],
    [
      'a redirect (307)',
      (stranger: string) => ({ status: 307, headers: { location: `${stranger}/fhir` }, body: '' }),
    ],
    [
      'a redirect (308)',
      (stranger: string) => ({ status: 308, headers: { location: `${stranger}/fhir` }, body: '' }),
    ],
  ])(
    'a link to %s is not followed; 200 with a card, and the token went only to the site',
    async (_what, searches) => {
      const { answer, site, stranger } = await leading(searches);
      expect(stranger.connections()).toBe(0);
      expect([answer.status, answer.body.cards.length]).toEqual([200, 1]);
      expect(site.seen.length).toBeGreaterThan(0);
      for (const { headers } of site.seen)
        expect(headers.authorization).toBe(`Bearer ${token().access_token}`);
    },
  );
});

/** A token that nothing else could contain. */
const canary = (): string => `canary${randomBytes(18).toString('hex')}`;

/** Requests that go well, and that fail in all the ways there are. */
const sendAll = async (stack: Stack, secret: string): Promise<string> => {
  const fhirAuthorization = token({ access_token: secret, patient: PATIENT });
  const seen: string[] = [];
  for (const service of SERVICES) {
    const prefetch = await prefetchOf(service, stack.fhirBaseUrl, PATIENT);
    const { conditions: _left, ...incomplete } = prefetch;
    const good = { fhirServer: stack.fhirBaseUrl, fhirAuthorization };
    const changes: object[] = [
      good,
      { ...good, prefetch },
      { ...good, fhirServer: 'https://elsewhere.example/fhir' },
      { ...good, fhirServer: undefined },
      { ...good, fhirServer: secret },
      { ...good, hook: secret },
      { ...good, hookInstance: secret },
      { ...good, fhirAuthorization: { ...fhirAuthorization, patient: secret } },
      { ...good, fhirAuthorization: { ...fhirAuthorization, expires_in: secret } },
      { ...good, fhirAuthorization: { ...fhirAuthorization, access_token: `${secret}\r\nX: 1` } },
      { ...good, fhirAuthorization: [secret] },
    ];
    for (const change of changes)
      seen.push((await post(stack.service.url, service, requestTo(service, PATIENT, { ...change }))).text);
    seen.push(
      (await post(stack.service.url, service, `{"fhirAuthorization":{"access_token":"${secret}"`)).text,
    );
    for (const mode of ['down', 'error', 'html', 'refused', 'slow'] as const) {
      Object.assign(stack.faults, { mode, delayMs: 5000 });
      const body = requestTo(service, PATIENT, { ...good, prefetch: incomplete });
      seen.push((await post(stack.service.url, service, body)).text);
    }
    stack.faults.mode = 'ok';
  }
  return seen.join('\n');
};

/** Everything in a Redis, whatever its type. */
const dump = async (address: string): Promise<string> => {
  const redis = new Redis(address);
  const said: unknown[] = [];
  const readers: Record<string, (key: string) => Promise<unknown>> = {
    string: (key) => redis.getBuffer(key).then((value) => value?.toString('latin1')),
    hash: (key) => redis.hgetall(key),
    list: (key) => redis.lrange(key, 0, -1),
    set: (key) => redis.smembers(key),
    zset: (key) => redis.zrange(key, '0', '-1', 'WITHSCORES'),
    stream: (key) => redis.xrange(key, '-', '+'),
  };
  for (const key of await redis.keys('*')) said.push(key, await readers[await redis.type(key)]?.(key));
  redis.disconnect();
  expect(said.length).toBeGreaterThan(2);
  return JSON.stringify(said);
};

describe('the access token', () => {
  it('is in no answer, no log line, no metric, and not in the store of this machine', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'token-'));
    const stack = await startStack({
      hook: { deadlineMs: 800 },
      store: { file: path.join(folder, 'store.sqlite'), key: randomBytes(32).toString('base64') },
    });
    const secret = canary();
    try {
      const answers = await sendAll(stack, secret);
      const metrics = await (await fetch(`${stack.service.url}/metrics`)).text();
      await sleep(200);
      expect(shownIn(JSON.parse(answers.split('\n')[0] ?? '').cards)).not.toBe('');
      expect(stack.logged.length).toBeGreaterThan(10);
      for (const text of [answers, metrics, stack.logged.join('')]) expect(text).not.toContain(secret);
    } finally {
      await stack.close();
    }
    const files = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'latin1'));
    expect(files.join('').length).toBeGreaterThan(1000);
    expect(files.join('')).not.toContain(secret);
    rmSync(folder, { recursive: true });
  });

  it('that cannot be one is refused, and never becomes a header of another request', async () => {
    const stack = await startStack();
    const [service] = SERVICES;
    try {
      for (const access_token of ['a b', 'a\r\nX: 1', 'a\0', 'é', '中', '', 'x'.repeat(20_000), 1, null]) {
        const body = requestTo(service!, PATIENT, {
          fhirServer: stack.fhirBaseUrl,
          fhirAuthorization: token({ access_token }),
        });
        const answer = await post(stack.service.url, service!, body);
        expect([answer.status, codeOf(answer)]).toEqual([400, 'CDS_REQUEST_INVALID']);
        expect(answer.text).toContain('fhirAuthorization.access_token');
      }
    } finally {
      await stack.close();
    }
  });
});

describeWith('redis-server', 'the access token, with Redis', () => {
  it('is in no key and no value', async () => {
    const redis = await startRedis();
    const stack = await startStack({
      hook: { deadlineMs: 800 },
      queue: { redisUrl: redis.address, prefix: `token-${randomUUID()}` },
      store: { key: randomBytes(32).toString('base64') },
    });
    const secret = canary();
    try {
      await sendAll(stack, secret);
      await sleep(200);
      expect(await dump(redis.address)).not.toContain(secret);
    } finally {
      await stack.close();
      await redis.stop();
    }
  });
});
