/** What becomes of a patient that something told of, and of a resource or a time that nobody can place. */
import type { FhirResource } from 'fhir/r4.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  createAssessHandler,
  createCatchUpHandler,
  createFindPatientHandler,
  type AssessmentRef,
} from '../../../../src/assessment/index.ts';
import type { Task } from '../../../../src/assessment/ports.ts';
import { CHART_QUERY_KEYS, type ChartQueryKey, type ResourceSets } from '../../../../src/chart/index.ts';
import type { Faults } from '../../../../src/demo/index.ts';
import { CdsError, type ModalityId } from '../../../../src/domain/index.ts';
import { createLog, createMetrics, fixedClock } from '../../../../src/platform/index.ts';
import { observation as demoObservation, startFhirServer, type TestServer } from '../../demo/fhir-client.ts';
import { clientOf } from '../../support/client.ts';
import type { concept } from '../../support/fhir.ts';
import { eligibleStory, PATIENT_ID, patient, type Resource } from '../../support/fhir.ts';
import { NEVER, queries } from '../../support/reading.ts';
import { changed, SITE, startBench, story, TODAY, type Bench } from '../bench.ts';

const counted = async (metrics: ReturnType<typeof createMetrics>): Promise<Record<string, number>> => {
  const { values } = await metrics.triggers.get();
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels.outcome), value]));
};

/** Does a query find a resource, by its type and the codes it asks for? */
const finds = (key: ChartQueryKey, { resourceType, code }: Resource): boolean => {
  const query = queries.find((each) => each.key === key);
  const codes = query?.parameters.find(([name]) => name === 'code')?.[1].split(',');
  const { coding = [] } = (code ?? {}) as Partial<ReturnType<typeof concept>>;
  return (
    resourceType === query?.resourceType &&
    (codes === undefined ||
      coding.some(({ system, code: written }) => codes.includes(`${system}|${written}`)))
  );
};

/** What a server would answer: every query that is asked for, with what it finds. */
const answered = (resources: readonly Resource[], keys: readonly ChartQueryKey[]): ResourceSets =>
  Object.fromEntries(keys.map((key) => [key, resources.filter((resource) => finds(key, resource))]));

describe('a patient that something told of', () => {
  const benches: Bench[] = [];
  afterEach(async () => {
    for (const bench of benches.splice(0)) await bench.close();
  });

  const open = async (resources: readonly Resource[] | CdsError, queueAway = false) => {
    const bench = await startBench();
    benches.push(bench);
    const submitted: { ref: AssessmentRef; modalities: readonly ModalityId[] }[] = [];
    const asked: (readonly ChartQueryKey[])[] = [];
    const metrics = createMetrics();
    const handler = createAssessHandler({
      assessor: bench.assessor,
      queue: {
        submit: (ref, modalities) => {
          if (queueAway) return Promise.reject(new CdsError('QUEUE_UNAVAILABLE'));
          submitted.push({ ref, modalities });
          return Promise.resolve();
        },
      },
      sites: new Map([
        [
          SITE.tenant,
          {
            fhirBaseUrl: SITE.fhirBaseUrl,
            timeZone: 'UTC',
            source: {
              read: (_id: string, keys: readonly ChartQueryKey[]): Promise<ResourceSets> => {
                asked.push(keys);
                if (resources instanceof CdsError) return Promise.reject(resources);
                return Promise.resolve(answered(resources, keys));
              },
            },
          },
        ],
      ]),
      queryKeys: CHART_QUERY_KEYS,
      modelDigest: bench.models.identity.digest,
      clock: fixedClock(`${TODAY}T10:00:00Z`),
      log: createLog('silent'),
      metrics,
    });
    const run = () => handler({ kind: 'assess', tenant: SITE.tenant, patientId: PATIENT_ID }, NEVER);
    return { bench, submitted, asked, metrics, run };
  };

  it("is queued for today's assessment with the modalities that are there, as a hook would", async () => {
    const { bench, submitted, metrics, run } = await open(story());
    await run();
    const plan = bench.plan(story());
    expect(submitted).toEqual([
      {
        ref: {
          tenant: SITE.tenant,
          patientId: PATIENT_ID,
          landmarkDate: TODAY,
          fingerprint: plan.assessable?.fingerprint,
          resourcesFingerprint: plan.assessable?.resourcesFingerprint,
          modelDigest: bench.models.identity.digest,
        },
        modalities: ['metabolomics', 'cfdna'],
      },
    ]);
    expect(await counted(metrics)).toEqual({ queued: 1 });
  });

  it.each([
    ['of a worker is left alone', 'worker', { stored: 1 }],
    ['of a request is computed by a job', 'request', { queued: 1 }],
  ] as const)('whose stored result is one %s', async (_, readBy, outcome) => {
    const { bench, submitted, metrics, run } = await open(story());
    const plan = bench.plan(story());
    await bench.store.putAssessment({
      fingerprint: plan.assessable?.fingerprint ?? '',
      tenant: SITE.tenant,
      patientId: PATIENT_ID,
      landmarkDate: TODAY,
      surgeryDate: '2026-01-01',
      computedAt: `${TODAY}T09:00:00.000Z`,
      model: bench.models.identity,
      risk: { status: 'not-estimable', reason: 'no-modality' },
      modalities: [],
      evidence: [],
      readBy,
    });
    await run();
    expect(submitted).toHaveLength(readBy === 'worker' ? 0 : 1);
    expect(await counted(metrics)).toEqual(outcome);
  });

  it.each([
    ['out-of-scope', [patient()], 1],
    ['out-of-scope', eligibleStory().filter(({ resourceType }) => resourceType !== 'Procedure'), 1],
    ['barred', changed([patient({ deceasedBoolean: true })]), 1],
    [
      'not-eligible',
      eligibleStory().filter(({ resourceType }) => resourceType !== 'MedicationAdministration'),
      2,
    ],
    ['no-modality', eligibleStory(), 2],
  ] as const)('%s: nothing is queued', async (outcome, resources, reads) => {
    const { submitted, asked, metrics, run } = await open(resources);
    await run();
    expect(submitted).toEqual([]);
    expect(await counted(metrics)).toEqual({ [outcome]: 1 });
    // Who is out of scope by conditions and procedures costs three queries and no more.
    expect(asked).toHaveLength(reads);
    expect(asked[0]).toHaveLength(3);
  });

  it('whom the server does not know is no error; a server that is away is, and can be tried again', async () => {
    const unknown = await open(new CdsError('FHIR_PATIENT_UNKNOWN'));
    await unknown.run();
    expect(await counted(unknown.metrics)).toEqual({ 'unknown-patient': 1 });
    await expect((await open(new CdsError('FHIR_TIMEOUT'))).run()).rejects.toMatchObject({
      code: 'FHIR_TIMEOUT',
    });
    await expect((await open(story(), true)).run()).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
  });
});

describe('a resource or a time that nobody can place', () => {
  let server: TestServer;
  const faults: Faults = { mode: 'ok' };
  const added: Task[] = [];
  beforeAll(async () => {
    server = await startFhirServer({ faults });
    await server.load([{ resourceType: 'Patient', id: 'p1' }, demoObservation('o1')] as FhirResource[]);
  });
  afterAll(() => server.close());
  afterEach(() => {
    added.length = 0;
    faults.mode = 'ok';
  });

  const shared = () => ({
    clients: new Map([['north', clientOf(server.base)]]),
    tasks: {
      add: (task: Task) => {
        added.push(task);
        return Promise.resolve();
      },
    },
    log: createLog('silent'),
    metrics: createMetrics(),
  });
  const assessP1 = { kind: 'assess', tenant: 'north', patientId: 'p1' };

  const find = (reference: string, of = shared()) =>
    createFindPatientHandler(of)({ kind: 'find-patient', tenant: 'north', reference }, NEVER);

  it('a resource is read, and its patient looked at', async () => {
    await find('Observation/o1');
    expect(added).toEqual([assessP1]);
  });

  it('a deleted one has its patient in its history', async () => {
    await server.send('PUT', 'Observation/o2', demoObservation('o2'));
    await server.send('DELETE', 'Observation/o2');
    await find('Observation/o2');
    expect(added).toEqual([assessP1]);
  });

  it('one that never was leads to a search', async () => {
    const of = shared();
    await find('Observation/never', of);
    expect(added).toEqual([{ kind: 'catch-up', tenant: 'north' }]);
    expect(await counted(of.metrics)).toEqual({ gone: 1 });
  });

  it('one without a patient leads to nothing', async () => {
    await server.load([{ resourceType: 'Organization', id: 'h' }]);
    await find('Organization/h');
    expect(added).toEqual([]);
  });

  it('a search since the last one, a little overlapping; the first looks back a day', async () => {
    const now = Date.now();
    const at = { ms: now + 25 * 3_600_000 };
    const catchUp = createCatchUpHandler({
      ...shared(),
      queries,
      clock: { now: () => new Date(at.ms) },
    });
    const run = async (): Promise<string[]> => {
      added.length = 0;
      await catchUp({ kind: 'catch-up', tenant: 'north' }, NEVER);
      return added.map((task) => (task.kind === 'assess' ? task.patientId : task.kind)).sort();
    };
    expect(await run()).toEqual([]); // all was written more than a day ago
    at.ms = now + 3_600_000;
    const fresh = createCatchUpHandler({ ...shared(), queries, clock: { now: () => new Date(at.ms) } });
    await fresh({ kind: 'catch-up', tenant: 'north' }, NEVER);
    // Once, though both the Patient and a marker of theirs are new.
    expect(added).toEqual([assessP1]);
    added.length = 0;
    at.ms = now + 2 * 3_600_000;
    await fresh({ kind: 'catch-up', tenant: 'north' }, NEVER);
    expect(added).toEqual([]);
  });

  it('a server that refuses a type does not hide the others; one that is away is tried again', async () => {
    const of = { ...shared(), queries, clock: fixedClock(new Date().toISOString()) };
    const client = of.clients.get('north')!;
    const clients = new Map([
      [
        'north',
        {
          ...client,
          search: (...[type, ...rest]: Parameters<typeof client.search>) =>
            type === 'Procedure'
              ? Promise.reject(new CdsError('FHIR_REFUSED'))
              : client.search(type, ...rest),
        },
      ],
    ]);
    await createCatchUpHandler({ ...of, clients })({ kind: 'catch-up', tenant: 'north' }, NEVER);
    expect(added).toEqual([assessP1]);
    expect(await counted(of.metrics)).toEqual({ FHIR_REFUSED: 1, assess: 1 });
    faults.mode = 'down';
    await expect(
      createCatchUpHandler(of)({ kind: 'catch-up', tenant: 'north' }, NEVER),
    ).rejects.toMatchObject({
      code: 'FHIR_UNREACHABLE',
    });
  });
});
