import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { serverLimit, type ServerLimit } from '../../../../src/chart/client/server-limit.ts';
import { NEVER } from '../../support/reading.ts';

let servers = 0;
const freshOrigin = (): string => `http://server-${String(++servers)}.example`;

/** The most of 24 tasks that ran at once. */
const mostAtOnce = async (limit: ServerLimit): Promise<number> => {
  let now = 0;
  let most = 0;
  const task = async (): Promise<void> => {
    most = Math.max(most, ++now);
    await sleep(5);
    now--;
  };
  const run = () => limit.run(task, { signal: NEVER, priority: 0 });
  await Promise.all(Array.from({ length: 24 }, run));
  return most;
};

describe('serverLimit', () => {
  it('is one for each origin, and the lowest figure asked for counts', async () => {
    const origin = freshOrigin();
    const limit = serverLimit(origin, 5);
    expect(serverLimit(origin, 9)).toBe(limit);
    expect(await mostAtOnce(limit)).toBe(5);
    serverLimit(origin, 3);
    expect(await mostAtOnce(limit)).toBe(3);
    expect(serverLimit(freshOrigin(), 5)).not.toBe(limit);
  });

  it('a slot that one gives up at the end of its time does not go to another whose time ends in the same turn', async () => {
    const limit = serverLimit(freshOrigin(), 1);
    const ends = [new AbortController(), new AbortController(), new AbortController()];
    const started: number[] = [];
    const runs = ends.map(({ signal }, index) =>
      limit.run(
        async () => {
          started.push(index);
          // Hangs, and ends as a request does: by its signal alone.
          if (index < 2) await new Promise<never>(() => undefined);
        },
        { signal, priority: 0 },
      ),
    );
    await sleep(5);
    expect(started).toEqual([0]);
    // Timers of one turn: what waits for the first has its say before the second.
    for (const end of ends.slice(0, 2))
      setTimeout(() => {
        end.abort();
      }, 5);
    const settled = await Promise.allSettled(runs);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(started).toEqual([0, 2]);
  });

  it('halves once for a wave of 429s, however late some of them come, and again for the next wave', async () => {
    const slots = async (waves: number): Promise<number> => {
      const limit = serverLimit(freshOrigin(), 16);
      for (let wave = 0; wave < waves; wave++) {
        const startedAt = performance.now();
        for (let i = 0; i < 5; i++) {
          limit.slowDown(5, startedAt);
          await sleep(10); // the hold is over when the next of them comes
        }
      }
      let started = 0;
      // They never end, so no slot is won back by answers.
      const task = () => {
        started++;
        return new Promise(() => undefined);
      };
      for (let i = 0; i < 24; i++) void limit.run(task, { signal: NEVER, priority: 0 });
      await expect.poll(() => started).toBeGreaterThan(0);
      return started;
    };
    expect(await slots(1)).toBe(8);
    expect(await slots(2)).toBe(4);
    expect(await slots(6)).toBe(1);
  });

  it('holds everybody back for the longest time asked for, but not for ever', async () => {
    const limit = serverLimit(freshOrigin(), 4);
    expect(limit.heldFor()).toBe(0);
    const began = performance.now();
    limit.slowDown(200, began);
    limit.slowDown(50, began); // does not shorten it
    expect(await limit.run(() => Promise.resolve('done'), { signal: NEVER, priority: 0 })).toBe('done');
    // timers fire up to a millisecond early
    expect(performance.now() - began).toBeGreaterThanOrEqual(195);
    expect(limit.heldFor()).toBeLessThan(5);
    limit.slowDown(1e9, performance.now());
    expect(limit.heldFor()).toBeGreaterThan(290_000);
    expect(limit.heldFor()).toBeLessThanOrEqual(300_000);
  });

  it('goes on after a task that failed', async () => {
    const limit = serverLimit(freshOrigin(), 1);
    const failing = () => limit.run(() => Promise.reject(new Error('x')), { signal: NEVER, priority: 0 });
    await expect(failing()).rejects.toThrow('x');
    expect(await mostAtOnce(limit)).toBe(1);
  });
});
