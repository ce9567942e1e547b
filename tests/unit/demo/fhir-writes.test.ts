import type { Bundle, Observation, OperationOutcome, Patient } from 'fhir/r4.js';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { observation, startFhirServer } from './fhir-client.ts';
import type { TestServer } from './fhir-client.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startFhirServer();
});
afterEach(() => server.close());

const patient = (id: string, more: Partial<Patient> = {}): Patient => ({
  resourceType: 'Patient',
  id,
  ...more,
});

describe('versions', () => {
  it('numbers them, stamps them, and names them in ETag, Last-Modified and Location', async () => {
    const created = await server.send<Patient>(
      'PUT',
      'Patient/a',
      patient('a', { meta: { versionId: '77', lastUpdated: '1999-01-01T00:00:00Z' } }),
    );
    expect(created.status).toBe(201);
    expect(created.header('etag')).toBe('W/"1"');
    expect(created.header('location')).toBe(`${server.base}/Patient/a/_history/1`);
    expect(created.header('content-type')).toBe('application/fhir+json; charset=utf-8');
    const updated = await server.send<Patient>('PUT', 'Patient/a', patient('a', { birthDate: '1950' }));
    expect([updated.status, updated.body.meta?.versionId]).toEqual([200, '2']);
    expect(Date.now() - Date.parse(updated.body.meta?.lastUpdated ?? '')).toBeLessThan(60_000);
    expect((await server.get<Patient>('Patient/a')).body.birthDate).toBe('1950');
    expect((await server.get<Patient>('Patient/a/_history/1')).body.birthDate).toBeUndefined();
  });

  it('lists them newest first, however often they are asked for, the deletion among them', async () => {
    await server.send('PUT', 'Patient/a', patient('a'));
    await server.send('PUT', 'Patient/a', patient('a', { birthDate: '1950' }));
    await server.send('DELETE', 'Patient/a');
    for (let time = 0; time < 2; time++) {
      const { body } = await server.get('Patient/a/_history');
      expect(body.entry?.map(({ response }) => response?.etag)).toEqual(['W/"3"', 'W/"2"', 'W/"1"']);
      expect(body.entry?.map(({ request }) => request?.method)).toEqual(['DELETE', 'PUT', 'POST']);
    }
  });

  it('refuses an update whose If-Match is not the current version', async () => {
    await server.send('PUT', 'Patient/a', patient('a'));
    expect((await server.send('PUT', 'Patient/a', patient('a'), { 'if-match': 'W/"9"' })).status).toBe(412);
    expect((await server.send('PUT', 'Patient/a', patient('a'), { 'if-match': 'W/"1"' })).status).toBe(200);
  });

  it('answers 304 to a read of a version that the client has', async () => {
    await server.send('PUT', 'Patient/a', patient('a'));
    // Not fetch, which asks for a reload (Cache-Control: no-cache) whenever it is given If-None-Match.
    const { app } = server;
    expect((await request(app).get('/fhir/Patient/a').set('If-None-Match', 'W/"1"')).status).toBe(304);
    expect((await request(app).get('/fhir/Patient/a').set('If-None-Match', 'W/"2"')).status).toBe(200);
  });
});

describe('create, patch and delete', () => {
  it('creates under an id of its own', async () => {
    const created = await server.send<Patient>('POST', 'Patient', patient('mine'));
    expect(created.status).toBe(201);
    expect(created.body.id).not.toBe('mine');
    expect((await server.get('Patient/mine')).status).toBe(404);
  });

  it('is gone, not unknown, after a delete; may be deleted again, and written again', async () => {
    await server.send('PUT', 'Patient/a', patient('a'));
    expect((await server.send('DELETE', 'Patient/a')).status).toBe(200);
    const read = await server.get<OperationOutcome>('Patient/a');
    expect([read.status, read.body.resourceType]).toEqual([410, 'OperationOutcome']);
    expect((await server.get('Patient')).body.total).toBe(0);
    expect((await server.send('DELETE', 'Patient/a')).status).toBe(200);
    expect((await server.send('DELETE', 'Patient/never')).status).toBe(404);
    const again = await server.send<Patient>('PUT', 'Patient/a', patient('a'));
    expect([again.status, again.body.meta?.versionId]).toEqual([201, '3']);
  });

  it('applies a JSON Patch, and not to the identity', async () => {
    await server.send('PUT', 'Patient/a', patient('a'));
    const patch = (path: string, value: unknown): Promise<{ status: number; body: Patient }> =>
      server.send<Patient>('PATCH', 'Patient/a', [{ op: 'add', path, value }], {
        'content-type': 'application/json-patch+json',
      });
    expect((await patch('/birthDate', '1950')).body.birthDate).toBe('1950');
    expect((await patch('/id', 'b')).status).toBe(400);
    expect((await patch('/birthDate', 12)).status).toBe(422);
    expect((await server.get<Patient>('Patient/a')).body.meta?.versionId).toBe('2');
  });

  it('creates, updates and deletes on condition, and never on an empty or unknown one', async () => {
    const identified = { resourceType: 'Patient', identifier: [{ system: 'urn:mrn', value: '1' }] };
    const first = await server.send<Patient>('POST', 'Patient', identified, {
      'if-none-exist': 'identifier=urn:mrn|1',
    });
    const second = await server.send<Patient>('POST', 'Patient', identified, {
      'if-none-exist': 'identifier=urn:mrn|1',
    });
    expect([first.status, second.status, second.body.id]).toEqual([201, 200, first.body.id]);
    const updated = await server.send<Patient>('PUT', 'Patient?identifier=urn:mrn|1', {
      ...identified,
      birthDate: '1950',
    });
    expect([updated.status, updated.body.id]).toEqual([200, first.body.id]);
    expect((await server.send('POST', 'Patient', identified, { 'if-none-exist': 'foo=1' })).status).toBe(400);
    expect((await server.send('DELETE', 'Patient')).status).toBe(400);
    expect((await server.send('DELETE', 'Patient?foo=1')).status).toBe(400);
    expect((await server.get('Patient')).body.total).toBe(1);
    expect((await server.send('DELETE', 'Patient?identifier=urn:mrn|1')).status).toBe(200);
    expect((await server.get('Patient')).body.total).toBe(0);
  });
});

describe('validation', () => {
  it('refuses what is not valid R4 with 422, and names the element', async () => {
    const answer = await server.send<OperationOutcome>('PUT', 'Observation/a', {
      ...observation('a'),
      status: undefined,
      extra: 1,
    });
    expect(answer.status).toBe(422);
    expect(answer.body.issue.flatMap(({ expression }) => expression)).toEqual(
      expect.arrayContaining(['Observation.status', 'Observation.extra']),
    );
    expect((await server.get('Observation/a')).status).toBe(404);
  });

  it('validates against the profiles it was given, and lets others pass', async () => {
    const url = 'http://example.org/StructureDefinition/born';
    const type = [{ code: 'Patient' }];
    const profiled = await startFhirServer({
      profiles: [
        {
          resourceType: 'StructureDefinition',
          url,
          name: 'Born',
          status: 'active',
          kind: 'resource',
          abstract: false,
          type: 'Patient',
          baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
          derivation: 'constraint',
          snapshot: {
            element: [
              {
                id: 'Patient',
                path: 'Patient',
                min: 0,
                max: '*',
                type,
                base: { path: 'Patient', min: 0, max: '*' },
              },
              { id: 'Patient.id', path: 'Patient.id', min: 0, max: '1', type: [{ code: 'id' }] },
              { id: 'Patient.meta', path: 'Patient.meta', min: 0, max: '1', type: [{ code: 'Meta' }] },
              {
                id: 'Patient.birthDate',
                path: 'Patient.birthDate',
                min: 1,
                max: '1',
                type: [{ code: 'date' }],
              },
            ],
          },
        },
      ],
    });
    const claims = (profile: string, birthDate?: string): Patient =>
      patient('a', { meta: { profile: [profile] }, ...(birthDate && { birthDate }) });
    expect((await profiled.send('PUT', 'Patient/a', claims(url))).status).toBe(422);
    expect((await profiled.send('PUT', 'Patient/a', claims(`${url}|1.0`))).status).toBe(422);
    expect((await profiled.send('PUT', 'Patient/a', claims(url, '1950'))).status).toBe(201);
    expect((await profiled.send('PUT', 'Patient/a', claims('http://example.org/other'))).status).toBe(200);
    await profiled.close();
  });

  it('can be switched off, but not for the type and the id', async () => {
    const lenient = await startFhirServer({ validate: false });
    expect(
      (await lenient.send('PUT', 'Observation/a', { resourceType: 'Observation', id: 'a' })).status,
    ).toBe(201);
    expect((await lenient.send('PUT', 'Foo/a', { resourceType: 'Foo', id: 'a' })).status).toBe(400);
    await lenient.close();
  });

  it('loads all resources or none, and names type, place and element of the one refused, no values', async () => {
    const bad = {
      resourceType: 'Observation',
      id: 'o1',
      status: 'final',
      valueString: 'secret',
    } as Observation;
    await expect(server.load([patient('a'), bad])).rejects.toMatchObject({
      code: 'COHORT_INVALID',
      detail: 'Resource 1, Observation: Observation.code',
    });
    expect((await server.get('Patient/a')).status).toBe(404);
    const mutable = patient('a', { name: [{ family: 'A' }] });
    await server.load([mutable]);
    mutable.name![0]!.family = 'changed afterwards';
    expect((await server.get<Patient>('Patient/a')).body.name?.[0]?.family).toBe('A');
  });
});

describe('transactions', () => {
  const post = (resource: object, url: string, more: object = {}): object => ({
    ...more,
    resource,
    request: { method: 'POST', url },
  });
  const bundle = (type: string, entry: object[]): object => ({ resourceType: 'Bundle', type, entry });
  const urn = 'urn:uuid:0b7ef83b-6c33-4a0e-a0a6-4f0a3d1b9f10';

  it('resolves urn:uuid references and answers with each location', async () => {
    const answer = await server.send<Bundle>(
      'POST',
      '',
      bundle('transaction', [
        post({ ...observation('x'), subject: { reference: urn } }, 'Observation'),
        post(patient('y'), 'Patient', { fullUrl: urn }),
      ]),
    );
    expect([answer.status, answer.body.type]).toEqual([200, 'transaction-response']);
    const [written, subject] = answer.body.entry ?? [];
    expect(written?.response).toMatchObject({ status: '201', etag: 'W/"1"' });
    expect(subject?.response?.location).toMatch(/^Patient\/[^/]+\/_history\/1$/);
    expect((written?.resource as Observation).subject?.reference).toBe(
      `Patient/${subject?.resource?.id ?? ''}`,
    );
  });

  it('writes nothing when one entry fails, and answers with its error and place', async () => {
    await server.send('PUT', 'Patient/kept', patient('kept'));
    const answer = await server.send<OperationOutcome>(
      'POST',
      '',
      bundle('transaction', [
        post(patient('x'), 'Patient'),
        { request: { method: 'DELETE', url: 'Patient/kept' } },
        post({ resourceType: 'Observation' }, 'Observation'),
      ]),
    );
    expect([answer.status, answer.body.resourceType]).toEqual([422, 'OperationOutcome']);
    expect(answer.body.issue[0]?.diagnostics).toBe('Bundle.entry[2]');
    expect((await server.get('Patient')).body.total).toBe(1);
    expect((await server.get('Patient/kept')).status).toBe(200);
  });

  it('runs a batch entry by entry, each on its own', async () => {
    const answer = await server.send<Bundle>(
      'POST',
      '',
      bundle('batch', [post({ resourceType: 'Observation' }, 'Observation'), post(patient('x'), 'Patient')]),
    );
    expect(answer.body.entry?.map(({ response }) => response?.status)).toEqual(['422', '201']);
    expect((await server.get('Patient')).body.total).toBe(1);
  });

  it('has no limit of fifty updates, nor of eight entries with a condition', async () => {
    const puts = Array.from({ length: 60 }, (_, index) => ({
      resource: patient(`p${index}`),
      request: { method: 'PUT', url: `Patient/p${index}` },
    }));
    const conditional = Array.from({ length: 10 }, (_, index) => ({
      resource: { resourceType: 'Patient', identifier: [{ system: 'urn:mrn', value: String(index) }] },
      request: { method: 'POST', url: 'Patient', ifNoneExist: `identifier=urn:mrn|${index}` },
    }));
    const all = bundle('transaction', [...puts, ...conditional]);
    expect((await server.send('POST', '', all)).status).toBe(200);
    expect((await server.send('POST', '', all)).status).toBe(200);
    expect((await server.get('Patient?_count=0')).body.total).toBe(70);
  });

  it('resolves a conditional reference that matches one resource, and fails on none', async () => {
    await server.load([
      { resourceType: 'Practitioner', id: 'dr', identifier: [{ system: 'urn:npi', value: '1' }] },
    ]);
    const withPerformer = (npi: string): object =>
      bundle('transaction', [
        post(
          { ...observation('x'), performer: [{ reference: `Practitioner?identifier=urn:npi|${npi}` }] },
          'Observation',
        ),
      ]);
    const found = await server.send<Bundle>('POST', '', withPerformer('1'));
    expect((found.body.entry?.[0]?.resource as Observation).performer?.[0]?.reference).toBe(
      'Practitioner/dr',
    );
    expect((await server.send('POST', '', withPerformer('2'))).status).toBe(400);
  });

  it('refuses two entries for one resource, a Bundle inside a Bundle, and what is no Bundle', async () => {
    const put = { resource: patient('a'), request: { method: 'PUT', url: 'Patient/a' } };
    expect((await server.send('POST', '', bundle('transaction', [put, put]))).status).toBe(400);
    expect(
      (await server.send('POST', '', bundle('transaction', [post(bundle('batch', [put]), '/')]))).status,
    ).toBe(400);
    expect((await server.send('POST', '', patient('a'))).status).toBe(400);
    expect((await server.send('POST', '', bundle('collection', []))).status).toBe(400);
    expect((await server.get('Patient/a')).status).toBe(404);
  });

  it('loses no write that comes while a transaction runs', async () => {
    const many = bundle(
      'transaction',
      Array.from({ length: 300 }, () => post(observation('x'), 'Observation')),
    );
    const [transaction, ...writes] = await Promise.all([
      server.send('POST', '', many),
      ...Array.from({ length: 20 }, (_, index) =>
        server.send('PUT', `Patient/p${index}`, patient(`p${index}`)),
      ),
      server.load([patient('loaded')]).then(() => ({ status: 201 })),
    ]);
    expect(transaction.status).toBe(200);
    expect(writes.every(({ status }) => status === 201)).toBe(true);
    expect((await server.get('Patient?_count=0')).body.total).toBe(21);
    expect((await server.get('Observation?_count=0')).body.total).toBe(300);
  });
});
