import type { Bundle, CapabilityStatement, OperationOutcome } from 'fhir/r4.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Faults } from '../../../src/demo/index.ts';
import { idsOf, observation, startFhirServer } from './fhir-client.ts';
import type { TestServer } from './fhir-client.ts';

const faults: Faults = { mode: 'ok' };
let server: TestServer;
beforeAll(async () => {
  server = await startFhirServer({ faults });
  await server.load([
    { resourceType: 'Patient', id: 'p1', managingOrganization: { reference: 'Organization/org' } },
    { resourceType: 'Patient', id: 'p2' },
    { resourceType: 'Organization', id: 'org', name: 'Hospital' },
    { resourceType: 'Organization', id: 'unrelated', name: 'Other' },
    observation('o1', { performer: [{ reference: 'Organization/org' }] }),
    observation('o2', { subject: { reference: 'Patient/p2' } }),
    {
      resourceType: 'Appointment',
      id: 'ap',
      status: 'proposed',
      participant: [{ actor: { reference: 'Patient/p1' }, status: 'accepted' }],
    },
    { resourceType: 'Procedure', id: 'pr', status: 'completed', subject: { reference: 'Patient/p1' } },
  ]);
});
afterAll(() => server.close());

describe('Patient/:id/$everything', () => {
  it('holds the patient, the compartment and what it points to, each once, and nobody else', async () => {
    for (const answer of [
      await server.get('Patient/p1/$everything'),
      await server.send<Bundle>('POST', 'Patient/p1/$everything'),
    ]) {
      expect(answer.status).toBe(200);
      expect(idsOf(answer).sort()).toEqual(['ap', 'o1', 'org', 'p1', 'pr']);
      expect(answer.body.total).toBe(5);
    }
  });

  it('takes _type, _since, _count and _offset; refuses others, and unknown patients', async () => {
    expect(idsOf(await server.get('Patient/p1/$everything?_type=Observation,Procedure')).sort()).toEqual([
      'o1',
      'pr',
    ]);
    expect(idsOf(await server.get('Patient/p1/$everything?_since=2100-01-01T00:00:00Z'))).toEqual([]);
    const seen: string[] = [];
    let url: string | undefined = 'Patient/p1/$everything?_count=2';
    while (url !== undefined) {
      const answer: { body: Bundle } = await server.get(url);
      seen.push(...(answer.body.entry ?? []).map(({ resource }) => resource?.id ?? ''));
      url = answer.body.link?.find(({ relation }) => relation === 'next')?.url;
    }
    expect(seen.sort()).toEqual(['ap', 'o1', 'org', 'p1', 'pr']);
    expect((await server.get('Patient/p1/$everything?start=2020')).status).toBe(400);
    expect((await server.get('Patient/p9/$everything')).status).toBe(404);
  });
});

describe('the capability statement', () => {
  it('says R4, JSON, and the parameters and operation of Patient', async () => {
    const { status, body, header } = await server.get<CapabilityStatement>('metadata');
    expect([status, body.fhirVersion, header('content-type')]).toEqual([
      200,
      '4.0.1',
      'application/fhir+json; charset=utf-8',
    ]);
    const resources = body.rest![0]!.resource!;
    const patient = resources.find(({ type }) => type === 'Patient')!;
    expect(patient.searchParam).toContainEqual({ name: 'birthdate', type: 'date' });
    expect(patient.operation![0]!.name).toBe('everything');
    expect(resources.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['RiskAssessment', 'Observation']),
    );
    expect(
      (await server.send('PUT', 'CapabilityStatement/metadata', { ...body, id: 'metadata' })).status,
    ).toBe(201);
  });
});

describe('requests that cannot be read', () => {
  const outcomeOf = async (body: string, type: string): Promise<[number, string]> => {
    const answer = await server.send<OperationOutcome>('POST', 'Patient', body, { 'content-type': type });
    return [answer.status, answer.body.resourceType];
  };

  it('get an OperationOutcome each', async () => {
    expect(await outcomeOf('{"resourceType":', 'application/fhir+json')).toEqual([400, 'OperationOutcome']);
    expect(await outcomeOf('[]', 'application/fhir+json')).toEqual([400, 'OperationOutcome']);
    expect(await outcomeOf('<Patient/>', 'application/fhir+xml')).toEqual([415, 'OperationOutcome']);
    expect((await server.send('POST', 'Patient')).status).toBe(400);
    expect((await server.send('PUT', 'Patient/x')).status).toBe(400);
    expect((await server.send('PUT', 'Patient/x', { resourceType: 'Patient', id: 'y' })).status).toBe(400);
    expect((await server.send('PUT', 'Patient/x_y', { resourceType: 'Patient', id: 'x_y' })).status).toBe(
      400,
    );
    expect((await server.send('POST', '$graphql', { query: '{}' })).status).toBe(404);
    expect((await server.get('Patient/%E0%A4%A')).status).toBe(404);
    expect((await server.get('Patient/p1')).status).toBe(200);
  });

  it('takes a body of 32 MB, and 413 above', async () => {
    const binary = (bytes: number): object => ({
      resourceType: 'Binary',
      id: 'b',
      contentType: 'text/csv',
      data: Buffer.alloc(bytes).toString('base64'),
    });
    expect((await server.send('PUT', 'Binary/b', binary(20_000_000))).status).toBe(201);
    const answer = await server.send<OperationOutcome>('PUT', 'Binary/b', binary(26_000_000));
    expect([answer.status, answer.body.resourceType]).toEqual([413, 'OperationOutcome']);
  });
});

describe('faults', () => {
  const withFault = async <T>(fault: Faults, action: () => Promise<T>): Promise<T> => {
    Object.assign(faults, fault);
    try {
      return await action();
    } finally {
      faults.mode = 'ok';
    }
  };
  const read = (): Promise<Response> => fetch(`${server.base}/Patient/p1`);

  it('down: the connection is closed', async () => {
    await expect(withFault({ mode: 'down' }, read)).rejects.toThrow('fetch failed');
  });

  it('slow: the right answer, late', async () => {
    const start = performance.now();
    const response = await withFault({ mode: 'slow', delayMs: 150 }, read);
    expect(response.status).toBe(200);
    expect(performance.now() - start).toBeGreaterThan(140);
  });

  it('html: a login page that says 200; error: 503', async () => {
    const page = await withFault({ mode: 'html' }, read);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('Sign in');
    expect((await withFault({ mode: 'error' }, read)).status).toBe(503);
    expect((await read()).status).toBe(200);
  });
});

describe('listen', () => {
  it('binds loopback only, and frees its port', async () => {
    const other = await startFhirServer();
    expect(other.base).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/fhir$/);
    await other.close();
    await expect(fetch(`${other.base}/metadata`)).rejects.toThrow('fetch failed');
  });
});
