import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CARE_QUERY_KEYS,
  careQueries,
  CHART_QUERY_KEYS,
  createFhirClient,
  createFhirSource,
  openCohort,
  parseChart,
  prefetchTemplate,
  staticToken,
  searchParameters,
  type CohortSource,
  type ResourceSets,
} from '../../../src/chart/index.ts';
import { createFhirServer } from '../../../src/demo/index.ts';
import { listen, LOOPBACK, type Listening } from '../../../src/platform/index.ts';
import { simulateCohort, writeCohort } from '../../../src/simulation/index.ts';
import { condition, patient } from '../support/fhir.ts';
import { NEVER, queries } from '../support/reading.ts';

const cohort = simulateCohort({ patients: 12, seed: 3 });
let directory: string;
let server: Listening;
let files: CohortSource;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'cohort-'));
  await writeCohort(cohort, directory);
  files = await openCohort(directory, queries);
  const fhir = createFhirServer();
  await fhir.load([...cohort.charts].flatMap((chart) => chart.resources));
  server = await listen(fhir.app, LOOPBACK, 0);
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

/** Facts in an order of their own, without versions: a server numbers its own. */
const comparable = (sets: ResourceSets) => {
  const facts = { ...parseChart(sets, 'UTC'), unread: [] };
  const plain = JSON.parse(
    JSON.stringify(facts, (key, value: unknown) => (key === 'version' ? undefined : value)),
  ) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(plain).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.map((each) => JSON.stringify(each)).sort() : value,
    ]),
  );
};

it('training and serving read the same patient as the same facts', async () => {
  const source = createFhirSource({
    client: createFhirClient({
      baseUrl: `${server.url}/fhir`,
      tokens: staticToken(),
      concurrency: 16,
      retries: 0,
      maxPages: 50,
    }),
    queries,
    timeoutMs: 10_000,
  });
  expect(files.patientIds).toHaveLength(12);
  for (const id of files.patientIds) {
    const [disk, wire] = [
      await files.read(id, CHART_QUERY_KEYS, NEVER),
      await source.read(id, CHART_QUERY_KEYS, NEVER),
    ];
    expect(comparable(wire)).toEqual(comparable(disk));
    for (const key of CHART_QUERY_KEYS) expect(wire[key]).toHaveLength(disk[key]?.length ?? 0);
  }
});

describe('openCohort', () => {
  const write = async (lines: Readonly<Record<string, string>>): Promise<string> => {
    const folder = await mkdtemp(path.join(tmpdir(), 'cohort-'));
    const { mkdir } = await import('node:fs/promises');
    await mkdir(path.join(folder, 'fhir'));
    for (const [type, text] of Object.entries(lines))
      await writeFile(path.join(folder, 'fhir', `${type}.ndjson`), text);
    return folder;
  };

  it('knows no patient but its own', async () => {
    await expect(files.read('nobody', ['patient'], NEVER)).rejects.toMatchObject({
      code: 'FHIR_PATIENT_UNKNOWN',
    });
  });

  it('tells a type that was not exported from one that nobody has', async () => {
    const folder = await write({ Patient: JSON.stringify(patient()), Consent: '', Observation: '' });
    const sets = await (await openCohort(folder, queries)).read('p1', CHART_QUERY_KEYS, NEVER);
    expect(sets).toMatchObject({ conditions: [], consents: [], renalFunction: [] });
    expect(Object.keys(sets)).not.toContain('specimens');
    expect(parseChart(sets, 'UTC', CHART_QUERY_KEYS).unread).toContain('specimens');
    await rm(folder, { recursive: true });
  });

  it('skips empty lines, resources of nobody, and patients that have no Patient', async () => {
    const folder = await write({
      Patient: `${JSON.stringify(patient())}\r\n\r\n`,
      Condition: [
        condition('c1'),
        condition('c2', { subject: undefined }),
        condition('c3', { subject: { reference: 'Patient/ghost' } }),
        condition('c4', { subject: { reference: 'Group/p1' } }),
      ]
        .map((each) => JSON.stringify(each))
        .join('\n'),
    });
    const source = await openCohort(folder, queries);
    expect(source.patientIds).toEqual(['p1']);
    expect(await source.read('p1', ['conditions', 'cfdna'], NEVER)).toMatchObject({
      conditions: [{ id: 'c1' }],
      cfdna: [],
    });
    await rm(folder, { recursive: true });
  });

  it('reads the several files that servers make of one type, in their order, and no others', async () => {
    const file = (...ids: string[]) => ids.map((id) => `${JSON.stringify(condition(id))}\n`).join('');
    const folder = await write({
      Patient: JSON.stringify(patient()),
      'Condition.10': file('c4'),
      'Condition.2': file('c3'),
      Condition: file('c1', 'c2'),
      'Condition.old': file('c5'),
      ConditionX: file('c6'),
    });
    await writeFile(path.join(folder, 'fhir', 'Condition.3.ndjson.part'), '{"half');
    const source = await openCohort(folder, queries);
    const { conditions } = await source.read('p1', ['conditions'], NEVER);
    expect(conditions?.map((each) => (each as { id: string }).id)).toEqual(['c1', 'c2', 'c3', 'c4']);
    await writeFile(path.join(folder, 'fhir', 'Condition.2.ndjson'), `${file('c3')}nonsense\n`);
    await expect(openCohort(folder, queries)).rejects.toMatchObject({
      detail: 'Condition.2.ndjson, line 2 is not a resource',
    });
    await rm(folder, { recursive: true });
  });

  it('reads text with U+2028 in it, which is no end of a line', async () => {
    const noted = { ...condition('c1'), note: [{ text: 'one\u2028two' }] };
    const folder = await write({ Patient: JSON.stringify(patient()), Condition: JSON.stringify(noted) });
    const source = await openCohort(folder, queries);
    expect(await source.read('p1', ['conditions'], NEVER)).toMatchObject({ conditions: [noted] });
    await rm(folder, { recursive: true });
  });

  it('names file and line of what is no resource, and none of its text', async () => {
    for (const bad of ['{"resourceType":"Patient","id":"se', '[]', '"secret"', 'null']) {
      const folder = await write({ Patient: `${JSON.stringify(patient())}\n${bad}\n` });
      await expect(openCohort(folder, queries)).rejects.toMatchObject({
        code: 'COHORT_INVALID',
        detail: 'Patient.ndjson, line 2 is not a resource',
      });
      await rm(folder, { recursive: true });
    }
  });

  it('needs Patients', async () => {
    const folder = await write({});
    await expect(openCohort(folder, queries)).rejects.toMatchObject({ code: 'COHORT_INVALID' });
    await rm(folder, { recursive: true });
  });
});

describe('careQueries', () => {
  it('are apart from the chart, optional, and by patient, one by visit too', () => {
    expect(careQueries().map(({ key }) => key)).toEqual(CARE_QUERY_KEYS);
    for (const query of careQueries()) {
      expect(CHART_QUERY_KEYS).not.toContain(query.key);
      expect(query.optional).toBe(true);
      expect(searchParameters(query, { patientId: 'p 1', encounterId: 'e-1' })).toEqual({
        ...(query.key === 'encounter' && { _id: 'e-1' }),
        patient: 'p 1',
      });
    }
  });
});

describe('chartQueries', () => {
  it('what a site may lack is optional, and nothing that an assessment cannot do without', () => {
    const optional = queries.flatMap((query) => (query.optional === true ? [query.key] : []));
    expect(optional).toEqual([
      'medicationRequests',
      'consents',
      'specimens',
      'imaging',
      'renalFunction',
      'allergies',
    ]);
  });

  it('has one query a key, in order, of token equality only', () => {
    expect(queries.map((query) => query.key)).toEqual(CHART_QUERY_KEYS);
    for (const query of queries) {
      const template = prefetchTemplate(query);
      if (query.key === 'patient') expect(template).toBe('Patient/{{context.patientId}}');
      else {
        expect(template.startsWith(`${query.resourceType}?patient={{context.patientId}}`)).toBe(true);
        const code = new URLSearchParams(template.slice(template.indexOf('?'))).get('code');
        for (const token of code?.split(',') ?? []) expect(token).toMatch(/^https?:[^|,]+\|[^|,]+$/);
      }
    }
  });
});
