import type { Job } from 'bullmq';
import type { CdsError } from '../../domain/index.ts';
import type { Log } from '../../platform/index.ts';
import type { AssessmentWorkers, Task, TaskHandlers } from '../ports.ts';
import type { RetryPolicy } from '../queue/steps.ts';
import { asJobError, createWorkerGroup } from '../queue/worker-group.ts';
import { CRON_SETTINGS, DUE_JOB, openTaskQueue, TASK_QUEUE, taskJobOptions, TASK_JOB } from './bull-tasks.ts';
import { bareTask, runTask, TASK_RETRY, taskFailed } from './tasks.ts';

export interface TaskWorkersOptions {
  /** redis:// or rediss:// */
  readonly connection: string;
  readonly prefix: string;
  readonly handlers: TaskHandlers;
  /** Tasks at a time in this process. */
  readonly concurrency: number;
  /** Of the tasks that schedules make. */
  readonly retry?: RetryPolicy;
  readonly log?: Log;
}

/** Takes tasks from BullMQ. Workers wait while Redis is away; `close` lets running tasks end. */
export function startTaskWorkers(options: TaskWorkersOptions): AssessmentWorkers {
  const { connection, prefix, concurrency, handlers, log } = options;
  // Without the log: the assessments' workers beside it say that Redis is away, and once is enough.
  const group = createWorkerGroup({ connection, prefix, concurrency, settings: CRON_SETTINGS });
  const queue = openTaskQueue(group.redis, prefix);

  const taskOf = (job: Job): Task => {
    try {
      return bareTask(job.data);
    } catch (error) {
      log?.error({ error }, 'job not understood');
      throw asJobError('INTERNAL', true);
    }
  };

  group.start(TASK_QUEUE, async (job, signal) => {
    const task = taskOf(job);
    if (job.name === DUE_JOB) {
      // A schedule's own jobs are not held against their likes; so it only says that the task is due.
      await queue.add(TASK_JOB, task, taskJobOptions(task, options.retry ?? TASK_RETRY));
      return;
    }
    try {
      await runTask(handlers, task, signal);
    } catch (thrown) {
      const isLast = (known: CdsError): boolean =>
        !known.kind.retryable || job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
      const { error, final } = taskFailed(thrown, task, isLast, log);
      throw asJobError(error.code, final);
    }
  });
  return {
    close: async () => {
      await group.close();
      await queue.close().catch(() => undefined);
    },
  };
}
