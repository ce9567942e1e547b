import { randomBytes } from 'node:crypto';
import {
  createBullQueue,
  createInProcessQueue,
  startBullWorkers,
  type RetryPolicy,
} from '../../src/assessment/queue/index.ts';
import type { AssessmentQueue, AssessmentRef, JobHandlers } from '../../src/assessment/ports.ts';
import { MODALITY_IDS } from '../../src/domain/index.ts';

/** Fast enough for tests, slow enough that a second try is not mistaken for the first. */
export const RETRY: RetryPolicy = { attempts: 3, backoffMs: 20 };

export interface OpenQueue {
  readonly queue: AssessmentQueue;
  /** Another way to the same queue: another process's, where the adapter knows such a thing. */
  readonly other: AssessmentQueue;
  readonly closeWorkers: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export type OpenAdapter = (handlers: JobHandlers, concurrency?: number) => OpenQueue;

export const openInProcess: OpenAdapter = (handlers, concurrency = 4) => {
  const queue = createInProcessQueue(handlers, { concurrency, retry: RETRY });
  return { queue, other: queue, closeWorkers: () => queue.close(), close: () => queue.close() };
};

/** For tests that are not about speed: this machine may be busy with others. */
export const PATIENT_MS = 5000;

/** Each opening under a prefix of its own: the server is shared by the run's test files. */
export const openBull =
  (connection: string, prefix?: string, limitMs = PATIENT_MS): OpenAdapter =>
  (handlers, concurrency = 4) => {
    const shared = { connection, prefix: prefix ?? `test-${randomBytes(6).toString('hex')}` };
    const queue = createBullQueue({ ...shared, retry: RETRY, limitMs });
    const other = createBullQueue({ ...shared, retry: RETRY, limitMs });
    const workers = startBullWorkers({ ...shared, handlers, modalities: MODALITY_IDS, concurrency });
    return {
      queue,
      other,
      closeWorkers: () => workers.close(),
      close: async () => {
        await workers.close();
        await Promise.all([queue.close(), other.close()]);
      },
    };
  };

export const newRef = (patientId = 'patient-1'): AssessmentRef => ({
  tenant: 'north',
  patientId,
  landmarkDate: '2026-03-01',
  fingerprint: randomBytes(32).toString('hex'),
  resourcesFingerprint: randomBytes(32).toString('hex'),
  modelDigest: 'ab'.repeat(32),
});

/** Handlers that write down what ran; each can be given a behaviour. */
export interface Recorder extends JobHandlers {
  readonly ran: string[];
  readonly refs: AssessmentRef[];
  modality: JobHandlers['modality'];
  fusion: JobHandlers['fusion'];
}

export function recorder(behaviour: Partial<Record<string, () => Promise<void>>> = {}): Recorder {
  const ran: string[] = [];
  const refs: AssessmentRef[] = [];
  const step = async (name: string, ref: AssessmentRef): Promise<void> => {
    ran.push(name);
    refs.push(ref);
    await behaviour[name]?.();
  };
  return {
    ran,
    refs,
    modality: (ref, modality) => step(modality, ref),
    fusion: (ref) => step('fusion', ref),
  };
}

export const inTime = (ms = 10_000): AbortSignal => AbortSignal.timeout(ms);

/** A gate that handlers wait at until the test opens it. */
export function createGate(): { readonly passed: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return {
    passed: promise,
    open: () => {
      resolve(undefined);
    },
  };
}
