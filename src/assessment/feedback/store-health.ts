import type { RecordStore } from '../store/records.ts';

/** A record store that remembers when it last failed. */
export interface WatchedRecords {
  readonly records: RecordStore;
  /** Has a call failed within so many milliseconds? Then another process may hold back what it has not stored yet. */
  failedWithin(ms: number): boolean;
}

export function watchRecords(records: RecordStore): WatchedRecords {
  let failedAt = Number.NEGATIVE_INFINITY;
  const watch = <T>(work: Promise<T>): Promise<T> => {
    work.catch(() => {
      failedAt = performance.now();
    });
    return work;
  };
  return {
    records: {
      get: (group, name) => watch(records.get(group, name)),
      put: (group, name, value, ttlSeconds) => watch(records.put(group, name, value, ttlSeconds)),
      putNew: (group, name, value, ttlSeconds) => watch(records.putNew(group, name, value, ttlSeconds)),
      putAll: (all) => watch(records.putAll(all)),
      remove: (group, name) => watch(records.remove(group, name)),
      list: (group, namePrefix) => watch(records.list(group, namePrefix)),
      erase: (group) => watch(records.erase(group)),
      close: () => records.close(),
    },
    failedWithin: (ms) => performance.now() - failedAt < ms,
  };
}
