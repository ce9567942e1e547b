import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { withDeadline } from '../../../src/hooks/common/deadline.ts';

describe('withDeadline', () => {
  it('gives what the work gives, and its error', async () => {
    expect(
      await withDeadline(
        1000,
        () => Promise.resolve(1),
        () => 2,
      ),
    ).toBe(1);
    await expect(
      withDeadline(
        1000,
        () => Promise.reject(new Error('own')),
        () => 2,
      ),
    ).rejects.toThrow('own');
  });

  it('lets work that heard of the deadline answer for itself', async () => {
    const heard = (deadline: AbortSignal) =>
      new Promise<string>((resolve) => {
        deadline.addEventListener('abort', () => {
          resolve('what I know');
        });
      });
    expect(await withDeadline(5, heard, () => 'late')).toBe('what I know');
  });

  it('answers for work that ignores the deadline', async () => {
    let ended = false;
    const deaf = async () => {
      await sleep(2000, undefined, { ref: false });
      ended = true;
      return 'too late';
    };
    expect(await withDeadline(5, deaf, () => 'late')).toBe('late');
    expect(ended).toBe(false);
  });
});
