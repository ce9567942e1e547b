import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RiskAssessment } from 'fhir/r4.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createLocalExclusively,
  createOutbox,
  createRedisExclusively,
  createResultStore,
  createSqliteRecords,
  createWriteBackHandler,
  createWriteBacks,
  type Outbox,
  type RecordStore,
} from '../../../src/assessment/index.ts';
import { connectRedis } from '../../../src/assessment/redis.ts';
import { createResultWriter, createWriteIds, type Exclusively } from '../../../src/chart/index.ts';
import { CdsError } from '../../../src/domain/index.ts';
import { createLog, createMetrics } from '../../../src/platform/index.ts';
import { createFhirServer, type Faults } from '../../../src/demo/index.ts';
import { listen, LOOPBACK, type Listening } from '../../../src/platform/index.ts';
import { anAssessment } from '../../contract/records-for-tests.ts';
import { describeWith } from '../../setup/requires.ts';
import { plainFhirClient } from '../../support/plain-fhir-client.ts';
import { memoryTasks, type MemoryTasks } from '../../support/task-queue.ts';

const key = Buffer.alloc(32, 4);
const kept = { key, ttlSeconds: 3600 };
const NEVER = new AbortController().signal;
const RESULT = anAssessment();
const RISK = createWriteIds(key).riskAssessment(RESULT);

let fhir: Listening;
const faults: Faults = { mode: 'ok' };
let records: RecordStore;
let tasks: MemoryTasks;
let logged: string[];
beforeEach(async () => {
  faults.mode = 'ok';
  fhir = await listen(createFhirServer({ faults }).app, LOOPBACK, 0);
  records = createSqliteRecords(':memory:');
  tasks = memoryTasks();
  logged = [];
});
afterEach(async () => {
  await records.close();
  await fhir.close();
});

const unexpected = () => {
  throw new Error('the chart of a worker’s result is read again');
};

/** What a process has of it, over the same records and queue as the process before. */
const startProcess = (change: { outbox?: Partial<Outbox>; tenants?: string[] } = {}) => {
  const store = createResultStore(records, kept);
  const outbox = { ...createOutbox(records, kept), ...change.outbox };
  const log = createLog('trace', { write: (line: string) => void logged.push(line) });
  const metrics = createMetrics();
  const tenants = new Set(change.tenants ?? ['north']);
  const writeBacks = createWriteBacks({ outbox, tenants, log });
  const client = plainFhirClient(`${fhir.url}/fhir`);
  const ids = createWriteIds(key);
  const exclusively = createLocalExclusively();
  const audited: string[] = [];
  const handler = createWriteBackHandler({
    store,
    outbox,
    writers: new Map(
      [...tenants].map((tenant) => [
        tenant,
        createResultWriter({ client, ids, diagnosticReport: false, exclusively }),
      ]),
    ),
    // What a worker computed is read no second time; own-reading.test.ts has the rest.
    assessor: { plan: unexpected, compute: unexpected },
    sites: new Map(),
    queryKeys: [],
    tasks,
    audit: { record: (tenant, patientId, what) => audited.push(`${tenant} ${patientId} ${what}`) },
    limitMs: 2000,
    log,
    metrics,
  });
  return {
    store,
    outbox,
    writeBacks,
    audited,
    /** A result comes to be, as the assessor has it. */
    compute: async (assessment = RESULT) => {
      await writeBacks.record(assessment);
      await store.putAssessment(assessment);
      writeBacks.stored(assessment);
      await writeBacks.idle();
    },
    drain: () => tasks.drain({ 'write-back': handler }),
    outcomes: async () =>
      Object.fromEntries(
        (await metrics.writeBacks.get()).values.map(({ labels, value }) => [labels.outcome, value]),
      ),
  };
};

const written = async (): Promise<RiskAssessment | undefined> =>
  (await plainFhirClient(`${fhir.url}/fhir`).read('RiskAssessment', RISK, { signal: NEVER })) as
    RiskAssessment | undefined;

describe('a stored result', () => {
  it('is on record and queued, then written, and off the record', async () => {
    const process = startProcess();
    process.writeBacks.start(tasks);
    await process.compute();
    expect(await process.outbox.list('north')).toHaveLength(1);
    expect(tasks.waiting.map(({ task }) => task)).toEqual([
      { kind: 'write-back', tenant: 'north', patientId: 'patient-1', fingerprint: RESULT.fingerprint },
    ]);
    await process.drain();
    expect((await written())?.status).toBe('final');
    expect(await process.outbox.list('north')).toEqual([]);
    expect(await process.outcomes()).toEqual({ written: 1 });
    expect(process.audited).toEqual(['north patient-1 write-back']);
  });

  it('written a second time: unchanged, and no access to record', async () => {
    const process = startProcess();
    process.writeBacks.start(tasks);
    await process.compute();
    await process.drain();
    await process.compute();
    await process.drain();
    expect(await process.outcomes()).toEqual({ written: 1, unchanged: 1 });
    expect((await written())?.meta?.versionId).toBe('1');
    expect(process.audited).toHaveLength(1);
  });

  it('of a tenant that does not want it goes nowhere', async () => {
    const process = startProcess({ tenants: [] });
    process.writeBacks.start(tasks);
    await process.compute();
    expect([await process.outbox.list('north'), tasks.waiting]).toEqual([[], []]);
  });

  it('erased before it was written is not written', async () => {
    const process = startProcess();
    process.writeBacks.start(tasks);
    await process.compute();
    await process.store.erasePatient('north', 'patient-1');
    await process.drain();
    expect(await written()).toBeUndefined();
    expect(await process.outcomes()).toEqual({ gone: 1 });
  });
});

describe('nothing is lost', () => {
  it('the FHIR server is down, then up: tried again until it has it', async () => {
    const process = startProcess();
    process.writeBacks.start(tasks);
    await process.compute();
    for (const mode of ['down', 'error', 'html'] as const) {
      faults.mode = mode;
      await process.drain();
      expect(tasks.waiting).toHaveLength(1);
    }
    expect(await process.outbox.list('north')).toHaveLength(1);
    faults.mode = 'ok';
    await process.drain();
    expect((await written())?.status).toBe('final');
    expect(await process.outbox.list('north')).toEqual([]);
  });

  it('the queue gave up, and the process ended: the next start takes it up', async () => {
    const before = startProcess();
    before.writeBacks.start(tasks);
    await before.compute();
    tasks.waiting.length = 0; // given up, or lost with the process
    const after = startProcess();
    after.writeBacks.start(tasks);
    await after.writeBacks.idle();
    await after.drain();
    expect((await written())?.status).toBe('final');
  });

  it('a refusal is not tried again at once; a sweep does, and the site that mended it gets the result', async () => {
    const process = startProcess();
    process.writeBacks.start(tasks);
    await process.compute();
    faults.mode = 'refused';
    await process.drain();
    expect([tasks.waiting, tasks.failed]).toEqual([[], []]);
    expect(await process.outcomes()).toEqual({ FHIR_REFUSED: 1 });
    faults.mode = 'ok';
    expect(await process.writeBacks.resume('north')).toBe(1);
    await process.drain();
    expect((await written())?.status).toBe('final');
    expect(await process.writeBacks.resume('north')).toBe(0);
  });

  it('the queue is away when the result comes: it is on record, and the next sweep adds it', async () => {
    const process = startProcess();
    process.writeBacks.start(tasks);
    tasks.away = true;
    await process.compute();
    await expect(process.writeBacks.resume('north')).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    tasks.away = false;
    expect(await process.writeBacks.resume('north')).toBe(1);
  });

  it('the record could not be made: whoever stores it hears of that, and tries again', async () => {
    const process = startProcess({
      outbox: { put: () => Promise.reject(new CdsError('STORE_UNAVAILABLE')) },
    });
    process.writeBacks.start(tasks);
    await expect(process.compute()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await process.store.assessment('north', 'patient-1', RESULT.fingerprint)).toBeUndefined();
  });

  it('the process ended just when the result was stored: the next start takes it up', async () => {
    const before = startProcess();
    await before.writeBacks.record(RESULT);
    await before.store.putAssessment(RESULT);
    const after = startProcess();
    after.writeBacks.start(tasks);
    await after.writeBacks.idle();
    await after.drain();
    expect((await written())?.status).toBe('final');
  });

  it('a record of what was never stored goes; of what is stored just then, it is written all the same', async () => {
    const process = startProcess();
    process.writeBacks.start(tasks);
    await process.writeBacks.record(RESULT);
    await process.writeBacks.resume('north');
    await process.drain();
    expect([await process.outbox.list('north'), await process.outcomes()]).toEqual([[], { gone: 1 }]);
    await process.store.putAssessment(RESULT);
    process.writeBacks.stored(RESULT);
    await process.writeBacks.idle();
    await process.drain();
    expect((await written())?.status).toBe('final');
  });

  it('before the queue is there results are on record only', async () => {
    const process = startProcess();
    await process.compute();
    expect(tasks.waiting).toEqual([]);
    process.writeBacks.start(tasks);
    await process.writeBacks.idle();
    expect(tasks.waiting).toHaveLength(1);
  });
});

it('whoever stored a result waits for no queue', async () => {
  const add = vi.fn(() => new Promise<void>(() => undefined));
  const process = startProcess();
  process.writeBacks.start({ add });
  process.writeBacks.stored(RESULT);
  await Promise.resolve();
  expect(add).not.toHaveBeenCalled();
  await vi.waitFor(() => {
    expect(add).toHaveBeenCalledOnce();
  });
});

it('logs nothing of the patient', async () => {
  const process = startProcess();
  process.writeBacks.start(tasks);
  await process.compute();
  for (const mode of ['down', 'refused', 'ok'] as const) {
    faults.mode = mode;
    await process.writeBacks.resume('north');
    await process.drain();
  }
  expect(logged.length).toBeGreaterThan(2);
  for (const line of logged) expect(line).not.toMatch(/patient-1|0\.173|2026-03-01/);
});

function oneAtATime(make: () => Exclusively): void {
  it('runs work of one name one after another, of other names at the same time', async () => {
    const exclusively = make();
    const events: string[] = [];
    const work = (name: string) => async () => {
      events.push(`+${name}`);
      await sleep(60);
      events.push(`-${name}`);
    };
    await Promise.all([
      exclusively('a', NEVER, work('a')),
      exclusively('a', NEVER, work('a')),
      exclusively('b', NEVER, work('b')),
    ]);
    expect(events.filter((each) => each.endsWith('a'))).toEqual(['+a', '-a', '+a', '-a']);
    expect(events.indexOf('+b')).toBeLessThan(events.indexOf('-a'));
  });

  it('lets the next one in when the work fails, and passes the failure on', async () => {
    const exclusively = make();
    const failing = exclusively('a', NEVER, () => Promise.reject(new CdsError('FHIR_TIMEOUT')));
    await expect(failing).rejects.toMatchObject({ code: 'FHIR_TIMEOUT' });
    expect(await exclusively('a', NEVER, () => Promise.resolve('in'))).toBe('in');
  });

  it('whose signal ends while another works is turned away, to come again', async () => {
    const exclusively = make();
    let end = (): void => undefined;
    const running = exclusively('a', NEVER, () => new Promise<void>((resolve) => (end = resolve)));
    const waiting = exclusively('a', AbortSignal.timeout(80), () => Promise.resolve());
    const turnedAway = expect(waiting).rejects.toMatchObject({ code: 'FHIR_CONFLICT' });
    await sleep(150);
    end();
    await Promise.all([running, turnedAway]);
  });
}

describe('one writer at a time, in this process', () => {
  oneAtATime(createLocalExclusively);
});

describeWith('redis-server', 'one writer at a time, on Redis', (address) => {
  const prefix = () => `test-${randomBytes(6).toString('hex')}`;
  const redis = () => {
    const connection = connectRedis(address, 5000);
    connections.push(connection);
    return connection;
  };
  const connections: ReturnType<typeof connectRedis>[] = [];
  afterEach(() => {
    for (const connection of connections.splice(0)) connection.disconnect();
  });

  oneAtATime(() => createRedisExclusively(redis(), prefix(), 5000));

  it('among processes; one that died holds it only for its lease, and a late end lets nobody else out', async () => {
    const name = prefix();
    const dead = createRedisExclusively(redis(), name, 300);
    const living = createRedisExclusively(redis(), name, 5000);
    const [asleep, woken] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    // Before the lease began: however slow the machine, it cannot have ended sooner after this.
    const started = performance.now();
    const late = dead('a', NEVER, () => {
      asleep.resolve(undefined);
      return woken.promise;
    });
    await asleep.promise;
    const next = living('a', NEVER, async () => {
      expect(performance.now() - started).toBeGreaterThan(290);
      woken.resolve(undefined);
      await late;
      // The late one has left, and the lease is still this one's.
      await expect(
        createRedisExclusively(redis(), name, 300)('a', AbortSignal.timeout(100), () => Promise.resolve()),
      ).rejects.toMatchObject({ code: 'FHIR_CONFLICT' });
    });
    await next;
  });

  it('Redis away: unavailable, not alone', async () => {
    const connection = redis();
    const exclusively = createRedisExclusively(connection, prefix(), 300);
    connection.disconnect();
    const work = vi.fn(() => Promise.resolve());
    await expect(exclusively('a', NEVER, work)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(work).not.toHaveBeenCalled();
  });
});
