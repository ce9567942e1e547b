import { setTimeout as sleep } from 'node:timers/promises';
import { CdsError } from '../../domain/index.ts';

/** Rejects with QUEUE_UNAVAILABLE when `work` takes longer; `work` goes on unheard. */
export async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const limit = sleep(limitMs, undefined, { signal: timer.signal }).then(() => {
    throw new CdsError('QUEUE_UNAVAILABLE');
  });
  limit.catch(() => undefined);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, limit]);
  } finally {
    timer.abort();
  }
}
