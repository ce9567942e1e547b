import { setTimeout as sleep } from 'node:timers/promises';
import type { FhirResource } from 'fhir/r4.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  CHART_QUERY_KEYS,
  createFhirClient,
  createFhirSource,
  parseChart,
  staticToken,
  type ChartQuery,
} from '../../../src/chart/index.ts';
import { createFhirServer, type Faults } from '../../../src/demo/index.ts';
import { CdsError, type ErrorCode } from '../../../src/domain/index.ts';
import { createLog, listen, LOOPBACK, type Listening } from '../../../src/platform/index.ts';
import { condition, diseaseStatus, patient, PATIENT_ID } from '../support/fhir.ts';
import { NEVER, queries } from '../support/reading.ts';
import { bundle, startScriptedServer, type ScriptedServer } from './scripted-server.ts';

const SECRET = 'token-0123456789';

interface SourceChange {
  readonly baseUrl: string;
  readonly timeoutMs?: number;
  readonly maxPages?: number;
  readonly token?: string;
  readonly queries?: readonly ChartQuery[];
}

/** Without repetitions: what a request is answered is what the reading says. */
const sourceOf = ({ baseUrl, timeoutMs = 5000, maxPages = 50, token, ...change }: SourceChange) =>
  createFhirSource({
    client: createFhirClient({
      baseUrl,
      tokens: staticToken(token),
      concurrency: 16,
      retries: 0,
      maxPages,
    }),
    queries: change.queries ?? queries,
    timeoutMs,
  });

/** What fails shows nothing of where it went or whom it was about: message, detail and log line. */
const failure = async (reading: Promise<unknown>): Promise<CdsError> => {
  const error: unknown = await reading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CdsError);
  const lines: string[] = [];
  createLog('trace', { write: (line: string) => void lines.push(line) }).error({ error }, 'failed');
  const shown = `${(error as CdsError).message} ${lines.join('')}`;
  for (const secret of [PATIENT_ID, '127.0.0.1', 'http', 'fhir/', SECRET])
    expect(shown.replace('FHIR', '')).not.toContain(secret);
  return error as CdsError;
};

const codeOf = async (reading: Promise<unknown>): Promise<ErrorCode> => (await failure(reading)).code;

describe('the embedded FHIR server', () => {
  const faults: Faults = { mode: 'ok' };
  const visits = Array.from({ length: 2450 }, (_, index) =>
    diseaseStatus(`visit-${String(index)}`, 'stable', '2026-02-01'),
  );
  let server: Listening;
  let baseUrl: string;

  beforeAll(async () => {
    const fhir = createFhirServer({ faults });
    await fhir.load([
      patient() as unknown as FhirResource,
      { resourceType: 'Patient', id: 'other' },
      condition('c1') as unknown as FhirResource,
      condition('c2', { subject: { reference: 'Patient/other' } }) as unknown as FhirResource,
      ...(visits as unknown as FhirResource[]),
    ]);
    server = await listen(fhir.app, LOOPBACK, 0);
    baseUrl = `${server.url}/fhir`;
  });
  afterAll(() => server.close());
  afterEach(() => {
    faults.mode = 'ok';
  });

  it('gives every query of one patient, over all pages, and nothing of another', async () => {
    const sets = await sourceOf({ baseUrl }).read(PATIENT_ID, CHART_QUERY_KEYS, NEVER);
    expect(Object.keys(sets).sort()).toEqual([...CHART_QUERY_KEYS].sort());
    expect(sets.patient).toMatchObject([{ id: PATIENT_ID }]);
    expect(sets.conditions).toMatchObject([{ id: 'c1' }]);
    // 2,450 at 1,000 a page: three pages, each resource once
    expect(new Set(sets.diseaseStatus?.map((each) => (each as { id: string }).id)).size).toBe(2450);
    expect(sets.diseaseStatus).toHaveLength(2450);
    expect(sets.procedures).toEqual([]);
  });

  it('refuses half a chart: more pages than allowed', async () => {
    const source = sourceOf({ baseUrl, maxPages: 2 });
    const error = await failure(source.read(PATIENT_ID, ['diseaseStatus'], NEVER));
    expect(error).toMatchObject({ code: 'FHIR_ANSWER_INVALID', detail: 'More than 2 pages.' });
    // exactly as many as allowed is no fault
    const enough = sourceOf({ baseUrl, maxPages: 3 });
    expect((await enough.read(PATIENT_ID, ['diseaseStatus'], NEVER)).diseaseStatus).toHaveLength(2450);
  });

  it('says that a patient is unknown', async () => {
    const source = sourceOf({ baseUrl });
    expect(await codeOf(source.read('nobody', CHART_QUERY_KEYS, NEVER))).toBe('FHIR_PATIENT_UNKNOWN');
  });

  it.each([
    ['down', 'FHIR_UNREACHABLE'],
    ['error', 'FHIR_UNREACHABLE'],
    ['html', 'FHIR_ANSWER_INVALID'],
    ['slow', 'FHIR_TIMEOUT'],
  ] as const)('%s is %s, and heals', async (mode, code) => {
    const source = sourceOf({ baseUrl, timeoutMs: mode === 'slow' ? 100 : 5000 });
    faults.mode = mode;
    faults.delayMs = 400;
    const error = await failure(source.read(PATIENT_ID, CHART_QUERY_KEYS, NEVER));
    expect(error.code).toBe(code);
    expect(error.kind.retryable).toBe(true);
    faults.mode = 'ok';
    const patientOnly = await sourceOf({ baseUrl }).read(PATIENT_ID, ['patient'], NEVER);
    expect(patientOnly.patient).toHaveLength(1);
  });

  it("stops at the caller's deadline", async () => {
    faults.mode = 'slow';
    faults.delayMs = 1000;
    const started = performance.now();
    const reading = sourceOf({ baseUrl }).read(PATIENT_ID, CHART_QUERY_KEYS, AbortSignal.timeout(50));
    expect(await codeOf(reading)).toBe('FHIR_TIMEOUT');
    expect(performance.now() - started).toBeLessThan(800);
  });

  it('says that a server which is not there cannot be reached', async () => {
    const gone = await startScriptedServer((_, response) => response.end());
    await gone.close();
    const source = sourceOf({ baseUrl: gone.url });
    expect(await codeOf(source.read(PATIENT_ID, ['patient'], NEVER))).toBe('FHIR_UNREACHABLE');
  });
});

describe('servers that do what they should not', () => {
  const started: ScriptedServer[] = [];
  const serve = async (...parameters: Parameters<typeof startScriptedServer>): Promise<ScriptedServer> => {
    const server = await startScriptedServer(...parameters);
    started.push(server);
    return server;
  };
  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.close()));
  });

  const read = (
    server: ScriptedServer,
    keys: readonly (typeof CHART_QUERY_KEYS)[number][] = ['conditions'],
  ) => sourceOf({ baseUrl: `${server.url}/fhir`, token: SECRET }).read(PATIENT_ID, keys, NEVER);

  it('sends the token with each request, and never to the other origin a next link names', async () => {
    const thief = await serve((_, response) => void response.json(bundle([condition('stolen')])));
    const server = await serve(
      (_, response) => void response.json(bundle([condition('c1')], `${thief.url}/fhir/Condition?page=2`)),
    );
    expect(await codeOf(read(server))).toBe('FHIR_FOREIGN_LINK');
    expect(server.seen[0]?.authorization).toBe(`Bearer ${SECRET}`);
    expect(thief.seen).toEqual([]);
  });

  it('follows a relative next link, and none twice', async () => {
    const server = await serve((request, response) => {
      const last = request.query['page'] === '2';
      response.json(bundle([condition(last ? 'c2' : 'c1')], last ? undefined : 'Condition?page=2'));
    });
    expect(await read(server)).toMatchObject({ conditions: [{ id: 'c1' }, { id: 'c2' }] });
    const circle = await serve((_, response) => void response.json(bundle([], 'Condition?page=1')));
    expect(await failure(read(circle))).toMatchObject({
      code: 'FHIR_ANSWER_INVALID',
      detail: 'Its pages go in circles.',
    });
    // the search, the page it links, and no page twice
    expect(circle.seen).toHaveLength(2);
  });

  it('refuses a redirect without following it', async () => {
    const target = await serve((_, response) => void response.json(patient()));
    const server = await serve((_, response) => {
      response.redirect(302, `${target.url}/login`);
    });
    expect(await codeOf(read(server, ['patient', 'conditions']))).toBe('FHIR_ANSWER_INVALID');
    expect(target.seen).toEqual([]);
  });

  it.each([
    ['another patient', [condition('c1', { subject: { reference: 'Patient/p2' } })]],
    ['nobody said', [condition('c1', { subject: undefined })]],
    ['a contained patient', [condition('c1', { subject: { reference: '#p' }, contained: [patient()] })]],
    ['an identifier alone', [condition('c1', { subject: { identifier: { value: PATIENT_ID } } })]],
    ['one foreign among many', [condition('c1'), condition('c2', { subject: { reference: 'Patient/p10' } })]],
  ])('refuses resources of %s where patient= was ignored', async (_, resources) => {
    const server = await serve((__, response) => void response.json(bundle(resources)));
    const error = await failure(read(server));
    expect(error).toMatchObject({
      code: 'FHIR_ANSWER_INVALID',
      detail: 'It sent resources of another patient.',
    });
  });

  it('refuses another Patient than was asked for', async () => {
    const server = await serve((_, response) => void response.json(patient({ id: 'p2' })));
    expect(await codeOf(read(server, ['patient']))).toBe('FHIR_ANSWER_INVALID');
  });

  it('drops remarks about the search, whether or not their mode says so', async () => {
    const remark = { resourceType: 'OperationOutcome', issue: [] };
    const server = await serve(
      (_, response) =>
        void response.json({
          resourceType: 'Bundle',
          entry: [
            { resource: condition('c1') },
            { resource: remark, search: { mode: 'outcome' } },
            { resource: remark },
            { fullUrl: 'urn:x' },
            null,
          ],
        }),
    );
    expect((await read(server)).conditions).toHaveLength(1);
  });

  it.each([
    [401, { resourceType: 'OperationOutcome' }, 'FHIR_REFUSED'],
    [403, 'no', 'FHIR_REFUSED'],
    [404, { resourceType: 'OperationOutcome' }, 'FHIR_PATIENT_UNKNOWN'],
    [410, { resourceType: 'OperationOutcome' }, 'FHIR_PATIENT_UNKNOWN'],
    [404, '<html>Not Found</html>', 'FHIR_ANSWER_INVALID'],
    [404, { message: 'no Route matched' }, 'FHIR_ANSWER_INVALID'],
    [400, { resourceType: 'OperationOutcome' }, 'FHIR_ANSWER_INVALID'],
    [429, { resourceType: 'OperationOutcome' }, 'FHIR_THROTTLED'],
    [500, 'broken', 'FHIR_UNREACHABLE'],
    [200, { resourceType: 'OperationOutcome' }, 'FHIR_ANSWER_INVALID'],
    [200, [], 'FHIR_ANSWER_INVALID'],
    [200, {}, 'FHIR_ANSWER_INVALID'],
  ] as const)('status %i with %j is %s', async (status, body, code) => {
    const server = await serve((_, response) => {
      response.status(status);
      if (typeof body === 'string') response.type('html').send(`${body} of ${PATIENT_ID}`);
      else response.json(body);
    });
    expect(await codeOf(read(server, ['patient']))).toBe(code);
  });

  it('ends the other queries when one fails', async () => {
    const server = await serve((request, response) => {
      // Conditions fail at once; the others would never answer.
      if (request.path.endsWith('/Condition')) response.status(403).json({});
    });
    const began = performance.now();
    expect(await codeOf(read(server, [...CHART_QUERY_KEYS]))).toBe('FHIR_REFUSED');
    expect(performance.now() - began).toBeLessThan(2000);
    // Whatever reached the server was given up, all but the one that was answered.
    await expect
      .poll(() => server.seen.length - server.abandoned.length, { timeout: 2000, interval: 20 })
      .toBe(1);
    expect(server.seen.length).toBeGreaterThan(1);
  });

  it('leaves nothing running after success', async () => {
    const server = await serve((_, response) => void response.json(bundle([])));
    await read(server);
    await sleep(20);
    expect(server.abandoned).toEqual([]);
  });

  it('writes an id into the path as one segment', async () => {
    const server = await serve((_, response) => void response.json(patient()));
    const source = sourceOf({ baseUrl: `${server.url}/fhir` });
    await source.read('a/../../x?y', ['patient'], NEVER).catch(() => undefined);
    expect(server.seen[0]?.line).toBe('GET /fhir/Patient/a%2F..%2F..%2Fx%3Fy');
  });

  const withOptional = queries.map((query) =>
    query.key === 'cfdna' ? { ...query, optional: true as const } : query,
  );
  const readOptional = async (status: number, optional: readonly ChartQuery[]) => {
    const server = await serve((request, response) => {
      if (request.path.endsWith('/Observation')) response.status(status).json({});
      else response.json(request.path.includes('/Patient/') ? patient() : bundle([]));
    });
    const source = sourceOf({ baseUrl: `${server.url}/fhir`, queries: optional });
    return source.read(PATIENT_ID, ['patient', 'conditions', 'cfdna'], NEVER);
  };

  it.each([400, 403, 404, 405, 422, 501])(
    'leaves out an optional query that is answered %i',
    async (status) => {
      const sets = await readOptional(status, withOptional);
      expect(Object.keys(sets)).toEqual(['patient', 'conditions']);
      expect(parseChart(sets, 'UTC', ['patient', 'conditions', 'cfdna']).unread).toEqual(new Set(['cfdna']));
      // one that is not optional ends the reading
      await expect(readOptional(status, queries)).rejects.toBeInstanceOf(CdsError);
    },
  );

  it.each([
    [401, 'FHIR_REFUSED'],
    [408, 'FHIR_UNREACHABLE'],
    [429, 'FHIR_THROTTLED'],
    [500, 'FHIR_UNREACHABLE'],
    [302, 'FHIR_ANSWER_INVALID'],
  ] as const)('does not leave it out for what may pass: %i is %s', async (status, code) => {
    expect(await codeOf(readOptional(status, withOptional))).toBe(code);
  });
});
