import { createServer } from 'node:http';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CdsError } from '../../src/domain/index.ts';
import { readModel } from '../../src/model-registry/index.ts';
import { PACKAGE_ROOT } from '../../src/platform/index.ts';
import { freePort } from '../setup/service.ts';
import { hookRequest, prefetchFor, SERVICE_PATH, startStack, type Stack } from './running-service.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ hook: { deadlineMs: 1500 } });
});
afterAll(() => stack.close());
afterEach(() => {
  stack.faults.mode = 'ok';
});

const PATIENT = 'demo-intermediate-7-months';
const call = (body: unknown) =>
  request(stack.service.url)
    .post(SERVICE_PATH)
    .send(body as object);
const outcomeCode = (body: any): string => body.issue[0].details.coding[0].code;

/** The process goes on, and goes on rightly. */
const expectAlive = async () => {
  stack.faults.mode = 'ok';
  const { body, status } = await call(hookRequest('demo-no-lung-cancer', stack.fhirBaseUrl));
  expect([status, body]).toEqual([200, { cards: [] }]);
};

const expectRefused = async (body: unknown, status: number, code: string) => {
  const response = await call(body);
  expect([response.status, response.body.resourceType, outcomeCode(response.body)]).toEqual([
    status,
    'OperationOutcome',
    code,
  ]);
  expect(response.body.cards).toBeUndefined();
  expect(response.body.issue[0].diagnostics).not.toBe('');
  await expectAlive();
  return response.body.issue[0].details.text as string;
};

describe('malformed requests', () => {
  it('no prefetch and no FHIR server: 412, naming the keys', async () => {
    expect(await expectRefused(hookRequest(PATIENT), 412, 'CDS_PREFETCH_MISSING')).toContain('conditions');
  });

  it('no prefetch, but a FHIR server: 200 with the risk', async () => {
    const { body, status } = await call(hookRequest(PATIENT, stack.fhirBaseUrl));
    expect(status).toBe(200);
    expect(body.cards[0].summary).toContain('intermediate');
  });

  it.each([
    ['wrong hook', { hook: 'order-sign' }, 'CDS_HOOK_MISMATCH', 'patient-view'],
    ['no hook', { hook: undefined }, 'CDS_REQUEST_INVALID', 'hook'],
    ['hookInstance not a UUID', { hookInstance: '12345' }, 'CDS_REQUEST_INVALID', 'hookInstance'],
    ['context a string', { context: 'patient' }, 'CDS_REQUEST_INVALID', 'context'],
    ['context without userId', { context: { patientId: PATIENT } }, 'CDS_REQUEST_INVALID', 'context.userId'],
    [
      'a patient id that is a path',
      { context: { userId: 'Practitioner/1', patientId: '../metadata' } },
      'CDS_REQUEST_INVALID',
      'context.patientId',
    ],
    ['prefetch an array', { prefetch: [] }, 'CDS_REQUEST_INVALID', 'prefetch'],
    ['fhirServer no URL', { fhirServer: 'file:///etc/passwd' }, 'CDS_REQUEST_INVALID', 'fhirServer'],
    ['a token without fhirServer', { fhirAuthorization: token() }, 'CDS_REQUEST_INVALID', 'fhirServer'],
    [
      'a token without a scope',
      { fhirAuthorization: { ...token(), scope: undefined } },
      'CDS_REQUEST_INVALID',
      'scope',
    ],
  ])('%s: 400', async (_name, change, code, field) => {
    expect(await expectRefused(hookRequest(PATIENT, undefined, change), 400, code)).toContain(field);
  });

  it('a FHIR server nobody configured: 400, and it is never called', async () => {
    let calls = 0;
    const stranger = createServer((_request, response) => {
      calls++;
      response.end('{}');
    });
    const port = await freePort();
    await new Promise<void>((resolve) => stranger.listen(port, '127.0.0.1', resolve));
    const body = hookRequest(PATIENT, `http://127.0.0.1:${String(port)}/fhir`, {
      fhirAuthorization: token(),
    });
    await expectRefused(body, 400, 'CDS_FHIR_SERVER_UNKNOWN');
    expect(calls).toBe(0);
    stranger.close();
  });

  it('not JSON: 400; not called JSON: 415; too large: 413; wrong method: 405; unknown service: 404', async () => {
    const post = () => request(stack.service.url).post(SERVICE_PATH);
    const broken = await post().set('Content-Type', 'application/json').send('{"hook":');
    expect([broken.status, outcomeCode(broken.body)]).toEqual([400, 'CDS_REQUEST_INVALID']);
    const form = await post().type('form').send({ hook: 'patient-view' });
    expect([form.status, outcomeCode(form.body)]).toEqual([415, 'CDS_MEDIA_TYPE']);
    const large = await post().send({ hook: 'x'.repeat(5_000_000) });
    expect([large.status, outcomeCode(large.body)]).toEqual([413, 'CDS_PAYLOAD_TOO_LARGE']);
    const get = await request(stack.service.url).get(SERVICE_PATH);
    expect([get.status, get.headers['allow']]).toEqual([405, 'POST, OPTIONS']);
    const unknown = await request(stack.service.url).post('/cds-services/other').send(hookRequest(PATIENT));
    expect([unknown.status, outcomeCode(unknown.body)]).toEqual([404, 'CDS_SERVICE_UNKNOWN']);
    const lost = await request(stack.service.url).get('/nowhere');
    expect([lost.status, outcomeCode(lost.body)]).toEqual([404, 'CDS_ROUTE_UNKNOWN']);
    await expectAlive();
  });

  it('any JSON body: an answer of the table, never a crash', async () => {
    const anyBody = fc.oneof(
      fc.jsonValue(),
      fc.record({
        hook: fc.constantFrom('patient-view', 'x', null),
        hookInstance: fc.constantFrom('d1577c69-dfbe-44ad-ba6d-3e05e953b2ea', 1),
        context: fc.oneof(fc.jsonValue(), fc.constant({ userId: 'Practitioner/1', patientId: PATIENT })),
        prefetch: fc.dictionary(fc.constantFrom('patient', 'conditions', 'cfdna', 'staging'), fc.jsonValue()),
      }),
    );
    await fc.assert(
      fc.asyncProperty(anyBody, async (body) => {
        const { status } = await request(stack.service.url)
          .post(SERVICE_PATH)
          .set('Content-Type', 'application/json')
          .send(JSON.stringify(body));
        expect([200, 400, 412]).toContain(status);
      }),
      { numRuns: 150 },
    );
    await expectAlive();
  });
});

describe('prefetch that is wrong', () => {
  const withPrefetch = async (patch: Record<string, unknown>, fhirServer?: string) => {
    const prefetch = await prefetchFor(stack.service.url, stack.fhirBaseUrl, PATIENT);
    return hookRequest(PATIENT, fhirServer, { prefetch: { ...prefetch, ...patch } });
  };
  const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception' }] };

  it('patient as an OperationOutcome: read from the server, or 412 without one', async () => {
    const { status, body } = await call(await withPrefetch({ patient: outcome }, stack.fhirBaseUrl));
    expect([status, body.cards.length]).toEqual([200, 1]);
    await expectRefused(await withPrefetch({ patient: outcome }), 412, 'CDS_PREFETCH_MISSING');
  });

  it('another patient, or an Observation of another patient: 400 and no card', async () => {
    const other = await prefetchFor(stack.service.url, stack.fhirBaseUrl, 'demo-low-19-months');
    await expectRefused(await withPrefetch({ patient: other['patient'] }), 400, 'CDS_PATIENT_MISMATCH');
    await expectRefused(await withPrefetch({ cfdna: other['cfdna'] }), 400, 'CDS_PATIENT_MISMATCH');
  });

  it('a token for another patient: 400', async () => {
    const body = hookRequest(PATIENT, stack.fhirBaseUrl, {
      fhirAuthorization: { ...token(), patient: 'someone' },
    });
    await expectRefused(body, 400, 'CDS_PATIENT_MISMATCH');
  });

  it('the same id on another server: 400', async () => {
    const prefetch = await prefetchFor(stack.service.url, stack.fhirBaseUrl, PATIENT);
    const foreign = JSON.parse(
      JSON.stringify(prefetch['conditions']).replaceAll(
        `"Patient/${PATIENT}"`,
        `"https://other-hospital.example/fhir/Patient/${PATIENT}"`,
      ),
    );
    await expectRefused(await withPrefetch({ conditions: foreign }), 400, 'CDS_PATIENT_MISMATCH');
  });

  it.each([
    ['a search that failed', { resourceType: 'Bundle', entry: [{ resource: outcome }] }],
    ['entries that are no list', { resourceType: 'Bundle', entry: 'none' }],
    ['a part by its own count', { resourceType: 'Bundle', total: 900, entry: [] }],
  ])('%s is not "no data": it is read, or 412', async (_name, bundle) => {
    await expectRefused(await withPrefetch({ diseaseStatus: bundle }), 412, 'CDS_PREFETCH_MISSING');
    const { status, body } = await call(await withPrefetch({ diseaseStatus: bundle }, stack.fhirBaseUrl));
    expect([status, body.cards.length]).toEqual([200, 1]);
  });

  it('null is no data: cfDNA is absent, the rest still counts', async () => {
    const { body } = await call(await withPrefetch({ cfdna: null, genomicReports: null }));
    expect(body.cards[0].detail).toMatch(/cell-free DNA \| absent: nothing of the kind/);
    expect(body.cards[0].summary).toMatch(/\d%/);
  });

  it('only the first page of a Bundle: the rest is read', async () => {
    const prefetch = await prefetchFor(stack.service.url, stack.fhirBaseUrl, PATIENT);
    const paged = {
      ...(prefetch['metabolomics'] as any),
      entry: [],
      link: [{ relation: 'next', url: `${stack.fhirBaseUrl}/Observation?page=2` }],
    };
    const full = await call(await withPrefetch({}));
    const { body } = await call(await withPrefetch({ metabolomics: paged }, stack.fhirBaseUrl));
    expect(body.cards[0].summary).toBe(full.body.cards[0].summary);
  });

  it('a metabolite in an impossible unit: the modality is rejected by name, the other still counts', async () => {
    const prefetch = await prefetchFor(stack.service.url, stack.fhirBaseUrl, PATIENT);
    const metabolomics = structuredClone(prefetch['metabolomics']) as any;
    for (const { resource } of metabolomics.entry)
      for (const part of [resource, ...(resource.component ?? [])])
        if (part.valueQuantity !== undefined)
          Object.assign(part.valueQuantity, { unit: 'mm[Hg]', code: 'mm[Hg]' });
    const { body, status } = await call(await withPrefetch({ metabolomics }));
    expect(status).toBe(200);
    expect(body.cards[0].detail).toMatch(/metabolomics \| rejected: .*unit/);
    expect(body.cards[0].summary).toMatch(/\d%/);
    await expectAlive();
  });
});

describe('a FHIR server that fails', () => {
  it('knows no such patient: 400', async () => {
    await expectRefused(hookRequest('nobody', stack.fhirBaseUrl), 400, 'FHIR_PATIENT_UNKNOWN');
  });

  it.each([
    ['down', 'FHIR_UNREACHABLE'],
    ['error', 'FHIR_UNREACHABLE'],
    ['slow', 'FHIR_TIMEOUT'],
    ['html', 'FHIR_ANSWER_INVALID'],
  ] as const)('%s: 200 with one card that says so and has no number', async (mode, code) => {
    Object.assign(stack.faults, { mode, delayMs: 20_000 });
    const { status, body } = await call(hookRequest(PATIENT, stack.fhirBaseUrl));
    expect(status).toBe(200);
    expect(body.cards).toHaveLength(1);
    expect(body.cards[0].detail).toContain(code.replaceAll('_', '&#95;'));
    expect(body.cards[0].detail).not.toMatch(/\d ?%/);
    await expectAlive();
  });

  it("with the core in prefetch, today's result of an hour ago is shown as not rechecked", async () => {
    const patient = 'demo-high-13-months';
    const known = await call(hookRequest(patient, stack.fhirBaseUrl));
    const { cfdna: _left, ...prefetch } = await prefetchFor(stack.service.url, stack.fhirBaseUrl, patient);
    stack.faults.mode = 'down';
    const { body } = await call(hookRequest(patient, stack.fhirBaseUrl, { prefetch }));
    expect(body.cards[0].summary).toMatch(/not rechecked/i);
    const risk = /\d+%/.exec(known.body.cards[0].summary);
    expect(body.cards[0].summary).toContain(risk![0]);
  });
});

describe('a result that must not be shown again', () => {
  const patient = 'demo-low-19-months';

  it('the FHIR server refuses the token: no number, not even the stored one', async () => {
    await call(hookRequest(patient, stack.fhirBaseUrl));
    const { cfdna: _left, ...prefetch } = await prefetchFor(stack.service.url, stack.fhirBaseUrl, patient);
    stack.faults.mode = 'refused';
    const { body } = await call(hookRequest(patient, stack.fhirBaseUrl, { prefetch }));
    expect(body.cards[0].detail).toContain('FHIR&#95;REFUSED');
    expect(`${body.cards[0].summary} ${body.cards[0].detail}`).not.toMatch(/\d ?%/);
  });

  /** What the EHR sends of a patient, one kind of resource under ids of its own. */
  const withOwnIds = async (patientId: string, key: string) => {
    const prefetch = structuredClone(
      await prefetchFor(stack.service.url, stack.fhirBaseUrl, patientId),
    ) as any;
    for (const { resource } of prefetch[key].entry) resource.id = `own-${resource.id}`;
    return hookRequest(patientId, stack.fhirBaseUrl, { prefetch });
  };

  it('the workers see other samples than the EHR sends: said so, with no number', async () => {
    const own = await withOwnIds('demo-low-3-months', 'genomicReports');
    const fusions = vi.spyOn(stack.service.core.handlers, 'fusion');
    for (const { body } of [await call(own), await call(own), await call(own)]) {
      expect(body.cards[0].detail).toContain('ASSESSMENT&#95;UNANSWERED');
      expect(`${body.cards[0].summary} ${body.cards[0].detail}`).not.toMatch(/\d ?%/);
    }
    // Asked three times, queued once.
    expect(fusions).toHaveBeenCalledTimes(1);
    fusions.mockRestore();
  });

  it('they see the same samples but other resources: the request gets its answer', async () => {
    const { body } = await call(await withOwnIds('demo-high-10-months', 'conditions'));
    expect(body.cards[0].summary).toMatch(/\d+%.*high/);
  });

  it('what an earlier number rests on was taken back: its date, not its number', async () => {
    const fresh = await startStack({ hook: { deadlineMs: 1500 } });
    try {
      const id = 'demo-partial-6-months';
      const ask = async () =>
        (await request(fresh.service.url).post(SERVICE_PATH).send(hookRequest(id, fresh.fhirBaseUrl))).body
          .cards[0];
      expect((await ask()).summary).toMatch(/\d+%/);
      // From now on workers are too slow; then the newest panel is taken back.
      fresh.service.core.models.score = async () => {
        await sleep(2500);
        throw new CdsError('MODEL_RUN_FAILED');
      };
      const search = `${fresh.fhirBaseUrl}/Observation?patient=${id}&code=metabolomics-panel&_count=100`;
      const panels = ((await (await fetch(search)).json()) as any).entry.map((entry: any) => entry.resource);
      const [newest] = panels.sort((a: any, b: any) =>
        b.effectiveDateTime.localeCompare(a.effectiveDateTime),
      );
      const put = await fetch(`${fresh.fhirBaseUrl}/Observation/${newest.id}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/fhir+json' },
        body: JSON.stringify({ ...newest, status: 'entered-in-error' }),
      });
      expect(put.status).toBe(200);
      const card = await ask();
      expect(card.source.topic.code).toBe('pending');
      expect(`${card.summary} ${card.detail}`).not.toMatch(/\d ?%/);
    } finally {
      await fresh.close();
    }
  });
});

describe('a service that cannot start says why', () => {
  it('a model file whose digest differs', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'models-'));
    cpSync(path.join(PACKAGE_ROOT, 'models'), directory, { recursive: true });
    const { id, version } = readModel(directory, 'cfdna-recurrence').manifest;
    const file = path.join(directory, id, version, 'model.onnx');
    const bytes = readFileSync(file);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(file, bytes);
    await expect(startStack({ models: { directory } })).rejects.toMatchObject({
      code: 'MODEL_DIGEST_MISMATCH',
      detail: `${id}/${version}/model.onnx`,
    });
    rmSync(directory, { recursive: true });
    await expectAlive();
  });
});

describe('Redis down', () => {
  it('200 with one card that says so, in time, and a process that goes on', async () => {
    const redisUrl = `redis://127.0.0.1:${String(await freePort())}`;
    const lonely = await startStack({ queue: { redisUrl }, hook: { deadlineMs: 450 } });
    try {
      const answer = await request(lonely.service.url)
        .post(SERVICE_PATH)
        .send(hookRequest(PATIENT, lonely.fhirBaseUrl));
      expect(answer.status).toBe(200);
      expect(answer.body.cards[0].detail).toMatch(/(STORE|QUEUE)&#95;UNAVAILABLE/);
      expect((await request(lonely.service.url).get('/health/live')).status).toBe(200);
      expect((await request(lonely.service.url).get('/health/ready')).status).toBe(503);
    } finally {
      await lonely.close();
    }
  });
});

function token() {
  return {
    access_token: 'secret-token',
    token_type: 'Bearer',
    expires_in: 300,
    scope: 'patient/*.read',
    subject: 'recurrence-cds',
  };
}
