/** What servers may say at each step, and what the export makes of it. */
import { afterEach, describe, expect, it } from 'vitest';
import { CdsError } from '../../../../src/domain/index.ts';
import { bulkClient } from '../../support/bulk-client.ts';
import { retryAfterMs } from '../../../../src/chart/bulk/pacing.ts';
import {
  failure,
  manifestOf,
  outcome,
  PATIENT,
  READY,
  send,
  startScript,
  TOKEN,
  type Script,
  type Scripted,
} from './scripted-export.ts';

let server: Scripted;
afterEach(() => server.close());
const start = async (script: Script): Promise<Scripted> => {
  server = await startScript({ files: { '/files/patient': send(PATIENT) }, ...script });
  return server;
};
const deletes = () => server.own.seen.filter(({ line }) => line.startsWith('DELETE')).length;

describe('kick-off', () => {
  it('asks for the types as NDJSON, asynchronously, with the token', async () => {
    const headers: unknown[] = [];
    await start({
      kickOff: (request, response) => {
        headers.push([request.get('accept'), request.get('prefer'), request.query]);
        response.status(202).set('Content-Location', '/jobs/1').end();
      },
    });
    await server.run({ since: '2026-01-01T08:00:00+08:00' });
    expect(headers).toEqual([
      [
        'application/fhir+json',
        'respond-async',
        {
          _type: 'Patient,Condition',
          _outputFormat: 'application/fhir+ndjson',
          _since: '2026-01-01T08:00:00+08:00',
        },
      ],
    ]);
    expect(server.own.seen[0]).toMatchObject({ authorization: `Bearer ${TOKEN}` });
  });

  it.each([
    [send(outcome('forbidden'), 403), 'kick-off: the server answered 403 (forbidden)'],
    [send(outcome('Jane Doe'), 400), 'kick-off: the server answered 400 (unknown-code)'],
    [send('<html>Sign in</html>', 200), 'kick-off: the server answered 200'],
    [send('', 302, { location: '/login' }), 'kick-off: the server answered 302'],
    [send('', 202), 'kick-off: the server accepted, and named no status address'],
    [
      send('', 202, { 'content-location': 'https://evil.example/jobs/1' }),
      'kick-off: the server sent an address at an origin not allowed',
    ],
    [
      send('', 202, { 'content-location': 'https://[bad' }),
      'kick-off: the server sent something that is no address',
    ],
  ])('%#: %s', async (kickOff, detail) => {
    await start({ kickOff });
    await expect(server.run()).rejects.toMatchObject(failure(detail));
  });

  it('comes again to a server that is busy', async () => {
    let times = 0;
    await start({
      kickOff: (_request, response) => {
        times++;
        if (times < 3) response.status(429).set('Retry-After', '20').end();
        else response.status(202).set('Content-Location', '/jobs/1').end();
      },
    });
    await server.run();
    expect(server.waits).toEqual([20_000, 20_000]);
  });
});

it('a client that was told to call later (429) is patience, not failure: at the kick-off and while polling', async () => {
  await start({});
  const { baseUrl, raw } = bulkClient(`${server.own.url}/fhir`, TOKEN);
  const left = { export: 2, jobs: 9 };
  const throttled: typeof raw = (address, ...more) => {
    const kind = address.includes('$export') ? 'export' : 'jobs';
    if (left[kind]-- > 0) return Promise.reject(new CdsError('FHIR_THROTTLED'));
    return raw(address, ...more);
  };
  await server.run({ client: { baseUrl, raw: throttled } });
  expect(server.waits.map((ms) => ms / 1000)).toEqual([1, 2, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
  // any other failure of the client ends the kick-off at once, with its code
  const down: typeof raw = () => Promise.reject(new CdsError('FHIR_REFUSED'));
  await expect(server.run({ client: { baseUrl, raw: down }, fresh: true })).rejects.toMatchObject(
    failure('kick-off: FHIR_REFUSED'),
  );
  const locked: typeof raw = () => Promise.reject(new CdsError('SMART_TOKEN_REFUSED'));
  await expect(server.run({ client: { baseUrl, raw: locked }, fresh: true })).rejects.toMatchObject({
    code: 'SMART_TOKEN_REFUSED',
  });
});

describe('status', () => {
  it('waits twice as long each time where the server does not say, up to a minute', async () => {
    const wait = send('', 202);
    await start({ status: [...Array.from({ length: 8 }, () => wait), READY] });
    await server.run();
    expect(server.waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1000));
  });

  it('heeds a date in Retry-After, and passes on of X-Progress no more than a percentage', async () => {
    const at = new Date(Date.now() + 90_000).toUTCString();
    await start({
      status: [
        send('', 202, { 'retry-after': at, 'x-progress': 'Exporting Jane Doe, 40.5% of 7000%' }),
        send('', 202, { 'retry-after': '5', 'x-progress': 'in progress: Jane Doe 12' }),
        send('', 429, { 'retry-after': '7' }),
        READY,
      ],
    });
    await server.run();
    expect(server.waits[0]).toBeGreaterThan(85_000);
    expect(server.waits.slice(1)).toEqual([5000, 7000]);
    expect(server.progress.flatMap((each) => ('percent' in each ? [each.percent] : []))).toEqual([40.5]);
    expect(JSON.stringify(server.progress)).not.toContain('Jane');
  });

  it("bears failures that are not the export's, not for ever", async () => {
    const trouble = [send(outcome('transient'), 500), send('', 503), send(outcome('timeout'), 504)];
    await start({ status: [...trouble, send('', 202), ...trouble, READY] });
    await server.run();
    await server.close();

    await start({ status: [send('', 503)] });
    await expect(server.run()).rejects.toMatchObject(failure('status: the server answered 503'));
    expect(server.waits).toHaveLength(5);
    expect(deletes()).toBe(1);
  });

  it('gives the export back when it is stopped, or takes too long', async () => {
    await start({ status: [send('', 202)] });
    const stop = new AbortController();
    const running = server.run({
      signal: stop.signal,
      report: ({ step }) => {
        if (step === 'preparing') stop.abort();
      },
    });
    await expect(running).rejects.toMatchObject(failure('status: the export was stopped'));
    expect(deletes()).toBe(1);
    const pacing = {
      firstMs: 5,
      longestMs: 5,
      sleep: (ms: number, signal: AbortSignal) =>
        new Promise<void>((resolve, reject) => {
          setTimeout(resolve, ms);
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
        }),
    };
    await expect(server.run({ pacing, deadlineMs: 500 })).rejects.toMatchObject(
      failure('status: not done within 500 ms'),
    );
    expect(deletes()).toBe(2);
  });

  it.each([
    ['null', 'manifest: it is not JSON'],
    ['{"transactionTime":"Jane"}', 'manifest: transactionTime: Invalid ISO datetime'],
    [
      JSON.stringify(manifestOf([{ type: '../../Patient', url: 'https://x.example/' }])),
      'manifest: output.0.type: not a resource type',
    ],
    [
      JSON.stringify(manifestOf([{ type: 'Patient', url: 'file:///etc/passwd' }])),
      'manifest: output.0.url: Invalid URL',
    ],
    [
      JSON.stringify(manifestOf([], { link: [{ relation: 'next', url: 'https://x.example/' }] })),
      'manifest: it goes on in another one, which was not asked for',
    ],
    [JSON.stringify(manifestOf([])), expect.stringContaining('it lists no Patient')],
  ])('refuses the manifest %s', async (body, detail) => {
    await start({ status: [send(body)] });
    await expect(server.run()).rejects.toMatchObject(failure(detail));
  });
});

describe('retryAfterMs', () => {
  it('reads seconds and dates, and nothing else', async () => {
    await start({});
    const now = new Date('2026-01-01T00:00:00Z');
    expect(retryAfterMs('120', now)).toBe(120_000);
    expect(retryAfterMs('Thu, 01 Jan 2026 00:00:10 GMT', now)).toBe(10_000);
    // asked in a circle it would be a flood; a timer beyond its range would fire at once
    expect(retryAfterMs('0', now)).toBe(100);
    expect(retryAfterMs('Thu, 01 Jan 2015 00:00:10 GMT', now)).toBe(100);
    expect(retryAfterMs('9999999999', now)).toBe(2 ** 31 - 1);
    for (const bad of [null, '', '-1', '1.5', 'soon', 'Someday, 99'])
      expect(retryAfterMs(bad, now)).toBeUndefined();
  });
});
