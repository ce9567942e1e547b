import type { Job } from 'bullmq';
import { CdsError, type ErrorCode, type ModalityId } from '../../domain/index.ts';
import type { Log } from '../../platform/index.ts';
import type { AssessmentRef, AssessmentWorkers, JobHandlers } from '../ports.ts';
import { FUSION_QUEUE, modalityQueue, outcomeKey } from './bull-names.ts';
import { bareRef, firstFailure, isErrorCode, OUTCOME_KEPT_MS, stepFailed, type Step } from './steps.ts';
import { asJobError, createWorkerGroup } from './worker-group.ts';

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

/** @throws {CdsError} INTERNAL: the payload is not one of ours */
function parseRef(data: unknown): AssessmentRef {
  const fields = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
  if (REF_FIELDS.some((field) => typeof fields[field] !== 'string')) {
    throw new CdsError('INTERNAL', 'A job holds no assessment reference.');
  }
  return bareRef(fields as unknown as AssessmentRef);
}

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
  const group = createWorkerGroup(options);
  const { redis } = group;

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

  for (const modality of options.modalities)
    group.start(modalityQueue(modality), (job, signal) => runModality(job, modality, signal));
  if (options.fusion !== false) group.start(FUSION_QUEUE, runFusion);
  return { close: () => group.close() };
}
