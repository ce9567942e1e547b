import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, type JobsOptions, type QueueOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import { CdsError } from '../../domain/index.ts';
import type { Task, TaskQueue } from '../ports.ts';
import type { RetryPolicy } from '../queue/steps.ts';
import { within } from '../within.ts';
import { closeRedis, connectRedis, ignoreConnectionErrors, REDIS_LIMIT_MS, withRedis } from '../redis.ts';
import { nextRun, requireRule } from './cron.ts';
import { bareTask, TASK_RETRY, taskName } from './tasks.ts';

export interface BullTasksOptions {
  /** redis:// or rediss:// */
  readonly connection: string;
  /** Before every key; all processes of a site have the same. */
  readonly prefix: string;
  readonly retry?: RetryPolicy;
  /** How long `add` and `schedule` may take before they are refused. */
  readonly limitMs?: number;
}

export const TASK_QUEUE = 'tasks';
/** A job that is a task, and one that says a task is due by its schedule. */
export const TASK_JOB = 'task';
export const DUE_JOB = 'due';

const CLOSE_LIMIT_MS = 500;

/** BullMQ asks croner, as the other adapter does, when a schedule is due next. */
export const CRON_SETTINGS: NonNullable<QueueOptions['settings']> = {
  repeatStrategy: (after, { pattern = '', tz = 'UTC' }) =>
    nextRun({ cron: pattern, timeZone: tz }, new Date(after))?.getTime(),
};

const KEPT: JobsOptions = {
  removeOnComplete: true,
  removeOnFail: true,
  // A stack begins with its message; codes are all that may reach Redis.
  stackTraceLimit: 0,
};

/**
 * One job while it waits; one that comes while its like is running is kept (the last) and becomes a job when that
 * ends. The job's own id is BullMQ's count: no patient stands in a key.
 */
export const taskJobOptions = (task: Task, retry: RetryPolicy, delayMs = 0): JobsOptions => ({
  ...KEPT,
  delay: delayMs,
  attempts: retry.attempts,
  backoff: { type: 'exponential', delay: retry.backoffMs },
  deduplication: { id: taskName(task), keepLastIfActive: true },
});

export const openTaskQueue = (connection: Redis, prefix: string): Queue => {
  const queue = new Queue(TASK_QUEUE, {
    connection,
    prefix,
    settings: CRON_SETTINGS,
    skipVersionCheck: true,
    skipMetasUpdate: true,
  });
  // Without a listener a connection error would end the process; callers meet it as QUEUE_UNAVAILABLE.
  queue.on('error', ignoreConnectionErrors);
  return queue;
};

/** Tasks on BullMQ. Redis may come and go; a schedule is one, however many processes ask for it. */
export function createBullTasks(options: BullTasksOptions): TaskQueue {
  const retry = options.retry ?? TASK_RETRY;
  const limitMs = options.limitMs ?? REDIS_LIMIT_MS;
  const redis = connectRedis(options.connection, limitMs);
  const queue = openTaskQueue(redis, options.prefix);
  let closed = false;

  const inTime = async (work: () => Promise<unknown>): Promise<void> => {
    if (closed) throw new CdsError('QUEUE_UNAVAILABLE');
    await within(limitMs, 'QUEUE_UNAVAILABLE', withRedis(redis, 'QUEUE_UNAVAILABLE', work));
  };

  return {
    add: async (given, { delayMs = 0 } = {}) => {
      const task = bareTask(given);
      await inTime(() => queue.add(TASK_JOB, task, taskJobOptions(task, retry, delayMs)));
    },
    schedule: async (given, rule) => {
      const task = bareTask(given);
      requireRule(rule);
      const due = { name: DUE_JOB, data: task, opts: KEPT };
      await inTime(() =>
        queue.upsertJobScheduler(taskName(task), { pattern: rule.cron, tz: rule.timeZone }, due),
      );
    },
    close: async () => {
      if (closed) return;
      closed = true;
      // BullMQ's close waits for Redis; a process that shall end while Redis is away must not.
      await Promise.race([
        queue.close().catch(() => undefined),
        sleep(CLOSE_LIMIT_MS, undefined, { ref: false }),
      ]);
      await closeRedis(redis);
    },
  };
}
