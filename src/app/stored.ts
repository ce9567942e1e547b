import { existsSync } from 'node:fs';
import {
  connectRedis,
  createRedisRecords,
  createResultStore,
  createSqliteRecords,
  type RecordStore,
  type ResultStore,
} from '../assessment/index.ts';
import { CdsError } from '../domain/index.ts';
import type { Config } from '../platform/index.ts';

/** What the service's processes have stored, for commands beside them. */
export interface Stored {
  readonly records: RecordStore;
  /** On the same records; closes them. */
  readonly store: ResultStore;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** Nobody waits behind a command: lists may be long. */
const COMMAND_LIMIT_MS = 30_000;

const openRecords = ({ queue, store }: Config): RecordStore => {
  if (queue.redisUrl !== undefined)
    return createRedisRecords(connectRedis(queue.redisUrl, COMMAND_LIMIT_MS), `${queue.prefix}-store`);
  if (store.file === ':memory:')
    throw new CdsError('CONFIG_INVALID', 'store.file is :memory:, which no other process can see');
  if (!existsSync(store.file)) throw new CdsError('CONFIG_INVALID', 'store.file: there is no such file');
  return createSqliteRecords(store.file);
};

/**
 * Opens the store of a configuration without a service.
 *
 * @throws {CdsError} CONFIG_INVALID where there is none that another process could have filled; STORE_UNAVAILABLE
 */
export function openStored(config: Config): Stored {
  const { key: written, ttlDays } = config.store;
  if (written === undefined)
    throw new CdsError('CONFIG_INVALID', 'store.key: without it nothing stored can be found or read');
  const key = Buffer.from(written, 'base64');
  const records = openRecords(config);
  return { records, key, store: createResultStore(records, { key, ttlSeconds: ttlDays * 86_400 }) };
}
