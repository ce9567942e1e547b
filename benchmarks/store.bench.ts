import { Redis } from 'ioredis';
import { createResultStore, createSqliteRecords } from '../src/assessment/store/index.ts';
import { anAssessment } from '../tests/contract/records-for-tests.ts';
import { findOnPath } from '../tests/setup/programs.ts';
import { startRedis } from '../tests/setup/redis.ts';
import type { Benchmark } from './lib/benchmark.ts';

const READS = 2000;
const RECORDS = 1200;

/** Mean CPU time of this process, user and system, for one of `READS` reads after one another; microseconds. */
async function cpuPerRead(read: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < READS; i++) await read();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / READS;
}

/**
 * An encrypted result out of a SQLite file in memory, against the least that a result in Redis costs its reader:
 * GET and JSON.parse of the same record in clear (the server's own CPU time is not counted).
 */
export const benchmark: Benchmark = {
  name: 'store',
  question: 'What does reading a stored result cost (decrypted and parsed), beside a plain Redis GET of it?',
  unit: 'us CPU/read',
  // Decryption and the result's repair are ours on top; the round trip to a server is the peer's on top.
  limit: 3,
  peer: {
    name: 'ioredis GET + JSON.parse',
    find: () => findOnPath('redis-server'),
    aptPackage: 'redis-server',
  },
  setup: async () => {
    const assessment = anAssessment();
    const { tenant, patientId, fingerprint } = assessment;
    const store = createResultStore(createSqliteRecords(':memory:'), {
      key: Buffer.alloc(32, 7),
      ttlSeconds: 3600,
    });
    // More than the store remembers, read in turn: every read is decrypted and parsed.
    const names = Array.from({ length: RECORDS }, (_, index) => `${fingerprint}-${String(index)}`);
    for (const name of names) await store.putAssessment({ ...assessment, fingerprint: name });
    let next = 0;
    const server = await startRedis();
    const redis = new Redis(server.address);
    await redis.set(fingerprint, JSON.stringify(assessment));
    return {
      ours: () =>
        cpuPerRead(() => store.assessment(tenant, patientId, names[next++ % RECORDS] ?? fingerprint)),
      peer: () => cpuPerRead(async () => JSON.parse((await redis.get(fingerprint)) ?? 'null') as unknown),
      teardown: async () => {
        redis.disconnect();
        await Promise.all([store.close(), server.stop()]);
      },
    };
  },
};
