import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { connectRedis } from '../../src/assessment/redis.ts';
import {
  createRedisRecords,
  createSqliteRecords,
  type RecordStore,
} from '../../src/assessment/store/index.ts';
import { describeWith } from '../setup/requires.ts';

const HOUR = 3600;
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const bytes = (text: string): Buffer => Buffer.from(text);
const text = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : Buffer.from(value).toString();

/** @param openTwo two stores on the same records, as two processes have them */
function contract(openTwo: () => readonly [RecordStore, RecordStore]): void {
  const open = () => {
    const two = openTwo();
    for (const each of two) closers.push(() => each.close());
    return two;
  };

  it('putNew: the first wins, whoever of many it is, and the others are told', async () => {
    const stores = open();
    const attempts = Array.from({ length: 40 }, (_, i) =>
      stores[i % 2]!.putNew('group', 'name', bytes(`value ${i}`), HOUR),
    );
    const won = (await Promise.all(attempts)).flatMap((first, i) => (first ? [i] : []));
    expect(won).toHaveLength(1);
    for (const store of stores) expect(text(await store.get('group', 'name'))).toBe(`value ${won[0]}`);
  });

  it('putNew: other names and other groups are others; what was put otherwise counts too', async () => {
    const [first, second] = open();
    await first.put('group', 'put', bytes('old'), HOUR);
    expect(await second.putNew('group', 'put', bytes('new'), HOUR)).toBe(false);
    expect(await second.putNew('group', 'other', bytes('new'), HOUR)).toBe(true);
    expect(await second.putNew('elsewhere', 'put', bytes('new'), HOUR)).toBe(true);
    expect(text(await first.get('group', 'put'))).toBe('old');
  });

  it('putNew: one that has expired counts as none, and a failed attempt does not lengthen its life', async () => {
    const [first] = open();
    expect(await first.putNew('group', 'name', bytes('old'), 1)).toBe(true);
    expect(await first.putNew('group', 'name', bytes('between'), HOUR)).toBe(false);
    await sleep(1100);
    expect(await first.get('group', 'name')).toBeUndefined();
    expect(await first.putNew('group', 'name', bytes('new'), HOUR)).toBe(true);
    expect(text(await first.get('group', 'name'))).toBe('new');
  });

  it('putNew: is listed and erased with its group, and can then be put again', async () => {
    const [first, second] = open();
    await first.putNew('group', 'a.1', bytes('1'), HOUR);
    await second.putNew('group', 'a.2', bytes('2'), HOUR);
    expect((await first.list('group', 'a.')).map(({ name }) => name).sort()).toEqual(['a.1', 'a.2']);
    expect(await first.erase('group')).toBe(2);
    expect(await second.get('group', 'a.1')).toBeUndefined();
    expect(await second.putNew('group', 'a.1', bytes('again'), HOUR)).toBe(true);
  });

  it('putAll: many records of many groups, each with its own time to live, replacing what was there', async () => {
    const [first, second] = open();
    await first.put('one', 'a', bytes('old'), HOUR);
    await first.putAll([
      { group: 'one', name: 'a', value: bytes('new'), ttlSeconds: HOUR },
      { group: 'two', name: 'a', value: bytes('2a'), ttlSeconds: 1 },
      { group: 'one', name: 'b', value: Buffer.from([0, 255, 10]), ttlSeconds: HOUR },
      { group: 'two', name: 'b', value: bytes('2b'), ttlSeconds: HOUR },
      { group: 'one', name: 'a', value: bytes('newest'), ttlSeconds: HOUR },
    ]);
    expect(text(await second.get('one', 'a'))).toBe('newest');
    expect(Buffer.from((await second.get('one', 'b'))!)).toEqual(Buffer.from([0, 255, 10]));
    expect(await second.list('two', '')).toHaveLength(2);
    await sleep(1100);
    expect((await second.list('two', '')).map(({ name }) => name)).toEqual(['b']);
    expect(await second.erase('one')).toBe(2);
    expect(await second.erase('two')).toBe(1);
  });

  it('putAll: of nothing is nothing; on a closed store it is unavailable', async () => {
    const [first] = open();
    await first.putAll([]);
    await first.close();
    const one = { group: 'one', name: 'a', value: bytes('x'), ttlSeconds: HOUR };
    await expect(first.putAll([one])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(first.putNew('one', 'a', bytes('x'), HOUR)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
  });
}

describe('RecordStore on SQLite', () => {
  contract(() => {
    const folder = mkdtempSync(path.join(tmpdir(), 'recurrence-records-'));
    closers.push(() => {
      rmSync(folder, { recursive: true });
      return Promise.resolve();
    });
    const file = path.join(folder, 'records.db');
    return [createSqliteRecords(file), createSqliteRecords(file)];
  });
});

describeWith('redis-server', 'RecordStore on Redis', (address) => {
  const fresh = (prefix: string) => createRedisRecords(connectRedis(address, 5000), prefix);
  contract(() => {
    const prefix = `test-${randomBytes(6).toString('hex')}`;
    return [fresh(prefix), fresh(prefix)];
  });

  it('putAll leaves no key without an end', async () => {
    const prefix = `test-${randomBytes(6).toString('hex')}`;
    const redis = connectRedis(address, 5000);
    const records = createRedisRecords(redis, prefix);
    closers.push(() => records.close());
    await records.putAll([
      { group: 'one', name: 'a', value: bytes('1'), ttlSeconds: 100 },
      { group: 'one', name: 'b', value: bytes('2'), ttlSeconds: 200 },
    ]);
    const keys = await redis.keys(`${prefix}*`);
    expect(keys).toHaveLength(3);
    for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(90_000);
  });
});
