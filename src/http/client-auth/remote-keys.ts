import { createRemoteJWKSet, customFetch, errors } from 'jose';
import type { Log } from '../../platform/index.ts';
import { jwksFetch, JwksUnavailable } from './jwks-fetch.ts';
import { lookUp, type KeySet } from './key-set.ts';
import { Refused } from './refused.ts';

/** Milliseconds. */
export interface RemoteLimits {
  /** Between two fetches, whatever they were for and however they ended. */
  readonly cooldownMs: number;
  /** From this age on keys are fetched again while they still serve. */
  readonly renewMs: number;
  /** From this age on a request waits for the new ones first. */
  readonly freshMs: number;
  /** From this age on they serve no more: the server has been away for too long. */
  readonly keptMs: number;
  /** For one fetch. */
  readonly timeoutMs: number;
  /** For which a request waits for a fetch; the fetch goes on without it. */
  readonly patienceMs: number;
}

export const REMOTE_LIMITS: RemoteLimits = {
  cooldownMs: 10_000,
  renewMs: 300_000,
  freshMs: 600_000,
  keptMs: 12 * 3_600_000,
  timeoutMs: 5000,
  patienceMs: 150,
};

export interface RemoteKeysOptions {
  readonly url: string;
  readonly allowSandbox: boolean;
  readonly limits?: Partial<RemoteLimits>;
  readonly log: Log;
}

const whyOf = (error: unknown): string => {
  if (error instanceof JwksUnavailable) return error.why;
  return error instanceof errors.JWKSTimeout ? 'late' : 'not reached';
};

/** Resolves when `work` has ended or the time is over, whichever is first. */
const within = (milliseconds: number, work: Promise<void>): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    void work.finally(() => {
      clearTimeout(timer);
      resolve();
    });
  });

/**
 * A client's keys at an address. One fetch at a time, and none sooner than the cool-down after another: tokens with
 * made-up `kid`s cost their sender time and the client's server nothing. jose's own cool-down counts successes only,
 * so fetching is decided here.
 */
export function openRemoteKeys({ url, allowSandbox, limits, log }: RemoteKeysOptions): KeySet {
  const { cooldownMs, renewMs, freshMs, keptMs, timeoutMs, patienceMs } = { ...REMOTE_LIMITS, ...limits };
  const { host } = new URL(url);
  const remote = createRemoteJWKSet(new URL(url), {
    timeoutDuration: timeoutMs,
    cooldownDuration: Number.POSITIVE_INFINITY,
    cacheMaxAge: Number.POSITIVE_INFINITY,
    [customFetch]: jwksFetch(host, allowSandbox, log),
  });
  let loadedAt = Number.NEGATIVE_INFINITY;
  let attemptedAt = Number.NEGATIVE_INFINITY;
  let failed = false;
  let running: Promise<void> | undefined;

  const fetchKeys = async (): Promise<void> => {
    try {
      await remote.reload();
      loadedAt = performance.now();
      failed = false;
    } catch (error) {
      failed = true;
      log.warn({ host, why: whyOf(error) }, "a client's keys cannot be fetched");
    } finally {
      running = undefined;
    }
  };

  /** The fetch that is running, or a new one; undefined in the cool-down. */
  const renewal = (): Promise<void> | undefined => {
    const now = performance.now();
    if (running === undefined && now - attemptedAt >= cooldownMs) {
      attemptedAt = now;
      running = fetchKeys();
    }
    return running;
  };

  const age = (): number => performance.now() - loadedAt;

  /** With keys in hand nobody waits twice for a server that is away. */
  const makeFresh = async (): Promise<void> => {
    if (age() < renewMs) return;
    const alreadyFailed = failed && age() < keptMs;
    const fetching = renewal();
    if (fetching !== undefined && age() >= freshMs && !alreadyFailed) await within(patienceMs, fetching);
  };

  // Now, so that the first request of the day need not wait; a server that is down keeps nobody from starting.
  void renewal();

  return {
    keyFor: async (token) => {
      await makeFresh();
      if (age() >= keptMs) throw new Refused('keys-unavailable');
      const known = await lookUp(remote, token);
      if (known !== undefined) return known;
      const fetching = renewal();
      if (fetching !== undefined) await within(patienceMs, fetching);
      const renewed = fetching === undefined ? undefined : await lookUp(remote, token);
      if (renewed === undefined) throw new Refused('unknown-key');
      return renewed;
    },
  };
}
