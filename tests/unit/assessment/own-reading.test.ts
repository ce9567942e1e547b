/** What a request's chart led to is judged by the service's own reading before it is written back. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createOutbox,
  createResultStore,
  createSqliteRecords,
  createWriteBackHandler,
  createWriteBacks,
  isReady,
  type ReadyPlan,
  type RecordStore,
  type ResultStore,
  type TaskHandlers,
  type WriteBacks,
} from '../../../src/assessment/index.ts';
import { CHART_QUERY_KEYS } from '../../../src/chart/index.ts';
import { CdsError, type Assessment, type ReadBy } from '../../../src/domain/index.ts';
import { createLog, createMetrics, type Metrics } from '../../../src/platform/index.ts';
import { memoryTasks, type MemoryTasks } from '../../support/task-queue.ts';
import {
  chartOf,
  diseaseStatus,
  panel,
  procedure,
  readings,
  SURGERY,
  type Resource,
} from '../support/fhir.ts';
import { NEVER } from '../support/reading.ts';
import { changed, SITE, startBench, story, TODAY, type Bench } from './bench.ts';

const kept = { key: Buffer.alloc(32, 5), ttlSeconds: 3600 };
/** As servers with versions have them: an edit that keeps the version is a forgery. */
const versioned = (resources: readonly Resource[], versionId = '1'): Resource[] =>
  resources.map((each) => ({ ...each, meta: { versionId } }));
const FORGED_SURGERY = '2026-01-12';
const forged = (): Resource[] => versioned(changed([procedure('lobectomy', FORGED_SURGERY)]));

let bench: Bench;
let records: RecordStore;
let store: ResultStore;
let tasks: MemoryTasks;
let metrics: Metrics;
let writeBacks: WriteBacks;
let handler: TaskHandlers['write-back'];
/** What the service's own reading brings now. */
let chart: Resource[] | CdsError;
let read: number;
/** Runs while the chart is read. */
let meanwhile: () => Promise<unknown>;
let written: Assessment[];
let logged: string[];

beforeEach(async () => {
  records = createSqliteRecords(':memory:');
  store = createResultStore(records, kept);
  const outbox = createOutbox(records, kept);
  [tasks, metrics, written, logged] = [memoryTasks(), createMetrics(), [], []];
  [chart, read, meanwhile] = [versioned(story()), 0, () => Promise.resolve()];
  const log = createLog('trace', { write: (line: string) => void logged.push(line) });
  writeBacks = createWriteBacks({ outbox, tenants: new Set([SITE.tenant]), log });
  writeBacks.start(tasks);
  bench = await startBench({
    store,
    beforeStored: (assessment) => writeBacks.record(assessment),
    onStored: (assessment) => {
      writeBacks.stored(assessment);
    },
  });
  const source = {
    read: async () => {
      read++;
      await meanwhile();
      if (chart instanceof CdsError) throw chart;
      return { conditions: chart };
    },
  };
  handler = createWriteBackHandler({
    assessor: bench.assessor,
    sites: new Map([[SITE.tenant, { fhirBaseUrl: SITE.fhirBaseUrl, timeZone: 'UTC', source }]]),
    queryKeys: CHART_QUERY_KEYS,
    ...{ store, outbox, tasks, log, metrics },
    writers: new Map([
      [
        SITE.tenant,
        {
          write: (assessment: Assessment) => {
            written.push(assessment);
            return Promise.resolve('written' as const);
          },
        },
      ],
    ]),
    audit: { record: () => undefined },
    limitMs: 2000,
  });
});
afterEach(async () => {
  await bench.close();
  await store.close();
});

const planOf = (resources: readonly Resource[], readBy: ReadBy, date = TODAY): ReadyPlan => {
  const plan = bench.assessor.plan(SITE, chartOf(resources), date, { readBy });
  if (!isReady(plan)) throw new Error('not eligible');
  return plan;
};

/** A job of the day before has scored what there is, and its result is written. */
const scoredByJob = async (): Promise<void> => {
  const resources = versioned(story());
  await bench.assessor.complete(planOf(resources, 'worker', '2026-05-31'), chartOf(resources), NEVER);
  await settle();
  written.length = 0;
};

/** A hook that finds the scores stored fuses in the request. */
const fusedByHook = async (resources: readonly Resource[], date = TODAY): Promise<Assessment> => {
  const fused = await bench.assessor.fuseStored(planOf(resources, 'request', date));
  if (fused === undefined) throw new Error('scores are missing');
  await writeBacks.idle();
  return fused;
};

const settle = async (): Promise<void> => {
  await writeBacks.idle();
  await tasks.drain({ 'write-back': handler });
  await writeBacks.idle();
};
const left = () => createOutbox(records, kept).list(SITE.tenant);
const outcomes = async () =>
  Object.fromEntries(
    (await metrics.writeBacks.get()).values.map(({ labels, value }) => [labels.outcome, value]),
  );
const storedOf = ({ fingerprint }: Assessment) => store.assessment(SITE.tenant, 'p1', fingerprint);

describe('a result that a worker computed', () => {
  it('is written without another reading', async () => {
    await scoredByJob();
    expect([read, await outcomes(), await left()]).toEqual([0, { written: 1 }, []]);
  });

  it('overwritten by a request is one of a request, whichever task comes', async () => {
    await scoredByJob();
    const resources = versioned(story());
    await bench.assessor.complete(planOf(resources, 'worker'), chartOf(resources), NEVER);
    await fusedByHook(forged());
    await settle();
    expect(read).toBe(1);
    expect(written.map(({ surgeryDate }) => surgeryDate)).toEqual([SURGERY]);
  });
});

describe('a result that was fused in a request', () => {
  beforeEach(scoredByJob);

  it('and says what our own reading says, is written, and nothing more is queued', async () => {
    const fused = await fusedByHook(versioned(story()));
    await settle();
    expect(written).toEqual([{ ...fused, readBy: 'worker' }]);
    expect([read, await outcomes(), await left(), tasks.waiting]).toEqual([1, { written: 2 }, [], []]);
  });

  it('from forged content under the true versions: the truth is written, and stored in its place', async () => {
    const fused = await fusedByHook(forged());
    expect(fused.surgeryDate).toBe(FORGED_SURGERY);
    await settle();
    const truth = await bench.assessor.compute(
      planOf(versioned(story()), 'worker'),
      chartOf(versioned(story())),
      NEVER,
    );
    expect(truth.fingerprint).toBe(fused.fingerprint);
    expect(truth.risk).not.toEqual(fused.risk);
    expect(written).toEqual([truth]);
    expect(await storedOf(fused)).toEqual(truth);
    expect(await outcomes()).toEqual({ written: 2, corrected: 1 });
    expect([await left(), tasks.waiting]).toEqual([[], []]);
    for (const line of logged) expect(line).not.toMatch(/p1|2026-01-1/);
  });

  it.each([
    ['the same resources under other versions', () => versioned(story(), '2')],
    ['other resources', () => [...versioned(story()), ...versioned([panel('m2', '2026-05-01')])]],
  ])('while the server has %s: off the record, and the patient is looked at', async (_, now) => {
    const fused = await fusedByHook(forged());
    chart = now();
    await settle();
    expect([written, await left()]).toEqual([[], []]);
    expect(await outcomes()).toEqual({ written: 1, superseded: 1 });
    expect(tasks.waiting.map(({ task }) => task)).toEqual([
      { kind: 'assess', tenant: SITE.tenant, patientId: 'p1' },
    ]);
    expect(await storedOf(fused)).toEqual(fused);
  });

  it('of whom recurred since: off the record, and nothing is written or queued', async () => {
    await fusedByHook(versioned(story()));
    chart = versioned(changed([diseaseStatus('s1', 'worsened', '2026-05-20')]));
    await settle();
    expect([written, await left(), tasks.waiting]).toEqual([[], [], []]);
    expect(await outcomes()).toEqual({ written: 1, 'no-longer-eligible': 1 });
  });

  it('of a day gone by is judged as of that day, but for who recurred since', async () => {
    await fusedByHook(forged(), '2026-05-28');
    // Came in the meantime: of a later day.
    chart = [...versioned(story()), ...versioned([panel('m2', '2026-05-30')])];
    await settle();
    expect(written).toMatchObject([{ landmarkDate: '2026-05-28', surgeryDate: SURGERY }]);
    await fusedByHook(forged(), '2026-05-28');
    chart = versioned(changed([diseaseStatus('s1', 'worsened', '2026-05-30')]));
    await settle();
    expect([written.length, await left()]).toEqual([1, []]);
  });

  it('while the chart cannot be read: stays on record, and is tried again', async () => {
    await fusedByHook(forged());
    chart = new CdsError('FHIR_UNREACHABLE');
    await settle();
    expect([written, (await left()).length, tasks.waiting.length]).toEqual([[], 1, 1]);
    chart = versioned(story());
    await settle();
    expect(written).toMatchObject([{ surgeryDate: SURGERY }]);
  });

  it('while the queue takes no task: stays on record, so that the patient is looked at later', async () => {
    const { fingerprint } = await fusedByHook(forged());
    chart = versioned(story(), '2');
    tasks.waiting.length = 0;
    tasks.away = true;
    const task = { kind: 'write-back', tenant: SITE.tenant, patientId: 'p1', fingerprint } as const;
    await expect(handler(task, NEVER)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    expect(await left()).toHaveLength(1);
  });

  it('of a patient who is erased while the chart is read does not come back', async () => {
    const fused = await fusedByHook(forged());
    meanwhile = () => store.erasePatient(SITE.tenant, 'p1');
    await settle();
    expect([written, await storedOf(fused), await left()]).toEqual([[], undefined, []]);
    expect(await outcomes()).toEqual({ written: 1, gone: 1 });
  });
});

it('scores that a request computed, of a site that allowed no reading then, are not taken for a worker’s', async () => {
  const resources = versioned(story());
  const lies = versioned(changed([panel('m1', '2026-04-01', readings({ leucine: [400, 'umol/L'] }))]));
  await bench.assessor.complete(planOf(lies, 'request'), chartOf(lies), NEVER);
  expect(await bench.assessor.fuseStored(planOf(resources, 'request'))).toBeDefined();
  expect(await bench.assessor.fuseStored(planOf(resources, 'worker'))).toBeUndefined();
  const truth = await bench.assessor.complete(planOf(resources, 'worker'), chartOf(resources), NEVER);
  const { scoreFingerprints } = planOf(resources, 'worker').assessable;
  const score = await store.modalityScore(SITE.tenant, 'p1', scoreFingerprints.get('metabolomics') ?? '');
  expect(score?.readBy).toBe('worker');
  expect(truth.readBy).toBe('worker');
  await settle();
  expect(written).toEqual([truth]);
});
