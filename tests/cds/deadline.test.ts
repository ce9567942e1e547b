/**
 * Each part behind the hook hung: it takes connections and says nothing. The answers are information cards of the
 * right kind, as many as were asked for. How late they are is measured by `npm run bench -- hook-deadline`.
 */
import type { RequestListener, ServerResponse } from 'node:http';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { listen, LOOPBACK } from '../../src/platform/index.ts';
import {
  hookRequest,
  prefetchFor,
  SERVICE_PATH,
  startStack,
  type Stack,
  type StackOptions,
} from '../http/running-service.ts';
import { startRedis } from '../setup/redis.ts';
import { describeWith } from '../setup/requires.ts';

const PATIENT = 'demo-low-3-months';
const AT_ONCE = 8;
const ROUNDS = 2;
/** Longer than a site's: a machine of tests is busy, and what is asked here is what the cards say. */
const DEADLINE_MS = 1500;
/** Far above the deadline: an answer that waits for what hangs never comes. */
const SURELY_MS = 10_000;
const TEST_MS = 60_000;

const NO_SERVER = /^Recurrence risk is not available now: the record server did not answer/;
const NO_STORE = /^Recurrence risk is not available now: the queue or result store is down/;
/** Both hang: the card names the one that was waited for last. */
const EITHER = new RegExp(`${NO_SERVER.source}|${NO_STORE.source}`);
const PENDING = /^Recurrence risk is being computed/;

const closers: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

const start = async (options: StackOptions): Promise<Stack> => {
  const stack = await startStack({ ...options, hook: { deadlineMs: DEADLINE_MS } });
  closers.push(() => stack.close());
  return stack;
};

/** Takes every request; `begin` sends what the client gets to see, which is never a whole answer. */
const hungServer = async (begin: (response: ServerResponse) => void): Promise<string> => {
  const responses = new Set<ServerResponse>();
  const handle: RequestListener = (request, response) => {
    request.resume();
    responses.add(response);
    begin(response);
  };
  const listening = await listen(handle, LOOPBACK, 0);
  closers.push(async () => {
    for (const response of responses) response.destroy();
    await listening.close();
  });
  return `${listening.url}/fhir`;
};

const ask = async (url: string, body: unknown) => {
  const response = await fetch(url + SERVICE_PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(SURELY_MS),
  });
  return { status: response.status, body: (await response.json()) as { cards: Record<string, string>[] } };
};

/** Many at once, twice: the second round finds what the first left behind. */
const expectCards = async (url: string, body: unknown, expected: RegExp): Promise<void> => {
  for (let round = 0; round < ROUNDS; round++) {
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => ask(url, body)));
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(answer.body.cards).toHaveLength(1);
      const [card] = answer.body.cards;
      expect(card!['indicator']).toBe('info');
      expect(card!['summary']).toMatch(expected);
      expect(JSON.stringify(card)).not.toMatch(/\d ?%/);
    }
  }
};

describe('a FHIR server that hangs', () => {
  const opening = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'application/fhir+json' });
    response.write('{"resourceType":"Bundle",');
  };
  // Side by side: each only waits.
  it.concurrent.each<[string, (response: ServerResponse) => void]>([
    ['says nothing', () => undefined],
    ['stops after the headers', opening],
    [
      'trickles',
      (response) => {
        opening(response);
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => {
          clearInterval(timer);
        });
      },
    ],
  ])(
    'that %s: the card says that the record server did not answer',
    async (_how, begin) => {
      const fhirBaseUrl = await hungServer(begin);
      const stack = await start({ tenant: { fhirBaseUrl } });
      await expectCards(stack.service.url, hookRequest(PATIENT, fhirBaseUrl), NO_SERVER);
    },
    TEST_MS,
  );
});

describeWith('redis-server', 'a Redis that hangs, a worker that does not come', () => {
  it(
    'no worker: the card says that it is being computed; then Redis hangs: that the store is down',
    async () => {
      const redis = await startRedis();
      closers.push(() => redis.stop());
      const stack = await start({ queue: { redisUrl: redis.address } });
      const prefetch = await prefetchFor(stack.service.url, stack.fhirBaseUrl, PATIENT);
      const request = hookRequest(PATIENT, undefined, { prefetch });
      // Until then the first request compiles the code, and may find Redis' own short limits over.
      await vi.waitFor(
        async () => {
          expect((await ask(stack.service.url, request)).body.cards[0]!['summary']).toMatch(PENDING);
        },
        { timeout: SURELY_MS, interval: 10 },
      );
      await expectCards(stack.service.url, request, PENDING);

      process.kill(redis.pid, 'SIGSTOP');
      closers.push(() => Promise.resolve(process.kill(redis.pid, 'SIGCONT')));
      await expectCards(stack.service.url, request, NO_STORE);
    },
    TEST_MS,
  );

  it(
    'FHIR server and Redis at once: their waits do not add up',
    async () => {
      const fhirBaseUrl = await hungServer(() => undefined);
      const redis = await startRedis();
      closers.push(() => redis.stop());
      const open = await start({});
      const { metabolomics: _, ...prefetch } = await prefetchFor(open.service.url, open.fhirBaseUrl, PATIENT);
      const stack = await start({ tenant: { fhirBaseUrl }, queue: { redisUrl: redis.address } });
      process.kill(redis.pid, 'SIGSTOP');
      closers.push(() => Promise.resolve(process.kill(redis.pid, 'SIGCONT')));
      const request = hookRequest(PATIENT, fhirBaseUrl, { prefetch });
      await expectCards(stack.service.url, request, EITHER);
    },
    TEST_MS,
  );
});
