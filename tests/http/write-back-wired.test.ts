/** The service as it is started, with its own queue and client: from a hook's request to the FHIR server, and no double. */
import type { AuditEvent, RiskAssessment } from 'fhir/r4.js';
import { Redis } from 'ioredis';
import request from 'supertest';
import { expect, it, vi } from 'vitest';
import { startWorker } from '../../src/app/index.ts';
import { anAssessment } from '../contract/records-for-tests.ts';
import { describeWith } from '../setup/requires.ts';
import { hookRequest, SERVICE_PATH, startStack, TODAY, type Stack } from './running-service.ts';

const PATIENT = 'demo-high-10-months';
const WITHIN = { timeout: 20_000, interval: 100 };
const tenant = { writeBack: { enabled: true, diagnosticReport: true, auditEvents: true } };

const openChart = (stack: Stack) =>
  request(stack.service.url).post(SERVICE_PATH).send(hookRequest(PATIENT, stack.fhirBaseUrl));

const found = async <T>({ fhirBaseUrl }: Stack, type: string): Promise<T[]> => {
  const bundle = (await (await fetch(`${fhirBaseUrl}/${type}`)).json()) as { entry?: { resource: T }[] };
  return (bundle.entry ?? []).map(({ resource }) => resource);
};

const expectWritten = async (stack: Stack): Promise<void> => {
  await vi.waitFor(async () => {
    expect(await found(stack, 'RiskAssessment')).toHaveLength(1);
    expect(await found(stack, 'Provenance')).toHaveLength(1);
    const accesses = await found<AuditEvent>(stack, 'AuditEvent');
    expect(accesses.map(({ action }) => action)).toEqual(expect.arrayContaining(['E', 'U']));
    expect(await stack.service.core.outbox.list('test')).toEqual([]);
  }, WITHIN);
  const [risk] = await found<RiskAssessment>(stack, 'RiskAssessment');
  expect(risk?.occurrenceDateTime).toBe(TODAY);
};

it('without Redis: writes results and accesses by itself', async () => {
  const stack = await startStack({ tenant });
  try {
    await openChart(stack);
    await expectWritten(stack);
  } finally {
    await stack.close();
  }
});

describeWith('redis-server', 'with Redis', (redisUrl) => {
  const start = () =>
    startStack({ tenant, queue: { redisUrl }, store: { key: Buffer.alloc(32, 9).toString('base64') } });
  const workerOf = ({ service }: Stack) => {
    const { config, clock, log } = service.core;
    return startWorker({ config, clock, log });
  };

  it('a worker writes what a worker computed', async () => {
    const stack = await start();
    const worker = await workerOf(stack);
    try {
      await openChart(stack);
      await expectWritten(stack);
    } finally {
      await worker.close();
      await stack.close();
    }
  });

  it('a worker that is told to end in the middle of a job queues what the job computes, for others to write', async () => {
    const stack = await start();
    const first = await workerOf(stack);
    try {
      stack.faults.mode = 'slow';
      stack.faults.delayMs = 300;
      const { prefix } = stack.service.core.config.queue;
      const opened = openChart(stack).then(() => undefined);
      const redis = new Redis(redisUrl);
      try {
        await vi.waitFor(async () => {
          const running = await redis.llen(`${prefix}:fusion:active`);
          expect(running).toBe(1);
        }, WITHIN);
        await first.close();
        await opened;
        expect(await stack.service.core.outbox.list('test')).toHaveLength(1);
        const ids = await redis.lrange(`${prefix}:tasks:wait`, 0, -1);
        const kinds = await Promise.all(ids.map((id) => redis.hget(`${prefix}:tasks:${id}`, 'data')));
        expect(kinds.filter((data) => data?.includes('write-back'))).toHaveLength(1);
      } finally {
        redis.disconnect();
      }
    } finally {
      stack.faults.mode = 'ok';
      await stack.close();
    }
  });

  it('what is on record without a task, a worker that starts takes up', async () => {
    const stack = await start();
    const { store, outbox } = stack.service.core;
    const result = anAssessment({ tenant: 'test', patientId: PATIENT, landmarkDate: TODAY });
    try {
      await store.putAssessment(result);
      await outbox.put(result);
      const worker = await workerOf(stack);
      await vi.waitFor(async () => {
        expect(await outbox.list('test')).toEqual([]);
      }, WITHIN);
      await worker.close();
      const [risk] = await found<RiskAssessment>(stack, 'RiskAssessment');
      expect(risk?.extension?.[1]?.valueId).toBe(result.fingerprint);
    } finally {
      await stack.close();
    }
  });
});
