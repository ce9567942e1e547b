import { setTimeout as sleep } from 'node:timers/promises';
import type { Request, Response } from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { staticToken } from '../../../../src/chart/index.ts';
import { createLog } from '../../../../src/platform/index.ts';
import { condition, patient, PATIENT_ID } from '../../support/fhir.ts';
import { NEVER } from '../../support/reading.ts';
import { bundle, startScriptedServer, type ScriptedServer } from '../scripted-server.ts';
import { clientOf, failureOf, sinceMs } from './client-for-tests.ts';

const SECRET = 'token-0123456789';
const OPTIONS = { signal: NEVER };
const started: ScriptedServer[] = [];

const serve = async (answer: (request: Request, response: Response) => void): Promise<ScriptedServer> => {
  const server = await startScriptedServer(answer);
  started.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()));
});

type Step = (response: Response) => void;
const ok: Step = (response) => void response.json(patient());
const status =
  (code: number, headers: Record<string, string> = {}): Step =>
  (response) =>
    void response.status(code).set(headers).json({ resourceType: 'OperationOutcome' });

/** Each request gets the next step, the last one again and again. */
const script = (...steps: readonly Step[]): Promise<ScriptedServer> => {
  let next = 0;
  return serve((_, response) => {
    steps[Math.min(next++, steps.length - 1)]?.(response);
  });
};

const read = (server: ScriptedServer, change: Parameters<typeof clientOf>[1] = {}, signal = NEVER) =>
  clientOf(server.url, change).read('Patient', PATIENT_ID, { signal });

/** Neither message nor log line may say where it went or whom it was about. */
const tellsNothing = (error: Error): void => {
  const lines: string[] = [];
  createLog('trace', { write: (line: string) => void lines.push(line) }).error({ error }, 'failed');
  const shown = `${error.message} ${lines.join('')}`.replaceAll('FHIR', '');
  for (const secret of [PATIENT_ID, '127.0.0.1', 'http', SECRET]) expect(shown).not.toContain(secret);
};

describe('a server that fails', () => {
  it('once is asked again', async () => {
    const server = await script(status(503), ok);
    expect(await read(server)).toMatchObject({ id: PATIENT_ID });
    expect(server.seen).toHaveLength(2);
  });

  it.each([408, 500, 502, 503, 504])('with %i for good is asked 1 + retries times', async (code) => {
    const server = await script(status(code));
    const error = await failureOf(read(server, { retries: 2 }));
    expect(error).toMatchObject({ code: 'FHIR_UNREACHABLE', detail: `It answered ${String(code)}.` });
    expect(server.seen).toHaveLength(3);
    tellsNothing(error);
  });

  it('by closing the connection, also in the middle of an answer, is asked again', async () => {
    const closed: Step = (response) => void response.socket?.destroy();
    const halfway: Step = (response) => {
      response.set('content-length', '5000').write('{"resourceType":');
      setTimeout(() => response.socket?.destroy(), 20);
    };
    const server = await script(closed, halfway, ok);
    expect(await read(server)).toMatchObject({ id: PATIENT_ID });
    expect(server.seen).toHaveLength(3);
  });

  it('and is not there ends as unreachable', async () => {
    const server = await script(ok);
    await server.close();
    tellsNothing(await failureOf(read(server)));
    expect((await failureOf(read(server))).code).toBe('FHIR_UNREACHABLE');
  });

  it('by answering slowly is given up in time and asked again', async () => {
    const dripping: Step = (response) => {
      response.set('content-type', 'application/fhir+json').write('{"resourceType":');
    };
    const server = await script(dripping, ok);
    const began = performance.now();
    expect(await read(server, { requestTimeoutMs: 300 })).toMatchObject({ id: PATIENT_ID });
    expect(sinceMs(began)).toBeLessThan(5000);
    const always = await script(dripping);
    const error = await failureOf(read(always, { requestTimeoutMs: 50, retries: 1 }));
    expect(error.code).toBe('FHIR_TIMEOUT');
    expect(always.seen).toHaveLength(2);
  });

  it.each([
    ['truncated JSON', (response: Response) => void response.type('json').send('{"resourceType":"Pat')],
    ['a login page', (response: Response) => void response.type('html').send('<html>Sign in, p1</html>')],
    ['null', (response: Response) => void response.type('json').send('null')],
    ['a number', (response: Response) => void response.type('json').send('7')],
    ['nothing', (response: Response) => void response.status(204).end()],
    ['another type', (response: Response) => void response.json(condition('c1'))],
    [
      'a redirect',
      (response: Response) => {
        response.redirect(302, '/login');
      },
    ],
  ])('by answering %s is not asked again', async (_, step) => {
    const server = await script(step);
    const error = await failureOf(read(server));
    expect(error.code).toBe('FHIR_ANSWER_INVALID');
    expect(server.seen).toHaveLength(1);
    tellsNothing(error);
  });
});

describe('Retry-After', () => {
  it('in seconds is waited for', async () => {
    const server = await script(status(429, { 'retry-after': '1' }), ok);
    const began = performance.now();
    expect(await read(server)).toMatchObject({ id: PATIENT_ID });
    expect(sinceMs(began)).toBeGreaterThanOrEqual(990);
    expect(sinceMs(began)).toBeLessThan(5000);
  });

  it('as an HTTP-date is waited for', async () => {
    // A date has whole seconds: at least one of them lies ahead.
    const date = () => new Date(Date.now() + 2000).toUTCString();
    const server = await script((response) => {
      status(503, { 'retry-after': date() })(response);
    }, ok);
    const began = performance.now();
    expect(await read(server, { maxWaitMs: 3000 })).toMatchObject({ id: PATIENT_ID });
    expect(sinceMs(began)).toBeGreaterThanOrEqual(900);
  });

  it('beyond the longest wait ends at once, and nobody asks that server meanwhile', async () => {
    const server = await script(status(429, { 'retry-after': '60' }), ok);
    const began = performance.now();
    const error = await failureOf(read(server));
    expect(error.code).toBe('FHIR_THROTTLED');
    expect(error.kind.retryable).toBe(true);
    expect((await failureOf(read(server))).code).toBe('FHIR_THROTTLED');
    expect(sinceMs(began)).toBeLessThan(1000);
    expect(server.seen).toHaveLength(1);
    tellsNothing(error);
  });

  it('holds back every client of that server, and no other server', async () => {
    const other = await script(ok);
    const server = await script(status(429, { 'retry-after': '2' }), ok);
    const first = read(server);
    await expect.poll(() => server.seen.length).toBe(1);
    await sleep(50);
    const began = performance.now();
    await read(other);
    expect(sinceMs(began)).toBeLessThan(1500);
    await Promise.all([first, read(server), read(server)]);
    expect(sinceMs(began)).toBeGreaterThan(1500);
    expect(server.seen).toHaveLength(4);
  });

  it('asked of a server again and again is too much, and the log says so without saying whom', async () => {
    const server = await script(status(429));
    const lines: string[] = [];
    const log = createLog('debug', { write: (line: string) => void lines.push(line) });
    expect((await failureOf(read(server, { retries: 2, log }))).code).toBe('FHIR_THROTTLED');
    expect(server.seen).toHaveLength(3);
    expect(lines.filter((line) => line.includes('later (429)')).length).toBeGreaterThan(0);
    expect(lines.filter((line) => line.includes('repeated'))).toHaveLength(2);
    for (const secret of [PATIENT_ID, '127.0.0.1']) expect(lines.join('')).not.toContain(secret);
  });
});

describe('other origins', () => {
  it('never see a request, let alone a token', async () => {
    const thief = await serve((_, response) => void response.json(bundle([condition('stolen')])));
    const server = await serve(
      (_, response) => void response.json(bundle([], `${thief.url}/fhir/Condition?page=2`)),
    );
    const client = clientOf(server.url, { tokens: staticToken(SECRET) });
    const error = await failureOf(client.search('Condition', { patient: PATIENT_ID }, OPTIONS));
    expect(error.code).toBe('FHIR_FOREIGN_LINK');
    tellsNothing(error);
    expect((await failureOf(client.raw(`${thief.url}/file`, {}, OPTIONS))).code).toBe('FHIR_FOREIGN_LINK');
    const moved = await script((response) => {
      response.redirect(307, `${thief.url}/fhir/Patient/p1`);
    });
    await failureOf(read(moved, { tokens: staticToken(SECRET) }));
    expect(thief.seen).toEqual([]);
    expect(server.seen[0]?.authorization).toBe(`Bearer ${SECRET}`);
  });

  it.each(['http://user:pass@127.0.0.1/', 'http://[', 'ftp://127.0.0.1/x', '//elsewhere.example/x'])(
    'a next link of %s is refused',
    async (link) => {
      const server = await serve((_, response) => void response.json(bundle([], link)));
      const error = await failureOf(clientOf(server.url).search('Condition', {}, OPTIONS));
      expect(['FHIR_FOREIGN_LINK', 'FHIR_ANSWER_INVALID']).toContain(error.code);
      expect(server.seen).toHaveLength(1);
    },
  );
});

describe('slots', () => {
  /** Counts how many requests are with the server at once. */
  const busyServer = async (answerMs: number) => {
    let now = 0;
    const most = { atOnce: 0 };
    const server = await serve((_, response) => {
      most.atOnce = Math.max(most.atOnce, ++now);
      response.on('close', () => now--);
      setTimeout(() => response.json(patient()), answerMs);
    });
    return { server, most };
  };

  it('bound 200 parallel reads of several clients', async () => {
    const { server, most } = await busyServer(5);
    const clients = [1, 2, 3, 4].map(() => clientOf(server.url, { concurrency: 7 }));
    const warnings: string[] = [];
    const warned = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', warned);
    // One signal for all: its listeners must not add up to Node's warning of a leak.
    const { signal } = new AbortController();
    const reads = Array.from({ length: 200 }, (_, index) =>
      clients[index % 4]!.read('Patient', PATIENT_ID, { signal }),
    );
    expect(await Promise.all(reads)).toHaveLength(200);
    await sleep(0);
    process.off('warning', warned);
    expect(warnings).toEqual([]);
    expect(server.seen).toHaveLength(200);
    expect(most.atOnce).toBe(7);
  });

  it('of a server that said 429 are fewer, and come back', async () => {
    let now = 0;
    let most = 0;
    const server = await serve((_, response) => {
      // All of the first round are refused.
      const refused = server.seen.length <= 8;
      most = refused ? 0 : Math.max(most, now + 1);
      now++;
      response.on('close', () => now--);
      setTimeout(() => {
        if (refused) response.status(429).json({});
        else response.json(patient());
      }, 30);
    });
    const client = clientOf(server.url, { concurrency: 8 });
    const many = (count: number) =>
      Promise.all(Array.from({ length: count }, () => client.read('Patient', PATIENT_ID, OPTIONS)));
    await many(8);
    expect(server.seen).toHaveLength(16);
    // Half of them at first, one more with each full round.
    expect(most).toBeGreaterThanOrEqual(2);
    expect(most).toBeLessThanOrEqual(5);
    await many(100);
    most = 0;
    await many(50);
    expect(most).toBe(8);
  });

  it('are waited for no longer than the signal says, and then left to others', async () => {
    const { server } = await busyServer(1000);
    const client = clientOf(server.url, { concurrency: 1 });
    const first = client.read('Patient', PATIENT_ID, OPTIONS);
    const began = performance.now();
    const waiting = client.read('Patient', PATIENT_ID, { signal: AbortSignal.timeout(50) });
    const error = await failureOf(waiting);
    expect(error.code).toBe('FHIR_TIMEOUT');
    expect(sinceMs(began)).toBeLessThan(900);
    await first;
    expect(await client.read('Patient', PATIENT_ID, OPTIONS)).toBeDefined();
    expect(server.seen).toHaveLength(2);
  });

  it('go first to clients of higher priority, and to pages of a search under way', async () => {
    const order: string[] = [];
    const server = await serve((request, response) => {
      order.push(request.url);
      const more = request.path.endsWith('/Condition') && request.query['page'] === undefined;
      setTimeout(
        () =>
          response.json(
            request.path.includes('/Patient/')
              ? patient()
              : bundle([], more ? 'Condition?page=2' : undefined),
          ),
        10,
      );
    });
    const client = clientOf(server.url, { concurrency: 1 });
    const hurried = clientOf(server.url, { concurrency: 1, priority: 10 });
    await Promise.all([
      client.search('Condition', {}, OPTIONS),
      client.search('Procedure', {}, OPTIONS),
      hurried.read('Patient', PATIENT_ID, OPTIONS),
    ]);
    expect(order.map((url) => url.split('/').slice(2).join('/'))).toEqual([
      'Condition',
      `Patient/${PATIENT_ID}`,
      'Condition?page=2',
      'Procedure',
    ]);
  });
});

describe('the signal', () => {
  it('ends a request, a wait before the next one, and a search between pages', async () => {
    const silent = await serve(() => undefined);
    expect((await failureOf(read(silent, {}, AbortSignal.timeout(50)))).code).toBe('FHIR_TIMEOUT');
    await expect.poll(() => silent.abandoned.length).toBe(1);

    const failing = await script(status(503));
    const began = performance.now();
    // What was waited for is the better answer than "too late".
    const waiting = { backoffMs: 10_000, maxWaitMs: 10_000 };
    const error = await failureOf(read(failing, waiting, AbortSignal.timeout(300)));
    expect(error.code).toBe('FHIR_UNREACHABLE');
    expect(sinceMs(began)).toBeLessThan(5000);

    let page = 0;
    const endless = await serve((_, response) => {
      setTimeout(() => response.json(bundle([], `Condition?page=${String(++page)}`)), 10);
    });
    const search = clientOf(endless.url, { maxPages: 10_000 }).search(
      'Condition',
      {},
      { signal: AbortSignal.timeout(100) },
    );
    expect((await failureOf(search)).code).toBe('FHIR_TIMEOUT');
    expect(page).toBeLessThan(15);
  });

  it('that has fired already sends nothing', async () => {
    const server = await script(ok);
    expect((await failureOf(read(server, {}, AbortSignal.abort()))).code).toBe('FHIR_TIMEOUT');
    expect(server.seen).toEqual([]);
  });
});
