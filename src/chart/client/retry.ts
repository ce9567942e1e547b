import { randomInt } from 'node:crypto';
import type { Failure } from './failure.ts';

export interface RetryPolicy {
  /** Further attempts after the first. */
  readonly retries: number;
  /** Before the first repetition; each wait after it is twice as long. */
  readonly backoffMs: number;
  /** No wait is longer: a backoff is cut to it, a Retry-After beyond it ends the request at once. */
  readonly maxWaitMs: number;
  /** Uniform on [0, 1): spreads the waits, so that clients that failed together do not return together. */
  readonly jitter: () => number;
}

/** Jitter need not be repeatable outside tests; it only has to differ between processes. */
export const systemJitter = (): number => randomInt(1_000_000) / 1_000_000;

/** Statuses that can heal, RFC 9110 15.5.9, 15.6 and RFC 6585 4. */
const HEALING: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
/** Statuses by which a server says that it did nothing. */
const NOT_DONE: ReadonlySet<number> = new Set([429, 503]);

/**
 * Milliseconds of a Retry-After, in either form (seconds, HTTP-date); undefined where there is none to be read.
 *
 * @param now milliseconds since 1970
 * @see RFC 9110 10.2.3
 */
export function retryAfterMs(value: string | null, now: number): number | undefined {
  const written = value?.trim() ?? '';
  if (/^\d+$/.test(written)) return Number(written) * 1000;
  // Every HTTP-date begins with a day's name; Date.parse alone would read "-1" as a year.
  const at = /^[A-Z][a-z]{2,8},? /.test(written) ? Date.parse(written) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** Could asking again help, and is it safe? `idempotent`: the request may arrive twice. */
const canRepeat = (failure: Failure, idempotent: boolean): boolean => {
  switch (failure.kind) {
    case 'answered':
      return (idempotent ? HEALING : NOT_DONE).has(failure.status);
    case 'lost':
      return idempotent || failure.unsent;
    case 'late':
      return idempotent;
    case 'unreadable':
      return false;
  }
};

/**
 * How long to wait before asking again; undefined where that is not done.
 *
 * @param attempt attempts so far, 1 after the first
 */
export function waitBefore(
  failure: Failure,
  { attempt, idempotent, now }: { attempt: number; idempotent: boolean; now: number },
  policy: RetryPolicy,
): number | undefined {
  if (attempt > policy.retries || !canRepeat(failure, idempotent)) return undefined;
  const backoff = Math.min(policy.maxWaitMs, policy.backoffMs * 2 ** (attempt - 1));
  const jittered = backoff * (0.5 + policy.jitter() / 2);
  if (failure.kind !== 'answered') return jittered;
  const asked = retryAfterMs(failure.headers.get('retry-after'), now);
  if (asked === undefined) return jittered;
  return asked > policy.maxWaitMs ? undefined : Math.max(asked, jittered);
}
