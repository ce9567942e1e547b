import { setImmediate as nextTurn } from 'node:timers/promises';
import PQueue from 'p-queue';

/** What all clients of one server in this process share: its slots, and what it asked for. */
export interface ServerLimit {
  /**
   * Runs a task when a slot is free.
   *
   * @param options.priority higher first among those that wait
   * @throws the signal's reason when it fires while waiting
   */
  run<T>(
    task: () => Promise<T>,
    options: { readonly signal: AbortSignal; readonly priority: number },
  ): Promise<T>;
  /**
   * The server said 429: nobody starts a request for so long, and fewer at a time do afterwards.
   *
   * @param startedAt of the request that was told so, performance.now()
   */
  slowDown(milliseconds: number, startedAt: number): void;
  /** Milliseconds until requests start again; 0 where they do. */
  heldFor(): number;
  /** Base URLs below which POST _search was refused. */
  readonly withoutPostSearch: Set<string>;
}

/** However long a server asks to be left alone, after this one request is tried again. */
const MAX_HOLD_MS = 300_000;

/**
 * One turn later: with a server that hangs, the time of many ends in one turn, and a slot that one gives up would go to
 * another that is about to end, with a connection made for nothing each time.
 */
async function started<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
  await nextTurn();
  signal.throwIfAborted();
  return task();
}

function createLimit(most: number): ServerLimit & { lower(concurrency: number): void } {
  const queue = new PQueue({ concurrency: most });
  let allowed = most;
  let heldUntil = 0;
  let slowedAt = 0;
  let answered = 0;
  let timer: NodeJS.Timeout | undefined;
  const heldFor = (): number => Math.max(0, heldUntil - performance.now());

  /** One slot more for each full round of answers, up to what is configured: a server that recovers is found out. */
  const speedUp = (): void => {
    if (queue.concurrency >= allowed || ++answered < queue.concurrency) return;
    answered = 0;
    queue.concurrency++;
  };

  return {
    withoutPostSearch: new Set(),
    heldFor,
    run: async (task, { signal, priority }) => {
      const result = await queue.add(() => started(task, signal), { signal, priority });
      speedUp();
      return result;
    },
    slowDown: (milliseconds, startedAt) => {
      const now = performance.now();
      const until = now + Math.min(milliseconds, MAX_HOLD_MS);
      // Requests that ran side by side are all told so: that is one sign, not many.
      if (startedAt >= slowedAt) {
        slowedAt = now;
        queue.concurrency = Math.max(1, Math.floor(queue.concurrency / 2));
        answered = 0;
      }
      if (until <= heldUntil) return;
      heldUntil = until;
      queue.pause();
      clearTimeout(timer);
      timer = setTimeout(() => queue.start(), until - performance.now());
    },
    lower: (concurrency) => {
      allowed = Math.min(allowed, concurrency);
      queue.concurrency = Math.min(queue.concurrency, allowed);
    },
  };
}

/** By origin. Kept as long as the process: origins come from the configuration, never from a request. */
const limits = new Map<string, ReturnType<typeof createLimit>>();

/**
 * The one limit of a server in this process, whoever asks.
 *
 * @param concurrency requests at a time; of several figures for one origin the lowest counts
 */
export function serverLimit(origin: string, concurrency: number): ServerLimit {
  const known = limits.get(origin);
  if (known !== undefined) {
    known.lower(concurrency);
    return known;
  }
  const limit = createLimit(concurrency);
  limits.set(origin, limit);
  return limit;
}
