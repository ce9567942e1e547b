import { gunzipSync } from 'node:zlib';
import { request as httpRequest } from 'node:http';
import type { FhirResource, Group } from 'fhir/r4.js';
import { afterEach, describe, expect, it } from 'vitest';
import type { ExportOptions } from '../../../src/demo/fhir-server/export/options.ts';
import { observation, startFhirServer, type TestServer } from './fhir-client.ts';

const ASYNC = { prefer: 'respond-async', accept: 'application/fhir+json' };
const patient = (id: string): FhirResource => ({ resourceType: 'Patient', id });
const group = (...members: string[]): Group => ({
  resourceType: 'Group',
  id: 'g1',
  type: 'person',
  actual: true,
  member: members.map((id) => ({ entity: { reference: `Patient/${id}` } })),
});
const CHARTS: FhirResource[] = [
  patient('p1'),
  patient('p2'),
  patient('p3'),
  observation('o1'),
  observation('o2'),
  observation('o3', { subject: { reference: 'Patient/p2' } }),
  observation('o4', { subject: { reference: 'Patient/p3' } }),
  { resourceType: 'Organization', id: 'org', name: 'Ward' },
];

let server: TestServer;
afterEach(() => server.close());

const start = async (options: ExportOptions = {}, resources = CHARTS): Promise<void> => {
  server = await startFhirServer({ export: { polls: 0, ...options } });
  await server.load([...resources, group('p1', 'p2')]);
};

interface Listed {
  readonly type: string;
  readonly url: string;
  readonly count: number;
}
interface ManifestBody {
  readonly transactionTime: string;
  readonly requiresAccessToken: boolean;
  readonly request: string;
  readonly output: Listed[];
  readonly deleted: Listed[];
}

const kickOff = async (path: string, headers: Record<string, string> = ASYNC): Promise<string> => {
  const { status, header } = await server.get(path, headers);
  expect(status).toBe(202);
  return header('content-location') ?? '';
};
const manifestOf = async (path: string, headers?: Record<string, string>): Promise<ManifestBody> =>
  (await server.get<ManifestBody>(await kickOff(path, headers))).body;
const rows = async (url: string): Promise<any[]> => {
  const text = await (await fetch(url)).text();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
};
const idsByType = async ({ output }: ManifestBody): Promise<Record<string, string[]>> => {
  const ids: Record<string, string[]> = {};
  for (const { type, url, count } of output) {
    const all = await rows(url);
    expect(all).toHaveLength(count);
    for (const each of all) expect(each.resourceType).toBe(type);
    (ids[type] ??= []).push(...all.map(({ id }) => id as string));
  }
  return ids;
};

describe('$export of the embedded server', () => {
  it('exports the members of a Group, all patients, or everything', async () => {
    await start();
    const members = await manifestOf('Group/g1/$export?_type=Patient,Observation');
    expect(members.request).toBe(`${server.base}/Group/g1/$export?_type=Patient,Observation`);
    expect(await idsByType(members)).toEqual({ Patient: ['p1', 'p2'], Observation: ['o1', 'o2', 'o3'] });
    expect(await idsByType(await manifestOf('Patient/$export?_type=Patient,Observation'))).toEqual({
      Patient: ['p1', 'p2', 'p3'],
      Observation: ['o1', 'o2', 'o3', 'o4'],
    });
    const everything = await idsByType(await manifestOf('$export'));
    expect(Object.keys(everything)).toEqual(['Group', 'Observation', 'Organization', 'Patient']);
    expect(Object.keys(await idsByType(await manifestOf('Group/g1/$export')))).toEqual([
      'Group',
      'Observation',
      'Patient',
    ]);
  });

  it('asks for patience as often as it is told to, then has the files, until they are deleted', async () => {
    await start({ polls: 2, retryAfterSeconds: 7 });
    const status = await kickOff('Group/g1/$export');
    for (const progress of ['33% complete', '66% complete']) {
      const waiting = await server.get(status);
      expect([waiting.status, waiting.header('retry-after'), waiting.header('x-progress')]).toEqual([
        202,
        '7',
        progress,
      ]);
    }
    const { status: code, body } = await server.get<ManifestBody>(status);
    expect(code).toBe(200);
    expect((await server.send('DELETE', status)).status).toBe(202);
    expect((await server.get(status)).status).toBe(404);
    expect((await fetch(body.output[0]!.url)).status).toBe(404);
    expect((await server.send('DELETE', status)).status).toBe(404);
  });

  it('splits what is large, and packs it for who takes gzip', async () => {
    await start({ resourcesPerFile: 2 });
    const { output } = await manifestOf('Group/g1/$export?_type=Observation');
    expect(output.map(({ count }) => count)).toEqual([2, 1]);
    const { headers, body } = await new Promise<{ headers: any; body: Buffer }>((resolve, reject) => {
      httpRequest(output[0]!.url, { headers: { 'accept-encoding': 'gzip' } }, (response) => {
        const parts: Buffer[] = [];
        response
          .on('data', (part: Buffer) => parts.push(part))
          .on('end', () => {
            resolve({ headers: response.headers, body: Buffer.concat(parts) });
          });
      })
        .on('error', reject)
        .end();
    });
    expect(headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'application/fhir+ndjson',
    });
    expect(gunzipSync(body).toString()).toMatch(/^\{.*\}\n\{.*\}\n$/);
  });

  it('exports the moment of the kick-off, whatever is written later', async () => {
    await start();
    const manifest = await manifestOf('Group/g1/$export?_type=Observation');
    await server.send('PUT', 'Observation/o1', observation('o1', { value: 99 }));
    const [first] = await rows(manifest.output[0]!.url);
    expect(first).toMatchObject({ id: 'o1', valueQuantity: { value: 1 } });
  });

  it('_since: what changed after it, and what is gone', async () => {
    await start();
    const { transactionTime } = await manifestOf('Group/g1/$export');
    await new Promise((resolve) => setTimeout(resolve, 5));
    await server.send('PUT', 'Observation/o1', observation('o1', { value: 2 }));
    await server.send('DELETE', 'Observation/o2');
    await server.send('DELETE', 'Observation/o4'); // of nobody in the Group
    const changes = await manifestOf(`Group/g1/$export?_since=${encodeURIComponent(transactionTime)}`);
    expect(await idsByType(changes)).toEqual({ Observation: ['o1'] });
    expect(changes.deleted).toHaveLength(1);
    expect(await rows(changes.deleted[0]!.url)).toEqual([
      {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [{ request: { method: 'DELETE', url: 'Observation/o2' } }],
      },
    ]);
  });

  it.each([
    ['Group/g1/$export', {}, 400],
    ['Group/g1/$export?_elements=id', ASYNC, 400],
    ['Group/g1/$export?_type=Nonsense', ASYNC, 400],
    ['Group/g1/$export?_since=yesterday', ASYNC, 400],
    ['Group/g1/$export?_outputFormat=application%2Fparquet', ASYNC, 400],
    ['Group/none/$export', ASYNC, 404],
    ['$export-status/none', {}, 404],
  ])('%s: OperationOutcome', async (path, headers, expected) => {
    await start();
    const { status, body } = await server.get<any>(path, headers);
    expect([status, body.resourceType]).toEqual([expected, 'OperationOutcome']);
  });

  it('passes over what it does not know where the client is lenient', async () => {
    await start();
    const lenient = { ...ASYNC, prefer: 'respond-async, handling=lenient' };
    const manifest = await manifestOf('Group/g1/$export?_elements=id&_type=Nonsense,Patient', lenient);
    expect(await idsByType(manifest)).toEqual({ Patient: ['p1', 'p2'] });
  });

  it('leaves out members that are inactive', async () => {
    await start();
    const { member = [], ...rest } = group('p1', 'p2');
    await server.send('PUT', 'Group/g1', { ...rest, member: [member[0], { ...member[1], inactive: true }] });
    expect(await idsByType(await manifestOf('Group/g1/$export?_type=Patient'))).toEqual({ Patient: ['p1'] });
  });

  it('says in its CapabilityStatement that it exports', async () => {
    await start();
    const { body } = await server.get<any>('metadata');
    const [rest] = body.rest;
    expect(rest.operation.map(({ name }: { name: string }) => name)).toEqual(['export']);
    expect(rest.resource.find(({ type }: { type: string }) => type === 'Group').operation[0].definition).toBe(
      'http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export',
    );
  });
});
