/** The HTTP door: CORS, request ids, headers, methods, media types, sizes and addresses. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '../http/running-service.ts';
import { codeOf, post, requestTo, SERVICES, servicePath } from './service-requests.ts';
import { RawClient, rawRequest } from './raw-http.ts';

const ORIGIN = 'https://ehr.example.org';
const BYSTANDER = 'demo-no-lung-cancer';
const [FIRST] = SERVICES;
if (FIRST === undefined) throw new Error('no services');

let stack: Stack;
let url: string;
beforeAll(async () => {
  stack = await startStack({
    http: { corsOrigins: [`${ORIGIN}/`], publicBaseUrl: 'https://cds.example.org', bodyLimit: '100kb' },
  });
  ({ url } = stack.service);
});
afterAll(() => stack.close());

const ok = () => requestTo(FIRST, BYSTANDER, { fhirServer: stack.fhirBaseUrl });

describe('CORS', () => {
  const preflight = (path: string, origin: string) =>
    fetch(`${url}${path}`, {
      method: 'OPTIONS',
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,content-type',
      },
    });

  it.each(['/cds-services', ...SERVICES.map(servicePath)])(
    'a preflight of %s from a configured origin: 204, and what may be sent',
    async (path) => {
      const { status, headers } = await preflight(path, ORIGIN);
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
      expect(headers.get('access-control-allow-methods')).toBe('GET,POST,OPTIONS');
      expect(headers.get('access-control-allow-headers')).toBe(
        'authorization,content-type,accept-language,x-request-id',
      );
      expect(headers.get('access-control-max-age')).toBe('600');
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect(headers.get('vary')).toMatch(/Origin/);
    },
  );

  it('an answer to a configured origin can be read there, its id and Retry-After too; a refusal likewise', async () => {
    for (const body of [ok(), {}]) {
      const { headers } = await post(url, FIRST, body, { Origin: ORIGIN });
      expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
      expect(headers.get('access-control-expose-headers')).toBe('x-request-id,retry-after');
      expect(headers.get('vary')).toMatch(/Origin/);
    }
  });

  it.each([
    'https://ehr.example.org.evil.example',
    'http://ehr.example.org',
    'https://ehr.example.org:8443',
    'https://EHR.example.org',
    'null',
  ])('the origin %s is another one: nothing is allowed', async (origin) => {
    for (const answer of [
      await preflight(servicePath(FIRST), origin),
      await post(url, FIRST, ok(), { Origin: origin }),
    ])
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('without origins in the configuration there is no CORS header at all, and OPTIONS says what is taken', async () => {
    const plain = await startStack();
    try {
      const answer = await fetch(`${plain.service.url}${servicePath(FIRST)}`, {
        method: 'OPTIONS',
        headers: { Origin: ORIGIN, 'Access-Control-Request-Method': 'POST' },
      });
      expect([answer.status, answer.headers.get('allow')]).toEqual([204, 'POST, OPTIONS']);
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    } finally {
      await plain.close();
    }
  });
});

describe('request ids', () => {
  const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

  it.each(['0b0c5d3e-6a57-4a3f-9c57-5d1f4d1c9a10', '4bf92f3577b34da6a3ce929d0e0e4736'])(
    '%s is taken over: into the header, the OperationOutcome and the log',
    async (id) => {
      const good = await post(url, FIRST, ok(), { 'X-Request-Id': id });
      expect(good.headers.get('x-request-id')).toBe(id);
      const bad = await post(url, FIRST, {}, { 'X-Request-Id': id });
      expect([bad.headers.get('x-request-id'), bad.body.id]).toEqual([id, id]);
      expect(stack.logged.filter((line) => line.includes(id))).toHaveLength(1);
    },
  );

  it('an answer for which the FHIR server failed has its id in the log', async () => {
    const id = '7b0c5d3e-6a57-4a3f-9c57-5d1f4d1c9a11';
    stack.faults.mode = 'down';
    const body = requestTo(FIRST, 'demo-intermediate-7-months', { fhirServer: stack.fhirBaseUrl });
    const { status } = await post(url, FIRST, body, { 'X-Request-Id': id });
    stack.faults.mode = 'ok';
    expect(status).toBe(200);
    const lines = stack.logged.filter((line) => line.includes(id)).map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { msg: 'no assessment could be shown', code: 'FHIR_UNREACHABLE', requestId: id },
    ]);
  });

  it.each([
    ['a name', 'Samplewood'],
    ['a number of 8 digits', '12345678'],
    ['an identity card number', '110101199003078515'],
    ['a record number of 16 digits', '1234567890123456'],
    ['a line of a log', 'abcdefabcdefabcdef","level":60'],
    ['too long', 'ab'.repeat(33)],
  ])('%s could be a person: another id is given', async (_what, sent) => {
    const { headers } = await post(url, FIRST, ok(), { 'X-Request-Id': sent });
    expect(headers.get('x-request-id')).toMatch(UUID);
    expect(stack.logged.join('')).not.toContain(sent);
  });
});

describe('headers', () => {
  it('every answer: not kept, not framed, not sniffed, nothing loaded; HSTS where clients come by https', async () => {
    const answers = [
      await post(url, FIRST, ok()),
      await post(url, FIRST, {}),
      await fetch(`${url}/cds-services`),
      await fetch(`${url}/nowhere`),
    ];
    for (const { headers } of answers) {
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'",
      );
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('etag')).toBeNull();
    }
  });

  it('no HSTS where clients come by http', async () => {
    const plain = await startStack();
    try {
      const { headers } = await fetch(`${plain.service.url}/cds-services`);
      expect(headers.get('strict-transport-security')).toBeNull();
    } finally {
      await plain.close();
    }
  });
});

describe('methods', () => {
  it.each(['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD'])('%s of a service: 405 with Allow', async (method) => {
    const answer = await fetch(`${url}${servicePath(FIRST)}`, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
  });

  it('the discovery takes GET and HEAD, nothing else', async () => {
    const get = await fetch(`${url}/cds-services`);
    expect([get.status, get.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    const head = await fetch(`${url}/cds-services`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      String(Buffer.byteLength(await get.text())),
      '',
    ]);
    const made = await fetch(`${url}/cds-services`, { method: 'POST', body: '{}' });
    expect([made.status, made.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });
});

describe('media types', () => {
  it.each([
    ['no type', ''],
    ['a form', 'application/x-www-form-urlencoded'],
    ['text', 'text/plain'],
    ['XML', 'application/fhir+xml'],
    ['what ends in JSON', 'application/vnd.api+json'],
    ['nonsense', '///;;;'],
    ['another charset', 'application/json; charset=iso-8859-1'],
    ['UTF-16', 'application/json; charset=utf-16'],
    ['UTF-7', 'application/json; charset="utf-7"'],
  ])('%s: 415, and the body is not looked at', async (_what, type) => {
    const answer = await post(url, FIRST, '{"hook":', { 'Content-Type': type });
    expect([answer.status, codeOf(answer)]).toEqual([415, 'CDS_MEDIA_TYPE']);
  });

  it.each(['application/json', 'Application/JSON; Charset=UTF-8', 'application/json; charset="utf-8"'])(
    '%s is JSON',
    async (type) => {
      expect((await post(url, FIRST, ok(), { 'Content-Type': type })).status).toBe(200);
    },
  );

  it.each(['gzip', 'deflate', 'br', 'compress', 'identity, gzip'])(
    'Content-Encoding %s: 415, nothing is unpacked',
    async (encoding) => {
      const answer = await fetch(`${url}${servicePath(FIRST)}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-encoding': encoding },
        // A bomb: 60 MB in 60 KB.
        body: gzipSync(Buffer.alloc(60_000_000, ' ')),
      });
      expect([answer.status, codeOf({ body: await answer.json() })]).toEqual([415, 'CDS_MEDIA_TYPE']);
    },
  );

  it('Content-Encoding identity is none', async () => {
    expect((await post(url, FIRST, ok(), { 'Content-Encoding': 'identity' })).status).toBe(200);
  });
});

describe('sizes', () => {
  const HEAD = [`POST ${servicePath(FIRST)} HTTP/1.1`, ['Content-Type: application/json']] as const;

  it('more than the limit by its own length: 413', async () => {
    const answer = await post(url, FIRST, { hook: 'x'.repeat(200_000) });
    expect([answer.status, codeOf(answer)]).toEqual([413, 'CDS_PAYLOAD_TOO_LARGE']);
  });

  it('more than the limit in chunks, of no stated length: 413', async () => {
    const client = new RawClient(url);
    client.send(rawRequest(HEAD[0], [...HEAD[1], 'Transfer-Encoding: chunked']));
    for (let sent = 0; sent < 20; sent++) client.send(`2710\r\n${'x'.repeat(10_000)}\r\n`);
    client.send('0\r\n\r\n');
    const [answer] = await client.answers(1);
    expect(answer?.status).toBe(413);
    client.socket.destroy();
  });

  it('an empty body, and no body: 400', async () => {
    for (const length of [['Content-Length: 0'], []]) {
      const client = new RawClient(url).send(rawRequest(HEAD[0], [...HEAD[1], ...length]));
      expect((await client.answers(1))[0]?.status).toBe(400);
      client.socket.destroy();
    }
  });
});

/** Half of what a request line may have. */
const LONG = 'x'.repeat(8000);

describe('addresses', () => {
  it.each([
    [`${servicePath(FIRST)}/`, 200],
    [servicePath(FIRST).replace('recurrence', '%72ecurrence'), 200],
    ['/cds-services//recurrence-risk-patient-view', 404],
    ['//cds-services/recurrence-risk-patient-view', 404],
    [`${servicePath(FIRST)}/..`, 404],
    [`${servicePath(FIRST)}%2f..`, 404],
    [`${servicePath(FIRST)}%00`, 404],
    ['/cds-services/%ZZ', 400],
    ['/cds-services/%e0%a4%a', 400],
    ['/cds-services/__proto__', 404],
    ['/cds-services/constructor', 404],
    [`/cds-services/${LONG}`, 404],
    [`/cds-services/${LONG}${LONG}${LONG}`, 431],
  ])('POST of address %#', async (path, status) => {
    const body = JSON.stringify(ok());
    const client = new RawClient(url).send(
      rawRequest(
        `POST ${path} HTTP/1.1`,
        ['Content-Type: application/json', `Content-Length: ${String(body.length)}`, 'Connection: close'],
        body,
      ),
    );
    const answers = await client.ended();
    expect(answers.map((answer) => answer.status)).toEqual([status]);
    if (status === 404) expect(answers[0]?.body).not.toContain('xxx');
  });
});
