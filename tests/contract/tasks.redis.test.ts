/** What only the BullMQ adapter of tasks has to stand: Redis away and back, what Redis gets to hold, foreign jobs. */
import { randomBytes } from 'node:crypto';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, expect, it, vi } from 'vitest';
import { createBullTasks, startTaskWorkers } from '../../src/assessment/tasks/index.ts';
import { CdsError } from '../../src/domain/index.ts';
import { startRedis } from '../setup/redis.ts';
import { describeWith } from '../setup/requires.ts';
import { freePort } from '../setup/service.ts';
import { createGate, RETRY } from './queue-adapters.ts';
import { assess, openTasksOnBull, taskRecorder } from './task-adapters.ts';

const closers: (() => Promise<unknown>)[] = [];
const closing = <T extends { close?(): Promise<unknown>; stop?(): Promise<unknown> }>(thing: T): T => {
  closers.push(() => thing.close?.() ?? thing.stop?.() ?? Promise.resolve());
  return thing;
};
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Every key of a server with all that is in it, as text. */
async function dump(address: string): Promise<{ keys: string; all: string }> {
  const redis = new Redis(address);
  const read = async (key: string): Promise<unknown> => {
    const type = await redis.type(key);
    if (type === 'hash') return redis.hgetall(key);
    if (type === 'list') return redis.lrange(key, 0, -1);
    if (type === 'zset') return redis.zrange(key, '0', '-1');
    if (type === 'stream') return redis.xrange(key, '-', '+');
    return type === 'string' ? redis.get(key) : redis.smembers(key);
  };
  const keys = await redis.keys('*');
  const all = await Promise.all(keys.map(async (key) => JSON.stringify(await read(key))));
  redis.disconnect();
  return { keys: keys.join('\n'), all: all.join('\n') };
}

describeWith('redis-server', 'tasks and what Redis holds', () => {
  const MARKER = 'tumour fraction 0.173 of Jane Roe';

  it('is references and codes, in no key a patient, and nothing once they are done', async () => {
    const server = closing(await startRedis());
    const gate = createGate();
    let tries = 0;
    const handlers = taskRecorder((task) => {
      if (task.kind === 'sweep') return gate.passed;
      if (task.kind === 'catch-up') throw new TypeError(MARKER);
      const error = new CdsError('FHIR_TIMEOUT', MARKER, { cause: new Error(MARKER) });
      return ++tries === 1 ? Promise.reject(error) : gate.passed;
    });
    const { tasks } = closing(openTasksOnBull(server.address, 'scan')(handlers));
    await tasks.add(Object.assign({ token: MARKER }, assess('patient-running')));
    await tasks.add({ kind: 'sweep', tenant: 'north' });
    await tasks.add({ kind: 'catch-up', tenant: 'north' });
    await tasks.add(assess('patient-waiting'), { delayMs: 60_000 });
    await vi.waitFor(() => {
      expect([handlers.ran.length, tries]).toEqual([4, 2]);
    });
    await tasks.add(assess('patient-running')); // kept till the running one has ended
    const during = await dump(server.address);
    expect(during.all).toContain('patient-running'); // the scan sees payloads
    expect(during.all).toContain('patient-waiting');
    expect(during.keys).not.toContain('patient-');
    expect(during.keys + during.all).not.toMatch(/0\.173|Jane Roe|TypeError/);

    gate.open();
    await vi.waitFor(async () => {
      const after = await dump(server.address);
      expect(handlers.ran).toHaveLength(5);
      expect(after.all).not.toMatch(/patient-running|0\.173|Jane Roe/);
      expect(after.keys).not.toContain('patient-');
    });
  });

  it('a payload that is not ours reaches no handler, and the queue goes on', async () => {
    const server = closing(await startRedis());
    const handlers = taskRecorder();
    const { tasks } = closing(openTasksOnBull(server.address, 'foreign')(handlers));
    const redis = new Redis(server.address);
    closers.push(() => redis.quit());
    const queue = closing(new Queue('tasks', { connection: redis, prefix: 'foreign' }));
    const strange = [{ patientId: 7 }, { kind: 'toString', tenant: 'north' }, { kind: 'assess', tenant: 1 }];
    for (const data of strange) await queue.add('task', data, { removeOnFail: true });
    await tasks.add(assess());
    await vi.waitFor(() => {
      expect(handlers.ran).toEqual([assess()]);
    });
    await vi.waitFor(async () => {
      expect(await queue.getJobCounts('wait', 'active', 'failed')).toEqual({ wait: 0, active: 0, failed: 0 });
    });
  });
});

describeWith('redis-server', 'how long tasks are tried', () => {
  it('unless told otherwise: longer than a FHIR server takes to restart', async () => {
    const server = closing(await startRedis());
    const tasks = closing(createBullTasks({ connection: server.address, prefix: 'retry' }));
    await vi.waitFor(() => tasks.add(assess()));
    const redis = new Redis(server.address);
    closers.push(() => redis.quit());
    const { attempts, backoff } = JSON.parse((await redis.hget('retry:tasks:1', 'opts')) ?? '{}') as {
      attempts: number;
      backoff: { delay: number };
    };
    // The waits between them double: what all of them together are.
    expect(backoff.delay * (2 ** (attempts - 1) - 1)).toBeGreaterThan(900_000);
  });
});

describeWith('redis-server', 'tasks with Redis away', () => {
  const RULE = { cron: '0 2 * * *', timeZone: 'UTC' };

  it('are refused within 250 ms when there never was one, and taken once there is', async () => {
    const port = await freePort();
    const shared = { connection: `redis://127.0.0.1:${port}`, prefix: 'late', retry: RETRY };
    const handlers = taskRecorder();
    const tasks = closing(createBullTasks(shared));
    closing(startTaskWorkers({ ...shared, handlers, concurrency: 2 }));
    for (const attempt of [() => tasks.add(assess()), () => tasks.schedule(assess(), RULE)]) {
      const started = performance.now();
      await expect(attempt()).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
      expect(performance.now() - started).toBeLessThan(1000);
    }
    closing(await startRedis({ port }));
    await vi.waitFor(() => tasks.add(assess()), { timeout: 5000, interval: 50 });
    await vi.waitFor(
      () => {
        expect(handlers.ran).toEqual([assess()]);
      },
      { timeout: 5000 },
    );
  });

  it('a Redis that accepts and says nothing is refused in time too', async () => {
    const server = closing(await startRedis());
    const tasks = closing(createBullTasks({ connection: server.address, prefix: 'silent', retry: RETRY }));
    await vi.waitFor(() => tasks.add(assess()));
    process.kill(server.pid, 'SIGSTOP');
    closers.push(() => Promise.resolve(process.kill(server.pid, 'SIGCONT')));
    const started = performance.now();
    await expect(tasks.add(assess('patient-2'))).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('queue and workers close within 3 s when it went away while they ran', async () => {
    const server = closing(await startRedis());
    const handlers = taskRecorder();
    const open = openTasksOnBull(server.address)(handlers);
    await open.tasks.add(assess());
    await vi.waitFor(() => {
      expect(handlers.ran).toHaveLength(1);
    });
    await server.stop();
    const started = performance.now();
    await open.close();
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

describeWith('redis-server', 'tasks over processes', (connection) => {
  it('wait for a worker, and outlive the process that added them; one schedule serves two workers', async () => {
    const shared = {
      connection,
      prefix: `test-${randomBytes(6).toString('hex')}`,
      retry: RETRY,
      limitMs: 5000,
    };
    const tasks = createBullTasks(shared);
    await tasks.add(assess());
    await tasks.schedule({ kind: 'sweep', tenant: 'north' }, { cron: '* * * * * *', timeZone: 'UTC' });
    await tasks.close();
    const handlers = taskRecorder();
    for (let each = 0; each < 2; each++) closing(startTaskWorkers({ ...shared, handlers, concurrency: 1 }));
    const started = performance.now();
    const sweeps = () => handlers.ran.filter(({ kind }) => kind === 'sweep').length;
    await vi.waitFor(
      () => {
        expect(sweeps()).toBeGreaterThanOrEqual(2);
      },
      { timeout: 10_000 },
    );
    expect(sweeps()).toBeLessThanOrEqual(Math.ceil((performance.now() - started) / 1000) + 1);
    expect(handlers.ran.filter(({ kind }) => kind === 'assess')).toEqual([assess()]);
  });
});
