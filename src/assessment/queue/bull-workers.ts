import { setTimeout as sleep } from 'node:timers/promises';
import { UnrecoverableError, Worker, type Job } from 'bullmq';
import { CdsError, type ErrorCode, type ModalityId } from '../../domain/index.ts';
import type { Log } from '../../platform/index.ts';
import type { AssessmentRef, AssessmentWorkers, JobHandlers } from '../ports.ts';
import { BlockingRedis } from '../redis.ts';
import { FUSION_QUEUE, modalityQueue, outcomeKey } from './bull-names.ts';
import { bareRef, firstFailure, isErrorCode, OUTCOME_KEPT_MS, stepFailed, type Step } from './steps.ts';

export interface BullWorkersOptions {
  /** redis:// or rediss:// */
  readonly connection: string;
  readonly prefix: string;
  readonly handlers: JobHandlers;
  /** The modality queues this process takes from: GPU workers radiomics, CPU workers the rest. */
  readonly modalities: readonly ModalityId[];
  /** Jobs at a time from each queue. */
  readonly concurrency: number;
  /** Whether this process also takes fusions; by default it does. */
  readonly fusion?: boolean;
  readonly log?: Log;
}

const REF_FIELDS: readonly (keyof AssessmentRef)[] = [
  'tenant',
  'patientId',
  'landmarkDate',
  'fingerprint',
  'resourcesFingerprint',
  'modelDigest',
];

const AWAY_POLL_MS = 100;
const AWAY_POLLS = 5;

/** @throws {CdsError} INTERNAL: the payload is not one of ours */
function parseRef(data: unknown): AssessmentRef {
  const fields = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
  if (REF_FIELDS.some((field) => typeof fields[field] !== 'string')) {
    throw new CdsError('INTERNAL', 'A job holds no assessment reference.');
  }
  return bareRef(fields as unknown as AssessmentRef);
}

/** What Redis gets to hold of an error: its code. BullMQ retries an Error and not an UnrecoverableError. */
const asJobError = (code: ErrorCode, final: boolean): Error =>
  final ? new UnrecoverableError(code) : new Error(code);

/** The code of a child that failed for good, if one did. One that stalled too often has a text of BullMQ's. */
async function failedChild(job: Job): Promise<ErrorCode | undefined> {
  const failures: Partial<Record<ModalityId, ErrorCode>> = {};
  try {
    for (const [key, reason] of Object.entries(await job.getIgnoredChildrenFailures())) {
      const modality = key.slice(key.lastIndexOf('-') + 1) as ModalityId;
      failures[modality] = isErrorCode(reason) ? reason : 'INTERNAL';
    }
  } catch {
    throw asJobError('QUEUE_UNAVAILABLE', false);
  }
  return firstFailure(failures);
}

/** Workers on BullMQ's queues. They wait while Redis is away; `close` lets running jobs end. */
export function startBullWorkers(options: BullWorkersOptions): AssessmentWorkers {
  const { prefix, handlers, log } = options;
  const redis = new BlockingRedis(options.connection);
  let running = 0;
  let away = false;
  // One line when Redis goes and one when it is back, not one for each queue and attempt.
  const reportOutage = (): void => {
    if (!away) log?.warn({ code: 'QUEUE_UNAVAILABLE' }, 'Redis is away; the worker waits for it');
    away = true;
  };
  redis.on('ready', () => {
    if (away) log?.info('Redis is back');
    away = false;
  });

  /** For `wait` calls after the end. Those who wait already have the event; so a failure here changes nothing. */
  const keepOutcome = async (ref: AssessmentRef, outcome: 'completed' | ErrorCode): Promise<void> => {
    if (redis.status !== 'ready') return;
    await redis
      .set(outcomeKey(prefix, ref.fingerprint), outcome, 'PX', OUTCOME_KEPT_MS)
      .catch(() => undefined);
  };

  const fail = async (error: unknown, job: Job, ref: AssessmentRef, step: Step): Promise<never> => {
    const isLast = (known: CdsError): boolean =>
      !known.kind.retryable || job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
    const failure = stepFailed(error, ref, step, isLast, log);
    if (step === 'fusion' && failure.final) await keepOutcome(ref, failure.code);
    throw asJobError(failure.code, failure.final);
  };

  const readRef = (job: Job): AssessmentRef => {
    try {
      return parseRef(job.data);
    } catch (error) {
      log?.error({ error }, 'job not understood');
      throw asJobError('INTERNAL', true);
    }
  };

  const runModality = async (job: Job, modality: ModalityId, signal: AbortSignal): Promise<void> => {
    const ref = readRef(job);
    try {
      await handlers.modality(ref, modality, signal);
    } catch (error) {
      await fail(error, job, ref, modality);
    }
  };

  const runFusion = async (job: Job, signal: AbortSignal): Promise<void> => {
    const ref = readRef(job);
    const code = await failedChild(job);
    if (code !== undefined) {
      await keepOutcome(ref, code); // its modality's step has logged it
      throw asJobError(code, true);
    }
    try {
      await handlers.fusion(ref, signal);
    } catch (error) {
      await fail(error, job, ref, 'fusion');
    }
    await keepOutcome(ref, 'completed');
  };

  const start = (name: string, run: (job: Job, signal: AbortSignal) => Promise<void>): Worker => {
    // BullMQ gives a signal to processors of three parameters: it aborts when the job's lock is lost.
    const worker = new Worker(
      name,
      async (job, _token, signal) => {
        running++;
        try {
          await run(job, signal ?? new AbortController().signal);
        } finally {
          running--;
        }
      },
      { connection: redis, prefix, concurrency: options.concurrency },
    );
    // Without a listener a connection error would end the process.
    worker.on('error', () => {
      reportOutage();
    });
    return worker;
  };

  const workers = options.modalities.map((modality) =>
    start(modalityQueue(modality), (job, signal) => runModality(job, modality, signal)),
  );
  if (options.fusion !== false) workers.push(start(FUSION_QUEUE, runFusion));
  /** Resolves when no step runs here and Redis has been away for a while: then nothing is left to wait for. */
  const abandoned = async (closed: AbortSignal): Promise<void> => {
    for (let polls = 0; polls < AWAY_POLLS && !closed.aborted;) {
      await sleep(AWAY_POLL_MS);
      polls = running === 0 && redis.status !== 'ready' ? polls + 1 : 0;
    }
  };

  return {
    close: async () => {
      // BullMQ's close waits for Redis; a process that shall end while Redis is away must not.
      const closed = new AbortController();
      const orderly = Promise.allSettled(workers.map((worker) => worker.close()));
      await Promise.race([orderly, abandoned(closed.signal)]);
      closed.abort();
      redis.shutDown();
    },
  };
}
