import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
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

  describe('by the clock', () => {
    afterEach(() => {
      vi.useRealTimers();
    });

    it('the signal leaves time to answer, and the answer for deaf work comes at the deadline', async () => {
      vi.useFakeTimers();
      const heard = vi.fn();
      const late = vi.fn(() => 'late');
      const deaf = (deadline: AbortSignal): Promise<string> => {
        deadline.addEventListener('abort', heard);
        return new Promise(() => undefined);
      };
      const answer = withDeadline(450, deaf, late);
      await vi.advanceTimersByTimeAsync(409);
      expect(heard).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      expect(heard).toHaveBeenCalledOnce();
      await vi.advanceTimersByTimeAsync(39);
      expect(late).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      expect(await answer).toBe('late');
      expect(vi.getTimerCount()).toBe(0);
    });

    it('of a short time half is left', async () => {
      vi.useFakeTimers();
      const heard = vi.fn();
      const answer = withDeadline(
        50,
        (deadline) => {
          deadline.addEventListener('abort', heard);
          return new Promise<string>(() => undefined);
        },
        () => 'late',
      );
      await vi.advanceTimersByTimeAsync(25);
      expect(heard).toHaveBeenCalledOnce();
      await vi.advanceTimersByTimeAsync(25);
      expect(await answer).toBe('late');
    });
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
