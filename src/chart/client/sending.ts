import { CdsError } from '../../domain/index.ts';
import type { Log } from '../../platform/index.ts';
import { AttemptFailed, failureOf, type Failure } from './failure.ts';
import { retryAfterMs, waitBefore, type RetryPolicy } from './retry.ts';
import type { ServerLimit } from './server-limit.ts';
import type { TokenSource } from './types.ts';

/**
 * Servers may answer a search from what they found for the same one a minute ago (HAPI does, unless told): a result
 * that is missing is then missing in a number.
 */
const FRESH = { 'cache-control': 'no-cache' } as const;

/** One request as it can be sent again and again. */
export interface Exchange<T> {
  /** May it arrive twice? Reads and PUT may. */
  readonly idempotent: boolean;
  /** Sends it once. Throws what fetch throws, AttemptFailed, or a CdsError that ends the matter. */
  ask(request: {
    readonly headers: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  }): Promise<T>;
}

/** The last attempt's failure, and when that was sent (performance.now()). */
interface Failed {
  readonly ok: false;
  readonly failure: Failure;
  readonly startedAt: number;
}

export type Outcome<T> = { readonly ok: true; readonly answer: T } | Failed;

export interface SenderOptions {
  readonly tokens: TokenSource;
  readonly limit: ServerLimit;
  readonly policy: RetryPolicy;
  /** Milliseconds that one request may take, body included. */
  readonly requestTimeoutMs: number;
  /** Among the requests that wait for a slot. */
  readonly priority: number;
  readonly log: Log | undefined;
}

export interface SendOptions {
  readonly signal: AbortSignal;
  /** Before others of this client: what is already under way. */
  readonly underWay?: boolean;
}

/** Waits; false when the signal fired first. */
const pause = (milliseconds: number, signal: AbortSignal): Promise<boolean> =>
  new Promise((resolve) => {
    const done = (rested: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve(rested);
    };
    const stop = (): void => {
      done(false);
    };
    const timer = setTimeout(() => {
      done(true);
    }, milliseconds);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });

/**
 * One attempt within its own time. Not AbortSignal.any and AbortSignal.timeout: those live until the collector
 * finds them, and a chart takes twenty of them.
 */
async function attemptOnce<T>(
  exchange: Exchange<T>,
  token: string | undefined,
  outer: AbortSignal,
  timeoutMs: number,
): Promise<T> {
  const ended = new AbortController();
  const cancel = (): void => {
    ended.abort();
  };
  const timer = setTimeout(cancel, timeoutMs);
  outer.addEventListener('abort', cancel, { once: true });
  try {
    return await exchange.ask({
      headers: { ...FRESH, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      signal: ended.signal,
    });
  } catch (error) {
    if (error instanceof CdsError) throw error;
    throw new AttemptFailed(ended.signal.aborted ? { kind: 'late' } : failureOf(error));
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', cancel);
  }
}

/** 429: the whole server is left alone, for as long as it says or as long as this request would wait. */
const heed = (
  { failure, startedAt }: Failed,
  waitMs: number | undefined,
  { limit, policy, log }: SenderOptions,
): void => {
  if (failure.kind !== 'answered' || failure.status !== 429) return;
  const asked = retryAfterMs(failure.headers.get('retry-after'), Date.now());
  const holdMs = Math.round(asked ?? waitMs ?? policy.backoffMs);
  if (limit.heldFor() === 0) log?.warn({ holdMs }, 'the FHIR server asks to be called later (429)');
  limit.slowDown(holdMs, startedAt);
};

const statusOf = (failure: Failure): number | undefined =>
  failure.kind === 'answered' ? failure.status : undefined;

/**
 * Sends requests of one client: with a token, when there is a slot, again where that can help.
 *
 * The failure that ended it is returned and not thrown: what a status means depends on what was asked.
 */
export function createSender(options: SenderOptions) {
  const { tokens, limit, policy, requestTimeoutMs, log } = options;

  /** Milliseconds until the request is sent again; undefined where it is not. */
  const nextWait = (failed: Failed, attempt: number, idempotent: boolean): number | undefined => {
    const { failure } = failed;
    const waitMs = waitBefore(failure, { attempt, idempotent, now: Date.now() }, policy);
    heed(failed, waitMs, options);
    if (waitMs !== undefined)
      log?.debug({ status: statusOf(failure), reason: failure.kind, waitMs }, 'FHIR request repeated');
    return waitMs;
  };

  const attempt = async <T>(
    exchange: Exchange<T>,
    token: string | undefined,
    { signal, underWay }: SendOptions,
  ): Promise<Outcome<T>> => {
    // Nobody waits for a server longer than for a Retry-After.
    if (limit.heldFor() > policy.maxWaitMs) throw new CdsError('FHIR_THROTTLED');
    const priority = options.priority + (underWay === true ? 1 : 0);
    let startedAt = Number.POSITIVE_INFINITY;
    const once = (): Promise<T> => {
      startedAt = performance.now();
      return attemptOnce(exchange, token, signal, requestTimeoutMs);
    };
    try {
      return { ok: true, answer: await limit.run(once, { signal, priority }) };
    } catch (error) {
      if (error instanceof CdsError) throw error;
      if (signal.aborted || !(error instanceof AttemptFailed))
        throw new CdsError('FHIR_TIMEOUT', undefined, { cause: error });
      return { ok: false, failure: error.failure, startedAt };
    }
  };

  /**
   * @throws {CdsError} FHIR_TIMEOUT when the signal fires, FHIR_THROTTLED where the server is left alone, SMART_*,
   *   and what `ask` throws as one
   */
  return async <T>(exchange: Exchange<T>, how: SendOptions): Promise<Outcome<T>> => {
    let renewed = false;
    for (let attempts = 1; ;) {
      const token = await tokens.token(how.signal);
      const outcome = await attempt(exchange, token, how);
      if (outcome.ok) return outcome;
      const { failure } = outcome;
      if (statusOf(failure) === 401 && !renewed && token !== undefined && tokens.refused(token)) {
        renewed = true;
        continue;
      }
      const waitMs = nextWait(outcome, attempts++, exchange.idempotent);
      // When time runs out during the wait, what it was waited for is the better answer than "too late".
      if (waitMs === undefined || !(await pause(waitMs, how.signal))) return outcome;
    }
  };
}

export type Send = ReturnType<typeof createSender>;
