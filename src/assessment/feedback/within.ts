import { setTimeout as sleep } from 'node:timers/promises';
import { CdsError } from '../../domain/index.ts';

/**
 * The work's outcome, or STORE_UNAVAILABLE when it takes longer; the work goes on unheard.
 *
 * @throws {CdsError} STORE_UNAVAILABLE
 */
export async function withinStoreLimit<T>(limitMs: number, work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const limit = sleep(limitMs, undefined, { signal: timer.signal }).then(() => {
    throw new CdsError('STORE_UNAVAILABLE');
  });
  limit.catch(() => undefined);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, limit]);
  } finally {
    timer.abort();
  }
}
