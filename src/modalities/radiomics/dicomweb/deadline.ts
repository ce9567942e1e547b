/** Why a request was ended by us. */
export type Ended = 'caller' | 'late' | 'stalled';

/** The time of one request: all of it, and how long nothing may come. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Undefined while it runs. */
  readonly ended: Ended | undefined;
  /** Bytes came. */
  progress(): void;
  /** Between these nobody waits for the other side: what was received is worked on. */
  pause(): void;
  resume(): void;
  stop(): void;
}

/**
 * Ends a request when its caller does, when it takes too long, and when nothing comes for too long. Timers of one
 * request, and not AbortSignal.timeout, which lives until the collector finds it.
 */
export function startDeadline(
  outer: AbortSignal,
  { timeoutMs, stallMs }: { readonly timeoutMs: number; readonly stallMs: number },
): Deadline {
  const controller = new AbortController();
  let ended: Ended | undefined;
  let waitingSince: number | undefined = performance.now();
  const end = (why: Ended): void => {
    ended ??= why;
    controller.abort();
  };
  const byCaller = (): void => {
    end('caller');
  };
  const whole = setTimeout(end, timeoutMs, 'late');
  const watch = setInterval(
    () => {
      if (waitingSince !== undefined && performance.now() - waitingSince > stallMs) end('stalled');
    },
    Math.max(10, stallMs / 4),
  );
  if (outer.aborted) byCaller();
  else outer.addEventListener('abort', byCaller, { once: true });
  const now = (): void => {
    waitingSince = performance.now();
  };
  return {
    signal: controller.signal,
    get ended() {
      return ended;
    },
    progress: now,
    pause: () => {
      waitingSince = undefined;
    },
    resume: now,
    stop: () => {
      clearTimeout(whole);
      clearInterval(watch);
      outer.removeEventListener('abort', byCaller);
    },
  };
}
