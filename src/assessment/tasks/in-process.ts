import { setTimeout as sleep } from 'node:timers/promises';
import { CdsError } from '../../domain/index.ts';
import type { Log } from '../../platform/index.ts';
import type { AssessmentWorkers, Task, TaskHandlers, TaskQueue } from '../ports.ts';
import { createSlots } from '../queue/slots.ts';
import type { RetryPolicy } from '../queue/steps.ts';
import { nextRun, requireRule, type ScheduleRule } from './cron.ts';
import { bareTask, runTask, TASK_RETRY, taskFailed, taskName } from './tasks.ts';

export interface InProcessTasksOptions {
  /** Tasks that run at a time. */
  readonly concurrency: number;
  readonly log?: Log;
  readonly retry?: RetryPolicy;
}

interface Entry {
  state: 'waiting' | 'running';
  /** A like task came while this one ran: it is done once more, so long after. */
  again?: { readonly delayMs: number };
}

/** setTimeout takes no more; a longer wait is made of several. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Tasks in this process: nothing kept over a restart. `close` lets running tasks end and starts none. */
export function createInProcessTasks(
  handlers: TaskHandlers,
  options: InProcessTasksOptions,
): TaskQueue & AssessmentWorkers {
  const retry = options.retry ?? TASK_RETRY;
  const slots = createSlots(options.concurrency);
  const entries = new Map<string, Entry>();
  const rules = new Map<string, { stop(): void }>();
  const closing = new AbortController();
  // Running tasks are let come to their end: their signal exists for the port and never aborts here.
  const { signal } = new AbortController();

  const wait = (milliseconds: number): Promise<void> =>
    sleep(milliseconds, undefined, { signal: closing.signal }).catch(() => undefined);

  /** True where it shall be tried again. */
  const attempt = async (task: Task, entry: Entry, made: number): Promise<boolean> => {
    if (!(await slots.take())) return false;
    entry.state = 'running';
    try {
      await runTask(handlers, task, signal);
      return false;
    } catch (error) {
      const isLast = (known: CdsError): boolean => !known.kind.retryable || made >= retry.attempts;
      return !taskFailed(error, task, isLast, options.log).final;
    } finally {
      slots.give();
    }
  };

  const run = async (task: Task, entry: Entry, delayMs: number): Promise<void> => {
    await wait(delayMs);
    for (let made = 1; await attempt(task, entry, made); made++) {
      entry.state = 'waiting';
      await wait(retry.backoffMs * 2 ** (made - 1));
    }
  };

  const start = (name: string, task: Task, delayMs: number): void => {
    const entry: Entry = { state: 'waiting' };
    entries.set(name, entry);
    void run(task, entry, delayMs).then(() => {
      entries.delete(name);
      if (entry.again !== undefined && !closing.signal.aborted) start(name, task, entry.again.delayMs);
    });
  };

  const add = (given: Task, delayMs: number): void => {
    const task = bareTask(given);
    const name = taskName(task);
    const entry = entries.get(name);
    if (entry === undefined) start(name, task, delayMs);
    else if (entry.state === 'running') entry.again ??= { delayMs };
  };

  const schedule = (task: Task, rule: ScheduleRule): { stop(): void } => {
    let timer: NodeJS.Timeout | undefined;
    const arm = (due: number | undefined): void => {
      if (due === undefined) return;
      timer = setTimeout(
        () => {
          if (Date.now() < due) arm(due);
          else {
            add(task, 0);
            arm(nextRun(rule, new Date(due))?.getTime());
          }
        },
        Math.min(Math.max(due - Date.now(), 0), LONGEST_TIMER_MS),
      );
      timer.unref(); // a plan for tonight holds no process open
    };
    arm(nextRun(rule, new Date())?.getTime());
    return {
      stop: () => {
        clearTimeout(timer);
      },
    };
  };

  const whileOpen = (work: () => void): Promise<void> =>
    new Promise((resolve) => {
      if (closing.signal.aborted) throw new CdsError('QUEUE_UNAVAILABLE');
      work();
      resolve();
    });

  return {
    add: (task, { delayMs = 0 } = {}) =>
      whileOpen(() => {
        add(task, delayMs);
      }),
    schedule: (given, rule) =>
      whileOpen(() => {
        requireRule(rule);
        const task = bareTask(given);
        const name = taskName(task);
        rules.get(name)?.stop();
        rules.set(name, schedule(task, rule));
      }),
    close: async () => {
      closing.abort();
      for (const rule of rules.values()) rule.stop();
      await slots.close();
    },
  };
}
