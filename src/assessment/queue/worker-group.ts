import { setTimeout as sleep } from 'node:timers/promises';
import { UnrecoverableError, Worker, type Job, type WorkerOptions } from 'bullmq';
import type { ErrorCode } from '../../domain/index.ts';
import type { Log } from '../../platform/index.ts';
import { BlockingRedis } from '../redis.ts';

export interface WorkerGroupOptions {
  /** redis:// or rediss:// */
  readonly connection: string;
  readonly prefix: string;
  /** Jobs at a time from each queue. */
  readonly concurrency: number;
  readonly settings?: WorkerOptions['settings'];
  readonly log?: Log;
}

/** BullMQ workers of one process on one connection: they wait while Redis is away, and end together. */
export interface WorkerGroup {
  readonly redis: BlockingRedis;
  start(queue: string, run: (job: Job, signal: AbortSignal) => Promise<void>): void;
  /** Lets running jobs end; does not wait for a Redis that is away. */
  close(): Promise<void>;
}

const AWAY_POLL_MS = 100;
const AWAY_POLLS = 5;

/** What Redis gets to hold of an error: its code. BullMQ retries an Error and not an UnrecoverableError. */
export const asJobError = (code: ErrorCode, final: boolean): Error =>
  final ? new UnrecoverableError(code) : new Error(code);

export function createWorkerGroup(options: WorkerGroupOptions): WorkerGroup {
  const { prefix, concurrency, settings, log } = options;
  const redis = new BlockingRedis(options.connection);
  const workers: Worker[] = [];
  let running = 0;
  let away = false;
  // One line when Redis goes and one when it is back, not one for each queue and attempt.
  const reportOutage = (): void => {
    if (!away) log?.warn({ code: 'QUEUE_UNAVAILABLE' }, 'Redis is away; the worker waits for it');
    away = true;
  };
  redis.on('ready', () => {
    if (away) log?.info('Redis is back');
    away = false;
  });

  /** Resolves when no step runs here and Redis has been away for a while: then nothing is left to wait for. */
  const abandoned = async (closed: AbortSignal): Promise<void> => {
    for (let polls = 0; polls < AWAY_POLLS && !closed.aborted;) {
      await sleep(AWAY_POLL_MS);
      polls = running === 0 && redis.status !== 'ready' ? polls + 1 : 0;
    }
  };

  return {
    redis,
    start: (queue, run) => {
      // BullMQ gives a signal to processors of three parameters: it aborts when the job's lock is lost.
      const worker = new Worker(
        queue,
        async (job, _token, signal) => {
          running++;
          try {
            await run(job, signal ?? new AbortController().signal);
          } finally {
            running--;
          }
        },
        { connection: redis, prefix, concurrency, ...(settings !== undefined && { settings }) },
      );
      // Without a listener a connection error would end the process.
      worker.on('error', reportOutage);
      workers.push(worker);
    },
    close: async () => {
      // BullMQ's close waits for Redis; a process that shall end while Redis is away must not.
      const closed = new AbortController();
      const orderly = Promise.allSettled(workers.map((worker) => worker.close()));
      await Promise.race([orderly, abandoned(closed.signal)]);
      closed.abort();
      redis.shutDown();
    },
  };
}
