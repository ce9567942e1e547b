import type { Request, Response } from 'express';
import fc from 'fast-check';
import type { FhirResource } from 'fhir/r4.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createFhirClient, parseChart, staticToken, type TokenSource } from '../../../../src/chart/index.ts';
import { createFhirServer } from '../../../../src/demo/index.ts';
import { CdsError } from '../../../../src/domain/index.ts';
import { listen, LOOPBACK, type Listening } from '../../../../src/platform/index.ts';
import { condition, diseaseStatus, patient, PATIENT_ID } from '../../support/fhir.ts';
import { NEVER } from '../../support/reading.ts';
import { bundle, startScriptedServer, type ScriptedServer } from '../scripted-server.ts';
import { clientOf, failureOf } from './client-for-tests.ts';

const OPTIONS = { signal: NEVER };
const started: ScriptedServer[] = [];
const serve = async (answer: (request: Request, response: Response) => void): Promise<ScriptedServer> => {
  const server = await startScriptedServer(answer);
  started.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()));
});

describe('on the embedded FHIR server', () => {
  let server: Listening;
  beforeAll(async () => {
    const fhir = createFhirServer();
    await fhir.load([patient() as unknown as FhirResource]);
    server = await listen(fhir.app, LOOPBACK, 0);
  });
  afterAll(() => server.close());

  it('reads a resource, or tells that there is none', async () => {
    const client = clientOf(server.url);
    expect(client.baseUrl).toBe(`${server.url}/fhir`);
    expect(await client.read('Patient', PATIENT_ID, OPTIONS)).toMatchObject({ id: PATIENT_ID });
    expect(await client.read('Patient', 'nobody', OPTIONS)).toBeUndefined();
  });

  it('writes again and again, and tells the versions', async () => {
    const client = clientOf(server.url);
    const resource = condition('w1') as unknown as FhirResource & { readonly id: string };
    const first = await client.put(resource, OPTIONS);
    expect(first).toEqual({ id: 'w1', created: true, versionId: expect.any(String) });
    const changed = { ...resource, recordedDate: '2025-02-02' } as typeof resource;
    const second = await client.put(changed, { ...OPTIONS, ifMatch: first.versionId! });
    expect(second).toMatchObject({ id: 'w1', created: false });
    expect(second.versionId).not.toBe(first.versionId);
    const late = client.put(changed, { ...OPTIONS, ifMatch: first.versionId! });
    expect((await failureOf(late)).code).toBe('FHIR_CONFLICT');
    expect(await client.read('Condition', 'w1', OPTIONS)).toMatchObject({
      recordedDate: '2025-02-02',
      meta: { versionId: second.versionId },
    });
  });

  it('writes by a condition, once for the same identifier', async () => {
    const client = clientOf(server.url);
    const identifier = [{ system: 'urn:test', value: 'a' }];
    const resource = { ...condition('x'), id: undefined, identifier } as unknown as FhirResource;
    const made = await client.putBy(resource, { identifier: 'urn:test|a' }, OPTIONS);
    const again = await client.putBy(resource, { identifier: 'urn:test|a' }, OPTIONS);
    expect(made.created).toBe(true);
    expect(again).toMatchObject({ id: made.id, created: false });
    expect(await client.search('Condition', { identifier: 'urn:test|a' }, OPTIONS)).toHaveLength(1);
    await client.create(resource, OPTIONS);
    const two = client.putBy(resource, { identifier: 'urn:test|a' }, OPTIONS);
    expect((await failureOf(two)).code).toBe('FHIR_CONFLICT');
  });

  it('says that a resource was not taken', async () => {
    const broken = { resourceType: 'Observation', id: 'o1', status: 'no such' } as unknown as FhirResource;
    const client = clientOf(server.url);
    const put = client.put(broken as FhirResource & { id: string }, OPTIONS);
    expect((await failureOf(put)).code).toBe('FHIR_WRITE_REFUSED');
    const unknown = { resourceType: 'Nonsense', id: 'n' } as unknown as FhirResource & { id: string };
    expect((await failureOf(client.put(unknown, OPTIONS))).code).toBe('FHIR_WRITE_REFUSED');
  });

  it('searches by POST where the address would be too long, all pages too', async () => {
    const client = clientOf(server.url);
    for (let i = 0; i < 5; i++)
      await client.put(diseaseStatus(`d${String(i)}`, 'stable', '2026-02-01') as never, OPTIONS);
    const code = Array.from({ length: 200 }, (_, i) => `http://loinc.org|1000${String(i)}-0`);
    const many = { patient: PATIENT_ID, code: ['http://loinc.org|97509-4', ...code].join(','), _count: 2 };
    expect(await client.search('Observation', many, OPTIONS)).toHaveLength(5);
  });

  it('gives any other answer as it is', async () => {
    const client = clientOf(server.url);
    const metadata = await client.raw('/metadata', { headers: { accept: 'application/fhir+json' } }, OPTIONS);
    expect(metadata.status).toBe(200);
    expect(await metadata.json()).toMatchObject({ resourceType: 'CapabilityStatement' });
    const absolute = await client.raw(`${server.url}/fhir/Patient/nobody`, {}, OPTIONS);
    expect(absolute.status).toBe(404);
    await absolute.body?.cancel();
  });
});

describe('versions', () => {
  const versionRead = async (headers: Record<string, string>, meta?: object) => {
    const server = await serve(
      (_, response) => void response.set(headers).json(patient(meta === undefined ? {} : { meta })),
    );
    const resource = await clientOf(server.url).read('Patient', PATIENT_ID, OPTIONS);
    return parseChart({ patient: [resource] }, 'UTC').patient.source.version;
  };

  it.each([
    ['the resource own', { etag: 'W/"9"' }, { versionId: '8', lastUpdated: '2026-01-01T00:00:00Z' }, '8'],
    ['the ETag', { etag: 'W/"9"' }, { lastUpdated: '2026-01-01T00:00:00Z' }, '9'],
    ['a strong ETag', { etag: '"abc"' }, undefined, 'abc'],
    [
      'the time of the last update',
      { etag: 'nonsense' },
      { lastUpdated: '2026-01-01T00:00:00Z' },
      '2026-01-01T00:00:00Z',
    ],
  ])('are %s', async (_, headers, meta, expected) => {
    expect(await versionRead(headers, meta)).toBe(expected);
  });

  it('are a hash of the content where the server tells none', async () => {
    expect(await versionRead({ etag: 'W/""' })).toMatch(/^sha256:/);
  });

  it('of a written resource are found wherever the server tells them', async () => {
    const answers: ((response: Response) => void)[] = [
      (response) => response.status(201).set('location', 'http://h/fhir/Condition/c1/_history/4').end(),
      (response) => response.status(200).set('etag', 'W/"5"').end(),
      (response) => response.status(200).json(condition('c1', { meta: { versionId: '6' } })),
      (response) => response.status(200).json({ resourceType: 'OperationOutcome', id: 'not-it' }),
    ];
    const server = await serve((_, response) => {
      answers.shift()?.(response);
    });
    const put = () => clientOf(server.url).put(condition('c1') as never, OPTIONS);
    expect(await put()).toEqual({ id: 'c1', created: true, versionId: '4' });
    expect(await put()).toEqual({ id: 'c1', created: false, versionId: '5' });
    expect(await put()).toEqual({ id: 'c1', created: false, versionId: '6' });
    expect(await put()).toEqual({ id: 'c1', created: false });
  });

  it('by a condition need an id in the answer', async () => {
    let location: string | undefined = 'http://h/fhir/Condition/c7';
    const server = await serve((_, response) => {
      if (location !== undefined) response.set('location', location);
      response.status(201).end();
    });
    const putBy = () => clientOf(server.url).putBy(condition('x') as never, { identifier: 'a' }, OPTIONS);
    expect(await putBy()).toEqual({ id: 'c7', created: true });
    location = undefined;
    expect((await failureOf(putBy())).code).toBe('FHIR_ANSWER_INVALID');
  });
});

describe('writes to a server that fails', () => {
  const resource = condition('c1') as never;

  it.each([
    [400, 'FHIR_WRITE_REFUSED'],
    [401, 'FHIR_REFUSED'],
    [403, 'FHIR_REFUSED'],
    [404, 'FHIR_WRITE_REFUSED'],
    [405, 'FHIR_WRITE_REFUSED'],
    [409, 'FHIR_CONFLICT'],
    [412, 'FHIR_CONFLICT'],
    [422, 'FHIR_WRITE_REFUSED'],
    [302, 'FHIR_ANSWER_INVALID'],
  ] as const)('%i is %s, and not tried again', async (status, code) => {
    const server = await serve((_, response) => void response.status(status).json({}));
    expect((await failureOf(clientOf(server.url).put(resource, OPTIONS))).code).toBe(code);
    expect(server.seen).toHaveLength(1);
  });

  it('PUT is repeated, POST only where nothing was done', async () => {
    const answers: (number | 'lost')[] = [];
    const server = await serve((_, response) => {
      const next = answers.shift() ?? 201;
      if (next === 'lost') response.socket?.destroy();
      else response.status(next).set('location', 'http://h/Condition/c1').end();
    });
    const client = clientOf(server.url);
    answers.push('lost', 500, 504);
    expect(await client.put(resource, OPTIONS)).toMatchObject({ created: true });
    answers.push(429, 503);
    expect(await client.create(resource, OPTIONS)).toMatchObject({ id: 'c1' });
    for (const fatal of ['lost', 500, 504] as const) {
      const before = server.seen.length;
      answers.push(fatal);
      expect((await failureOf(client.create(resource, OPTIONS))).code).toBe('FHIR_UNREACHABLE');
      expect(server.seen).toHaveLength(before + 1);
    }
    const gone = await serve(() => undefined);
    await gone.close();
    // Never connected, so repeated: three waits of 10, 20 and 40 ms.
    const began = performance.now();
    expect((await failureOf(clientOf(gone.url).create(resource, OPTIONS))).code).toBe('FHIR_UNREACHABLE');
    expect(performance.now() - began).toBeGreaterThan(65);
  });
});

describe('long searches', () => {
  const long = { code: Array.from({ length: 300 }, (_, i) => `http://loinc.org|${String(i)}`).join(',') };

  it.each([404, 405, 415, 501])(
    'go by GET where _search is answered %i, and from then on',
    async (status) => {
      const server = await serve((request, response) => {
        if (request.method === 'POST') response.status(status).json({});
        else response.json(bundle([condition('c1')]));
      });
      const client = clientOf(server.url);
      expect(await client.search('Condition', long, OPTIONS)).toHaveLength(1);
      expect(await clientOf(server.url).search('Condition', long, OPTIONS)).toHaveLength(1);
      expect(server.seen.map(({ line }) => line.split('?')[0])).toEqual([
        'POST /fhir/Condition/_search',
        'GET /fhir/Condition',
        'GET /fhir/Condition',
      ]);
    },
  );

  it('keep short ones as GET, and lists as repeated parameters', async () => {
    const server = await serve((_, response) => void response.json(bundle([])));
    await clientOf(server.url).search('Condition', { date: ['ge2026', 'lt2027'], _count: 5 }, OPTIONS);
    expect(server.seen[0]?.line).toBe('GET /fhir/Condition?date=ge2026&date=lt2027&_count=5');
  });
});

describe('whatever a server answers', () => {
  const hostile = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        resourceType: fc.constantFrom('Bundle', 'Patient', 'OperationOutcome', 7, null),
        entry: fc.oneof(
          fc.jsonValue(),
          fc.array(fc.record({ resource: fc.jsonValue(), search: fc.jsonValue() })),
        ),
        link: fc.oneof(
          fc.jsonValue(),
          fc.array(
            fc.record({ relation: fc.constantFrom('next', 'self'), url: fc.oneof(fc.webUrl(), fc.string()) }),
          ),
        ),
        meta: fc.jsonValue(),
      },
      { requiredKeys: [] },
    ),
  );

  it('a call ends with resources or with one of our errors', async () => {
    let answer: unknown;
    let status = 200;
    const server = await serve((_, response) => void response.status(status).json(answer));
    const client = clientOf(server.url, { retries: 0, maxPages: 3 });
    await fc.assert(
      fc.asyncProperty(hostile, fc.constantFrom(200, 200, 404, 410, 500), async (body, code) => {
        [answer, status] = [body, code];
        const calls = [
          client.read('Patient', PATIENT_ID, OPTIONS),
          client.search('Condition', {}, OPTIONS),
          client.putBy(condition('x') as never, {}, OPTIONS),
        ];
        for (const { reason } of (await Promise.allSettled(calls)) as { reason?: unknown }[])
          if (reason !== undefined) expect(reason).toBeInstanceOf(CdsError);
      }),
      { numRuns: 200 },
    );
  });
});

describe('tokens', () => {
  const tokens = (...all: string[]): TokenSource & { readonly gone: string[] } => {
    const gone: string[] = [];
    return {
      gone,
      token: () => Promise.resolve(all[0]),
      refused: (token) => {
        gone.push(token);
        return all.shift() !== undefined && all.length > 0;
      },
    };
  };
  const guarded = (valid: string) =>
    serve((request, response) => {
      if (request.get('authorization') !== `Bearer ${valid}`) response.status(401).json({});
      else response.json(patient());
    });

  it('that are refused are renewed once, for reads, writes and anything else', async () => {
    const server = await guarded('new');
    const calls = [
      (source: TokenSource) => clientOf(server.url, { tokens: source }).read('Patient', PATIENT_ID, OPTIONS),
      (source: TokenSource) => clientOf(server.url, { tokens: source }).put(patient() as never, OPTIONS),
      async (source: TokenSource) => {
        const answer = await clientOf(server.url, { tokens: source }).raw('file', {}, OPTIONS);
        expect(answer.status).toBe(200);
        await answer.body?.cancel();
      },
    ];
    for (const call of calls) {
      const source = tokens('old', 'new');
      await call(source);
      expect(source.gone).toEqual(['old']);
    }
  });

  it('that are refused twice are refused', async () => {
    const server = await guarded('another');
    const client = clientOf(server.url, { tokens: tokens('old', 'new', 'newer') });
    expect((await failureOf(client.read('Patient', PATIENT_ID, OPTIONS))).code).toBe('FHIR_REFUSED');
    expect(server.seen).toHaveLength(2);
    const fixed = clientOf(server.url, { tokens: staticToken('fixed') });
    expect((await failureOf(fixed.read('Patient', PATIENT_ID, OPTIONS))).code).toBe('FHIR_REFUSED');
    expect(server.seen).toHaveLength(3);
    const answer = await fixed.raw('file', {}, OPTIONS);
    expect(answer.status).toBe(401);
    await answer.body?.cancel();
  });
});

describe('raw', () => {
  it('repeats 429 and 503, and gives the last 503 to the caller', async () => {
    let fails = 2;
    const server = await serve((_, response) => {
      response.status(fails-- > 0 ? (fails === 1 ? 429 : 503) : 202).send('text');
    });
    const client = clientOf(server.url, { retries: 2 });
    const taken = await client.raw('Group/g/$export', { method: 'POST', body: '{}' }, OPTIONS);
    expect(taken.status).toBe(202);
    expect(await taken.text()).toBe('text');
    fails = Number.POSITIVE_INFINITY;
    const down = await client.raw('x', {}, OPTIONS);
    expect([down.status, await down.text()]).toEqual([503, 'text']);
  });

  it('reads a body for longer than a request may take, until the signal fires', async () => {
    const server = await serve((_, response) => {
      response.write('a');
      setTimeout(() => response.end('b'), 800);
    });
    const client = clientOf(server.url, { requestTimeoutMs: 400 });
    expect(await (await client.raw('file', {}, OPTIONS)).text()).toBe('ab');
    const caller = new AbortController();
    const cancelled = await client.raw('file', {}, { signal: caller.signal });
    caller.abort();
    await expect(cancelled.text()).rejects.toThrow();
  });
});

it('a base URL that is none is a configuration error', () => {
  const options = { tokens: staticToken(), concurrency: 1, retries: 0, maxPages: 1 };
  expect(() => createFhirClient({ ...options, baseUrl: 'fhir' })).toThrow('fhirBaseUrl is no URL');
  const named = 'https://user:password@fhir.example.org';
  expect(() => createFhirClient({ ...options, baseUrl: named })).toThrow('holds a user name');
});
