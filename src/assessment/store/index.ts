export { createOutbox } from './outbox.ts';
export { createRedisRecords } from './redis-records.ts';
export { createResultStore, type ResultStoreOptions } from './result-store.ts';
export { createSqliteRecords } from './sqlite-records.ts';
export type { NamedRecord, RecordStore, TimedRecord } from './records.ts';
