import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Task, TaskHandlers } from '../../src/assessment/ports.ts';
import { CdsError } from '../../src/domain/index.ts';
import { describeWith } from '../setup/requires.ts';
import { createGate, RETRY } from './queue-adapters.ts';
import {
  assess,
  openTasksInProcess,
  openTasksOnBull,
  taskRecorder,
  type OpenTasks,
  type OpenTasksAdapter,
} from './task-adapters.ts';

/** What a rule of `* * * * * *` may take to run twice on a busy machine. */
const SCHEDULED = { timeout: 10_000, interval: 20 };
/** Longer than any step here would need: what has not happened by then does not happen. */
const QUIET_MS = 300;

function contract(openAdapter: OpenTasksAdapter): void {
  const opened: OpenTasks[] = [];
  const open = (handlers: TaskHandlers, concurrency?: number): OpenTasks => {
    const tasks = openAdapter(handlers, concurrency);
    opened.push(tasks);
    return tasks;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((tasks) => tasks.close()));
  });

  it('runs the handler of the kind with the fields of the kind only', async () => {
    const handlers = taskRecorder();
    const { tasks } = open(handlers);
    const all: Task[] = [
      assess(),
      { kind: 'write-back', tenant: 'north', patientId: 'patient-1', fingerprint: 'ab' },
      { kind: 'sweep', tenant: 'north' },
      { kind: 'find-patient', tenant: 'north', reference: 'Observation/7' },
      { kind: 'catch-up', tenant: 'north' },
    ];
    for (const task of all) await tasks.add(Object.assign({ token: 'secret' }, task));
    await vi.waitFor(() => {
      expect(handlers.ran).toHaveLength(all.length);
    });
    expect(handlers.ran).toEqual(expect.arrayContaining(all));
  });

  describe('like tasks', () => {
    it('that wait are one, by two ways; of other patients and tenants they are others', async () => {
      const handlers = taskRecorder();
      const { tasks, other } = open(handlers);
      const ways = Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? tasks : other));
      await Promise.all(ways.map((way) => way.add(assess(), { delayMs: 300 })));
      await tasks.add(assess('patient-2'), { delayMs: 300 });
      await tasks.add(assess('patient-1', 'south'), { delayMs: 300 });
      await sleep(300 + 2 * QUIET_MS);
      expect(handlers.ran).toHaveLength(3);
    });

    it('that come while one runs run once more after it, never beside it', async () => {
      const gate = createGate();
      let beside = 0;
      let most = 0;
      const handlers = taskRecorder(async () => {
        most = Math.max(most, ++beside);
        await gate.passed;
        beside--;
      });
      const { tasks, other } = open(handlers);
      await tasks.add(assess());
      await vi.waitFor(() => {
        expect(handlers.ran).toHaveLength(1);
      });
      for (const way of [other, tasks, other]) await way.add(assess());
      await sleep(QUIET_MS);
      expect(handlers.ran).toHaveLength(1);
      gate.open();
      await vi.waitFor(() => {
        expect(handlers.ran).toHaveLength(2);
      });
      await sleep(QUIET_MS);
      expect([handlers.ran.length, most]).toEqual([2, 1]);
    });

    it('once done may come again, also after a failure for good', async () => {
      const handlers = taskRecorder(() => Promise.reject(new CdsError('FHIR_REFUSED')));
      const { tasks } = open(handlers);
      for (const times of [1, 2, 3]) {
        await tasks.add(assess());
        await vi.waitFor(() => {
          expect(handlers.ran).toHaveLength(times);
        });
        await sleep(50);
      }
    });
  });

  it('a delay is kept', async () => {
    const handlers = taskRecorder();
    const { tasks } = open(handlers);
    const added = performance.now();
    let ranAfter = 0;
    await tasks.add(assess(), { delayMs: 400 });
    await vi.waitFor(
      () => {
        expect(handlers.ran).toHaveLength(1);
        ranAfter = performance.now() - added;
      },
      { interval: 5, timeout: 5000 },
    );
    expect(ranAfter).toBeGreaterThan(380);
  });

  it('that adds its like, for later, while it runs, comes again then and not at once', async () => {
    const at: number[] = [];
    const handlers = taskRecorder(async (task) => {
      at.push(performance.now());
      if (at.length === 1) await opened.at(-1)?.tasks.add(task, { delayMs: 400 });
    });
    await open(handlers).tasks.add(assess());
    await vi.waitFor(
      () => {
        expect(at).toHaveLength(2);
      },
      { interval: 5, timeout: 5000 },
    );
    expect(at[1]! - at[0]!).toBeGreaterThan(380);
  });

  describe('failure', () => {
    it('that can heal is tried again, with growing waits', async () => {
      const at: number[] = [];
      const handlers = taskRecorder(() => {
        at.push(performance.now());
        return at.length < RETRY.attempts
          ? Promise.reject(new CdsError('FHIR_UNREACHABLE'))
          : Promise.resolve();
      });
      const { tasks } = open(handlers);
      await tasks.add(assess());
      await vi.waitFor(() => {
        expect(at).toHaveLength(RETRY.attempts);
      });
      expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(RETRY.backoffMs - 2);
      expect(at[2]! - at[1]!).toBeGreaterThanOrEqual(2 * RETRY.backoffMs - 2);
      await sleep(QUIET_MS);
      expect(at).toHaveLength(RETRY.attempts);
    });

    it('that never heals ends after all tries; foreign and final ones at once', async () => {
      const handlers = taskRecorder((task) => {
        if (task.kind === 'sweep') return Promise.reject(new CdsError('QUEUE_UNAVAILABLE'));
        if (task.kind === 'catch-up') return Promise.reject(new CdsError('CONFIG_INVALID'));
        throw new TypeError('Jane Roe');
      });
      const { tasks } = open(handlers);
      await tasks.add(assess());
      await tasks.add({ kind: 'sweep', tenant: 'north' });
      await tasks.add({ kind: 'catch-up', tenant: 'north' });
      await sleep(RETRY.backoffMs * 2 ** RETRY.attempts + 2 * QUIET_MS);
      const times = (kind: Task['kind']) => handlers.ran.filter((task) => task.kind === kind).length;
      expect([times('assess'), times('sweep'), times('catch-up')]).toEqual([1, RETRY.attempts, 1]);
    });
  });

  describe('schedules', () => {
    const EVERY_SECOND = { cron: '* * * * * *', timeZone: 'Asia/Shanghai' };
    const NEXT_YEAR = { cron: '0 2 1 1 *', timeZone: 'UTC' };

    it('a rule runs its task again and again; asked for by two it is one', async () => {
      const handlers = taskRecorder();
      const { tasks, other } = open(handlers);
      for (const way of [tasks, other]) await way.schedule({ kind: 'sweep', tenant: 'north' }, EVERY_SECOND);
      const started = performance.now();
      await vi.waitFor(() => {
        expect(handlers.ran.length).toBeGreaterThanOrEqual(2);
      }, SCHEDULED);
      const seconds = (performance.now() - started) / 1000;
      expect(handlers.ran.length).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
      expect(handlers.ran[0]).toEqual({ kind: 'sweep', tenant: 'north' });
    });

    it('of the same task the last rule counts; of another tenant it is another', async () => {
      const handlers = taskRecorder();
      const { tasks } = open(handlers);
      await tasks.schedule({ kind: 'sweep', tenant: 'north' }, EVERY_SECOND);
      await tasks.schedule({ kind: 'sweep', tenant: 'north' }, NEXT_YEAR);
      await tasks.schedule({ kind: 'sweep', tenant: 'south' }, EVERY_SECOND);
      await vi.waitFor(() => {
        expect(handlers.ran.filter(({ tenant }) => tenant === 'south').length).toBeGreaterThanOrEqual(2);
      }, SCHEDULED);
      expect(handlers.ran.filter(({ tenant }) => tenant === 'north').length).toBeLessThanOrEqual(1);
    });

    it('a task that is due while its like still runs waits for it', async () => {
      let beside = 0;
      let most = 0;
      const handlers = taskRecorder(async () => {
        most = Math.max(most, ++beside);
        await sleep(1500);
        beside--;
      });
      const { tasks } = open(handlers);
      await tasks.schedule({ kind: 'sweep', tenant: 'north' }, EVERY_SECOND);
      await vi.waitFor(() => {
        expect(handlers.ran.length).toBeGreaterThanOrEqual(2);
      }, SCHEDULED);
      expect(most).toBe(1);
    });

    it.each(['61 * * * *', 'every night of it', '0 0 31 2 *'])('%s is refused', async (cron) => {
      const { tasks } = open(taskRecorder());
      await expect(
        tasks.schedule({ kind: 'sweep', tenant: 'north' }, { cron, timeZone: 'UTC' }),
      ).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    });
  });

  describe('close', () => {
    it('of the workers lets the running task end and starts none after', async () => {
      const gate = createGate();
      let ended = false;
      const handlers = taskRecorder(async () => {
        await gate.passed;
        ended = true;
      });
      const { tasks, closeWorkers } = open(handlers, 1);
      await tasks.add(assess());
      await vi.waitFor(() => {
        expect(handlers.ran).toHaveLength(1);
      });
      await tasks.add(assess('patient-2'));
      let closed = false;
      const closing = closeWorkers().then(() => {
        closed = true;
      });
      await sleep(100);
      expect(closed).toBe(false);
      gate.open();
      await closing;
      expect(ended).toBe(true);
      await sleep(100);
      expect(handlers.ran).toHaveLength(1);
    });

    it('refuses tasks and rules afterwards; twice does no harm', async () => {
      const { tasks } = open(taskRecorder());
      await tasks.close();
      await tasks.close();
      await expect(tasks.add(assess())).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
      const rule = { cron: '0 2 * * *', timeZone: 'UTC' };
      await expect(tasks.schedule({ kind: 'sweep', tenant: 'north' }, rule)).rejects.toMatchObject({
        code: 'QUEUE_UNAVAILABLE',
      });
    });
  });

  it('runs no more tasks at a time than told', async () => {
    let running = 0;
    let most = 0;
    const handlers = taskRecorder(async () => {
      most = Math.max(most, ++running);
      await sleep(20);
      running--;
    });
    const { tasks } = open(handlers, 2);
    await Promise.all(Array.from({ length: 8 }, (_, i) => tasks.add(assess(`patient-${i}`))));
    await vi.waitFor(() => {
      expect(handlers.ran).toHaveLength(8);
    });
    expect(most).toBe(2);
  });
}

describe('TaskQueue in process', () => {
  contract(openTasksInProcess);
});
describeWith('redis-server', 'TaskQueue on BullMQ', (address) => {
  contract((handlers, concurrency) => openTasksOnBull(address)(handlers, concurrency));
});
