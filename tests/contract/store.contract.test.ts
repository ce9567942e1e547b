import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { connectRedis } from '../../src/assessment/redis.ts';
import {
  createRedisRecords,
  createResultStore,
  createSqliteRecords,
  type RecordStore,
} from '../../src/assessment/store/index.ts';
import { startRedis } from '../setup/redis.ts';
import { describeWith } from '../setup/requires.ts';
import { anAssessment, aScore } from './records-for-tests.ts';

const KEY = Buffer.alloc(32, 7);
const HOUR = 3600;
const PATIENT_MS = 5000;
const DAMAGED = { code: 'STORE_DAMAGED' };
const UNAVAILABLE = { code: 'STORE_UNAVAILABLE' };

const closers: (() => Promise<unknown>)[] = [];
const closing = <T extends { close(): Promise<unknown> }>(thing: T): T => {
  closers.push(() => thing.close());
  return thing;
};
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Record stores that notes down where it is written, so that tests can reach the bytes themselves. */
interface Spy {
  readonly records: RecordStore;
  readonly written: { group: string; name: string; value: Buffer }[];
}
const spyOn = (records: RecordStore): Spy => {
  const written: Spy['written'] = [];
  return {
    written,
    records: {
      ...records,
      put: (group, name, value, ttlSeconds) => {
        written.push({ group, name, value: Buffer.from(value) });
        return records.put(group, name, value, ttlSeconds);
      },
    },
  };
};

function contract(openRecords: () => RecordStore): void {
  const open = (key: Buffer = KEY, ttlSeconds = HOUR) => {
    const spy = spyOn(closing(openRecords()));
    return { ...spy, store: createResultStore(spy.records, { key, ttlSeconds }) };
  };

  it('gives back what was put, by tenant, patient and fingerprint, a missing value still missing', async () => {
    const { store } = open();
    const assessment = anAssessment();
    const score = aScore();
    await store.putAssessment(assessment);
    await store.putModalityScore('north', 'patient-1', score);
    expect(await store.assessment('north', 'patient-1', assessment.fingerprint)).toEqual(assessment);
    expect(await store.modalityScore('north', 'patient-1', score.fingerprint)).toEqual(score);
    for (const [tenant, patientId, fingerprint] of [
      ['south', 'patient-1', assessment.fingerprint],
      ['north', 'patient-2', assessment.fingerprint],
      ['north', 'patient-1', score.fingerprint],
    ] as const) {
      expect(await store.assessment(tenant, patientId, fingerprint)).toBeUndefined();
    }
    expect(await store.modalityScore('north', 'patient-1', assessment.fingerprint)).toBeUndefined();
  });

  it('refuses a number that is not finite, instead of giving back another', async () => {
    const { store } = open();
    await expect(store.putModalityScore('north', 'p', aScore({ score: NaN }))).rejects.toMatchObject({
      code: 'INTERNAL',
    });
  });

  it('tenant and patient do not run into one another', async () => {
    const { store } = open();
    await store.putAssessment(anAssessment({ tenant: 'a', patientId: 'b","c' }));
    expect(await store.history('a","b', 'c')).toEqual([]);
    expect(await store.history('a', 'b","c')).toHaveLength(1);
  });

  it('history: oldest landmark first, of one landmark the last computed, no modality scores', async () => {
    const { store } = open();
    const at = (landmarkDate: string, hour: string, fingerprint: string) =>
      anAssessment({ landmarkDate, computedAt: `2026-03-01T${hour}:00:00.000Z`, fingerprint });
    const expected = [
      at('2025-12-01', '10', 'a1'),
      at('2026-01-05', '12', 'b2'),
      at('2026-03-01', '09', 'c3'),
    ];
    const [first, second, third] = expected as [
      (typeof expected)[0],
      (typeof expected)[0],
      (typeof expected)[0],
    ];
    const put = [third, second, at('2026-01-05', '11', 'b1'), first, at('2026-01-05', '08', 'b3')];
    for (const assessment of put) await store.putAssessment(assessment);
    await store.putModalityScore('north', 'patient-1', aScore());
    await store.putAssessment(anAssessment({ patientId: 'patient-2' }));
    expect(await store.history('north', 'patient-1')).toEqual(expected);
    expect(await store.history('north', 'patient-3')).toEqual([]);
  });

  it('a second put replaces the first', async () => {
    const { store } = open();
    await store.putAssessment(anAssessment());
    const later = anAssessment({ computedAt: '2026-03-01T12:00:00.000Z' });
    await store.putAssessment(later);
    expect(await store.assessment('north', 'patient-1', later.fingerprint)).toEqual(later);
    expect(await store.history('north', 'patient-1')).toEqual([later]);
  });

  it('erases all of a patient and nothing of another', async () => {
    const { store } = open();
    await store.putAssessment(anAssessment());
    await store.putAssessment(anAssessment({ fingerprint: 'e1', landmarkDate: '2025-12-01' }));
    await store.putModalityScore('north', 'patient-1', aScore());
    await store.putAssessment(anAssessment({ patientId: 'patient-2' }));
    expect(await store.erasePatient('north', 'patient-1')).toBe(3);
    expect(await store.history('north', 'patient-1')).toEqual([]);
    expect(await store.modalityScore('north', 'patient-1', aScore().fingerprint)).toBeUndefined();
    expect(await store.history('north', 'patient-2')).toHaveLength(1);
    expect(await store.erasePatient('north', 'patient-1')).toBe(0);
  });

  it('erasing while others put leaves nothing that an erasure after it cannot reach', async () => {
    const { store, records, written } = open();
    const puts = Array.from({ length: 40 }, (_, i) =>
      store.putAssessment(anAssessment({ fingerprint: `f${i}` })),
    );
    await Promise.all([...puts, store.erasePatient('north', 'patient-1')]);
    await store.erasePatient('north', 'patient-1');
    for (const { group, name } of written) expect(await records.get(group, name)).toBeUndefined();
  });

  it('forgets after the time to live, in reads, histories and counts', async () => {
    const { store, records } = open(KEY, 1);
    const lasting = createResultStore(records, { key: KEY, ttlSeconds: HOUR });
    await store.putAssessment(anAssessment());
    await lasting.putAssessment(anAssessment({ fingerprint: 'lasting', landmarkDate: '2025-12-01' }));
    expect(await store.history('north', 'patient-1')).toHaveLength(2);
    await sleep(1100);
    expect(await store.assessment('north', 'patient-1', anAssessment().fingerprint)).toBeUndefined();
    expect(await store.history('north', 'patient-1')).toMatchObject([{ fingerprint: 'lasting' }]);
    expect(await store.erasePatient('north', 'patient-1')).toBe(1);
  });

  describe('at rest', () => {
    it('nothing readable: neither in values nor in names; the same result twice is not the same bytes', async () => {
      const { store, written } = open();
      await store.putAssessment(anAssessment());
      await store.putAssessment(anAssessment());
      const [first, second] = written;
      expect(first?.value.equals(second!.value)).toBe(false);
      for (const { group, name, value } of written) {
        expect(`${group}/${name}/${value.toString('latin1')}`).not.toMatch(/patient-1|north|metabol|0\.173/);
      }
    });

    it.each(['first byte', 'IV', 'ciphertext', 'tag', 'length'])('a changed %s is damage', async (what) => {
      const { store, records, written } = open();
      await store.putAssessment(anAssessment());
      const { group, name, value } = written[0]!;
      const position = { 'first byte': 0, IV: 5, ciphertext: 200, tag: value.length - 3 }[what];
      const changed = Buffer.from(value);
      if (position !== undefined) changed[position]! ^= 1;
      await records.put(group, name, position === undefined ? value.subarray(0, 20) : changed, HOUR);
      const read = store.assessment('north', 'patient-1', anAssessment().fingerprint);
      await expect(read).rejects.toMatchObject(DAMAGED);
      await expect(store.history('north', 'patient-1')).rejects.toMatchObject(DAMAGED);
    });

    it("another record's bytes are damage: of the same patient, and of another", async () => {
      const { store, records, written } = open();
      await store.putAssessment(anAssessment());
      await store.putAssessment(anAssessment({ fingerprint: 'e1' }));
      await store.putAssessment(anAssessment({ patientId: 'patient-2' }));
      const [own, sameOther, foreign] = written;
      for (const { value } of [sameOther!, foreign!]) {
        await records.put(own!.group, own!.name, value, HOUR);
        const read = store.assessment('north', 'patient-1', anAssessment().fingerprint);
        await expect(read).rejects.toMatchObject(DAMAGED);
      }
    });

    it('with another key nothing of it is found; with its bytes put there, it is damage', async () => {
      const { store, records, written } = open();
      await store.putAssessment(anAssessment());
      const spy = spyOn(records);
      const stranger = createResultStore(spy.records, { key: randomBytes(32), ttlSeconds: HOUR });
      const { fingerprint } = anAssessment();
      expect(await stranger.assessment('north', 'patient-1', fingerprint)).toBeUndefined();
      await stranger.putAssessment(anAssessment());
      const place = spy.written[0]!;
      await records.put(place.group, place.name, written[0]!.value, HOUR);
      await expect(stranger.assessment('north', 'patient-1', fingerprint)).rejects.toMatchObject(DAMAGED);
    });
  });

  it('once closed is unavailable; closing twice does no harm', async () => {
    const { store } = open();
    await store.close();
    await store.close();
    await expect(store.assessment('north', 'p', 'f')).rejects.toMatchObject(UNAVAILABLE);
    await expect(store.putAssessment(anAssessment())).rejects.toMatchObject(UNAVAILABLE);
    await expect(store.history('north', 'p')).rejects.toMatchObject(UNAVAILABLE);
    await expect(store.erasePatient('north', 'p')).rejects.toMatchObject(UNAVAILABLE);
  });
}

it('a key that is not 32 bytes is refused', () => {
  const records = closing(createSqliteRecords(':memory:'));
  const make = () => createResultStore(records, { key: Buffer.alloc(16), ttlSeconds: HOUR });
  expect(make).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
});

describe('ResultStore on SQLite', () => {
  contract(() => createSqliteRecords(':memory:'));

  const inFolder = async (use: (file: string) => Promise<void>): Promise<void> => {
    const folder = mkdtempSync(path.join(tmpdir(), 'recurrence-store-'));
    await use(path.join(folder, 'deeper', 'results.db')).finally(() => {
      rmSync(folder, { recursive: true });
    });
  };
  const options = { key: KEY, ttlSeconds: HOUR };

  it('keeps results over a restart, in a file for its owner only, shared by two at a time', () =>
    inFolder(async (file) => {
      const first = createResultStore(createSqliteRecords(file), options);
      await first.putAssessment(anAssessment());
      const second = createResultStore(createSqliteRecords(file), options);
      await second.putAssessment(anAssessment({ fingerprint: 'e1', landmarkDate: '2026-04-01' }));
      expect(await first.history('north', 'patient-1')).toHaveLength(2);
      await Promise.all([first.close(), second.close()]);
      expect(statSync(file).mode & 0o077).toBe(0);
      const again = createResultStore(createSqliteRecords(file), options);
      expect(await again.history('north', 'patient-1')).toHaveLength(2);
      await again.close();
    }));

  it('an erased record is gone from the file, not only from the table', () =>
    inFolder(async (file) => {
      const spy = spyOn(createSqliteRecords(file));
      const store = createResultStore(spy.records, options);
      await store.putAssessment(anAssessment());
      const needle = spy.written[0]!.value.subarray(100, 140);
      const onDisk = (): boolean =>
        [file, `${file}-wal`].some((one) => existsSync(one) && readFileSync(one).includes(needle));
      expect(onDisk()).toBe(true);
      await store.erasePatient('north', 'patient-1');
      expect(onDisk()).toBe(false);
      await store.close();
    }));

  it('a file that is no database is unavailable', () =>
    inFolder(async (file) => {
      await createSqliteRecords(file).close();
      writeFileSync(file, 'this was no database '.repeat(100));
      expect(() => createSqliteRecords(file)).toThrow(expect.objectContaining(UNAVAILABLE));
    }));
});

describeWith('redis-server', 'ResultStore on Redis', (address) => {
  const fresh = () =>
    createRedisRecords(connectRedis(address, PATIENT_MS), `test-${randomBytes(6).toString('hex')}`);
  contract(fresh);

  it('leaves no key behind: none after erasing, none after the time to live', async () => {
    const prefix = `test-${randomBytes(6).toString('hex')}`;
    const redis = connectRedis(address, PATIENT_MS);
    const store = closing(createResultStore(createRedisRecords(redis, prefix), { key: KEY, ttlSeconds: 1 }));
    await store.putAssessment(anAssessment());
    await store.putModalityScore('north', 'patient-2', aScore());
    const keys = await redis.keys(`${prefix}*`);
    expect(keys).toHaveLength(4); // a record and an index each
    for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(0);
    await store.erasePatient('north', 'patient-1');
    expect(await redis.keys(`${prefix}*`)).toHaveLength(2);
    await sleep(1200);
    expect(await redis.keys(`${prefix}*`)).toEqual([]);
  });

  it('Redis away: unavailable within 300 ms at every call; back: works without a restart', async () => {
    const server = await startRedis();
    closers.push(() => server.stop());
    const store = closing(
      createResultStore(createRedisRecords(connectRedis(server.address)), { key: KEY, ttlSeconds: HOUR }),
    );
    await vi.waitFor(() => store.putAssessment(anAssessment()));
    await server.stop();
    for (let i = 0; i < 3; i++) {
      const started = performance.now();
      await expect(store.history('north', 'patient-1')).rejects.toMatchObject(UNAVAILABLE);
      await expect(store.putAssessment(anAssessment())).rejects.toMatchObject(UNAVAILABLE);
      expect(performance.now() - started).toBeLessThan(1000);
    }
    const back = await startRedis({ port: server.port });
    closers.unshift(() => back.stop());
    await vi.waitFor(() => store.putAssessment(anAssessment()), { timeout: 5000, interval: 50 });
    expect(await store.history('north', 'patient-1')).toHaveLength(1);
  });

  it('a Redis that accepts and says nothing: unavailable in time', async () => {
    const server = await startRedis();
    closers.push(() => server.stop());
    const store = closing(
      createResultStore(createRedisRecords(connectRedis(server.address)), { key: KEY, ttlSeconds: HOUR }),
    );
    await vi.waitFor(() => store.putAssessment(anAssessment()));
    process.kill(server.pid, 'SIGSTOP');
    const started = performance.now();
    await expect(store.history('north', 'patient-1')).rejects.toMatchObject(UNAVAILABLE);
    expect(performance.now() - started).toBeLessThan(400);
    process.kill(server.pid, 'SIGCONT');
    await vi.waitFor(() => store.history('north', 'patient-1'), { timeout: 5000, interval: 50 });
    await server.stop();
  });
});
