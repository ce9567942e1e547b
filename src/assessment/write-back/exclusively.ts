import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Exclusively } from '../../chart/index.ts';
import { CdsError } from '../../domain/index.ts';
import { withRedis } from '../redis.ts';

const heldTooLong = (): CdsError => new CdsError('FHIR_CONFLICT', 'Another writing of it did not end.');

/** Within this process: work of one name, one after another. */
export function createLocalExclusively(): Exclusively {
  const last = new Map<string, Promise<void>>();
  return async (name, signal, work) => {
    const before = last.get(name) ?? Promise.resolve();
    let leave = (): void => undefined;
    const mine = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const turn = before.then(() => mine);
    last.set(name, turn);
    try {
      await before;
      if (signal.aborted) throw heldTooLong();
      return await work();
    } finally {
      leave();
      if (last.get(name) === turn) last.delete(name);
    }
  };
}

const LEAVE = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return 1`;
const POLL_MS = 50;

/**
 * Among all processes on one Redis, by a lease: a process that dies holds it no longer than `leaseMs`.
 *
 * @param redis from `connectRedis`; the caller closes it
 * @param leaseMs longer than any work may take
 */
export function createRedisExclusively(redis: Redis, prefix: string, leaseMs: number): Exclusively {
  const run = <T>(command: () => Promise<T>): Promise<T> => withRedis(redis, 'STORE_UNAVAILABLE', command);
  return async (name, signal, work) => {
    const key = `${prefix}:writer:${name}`;
    const token = randomUUID();
    while ((await run(() => redis.set(key, token, 'PX', leaseMs, 'NX'))) === null) {
      if (signal.aborted) throw heldTooLong();
      await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
    try {
      return await work();
    } finally {
      // Where it fails the lease ends by itself.
      await run(() => redis.eval(LEAVE, 1, key, token)).catch(() => undefined);
    }
  };
}
