/**
 * An edit of evidence on the server is another result: by the version where the server tells one, else by the time of
 * its last update, else by the content.
 */
import express from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isReady } from '../../../src/assessment/assessor.ts';
import { CHART_QUERY_KEYS, createFhirSource, parseChart } from '../../../src/chart/index.ts';
import { listen, LOOPBACK, type Listening } from '../../../src/platform/index.ts';
import { startFhirServer, type TestServer } from '../demo/fhir-client.ts';
import { clientOf } from '../support/client.ts';
import { concept, panel, PATIENT_ID, procedure, stage, type Resource } from '../support/fhir.ts';
import { NEVER, queries } from '../support/reading.ts';
import { SITE, startBench, story, TODAY, type Bench } from './bench.ts';

const APPENDECTOMY = { code: concept('http://snomed.info/sct', '80146002') };
const appendectomy = procedure('appendectomy', '2001-01-01', APPENDECTOMY);
/** A stage that a pathologist amends: the same group, on the next day. */
const STAGE = stage('stage', 'pathologic', 'IIB', '2026-01-15');
const AMENDED = stage('stage', 'pathologic', 'IIB', '2026-01-16', { status: 'amended' });

let server: TestServer;
/** The same server, which leaves out of every meta what it is told to. */
let bare: Listening;
let left: readonly string[] = [];
let bench: Bench;

const without = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(without);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => (left.includes(key) ? [] : [[key, without(each)]])),
  );
};

beforeAll(async () => {
  server = await startFhirServer({ validate: false });
  const app = express();
  // Express would make an ETag of the body.
  app.set('etag', false);
  app.use(async (request, response) => {
    const answer = await server.get<unknown>(request.url.replace(/^\/fhir\//, ''));
    const etag = answer.header('etag');
    if (etag !== null && !left.includes('versionId')) response.set('etag', etag);
    response
      .status(answer.status)
      .type('application/fhir+json')
      .send(JSON.stringify(without(answer.body)));
  });
  bare = await listen(app, LOOPBACK, 0);
  bench = await startBench();
});
afterAll(async () => {
  await bench.close();
  await bare.close();
  await server.close();
});

const put = async (resource: Resource): Promise<void> => {
  const { status } = await server.send('PUT', `${resource.resourceType}/${resource.id}`, resource);
  expect([200, 201]).toContain(status);
};

/** What the server holds now, as it is planned: the names of its results, and the version of a resource. */
const planned = async () => {
  const client = clientOf(`${bare.url}/fhir`);
  const source = createFhirSource({ client, queries, timeoutMs: 5000 });
  const sets = await source.read(PATIENT_ID, CHART_QUERY_KEYS, NEVER);
  const plan = bench.assessor.plan(SITE, parseChart(sets, 'UTC', CHART_QUERY_KEYS), TODAY);
  if (!isReady(plan)) throw new Error('not assessable');
  const { fingerprint, scoreFingerprints, evidence } = plan.assessable;
  const versionOf = (reference: string) => evidence.find((each) => each.reference === reference)?.version;
  return { fingerprint, scores: Object.fromEntries(scoreFingerprints), versionOf };
};

describe.each<[string, string[], RegExp]>([
  ['versions', [], /^\d+$/],
  ['no versions, but the time of the last update', ['versionId'], /^\d{4}-\d\d-\d\dT/],
  ['neither', ['versionId', 'lastUpdated'], /^sha256:/],
])('a server that tells %s', (_, leftOut, version) => {
  beforeEach(async () => {
    left = leftOut;
    for (const resource of [...story(), STAGE, appendectomy]) await put(resource);
  });

  it('names the same result as long as nothing is edited', async () => {
    const before = await planned();
    expect(before.versionOf('Observation/stage')).toMatch(version);
    expect((await planned()).fingerprint).toBe(before.fingerprint);
  });

  it('an edit of what eligibility rests on is another result, of the same scores', async () => {
    const before = await planned();
    await put(AMENDED);
    const after = await planned();
    expect(after.versionOf('Observation/stage')).not.toBe(before.versionOf('Observation/stage'));
    expect(after.fingerprint).not.toBe(before.fingerprint);
    expect(after.scores).toEqual(before.scores);
  });

  it('an edit of a sample is another score, of its modality alone', async () => {
    const before = await planned();
    await put(panel('m1', '2026-04-01', undefined, { status: 'corrected' }));
    const after = await planned();
    expect(after.fingerprint).not.toBe(before.fingerprint);
    expect(after.scores['metabolomics']).not.toBe(before.scores['metabolomics']);
    expect(after.scores['cfdna']).toBe(before.scores['cfdna']);
  });

  it('an edit of what is no evidence changes nothing', async () => {
    const before = await planned();
    await put({ ...appendectomy, performedDateTime: '2001-02-02' });
    expect((await planned()).fingerprint).toBe(before.fingerprint);
  });
});
