/** What only the BullMQ adapter has to stand: Redis away and back, what Redis gets to hold, foreign jobs. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, expect, it, vi } from 'vitest';
import { createBullQueue, startBullWorkers } from '../../src/assessment/queue/index.ts';
import { CdsError, MODALITY_IDS } from '../../src/domain/index.ts';
import { freePort } from '../setup/service.ts';
import { startRedis } from '../setup/redis.ts';
import { describeWith } from '../setup/requires.ts';
import { createGate, inTime, newRef, openBull, PATIENT_MS, recorder, RETRY } from './queue-adapters.ts';

const BOTH = ['metabolomics', 'cfdna'] as const;
const COMPLETED = { state: 'completed' };

const closers: (() => Promise<unknown>)[] = [];
const closing = <T extends { close?(): Promise<unknown>; stop?(): Promise<unknown> }>(thing: T): T => {
  closers.push(() => thing.close?.() ?? thing.stop?.() ?? Promise.resolve());
  return thing;
};
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Every key of a server with all that is in it, as text. */
async function dump(address: string): Promise<string[]> {
  const redis = new Redis(address);
  const read = async (key: string): Promise<unknown> => {
    const type = await redis.type(key);
    if (type === 'hash') return redis.hgetall(key);
    if (type === 'list') return redis.lrange(key, 0, -1);
    if (type === 'set') return redis.smembers(key);
    if (type === 'zset') return redis.zrange(key, '0', '-1');
    if (type === 'stream') return redis.xrange(key, '-', '+');
    return redis.get(key);
  };
  const keys = await redis.keys('*');
  const all = await Promise.all(keys.map(async (key) => `${key} = ${JSON.stringify(await read(key))}`));
  redis.disconnect();
  return all;
}

describeWith('redis-server', 'BullMQ and what Redis holds', () => {
  const MARKER = 'tumour fraction 0.173 of Jane Roe';

  it('is references, codes and nothing of results or errors, while jobs run and after', async () => {
    const server = closing(await startRedis());
    let tries = 0;
    const gate = createGate();
    const handlers = recorder({
      metabolomics: () => {
        const error = new CdsError('FHIR_TIMEOUT', MARKER, { cause: new Error(MARKER) });
        return ++tries === 1 ? Promise.reject(error) : Promise.resolve();
      },
      cfdna: () => Promise.reject(new TypeError(MARKER)),
      fusion: () => gate.passed,
    });
    // A handler that returns a result all the same.
    const leaky = { ...handlers, fusion: () => gate.passed.then(() => MARKER as unknown as undefined) };
    const { queue } = closing(openBull(server.address, 'scan')(leaky));
    const failing = newRef('patient-failing');
    const running = newRef('patient-running');
    await queue.submit(Object.assign({ token: MARKER }, failing), BOTH);
    await queue.submit(running, []);
    expect(await queue.wait(failing.fingerprint, inTime())).toEqual({ state: 'failed', code: 'INTERNAL' });

    const during = await dump(server.address);
    expect(during.join('\n')).toContain('patient-running'); // the scan sees payloads
    expect(during.join('\n')).toContain('INTERNAL');
    for (const line of during) expect(line).not.toMatch(/0\.173|Jane Roe|TypeError/);
    // The failed job is gone, with its children; keys never name the patient.
    expect(during.join('\n')).not.toContain('patient-failing');
    for (const line of during) expect(line.split(' = ')[0]).not.toContain('patient-');

    gate.open();
    expect(await queue.wait(running.fingerprint, inTime())).toEqual(COMPLETED);
    const after = (await dump(server.address)).join('\n');
    expect(after).not.toMatch(/patient-|0\.173|Jane Roe/);
  });

  it('a payload that is not ours fails as INTERNAL and reaches no handler', async () => {
    const server = closing(await startRedis());
    const handlers = recorder();
    const { queue } = closing(openBull(server.address, 'foreign')(handlers));
    const redis = new Redis(server.address);
    closers.push(() => redis.quit());
    const fusion = closing(new Queue('fusion', { connection: redis, prefix: 'foreign' }));
    await fusion.add('x', { patientId: 7 }, { jobId: 'strange', removeOnFail: true });
    await vi.waitFor(async () => {
      expect(await fusion.getJob('strange')).toBeUndefined();
    });
    const ref = newRef();
    await queue.submit(ref, BOTH);
    expect(await queue.wait(ref.fingerprint, inTime())).toEqual(COMPLETED);
    for (const given of handlers.refs) expect(given).toEqual(ref);
  });
});

describeWith('redis-server', 'BullMQ with Redis away', () => {
  it('a submit is refused within 250 ms when there never was one, and works once there is', async () => {
    const port = await freePort();
    const connection = `redis://127.0.0.1:${port}`;
    const { queue } = closing(openBull(connection, undefined, 250)(recorder()));
    for (let i = 0; i < 3; i++) {
      const started = performance.now();
      await expect(queue.submit(newRef(), BOTH)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
      expect(performance.now() - started).toBeLessThan(1000);
    }
    closing(await startRedis({ port }));
    const ref = newRef();
    await vi.waitFor(() => queue.submit(ref, BOTH), { timeout: 5000, interval: 50 });
    expect(await queue.wait(ref.fingerprint, inTime())).toEqual(COMPLETED);
  });

  it('down and back (empty): refused meanwhile, then new jobs run', async () => {
    const first = closing(await startRedis());
    const { queue } = closing(openBull(first.address, undefined, 250)(recorder()));
    const before = newRef();
    await vi.waitFor(() => queue.submit(before, BOTH));
    expect(await queue.wait(before.fingerprint, inTime())).toEqual(COMPLETED);

    await first.stop();
    const started = performance.now();
    await expect(queue.submit(newRef(), BOTH)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    expect(await queue.wait(before.fingerprint, AbortSignal.timeout(50))).toEqual({ state: 'pending' });
    expect(performance.now() - started).toBeLessThan(1000);

    closing(await startRedis({ port: first.port }));
    const after = newRef();
    await vi.waitFor(() => queue.submit(after, BOTH), { timeout: 5000, interval: 50 });
    expect(await queue.wait(after.fingerprint, inTime(15_000))).toEqual(COMPLETED);
  });

  it('a job lost with its Redis is told to those who wait for it', async () => {
    const first = closing(await startRedis());
    const queue = closing(
      createBullQueue({ connection: first.address, prefix: 'lost', retry: RETRY, limitMs: PATIENT_MS }),
    );
    const ref = newRef();
    await queue.submit(ref, BOTH); // no workers: it stays
    const waiting = queue.wait(ref.fingerprint, inTime());
    await first.stop();
    closing(await startRedis({ port: first.port }));
    expect(await waiting).toEqual({ state: 'failed', code: 'QUEUE_UNAVAILABLE' });
  });

  it('queue and workers close within 3 s when it went away while they ran, and when it never was there', async () => {
    const gone = closing(await startRedis());
    const used = openBull(gone.address)(recorder());
    const ref = newRef();
    await used.queue.submit(ref, BOTH);
    expect(await used.queue.wait(ref.fingerprint, inTime())).toEqual(COMPLETED);
    await gone.stop();
    const never = openBull(`redis://127.0.0.1:${await freePort()}`)(recorder());
    await sleep(100);
    const started = performance.now();
    await Promise.all([used.close(), never.close()]);
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('a step that runs when it goes away comes to its end before the workers close', async () => {
    const server = closing(await startRedis());
    const gate = createGate();
    const handlers = recorder({ cfdna: () => gate.passed });
    const open = openBull(server.address)(handlers);
    await open.queue.submit(newRef(), ['cfdna']);
    await vi.waitFor(() => {
      expect(handlers.ran).toEqual(['cfdna']);
    });
    await server.stop();
    let closed = false;
    const close = open.close().then(() => {
      closed = true;
    });
    await sleep(1000);
    expect(closed).toBe(false);
    gate.open();
    await close;
  });

  it('a server that accepts and says nothing is refused in time too', async () => {
    const server = closing(await startRedis());
    closers.push(async () => {
      process.kill(server.pid, 'SIGCONT');
      await server.stop();
    });
    const queue = closing(createBullQueue({ connection: server.address, prefix: 'silent', retry: RETRY }));
    await vi.waitFor(() => queue.submit(newRef(), BOTH));
    process.kill(server.pid, 'SIGSTOP');
    for (let i = 0; i < 3; i++) {
      const started = performance.now();
      await expect(queue.submit(newRef(), BOTH)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
      expect(performance.now() - started).toBeLessThan(1000);
    }
    process.kill(server.pid, 'SIGCONT');
    await vi.waitFor(() => queue.submit(newRef(), BOTH), { timeout: 5000, interval: 50 });
  });
});

describeWith('redis-server', 'BullMQ over processes', (connection) => {
  const shared = () => ({ connection, prefix: `test-${randomBytes(6).toString('hex')}` });

  it('a queue made after the end still tells how it ended', async () => {
    const site = shared();
    const handlers = recorder({ cfdna: () => Promise.reject(new CdsError('MODEL_MISSING')) });
    const first = closing(openBull(connection, site.prefix)(handlers));
    const ref = newRef();
    await first.queue.submit(ref, ['cfdna']);
    expect(await first.queue.wait(ref.fingerprint, inTime())).toMatchObject({ state: 'failed' });
    const late = closing(createBullQueue({ ...site, limitMs: PATIENT_MS }));
    expect(await late.wait(ref.fingerprint, inTime())).toEqual({ state: 'failed', code: 'MODEL_MISSING' });
  });

  it('workers that take some modalities only leave the others to others', async () => {
    const site = shared();
    const [gpu, cpu] = [recorder(), recorder()];
    const queue = closing(createBullQueue({ ...site, retry: RETRY, limitMs: PATIENT_MS }));
    closing(
      startBullWorkers({ ...site, handlers: gpu, modalities: ['radiomics'], concurrency: 1, fusion: false }),
    );
    const ref = newRef();
    await queue.submit(ref, MODALITY_IDS);
    await vi.waitFor(() => {
      expect(gpu.ran).toEqual(['radiomics']);
    });
    expect(await queue.wait(ref.fingerprint, AbortSignal.timeout(100))).toEqual({ state: 'pending' });
    closing(
      startBullWorkers({ ...site, handlers: cpu, modalities: ['metabolomics', 'cfdna'], concurrency: 1 }),
    );
    expect(await queue.wait(ref.fingerprint, inTime())).toEqual(COMPLETED);
    expect(gpu.ran).toEqual(['radiomics']);
    expect([...cpu.ran].sort()).toEqual(['cfdna', 'fusion', 'metabolomics']);
  });

  it('a worker that closes leaves the rest of its job to the next one', async () => {
    const site = shared();
    const handlers = recorder({ cfdna: () => sleep(50) });
    const workers = { ...site, handlers, modalities: BOTH, concurrency: 1 };
    const queue = closing(createBullQueue({ ...site, retry: RETRY, limitMs: PATIENT_MS }));
    const first = startBullWorkers(workers);
    const ref = newRef();
    await queue.submit(ref, ['cfdna']);
    await vi.waitFor(() => {
      expect(handlers.ran).toEqual(['cfdna']);
    });
    await first.close();
    closing(startBullWorkers(workers));
    expect(await queue.wait(ref.fingerprint, inTime())).toEqual(COMPLETED);
  });
});
