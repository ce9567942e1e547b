import type { JobOutcome } from '../ports.ts';

/** Those who wait for jobs to end, in this process. */
export interface Waiters {
  /** Resolves at the next `settle` of this job, or as `pending` when `signal` aborts. */
  wait(fingerprint: string, signal: AbortSignal): Promise<JobOutcome>;
  settle(fingerprint: string, outcome: JobOutcome): void;
  /** The queue closes: all are told `pending`. */
  release(): void;
  /** The jobs that are waited for. */
  awaited(): readonly string[];
}

const PENDING: JobOutcome = { state: 'pending' };

export function createWaiters(): Waiters {
  const waiting = new Map<string, Set<(outcome: JobOutcome) => void>>();
  const settle = (fingerprint: string, outcome: JobOutcome): void => {
    const told = waiting.get(fingerprint);
    waiting.delete(fingerprint);
    for (const tell of told ?? []) tell(outcome);
  };
  return {
    wait: (fingerprint, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) {
          resolve(PENDING);
          return;
        }
        const onAbort = (): void => {
          const others = waiting.get(fingerprint);
          others?.delete(tell);
          if (others?.size === 0) waiting.delete(fingerprint);
          resolve(PENDING);
        };
        const tell = (outcome: JobOutcome): void => {
          signal.removeEventListener('abort', onAbort);
          resolve(outcome);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        const others = waiting.get(fingerprint);
        if (others === undefined) waiting.set(fingerprint, new Set([tell]));
        else others.add(tell);
      }),
    settle,
    release: () => {
      for (const fingerprint of [...waiting.keys()]) settle(fingerprint, PENDING);
    },
    awaited: () => [...waiting.keys()],
  };
}
