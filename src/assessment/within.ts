import { setTimeout as sleep } from 'node:timers/promises';
import { CdsError, type ErrorCode } from '../domain/index.ts';

/**
 * The work's outcome, or `code` when it takes longer; the work goes on unheard.
 *
 * @throws {CdsError} `code`
 */
export async function within<T>(limitMs: number, code: ErrorCode, work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const limit = sleep(limitMs, undefined, { signal: timer.signal }).then(() => {
    throw new CdsError(code);
  });
  limit.catch(() => undefined);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, limit]);
  } finally {
    timer.abort();
  }
}
