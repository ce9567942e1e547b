import { setTimeout as delay } from 'node:timers/promises';
import type { Pacing } from './types.ts';

/** What a timer can wait at most; longer ones fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** `Retry-After: 0` is no leave to ask in a circle. */
const SHORTEST_MS = 100;

export const PACING: Pacing = {
  firstMs: 1000,
  longestMs: 60_000,
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
};

/** Date.parse alone would read much else, `-1` for one. The two older forms are not sent any more. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * Milliseconds that a Retry-After asks for: whole seconds, or an HTTP date.
 *
 * @returns undefined where the header is absent or neither
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export const retryAfterMs = (header: string | null, now: Date): number | undefined => {
  const written = header?.trim() ?? '';
  const seconds = /^\d{1,10}$/.test(written) ? Number(written) : undefined;
  const date = HTTP_DATE.test(written) ? Date.parse(written) : NaN;
  const asked = seconds === undefined ? date - now.getTime() : seconds * 1000;
  if (Number.isNaN(asked)) return undefined;
  return Math.min(Math.max(asked, SHORTEST_MS), LONGEST_TIMER_MS);
};

/** The n-th wait, from 0, where the server names none. */
export const backoffMs = ({ firstMs, longestMs }: Pacing, waits: number): number =>
  Math.min(firstMs * 2 ** Math.min(waits, 30), longestMs);
