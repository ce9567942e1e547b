import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { connectRedis } from '../../src/assessment/redis.ts';
import {
  createOutbox,
  createRedisRecords,
  createResultStore,
  createSqliteRecords,
  type RecordStore,
} from '../../src/assessment/store/index.ts';
import type { Unwritten } from '../../src/assessment/index.ts';
import { describeWith } from '../setup/requires.ts';
import { anAssessment } from './records-for-tests.ts';

const options = { key: Buffer.alloc(32, 7), ttlSeconds: 3600 };

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const unwritten = (over: Partial<Unwritten> = {}): Unwritten => ({
  tenant: 'north',
  patientId: 'patient-1',
  fingerprint: 'f1',
  ...over,
});
const inOrder = (all: readonly Unwritten[]): Unwritten[] =>
  [...all].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

function contract(openRecords: () => RecordStore): void {
  const open = () => {
    const records = openRecords();
    closers.push(() => records.close());
    const written: { group: string; name: string; value: Buffer }[] = [];
    const spied: RecordStore = {
      ...records,
      put: (group, name, value, ttlSeconds) => {
        written.push({ group, name, value: Buffer.from(value) });
        return records.put(group, name, value, ttlSeconds);
      },
    };
    return { records: spied, written, outbox: createOutbox(spied, options) };
  };

  it('lists what was put, of that tenant only, the same twice being one', async () => {
    const { outbox } = open();
    const mine = [unwritten(), unwritten({ fingerprint: 'f2' }), unwritten({ patientId: 'patient-2' })];
    for (const each of [...mine, unwritten(), unwritten({ tenant: 'south' })]) await outbox.put(each);
    expect(inOrder(await outbox.list('north'))).toEqual(inOrder(mine));
    expect(await outbox.list('south')).toHaveLength(1);
    expect(await outbox.list('west')).toEqual([]);
  });

  it('keeps the three names of an assessment and nothing else of it', async () => {
    const { outbox } = open();
    await outbox.put(anAssessment());
    const [found] = await outbox.list('north');
    expect(found).toEqual({
      tenant: 'north',
      patientId: 'patient-1',
      fingerprint: anAssessment().fingerprint,
    });
  });

  it('removes one and no other; removing what is not there does nothing', async () => {
    const { outbox } = open();
    await outbox.put(unwritten());
    await outbox.put(unwritten({ fingerprint: 'f2' }));
    await outbox.remove(unwritten());
    await outbox.remove(unwritten());
    expect(await outbox.list('north')).toEqual([unwritten({ fingerprint: 'f2' })]);
  });

  it('a patient’s records are erased with the results, and no other’s', async () => {
    const { outbox, records } = open();
    const store = createResultStore(records, options);
    await store.putAssessment(anAssessment());
    for (const each of [
      unwritten(),
      unwritten({ fingerprint: 'f2' }),
      unwritten({ patientId: 'patient-10' }),
    ])
      await outbox.put(each);
    expect(await store.erasePatient('north', 'patient-1')).toBe(3);
    expect(await outbox.list('north')).toEqual([unwritten({ patientId: 'patient-10' })]);
  });

  it('nothing readable at rest; a damaged record hides no other', async () => {
    const { outbox, records, written } = open();
    await outbox.put(unwritten());
    await outbox.put(unwritten({ fingerprint: 'f2' }));
    for (const { group, name, value } of written)
      expect(`${group}/${name}/${value.toString('latin1')}`).not.toMatch(/patient-1|north/);
    const [first] = written;
    await records.put(first!.group, first!.name, Buffer.from('garbage'), 60);
    expect(await outbox.list('north')).toEqual([unwritten({ fingerprint: 'f2' })]);
  });
}

describe('Outbox on SQLite', () => {
  contract(() => createSqliteRecords(':memory:'));

  it('survives a restart', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'recurrence-outbox-'));
    closers.push(() => {
      rmSync(folder, { recursive: true });
      return Promise.resolve();
    });
    const file = path.join(folder, 'results.db');
    const before = createSqliteRecords(file);
    await createOutbox(before, options).put(unwritten());
    await before.close();
    const after = createSqliteRecords(file);
    expect(await createOutbox(after, options).list('north')).toEqual([unwritten()]);
    await after.close();
  });
});

describeWith('redis-server', 'Outbox on Redis', (address) => {
  contract(() => createRedisRecords(connectRedis(address, 5000), `test-${randomBytes(6).toString('hex')}`));

  it('leaves no key behind when it is empty again, and survives the process', async () => {
    const prefix = `test-${randomBytes(6).toString('hex')}`;
    const redis = connectRedis(address, 5000);
    const first = createRedisRecords(connectRedis(address, 5000), prefix);
    await createOutbox(first, options).put(unwritten());
    await first.close();
    const records = createRedisRecords(redis, prefix);
    closers.push(() => records.close());
    const outbox = createOutbox(records, options);
    expect(await outbox.list('north')).toEqual([unwritten()]);
    await outbox.remove(unwritten());
    expect(await redis.keys(`${prefix}*`)).toEqual([]);
  });
});
