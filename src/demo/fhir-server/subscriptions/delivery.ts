import { setTimeout as sleep } from 'node:timers/promises';

export interface Message {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const ATTEMPTS = 4;
const BACKOFF_MS = 200;
const TIMEOUT_MS = 5000;

const isTransient = (status: number): boolean => status >= 500 || status === 429;

/** The status of one attempt; 0 where there was no answer. */
const attempt = async ({ method, url, headers, body }: Message, closing: AbortSignal): Promise<number> => {
  try {
    const response = await fetch(url, {
      method,
      headers,
      ...(body !== undefined && { body }),
      // Not followed: only loopback is told.
      redirect: 'manual',
      signal: AbortSignal.any([closing, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
};

/** Sends a message, a few times where that can help; true where it was taken. */
export const deliver = async (message: Message, closing: AbortSignal): Promise<boolean> => {
  for (let made = 1; made <= ATTEMPTS && !closing.aborted; made++) {
    const status = await attempt(message, closing);
    if (status >= 200 && status < 300) return true;
    if (status !== 0 && !isTransient(status)) return false;
    if (made < ATTEMPTS)
      await sleep(BACKOFF_MS * 2 ** (made - 1), undefined, { signal: closing }).catch(() => undefined);
  }
  return false;
};
