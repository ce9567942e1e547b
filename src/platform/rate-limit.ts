import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

/** Counts calls by key, in windows of a minute that begin with the first call. */
export interface RateLimiter {
  /**
   * @param count of calls at once; more than a window's are as many as a window's
   * @returns 0: go on; else the milliseconds after which to come again. Never rejects.
   */
  take(key: string, count?: number): Promise<number>;
}

export interface RateLimitOptions {
  /** Calls a minute of one key; 0 is no limit. */
  readonly perMinute: number;
  /**
   * Shared by all processes with this Redis. The connection fails fast (a hook waits): while Redis is down or silent,
   * each process counts for itself.
   */
  readonly shared?: { readonly redis: Redis; readonly prefix: string };
}

const WINDOW_SECONDS = 60;

const UNLIMITED: RateLimiter = { take: () => Promise.resolve(0) };

const createCounter = ({ perMinute, shared }: RateLimitOptions): RateLimiterMemory | RateLimiterRedis => {
  const window = { points: perMinute, duration: WINDOW_SECONDS };
  const alone = new RateLimiterMemory(window);
  if (shared === undefined) return alone;
  return new RateLimiterRedis({
    ...window,
    storeClient: shared.redis,
    keyPrefix: shared.prefix,
    rejectIfRedisNotReady: true,
    insuranceLimiter: alone,
    // Who is over the limit costs Redis nothing until the window ends.
    inMemoryBlockOnConsumed: perMinute,
  });
};

/** One Redis command a call; none for a key that is over its limit. */
export function createRateLimiter(options: RateLimitOptions): RateLimiter {
  if (options.perMinute === 0) return UNLIMITED;
  const counter = createCounter(options);
  return {
    take: async (key, count = 1) => {
      try {
        await counter.consume(key, Math.min(count, options.perMinute));
        return 0;
      } catch (refused) {
        // Anything else is a fault of the counter, and no reason to refuse anybody.
        return refused instanceof RateLimiterRes ? Math.max(1, refused.msBeforeNext) : 0;
      }
    },
  };
}
