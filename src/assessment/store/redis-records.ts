import type { Redis } from 'ioredis';
import { CdsError } from '../../domain/index.ts';
import { closeRedis, withRedis } from '../redis.ts';
import type { NamedRecord, RecordStore, TimedRecord } from './records.ts';

// A group is one hash slot ({group}): a string for each record, and an index of their names by time of expiry.
// Each script is atomic, so that a record written while its group is erased is either erased or listed.

const INDEXED = `
  redis.call('ZADD', KEYS[2], string.format('%d', now + ARGV[3]), ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%d', now))
  local last = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')
  redis.call('PEXPIREAT', KEYS[2], string.format('%d', last[2]))
  return 1`;

const TRIMMED = `
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%d', now))
  local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
  redis.call('PEXPIREAT', KEYS[1], string.format('%d', last[2]))
  return 1`;

const NOW = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

const PUT = `${NOW}
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])${INDEXED}`;

const PUT_NEW = `${NOW}
  if not redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3], 'NX') then return 0 end${INDEXED}`;

// KEYS: the index, then each record; ARGV: name, value and time to live of each.
const PUT_ALL = `${NOW}
  for i = 2, #KEYS do
    local at = (i - 2) * 3
    redis.call('SET', KEYS[i], ARGV[at + 2], 'PX', ARGV[at + 3])
    redis.call('ZADD', KEYS[1], string.format('%d', now + ARGV[at + 3]), ARGV[at + 1])
  end${TRIMMED}`;

const REMOVE = `
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
  return 1`;

const LIST = `
  local found = {}
  for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    if string.sub(name, 1, #ARGV[2]) == ARGV[2] then
      local value = redis.call('GET', ARGV[1] .. name)
      if value then
        found[#found + 1] = name
        found[#found + 1] = value
      end
    end
  end
  return found`;

const ERASE = `
  local erased = 0
  for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    erased = erased + redis.call('DEL', ARGV[1] .. name)
  end
  redis.call('DEL', KEYS[1])
  return erased`;

interface Scripts {
  recordsPut(record: string, index: string, name: string, value: Uint8Array, ttlMs: number): Promise<unknown>;
  recordsPutNew(
    record: string,
    index: string,
    name: string,
    value: Uint8Array,
    ttlMs: number,
  ): Promise<number>;
  recordsPutAll(keys: number, ...keysAndArguments: (string | Uint8Array | number)[]): Promise<unknown>;
  recordsRemove(record: string, index: string, name: string): Promise<unknown>;
  recordsListBuffer(index: string, recordPrefix: string, namePrefix: string): Promise<Buffer[]>;
  recordsErase(index: string, recordPrefix: string): Promise<number>;
}

function defineScripts(redis: Redis): Scripts {
  redis.defineCommand('recordsPut', { numberOfKeys: 2, lua: PUT });
  redis.defineCommand('recordsPutNew', { numberOfKeys: 2, lua: PUT_NEW });
  redis.defineCommand('recordsPutAll', { lua: PUT_ALL });
  redis.defineCommand('recordsRemove', { numberOfKeys: 2, lua: REMOVE });
  redis.defineCommand('recordsList', { numberOfKeys: 1, lua: LIST });
  redis.defineCommand('recordsErase', { numberOfKeys: 1, lua: ERASE });
  return redis as unknown as Scripts;
}

function* pairs(flat: readonly Buffer[]): Generator<NamedRecord> {
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const [name, value] = [flat[i], flat[i + 1]];
    if (name !== undefined && value !== undefined) yield { name: name.toString(), value };
  }
}

function groupedBy(all: readonly TimedRecord[]): Map<string, TimedRecord[]> {
  const groups = new Map<string, TimedRecord[]>();
  for (const record of all) {
    const group = groups.get(record.group);
    if (group === undefined) groups.set(record.group, [record]);
    else group.push(record);
  }
  return groups;
}

const asBuffer = (value: Uint8Array): Buffer => (Buffer.isBuffer(value) ? value : Buffer.from(value));

/**
 * Records in Redis: each with its own time to live, the index with that of its last record.
 *
 * @param redis from `connectRedis`, so that Redis being away is an error and not a wait; closed with the store
 */
export function createRedisRecords(redis: Redis, prefix = 'recurrence-store'): RecordStore {
  const scripts = defineScripts(redis);
  const recordPrefix = (group: string): string => `${prefix}:{${group}}:r:`;
  const indexKey = (group: string): string => `${prefix}:{${group}}:index`;
  let closed = false;
  const run = <T>(work: () => Promise<T>): Promise<T> =>
    closed
      ? Promise.reject(new CdsError('STORE_UNAVAILABLE', 'The store is closed.'))
      : withRedis(redis, 'STORE_UNAVAILABLE', work);
  return {
    get: (group, name) => run(async () => (await redis.getBuffer(recordPrefix(group) + name)) ?? undefined),
    put: (group, name, value, ttlSeconds) =>
      run(async () => {
        const key = recordPrefix(group) + name;
        await scripts.recordsPut(key, indexKey(group), name, asBuffer(value), Math.ceil(ttlSeconds * 1000));
      }),
    putNew: (group, name, value, ttlSeconds) =>
      run(async () => {
        const key = recordPrefix(group) + name;
        const ttlMs = Math.ceil(ttlSeconds * 1000);
        return (await scripts.recordsPutNew(key, indexKey(group), name, asBuffer(value), ttlMs)) === 1;
      }),
    putAll: (all) =>
      run(async () => {
        const putGroup = ([group, of]: [string, TimedRecord[]]): Promise<unknown> =>
          scripts.recordsPutAll(
            1 + of.length,
            indexKey(group),
            ...of.map(({ name }) => recordPrefix(group) + name),
            ...of.flatMap(({ name, value, ttlSeconds }) => [
              name,
              asBuffer(value),
              Math.ceil(ttlSeconds * 1000),
            ]),
          );
        await Promise.all([...groupedBy(all)].map(putGroup));
      }),
    remove: (group, name) =>
      run(async () => {
        await scripts.recordsRemove(recordPrefix(group) + name, indexKey(group), name);
      }),
    list: (group, namePrefix) =>
      run(async () => [
        ...pairs(await scripts.recordsListBuffer(indexKey(group), recordPrefix(group), namePrefix)),
      ]),
    erase: (group) => run(() => scripts.recordsErase(indexKey(group), recordPrefix(group))),
    close: async () => {
      closed = true;
      await closeRedis(redis);
    },
  };
}
