/** A TaskQueue in memory: tasks run when `drain` is called, retryable errors at the next `drain`. */
import type { Task, TaskHandlers, TaskQueue } from '../../src/assessment/index.ts';
import { asCdsError, CdsError } from '../../src/domain/index.ts';

export interface MemoryTasks extends TaskQueue {
  readonly waiting: { task: Task; delayMs: number }[];
  /** What came to nothing for good, by code. */
  readonly failed: string[];
  /** Set to have `add` fail, as with Redis away. */
  away: boolean;
  /** Runs what waits now, once each; the number of tasks that ran. */
  drain(handlers: Partial<TaskHandlers>): Promise<number>;
}

export const memoryTasks = (): MemoryTasks => {
  const waiting: MemoryTasks['waiting'] = [];
  const failed: string[] = [];
  const nameOf = (task: Task): string => JSON.stringify(task);
  const queue: MemoryTasks = {
    waiting,
    failed,
    away: false,
    add: (task, { delayMs = 0 } = {}) => {
      if (queue.away) return Promise.reject(new CdsError('QUEUE_UNAVAILABLE'));
      if (!waiting.some((each) => nameOf(each.task) === nameOf(task))) waiting.push({ task, delayMs });
      return Promise.resolve();
    },
    schedule: () => Promise.resolve(),
    drain: async (handlers) => {
      const now = waiting.splice(0);
      for (const { task } of now) {
        const handler = handlers[task.kind] as
          ((task: Task, signal: AbortSignal) => Promise<void>) | undefined;
        try {
          await handler?.(task, new AbortController().signal);
        } catch (error) {
          const { code, kind } = asCdsError(error);
          if (kind.retryable) await queue.add(task);
          else failed.push(code);
        }
      }
      return now.length;
    },
    close: () => Promise.resolve(),
  };
  return queue;
};
