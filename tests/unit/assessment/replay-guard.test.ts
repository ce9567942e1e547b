import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import {
  connectRedis,
  createRedisRecords,
  createReplayGuard,
  createSqliteRecords,
  type RecordStore,
  type ReplayGuardOptions,
} from '../../../src/assessment/index.ts';
import { createLog } from '../../../src/platform/index.ts';
import { startRedis } from '../../setup/redis.ts';
import { describeWith } from '../../setup/requires.ts';

const KEY = randomBytes(32);
const ISSUER = 'https://ehr.hospital.example';

const opened: Pick<RecordStore, 'close'>[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});
const keep = (records: RecordStore): RecordStore => {
  opened.push(records);
  return records;
};

const guardOver = (records: Pick<RecordStore, 'putNew'>, options: Partial<ReplayGuardOptions> = {}) => {
  const logged: string[] = [];
  const told = { unchecked: 0 };
  const guard = createReplayGuard({
    ...{ records, key: KEY },
    log: createLog('trace', { write: (line: string) => void logged.push(line) }),
    onUnchecked: () => {
      told.unchecked++;
    },
    ...options,
  });
  return { guard, logged, told };
};

describe('one process', () => {
  it('knows a token again, by issuer and jti', async () => {
    const { guard, told } = guardOver(keep(createSqliteRecords(':memory:')));
    expect(await guard.firstUse(ISSUER, 'a', 60)).toBe(true);
    expect(await guard.firstUse(ISSUER, 'a', 60)).toBe(false);
    expect(await guard.firstUse(ISSUER, 'b', 60)).toBe(true);
    expect(await guard.firstUse('https://other.example', 'a', 60)).toBe(true);
    // Joined, the two would be the same.
    expect(await guard.firstUse(`${ISSUER}a`, '', 60)).toBe(true);
    expect(told.unchecked).toBe(0);
  });

  it('of many at once one is first', async () => {
    const { guard } = guardOver(keep(createSqliteRecords(':memory:')));
    const all = await Promise.all(Array.from({ length: 50 }, () => guard.firstUse(ISSUER, 'a', 60)));
    expect(all.filter(Boolean)).toHaveLength(1);
  });

  it('forgets it when its time is over, and not before', async () => {
    const { guard } = guardOver(keep(createSqliteRecords(':memory:')));
    await guard.firstUse(ISSUER, 'short', 1);
    await guard.firstUse(ISSUER, 'long', 60);
    await sleep(1100);
    expect(await guard.firstUse(ISSUER, 'short', 1)).toBe(true);
    expect(await guard.firstUse(ISSUER, 'long', 60)).toBe(false);
  });

  it('what one process took, another does not: SQLite', async () => {
    const records = keep(createSqliteRecords(':memory:'));
    const [first, second] = [guardOver(records).guard, guardOver(records).guard];
    expect(await first.firstUse(ISSUER, 'a', 60)).toBe(true);
    expect(await second.firstUse(ISSUER, 'a', 60)).toBe(false);
  });

  it('its own memory is bounded; the store remembers the rest', async () => {
    const { guard } = guardOver(keep(createSqliteRecords(':memory:')), { capacity: 10 });
    for (let i = 0; i < 30; i++) expect(await guard.firstUse(ISSUER, String(i), 60)).toBe(true);
    for (let i = 0; i < 30; i++) expect(await guard.firstUse(ISSUER, String(i), 60)).toBe(false);
  });
});

describe('a store that does not answer', () => {
  const closed = async (): Promise<RecordStore> => {
    const records = createSqliteRecords(':memory:');
    await records.close();
    return records;
  };

  it('the process decides by what it remembers itself, and tells', async () => {
    const { guard, told, logged } = guardOver(await closed());
    expect(await guard.firstUse(ISSUER, 'SECRET-JTI', 60)).toBe(true);
    expect(await guard.firstUse(ISSUER, 'SECRET-JTI', 60)).toBe(false);
    expect(await guard.firstUse(ISSUER, 'b', 60)).toBe(true);
    expect(told.unchecked).toBe(2);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('in this process only');
    expect(logged[0]).not.toMatch(/SECRET|ehr\.hospital/);
  });
});

describeWith('redis-server', 'many processes on one Redis', (address) => {
  const redisRecords = (url = address, prefix = `replay-${randomUUID()}`): RecordStore =>
    keep(createRedisRecords(connectRedis(url), prefix));

  it('of two that get the same token at once one takes it', async () => {
    const prefix = `replay-${randomUUID()}`;
    const guards = [1, 2].map(() => guardOver(redisRecords(address, prefix), { limitMs: 10_000 }));
    for (let i = 0; i < 20; i++) {
      const jti = randomUUID();
      const taken = await Promise.all(guards.map(({ guard }) => guard.firstUse(ISSUER, jti, 60)));
      expect(taken.filter(Boolean)).toHaveLength(1);
    }
    expect(guards.map(({ told }) => told.unchecked)).toEqual([0, 0]);
  });

  it('nothing readable lies in it, and all of it ends by itself', async () => {
    const own = await startRedis();
    const redis = new Redis(own.address);
    try {
      const { guard } = guardOver(redisRecords(own.address));
      await guard.firstUse(ISSUER, 'SECRET-JTI', 120);
      const names = await redis.keys('*');
      expect(names.length).toBeGreaterThan(0);
      const held = await Promise.all(
        names.map(async (name) =>
          (await redis.type(name)) === 'string' ? redis.get(name) : redis.zrange(name, '0', '-1'),
        ),
      );
      expect(JSON.stringify([names, held])).not.toMatch(/SECRET|ehr\.hospital/);
      for (const name of names) {
        const left = await redis.ttl(name);
        expect(left).toBeGreaterThan(100);
        expect(left).toBeLessThanOrEqual(120);
      }
    } finally {
      redis.disconnect();
      await own.stop();
    }
  });

  it('Redis hanging: it is waited for a moment only', async () => {
    const own = await startRedis();
    try {
      const { guard, told } = guardOver(redisRecords(own.address), { limitMs: 20 });
      expect(await guard.firstUse(ISSUER, 'a', 60)).toBe(true);
      process.kill(own.pid, 'SIGSTOP');
      const before = told.unchecked;
      expect(await guard.firstUse(ISSUER, 'b', 60)).toBe(true);
      expect(await guard.firstUse(ISSUER, 'b', 60)).toBe(false);
      expect(told.unchecked).toBe(before + 1);
    } finally {
      process.kill(own.pid, 'SIGCONT');
      await own.stop();
    }
  });

  it('Redis away: the process goes on alone; back again, it asks again', async () => {
    const own = await startRedis();
    const records = redisRecords(own.address);
    const { guard, told } = guardOver(records);
    expect(await guard.firstUse(ISSUER, 'a', 60)).toBe(true);
    await own.stop();
    expect(await guard.firstUse(ISSUER, 'a', 60)).toBe(false);
    expect(await guard.firstUse(ISSUER, 'b', 60)).toBe(true);
    expect(told.unchecked).toBe(1);
    const back = await startRedis({ port: own.port });
    try {
      let unchecked = told.unchecked;
      for (let i = 0; i < 100; i++) {
        unchecked = told.unchecked;
        await guard.firstUse(ISSUER, `again-${String(i)}`, 60);
        if (told.unchecked === unchecked) break;
        await sleep(50);
      }
      expect(told.unchecked).toBe(unchecked);
    } finally {
      await back.stop();
    }
  });
});
