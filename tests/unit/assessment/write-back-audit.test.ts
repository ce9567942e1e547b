import type { AuditEvent } from 'fhir/r4.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { auditedSource, createAuditHandler, createAuditTrail } from '../../../src/assessment/index.ts';
import { CdsError } from '../../../src/domain/index.ts';
import { createFhirServer, type Faults } from '../../../src/demo/index.ts';
import {
  createLog,
  createMetrics,
  listen,
  LOOPBACK,
  type Clock,
  type Listening,
} from '../../../src/platform/index.ts';
import { plainFhirClient } from '../../support/plain-fhir-client.ts';
import { memoryTasks, type MemoryTasks } from '../../support/task-queue.ts';

const NEVER = new AbortController().signal;
const HOUR_MS = 3_600_000;

let fhir: Listening;
const faults: Faults = { mode: 'ok' };
let tasks: MemoryTasks;
let now: number;
const clock: Clock = { now: () => new Date(now) };
beforeEach(async () => {
  faults.mode = 'ok';
  now = Date.parse('2026-03-01T09:00:00.000Z');
  fhir = await listen(createFhirServer({ faults }).app, LOOPBACK, 0);
  tasks = memoryTasks();
});
afterEach(() => fhir.close());

const start = (options: { keep?: number; againMs?: number } = {}) => {
  const metrics = createMetrics();
  const log = createLog('silent');
  const trail = createAuditTrail({ tenants: new Set(['north']), clock, log, metrics, ...options });
  const clients = new Map([['north', plainFhirClient(`${fhir.url}/fhir`)]]);
  const audit = createAuditHandler({ clients, tasks, limitMs: 2000, clock, log, metrics });
  return {
    trail,
    drain: () => tasks.drain({ audit }),
    outcomes: async () =>
      Object.fromEntries(
        (await metrics.auditEvents.get()).values.map(({ labels, value }) => [labels.outcome, value]),
      ),
  };
};
const events = async (): Promise<AuditEvent[]> =>
  (await plainFhirClient(`${fhir.url}/fhir`).search(
    'AuditEvent',
    { _count: 100 },
    { signal: NEVER },
  )) as unknown as AuditEvent[];

describe('an access', () => {
  it('becomes an AuditEvent of that moment, one an access', async () => {
    const { trail, drain, outcomes } = start();
    trail.start(tasks);
    trail.record('north', 'patient-1', 'worker-read');
    trail.record('north', 'patient-1', 'worker-read'); // in the same millisecond
    await vi.waitFor(() => {
      expect(tasks.waiting).toHaveLength(2);
    });
    now += HOUR_MS;
    await drain();
    expect((await events()).map(({ recorded, action }) => [recorded, action])).toEqual([
      ['2026-03-01T09:00:00.000Z', 'E'],
      ['2026-03-01T09:00:00.000Z', 'E'],
    ]);
    expect(await outcomes()).toEqual({ written: 2 });
  });

  it('at a site that does not want it leaves no trace', () => {
    const { trail } = start();
    trail.start(tasks);
    trail.record('south', 'patient-1', 'hook-read');
    expect(tasks.waiting).toEqual([]);
  });

  it('is no slower and no worse for what happens to its record', async () => {
    tasks.add = () => {
      throw new Error('broken');
    };
    const { trail } = start();
    trail.start(tasks);
    const source = auditedSource({ read: () => Promise.resolve({ conditions: [] }) }, (patientId) => {
      trail.record('north', patientId, 'worker-read');
    });
    expect(await source.read('patient-1', ['conditions'], NEVER)).toEqual({ conditions: [] });
  });

  it('that failed is none', async () => {
    const recorded = vi.fn();
    const source = auditedSource({ read: () => Promise.reject(new CdsError('FHIR_TIMEOUT')) }, recorded);
    await expect(source.read('patient-1', [], NEVER)).rejects.toMatchObject({ code: 'FHIR_TIMEOUT' });
    expect(recorded).not.toHaveBeenCalled();
  });
});

describe('what cannot be recorded yet', () => {
  it('waits here while the queue is away, and goes when it is back', async () => {
    const { trail } = start({ againMs: 20 });
    tasks.away = true;
    trail.start(tasks);
    for (const patient of ['a', 'b', 'c']) trail.record('north', patient, 'hook-read');
    await vi.waitFor(() => {
      expect(tasks.waiting).toEqual([]);
    });
    tasks.away = false;
    await vi.waitFor(() => {
      expect(tasks.waiting.map(({ task }) => 'patientId' in task && task.patientId)).toEqual(['a', 'b', 'c']);
    });
  });

  it('does not fill the memory: the oldest go, and are counted', async () => {
    const { trail, outcomes } = start({ keep: 2 });
    for (const patient of ['a', 'b', 'c', 'd']) trail.record('north', patient, 'hook-read');
    expect(await outcomes()).toEqual({ lost: 2 });
    trail.start(tasks);
    await vi.waitFor(() => {
      expect(tasks.waiting.map(({ task }) => 'patientId' in task && task.patientId)).toEqual(['c', 'd']);
    });
  });

  it('is handed over when the process ends, or counted as lost', async () => {
    const first = start();
    first.trail.record('north', 'a', 'hook-read');
    first.trail.start(tasks);
    await first.trail.close();
    expect(tasks.waiting).toHaveLength(1);
    const second = start();
    second.trail.record('north', 'b', 'hook-read');
    await second.trail.close();
    expect(await second.outcomes()).toEqual({ lost: 1 });
  });

  it('is queued again while the FHIR server is away, at growing waits, for a day', async () => {
    const { trail, drain, outcomes } = start();
    trail.start(tasks);
    trail.record('north', 'patient-1', 'write-back');
    await vi.waitFor(() => {
      expect(tasks.waiting).toHaveLength(1);
    });
    faults.mode = 'down';
    const waits: number[] = [];
    for (const ageMs of [0, 60_000, 20 * HOUR_MS]) {
      now = Date.parse('2026-03-01T09:00:00.000Z') + ageMs;
      await drain();
      waits.push(tasks.waiting[0]?.delayMs ?? NaN);
    }
    expect(waits).toEqual([10_000, 60_000, HOUR_MS]);
    now += 5 * HOUR_MS;
    await drain();
    expect([tasks.waiting, await outcomes()]).toEqual([[], { 'put-off': 3, lost: 1 }]);
  });

  it('is given up at a refusal, and recorded late where the server came back', async () => {
    const { trail, drain, outcomes } = start();
    trail.start(tasks);
    trail.record('north', 'patient-1', 'hook-read');
    await vi.waitFor(() => {
      expect(tasks.waiting).toHaveLength(1);
    });
    faults.mode = 'error';
    await drain();
    faults.mode = 'ok';
    await drain();
    expect(await events()).toHaveLength(1);
    trail.record('north', 'patient-1', 'hook-read');
    await vi.waitFor(() => {
      expect(tasks.waiting).toHaveLength(1);
    });
    faults.mode = 'refused';
    await drain();
    expect(await outcomes()).toEqual({ 'put-off': 1, written: 1, lost: 1 });
  });
});
