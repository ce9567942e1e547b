import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { FlowProducer, QueueEvents, type FlowJob } from 'bullmq';
import type { Redis } from 'ioredis';
import { CdsError, type ModalityId } from '../../domain/index.ts';
import type { AssessmentQueue, AssessmentRef, JobOutcome } from '../ports.ts';
import {
  BlockingRedis,
  closeRedis,
  connectRedis,
  ignoreConnectionErrors,
  REDIS_LIMIT_MS,
  withRedis,
} from '../redis.ts';
import {
  childId,
  FUSION_QUEUE,
  gateKey,
  JOB_NAME,
  modalityQueue,
  outcomeKey,
  parentKey,
} from './bull-names.ts';
import { bareRef, DEFAULT_RETRY, isErrorCode, type RetryPolicy } from './steps.ts';
import { createWaiters } from './waiters.ts';
import { within } from '../within.ts';

export interface BullQueueOptions {
  /** redis:// or rediss:// */
  readonly connection: string;
  /** Before every key; queue and workers of a site have the same. */
  readonly prefix: string;
  readonly retry?: RetryPolicy;
  /** How long `submit` may take before it is refused. */
  readonly limitMs?: number;
}

const CLOSE_LIMIT_MS = 500;
const GATE_MS = 5000;
const GATE_POLL_MS = 10;
/** Events wake those who wait; this is for an event that never came (the event stream was lost with Redis). */
const RECHECK_MS = 1000;

// Adding a flow whose parent exists would add its finished children again, and a parent that runs could then not
// complete. So only one process adds, and only while there is no such parent.
const ENTER = `
  if redis.call('EXISTS', KEYS[1]) == 1 then return 'exists' end
  if not redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return 'busy' end
  redis.call('DEL', KEYS[3])
  return 'mine'`;
const LEAVE = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return 1`;

interface Gate {
  queueEnter(
    parent: string,
    gate: string,
    outcome: string,
    token: string,
    gateMs: number,
  ): Promise<'exists' | 'busy' | 'mine'>;
  queueLeave(gate: string, token: string): Promise<unknown>;
}

function defineGate(redis: Redis): Gate {
  redis.defineCommand('queueEnter', { numberOfKeys: 3, lua: ENTER });
  redis.defineCommand('queueLeave', { numberOfKeys: 1, lua: LEAVE });
  return redis as unknown as Gate;
}

function flowOf(ref: AssessmentRef, modalities: readonly ModalityId[], retry: RetryPolicy): FlowJob {
  const data = bareRef(ref);
  const opts = {
    attempts: retry.attempts,
    backoff: { type: 'exponential', delay: retry.backoffMs },
    removeOnComplete: true,
    removeOnFail: true,
    // A stack begins with its message; codes are all that may reach Redis.
    stackTraceLimit: 0,
  };
  return {
    name: JOB_NAME,
    queueName: FUSION_QUEUE,
    data,
    opts: { ...opts, jobId: ref.fingerprint },
    children: modalities.map((modality) => ({
      name: JOB_NAME,
      queueName: modalityQueue(modality),
      data,
      // A child that fails for good does not cut the others off: the parent runs when all have ended, sees the
      // failure and fails with its code. Failing it at once would leave the others as orphans of the next flow.
      opts: { ...opts, jobId: childId(ref.fingerprint, modality), ignoreDependencyOnFailure: true },
    })),
  };
}

const outcomeOf = (text: string): JobOutcome =>
  text === 'completed'
    ? { state: 'completed' }
    : { state: 'failed', code: isErrorCode(text) ? text : 'INTERNAL' };

/** The queue on BullMQ: `submit` adds the flow, `wait` listens for its end. Redis may come and go. */
export function createBullQueue(options: BullQueueOptions): AssessmentQueue {
  const { connection, prefix } = options;
  const retry = options.retry ?? DEFAULT_RETRY;
  const limitMs = options.limitMs ?? REDIS_LIMIT_MS;
  const redis = connectRedis(connection, limitMs);
  const gate = defineGate(redis);
  // The version check is one command at the start, and on this connection a command can fail: for good, then.
  const flows = new FlowProducer({ connection: redis, prefix, skipVersionCheck: true });
  // BullMQ blocks on a duplicate of the connection it is given.
  const eventsRedis = new BlockingRedis(connection);
  // From the beginning of the stream: '$' would miss what ends between two reads.
  const events = new QueueEvents(FUSION_QUEUE, {
    connection: eventsRedis,
    prefix,
    lastEventId: '0-0',
  });
  const waiters = createWaiters();
  let closed = false;

  const check = async (fingerprint: string, fromEvent?: JobOutcome): Promise<void> => {
    try {
      const unfinished = await redis.exists(parentKey(prefix, fingerprint));
      if (unfinished === 1) return;
      const outcome = await redis.get(outcomeKey(prefix, fingerprint));
      const unknown: JobOutcome = fromEvent ?? { state: 'failed', code: 'QUEUE_UNAVAILABLE' };
      waiters.settle(fingerprint, outcome === null ? unknown : outcomeOf(outcome));
    } catch {
      // Redis is away: asked again at the next event, reconnection or recheck
    }
  };
  const checkAll = (): void => {
    for (const fingerprint of waiters.awaited()) void check(fingerprint);
  };
  const wake = (fingerprint: string, outcome: JobOutcome): void => {
    if (waiters.awaited().includes(fingerprint)) void check(fingerprint, outcome);
  };
  events.on('completed', ({ jobId }) => {
    wake(jobId, { state: 'completed' });
  });
  events.on('failed', ({ jobId, failedReason }) => {
    wake(jobId, outcomeOf(failedReason));
  });
  // Without a listener a connection error would end the process; callers meet it as QUEUE_UNAVAILABLE.
  events.on('error', ignoreConnectionErrors);
  flows.on('error', ignoreConnectionErrors);
  redis.on('ready', checkAll);
  const recheck = setInterval(checkAll, RECHECK_MS).unref();

  const add = async (ref: AssessmentRef, modalities: readonly ModalityId[], token: string): Promise<void> => {
    const key = gateKey(prefix, ref.fingerprint);
    try {
      await flows.add(flowOf(ref, modalities, retry));
    } finally {
      await gate.queueLeave(key, token).catch(() => undefined); // else it opens by itself
    }
  };

  const submit = async (ref: AssessmentRef, modalities: readonly ModalityId[]): Promise<void> => {
    const keys = [parentKey, gateKey, outcomeKey].map((key) => key(prefix, ref.fingerprint));
    const [parent = '', gateName = '', outcome = ''] = keys;
    const token = randomUUID();
    const deadline = performance.now() + limitMs;
    while (performance.now() < deadline) {
      const entered = await gate.queueEnter(parent, gateName, outcome, token, GATE_MS);
      if (entered === 'exists') return;
      if (entered === 'mine') {
        await add(ref, modalities, token);
        return;
      }
      await sleep(GATE_POLL_MS);
    }
    throw new CdsError('QUEUE_UNAVAILABLE');
  };

  return {
    submit: async (ref, modalities) => {
      if (closed) throw new CdsError('QUEUE_UNAVAILABLE');
      await within(
        limitMs,
        'QUEUE_UNAVAILABLE',
        withRedis(redis, 'QUEUE_UNAVAILABLE', () => submit(ref, modalities)),
      );
    },
    wait: (fingerprint, signal) => {
      if (closed) return Promise.resolve({ state: 'pending' });
      const ended = waiters.wait(fingerprint, signal);
      // Listening first, then looking: an end in between is seen by one of the two.
      void check(fingerprint);
      return ended;
    },
    close: async () => {
      if (closed) return;
      closed = true;
      clearInterval(recheck);
      waiters.release();
      // BullMQ's close waits for Redis; a process that shall end while Redis is away must not.
      const orderly = Promise.allSettled([events.close(), flows.close()]);
      await Promise.race([orderly, sleep(CLOSE_LIMIT_MS, undefined, { ref: false })]);
      eventsRedis.shutDown();
      await closeRedis(redis);
    },
  };
}
