import { setTimeout as sleep } from 'node:timers/promises';
import { CdsError, type ErrorCode, type ModalityId } from '../../domain/index.ts';
import type { Log } from '../../platform/index.ts';
import type { AssessmentQueue, AssessmentRef, AssessmentWorkers, JobHandlers, JobOutcome } from '../ports.ts';
import { createSlots } from './slots.ts';
import {
  bareRef,
  DEFAULT_RETRY,
  firstFailure,
  OUTCOME_KEPT_MS,
  stepFailed,
  type RetryPolicy,
  type Step,
} from './steps.ts';
import { createWaiters } from './waiters.ts';

export interface InProcessOptions {
  /** Steps that run at a time, over all jobs. */
  readonly concurrency: number;
  readonly log?: Log;
  readonly retry?: RetryPolicy;
}

/** How a step ended: well, badly for good, or not at all because the queue closed. */
type StepEnd = 'done' | 'closed' | { readonly code: ErrorCode };

const UNKNOWN: JobOutcome = { state: 'failed', code: 'QUEUE_UNAVAILABLE' };
const OUTCOMES_KEPT = 1000;

/** The latest outcomes, for `wait` calls that come after the end. */
function createOutcomes(): Map<string, JobOutcome> & {
  keep(fingerprint: string, outcome: JobOutcome): void;
} {
  const outcomes = new Map<string, JobOutcome>();
  return Object.assign(outcomes, {
    keep: (fingerprint: string, outcome: JobOutcome): void => {
      outcomes.set(fingerprint, outcome);
      const [oldest] = outcomes.keys();
      if (outcomes.size > OUTCOMES_KEPT && oldest !== undefined) outcomes.delete(oldest);
      setTimeout(() => {
        if (outcomes.get(fingerprint) === outcome) outcomes.delete(fingerprint);
      }, OUTCOME_KEPT_MS).unref();
    },
  });
}

/**
 * Queue and workers in this process: nothing to install, nothing kept over a restart. `close` lets the steps that
 * run come to their end and starts none; what was not finished is forgotten, and computed at the next trigger.
 */
export function createInProcessQueue(
  handlers: JobHandlers,
  options: InProcessOptions,
): AssessmentQueue & AssessmentWorkers {
  const retry = options.retry ?? DEFAULT_RETRY;
  const slots = createSlots(options.concurrency);
  const waiters = createWaiters();
  const outcomes = createOutcomes();
  const unfinished = new Set<string>();
  const closing = new AbortController();
  // Running steps are let come to their end: their signal exists for the port and never aborts here.
  const { signal } = new AbortController();

  const attempt = async (ref: AssessmentRef, step: Step, made: number): Promise<StepEnd | 'again'> => {
    if (!(await slots.take())) return 'closed';
    try {
      await (step === 'fusion' ? handlers.fusion(ref, signal) : handlers.modality(ref, step, signal));
      return 'done';
    } catch (error) {
      const isLast = (known: CdsError): boolean => !known.kind.retryable || made >= retry.attempts;
      const failure = stepFailed(error, ref, step, isLast, options.log);
      return failure.final ? { code: failure.code } : 'again';
    } finally {
      slots.give();
    }
  };

  const run = async (ref: AssessmentRef, step: Step): Promise<StepEnd> => {
    for (let made = 1; ; made++) {
      const end = await attempt(ref, step, made);
      if (end !== 'again') return end;
      const backoffMs = retry.backoffMs * 2 ** (made - 1);
      await sleep(backoffMs, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  };

  const runJob = async (ref: AssessmentRef, modalities: readonly ModalityId[]): Promise<StepEnd> => {
    const ends = await Promise.all(
      modalities.map(async (modality) => [modality, await run(ref, modality)] as const),
    );
    if (ends.some(([, end]) => end === 'closed')) return 'closed';
    const failures = ends.flatMap(([modality, end]) =>
      typeof end === 'object' ? [[modality, end.code] as const] : [],
    );
    const code = firstFailure(Object.fromEntries(failures));
    return code === undefined ? run(ref, 'fusion') : { code };
  };

  const finish = (fingerprint: string, end: StepEnd): void => {
    unfinished.delete(fingerprint);
    if (end === 'closed') return;
    const outcome: JobOutcome = end === 'done' ? { state: 'completed' } : { state: 'failed', code: end.code };
    outcomes.keep(fingerprint, outcome);
    waiters.settle(fingerprint, outcome);
  };

  return {
    submit: (ref, modalities) => {
      const { fingerprint } = ref;
      if (closing.signal.aborted) return Promise.reject(new CdsError('QUEUE_UNAVAILABLE'));
      if (!unfinished.has(fingerprint)) {
        unfinished.add(fingerprint);
        outcomes.delete(fingerprint);
        void runJob(bareRef(ref), modalities).then((end) => {
          finish(fingerprint, end);
        });
      }
      return Promise.resolve();
    },
    wait: (fingerprint, aborted) => {
      if (aborted.aborted || closing.signal.aborted) return Promise.resolve({ state: 'pending' });
      if (unfinished.has(fingerprint)) return waiters.wait(fingerprint, aborted);
      return Promise.resolve(outcomes.get(fingerprint) ?? UNKNOWN);
    },
    close: async () => {
      closing.abort();
      const idle = slots.close();
      waiters.release();
      await idle;
    },
  };
}
