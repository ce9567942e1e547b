/** What servers may say at each step, and what the export makes of it. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { TokenSource } from '../../../../src/chart/index.ts';
import { retryAfterMs } from '../../../../src/chart/bulk/pacing.ts';
import {
  manifestOf,
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
const failure = (detail: unknown) => ({ code: 'BULK_EXPORT_FAILED', detail });
const deletes = () => server.own.seen.filter(({ line }) => line.startsWith('DELETE')).length;
const fileText = (name: string): Promise<string> =>
  readFile(path.join(server.directory, 'fhir', name), 'utf8');
const outcome = (code: string, severity = 'error') =>
  JSON.stringify({
    resourceType: 'OperationOutcome',
    issue: [{ severity, code, diagnostics: 'Patient Jane Doe' }],
  });
const patientAnd = (more: object) => (urls: { own: string; other: string }) =>
  manifestOf([{ type: 'Patient', url: `${urls.own}/files/patient` }], more);

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

describe('errors and deletions', () => {
  it('counts what the server reports, by code, and reads no text of it', async () => {
    await start({
      manifest: (urls) =>
        patientAnd({ error: [{ type: 'OperationOutcome', url: `${urls.own}/files/errors` }] })(urls),
      files: {
        '/files/patient': send(PATIENT),
        '/files/errors': send(
          [outcome('not-found'), outcome('not-found'), outcome('informational', 'information'), 'x'].join(
            '\n',
          ),
        ),
      },
    });
    const cohort = await server.run();
    expect(cohort.issues).toEqual({ 'error not-found': 2, 'information informational': 1 });
    expect(JSON.stringify(cohort)).not.toContain('Jane');
  });

  it('fails where one of them is fatal, and gives the export back', async () => {
    await start({
      manifest: (urls) => patientAnd({ error: [{ url: `${urls.own}/files/errors` }] })(urls),
      files: { '/files/errors': send(outcome('exception', 'fatal')) },
    });
    await expect(server.run()).rejects.toMatchObject(
      failure('errors: the server reports {"fatal exception":1}'),
    );
    expect(deletes()).toBe(1);
  });

  const deletion = (url: string, method = 'DELETE') =>
    `${JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry: [{ request: { method, url } }] })}\n`;
  const withDeleted = (text: string): Script => ({
    manifest: (urls) => patientAnd({ deleted: [{ type: 'Bundle', url: `${urls.own}/files/deleted` }] })(urls),
    files: {
      '/files/patient': send(PATIENT + PATIENT.replace('p1', 'gone')),
      '/files/deleted': send(text),
    },
  });

  it('removes what is listed as deleted', async () => {
    await start(withDeleted(deletion('Patient/gone') + deletion('Encounter/p1')));
    await server.run();
    expect(await fileText('Patient.ndjson')).toBe(PATIENT);
  });

  it.each([deletion('Patient?name=x'), deletion('Patient/gone', 'PUT'), PATIENT, 'nonsense'])(
    'refuses a deletion that it does not understand: %s',
    async (text) => {
      await start(withDeleted(text));
      await expect(server.run()).rejects.toMatchObject(failure(expect.stringMatching(/^deleted: /)));
    },
  );
});

describe('files', () => {
  it('unpacks gzip, declared or not', async () => {
    const zipped = gzipSync(PATIENT);
    for (const headers of [{ 'content-encoding': 'gzip' }, { 'content-type': 'application/gzip' }]) {
      await start({ files: { '/files/patient': send(zipped, 200, headers) } });
      await server.run();
      expect(await fileText('Patient.ndjson')).toBe(PATIENT);
      await server.close();
    }
    await start({});
  });

  it.each([
    ['{"resourceType":"Patient","id":"p2"}\n{"name":"Jane Doe"\n', 2],
    ['\r\n{"resourceType":"Observation","id":"Jane"}\r\n', 2],
    ['<html>Jane</html>\n', 1],
  ])('names file and line of what is no such resource, and nothing of it: %j', async (text, line) => {
    await start({ files: { '/files/patient': send(text) } });
    await expect(server.run()).rejects.toMatchObject({
      code: 'COHORT_INVALID',
      detail: `Patient.ndjson, line ${line} is not a resource of type Patient`,
    });
    expect(await readdir(path.join(server.directory, 'fhir'))).toEqual([]);
    expect(existsSync(path.join(server.directory, 'manifest.json'))).toBe(false);
  });

  it('bounds the length of a line', async () => {
    await start({});
    await expect(server.run({ maxLineBytes: 10 })).rejects.toMatchObject({
      code: 'COHORT_INVALID',
      detail: 'Patient.ndjson, line 1 is longer than 10 bytes',
    });
  });

  it('holds the number of resources against the manifest', async () => {
    await start({
      manifest: ({ own }) => manifestOf([{ type: 'Patient', url: `${own}/files/patient`, count: 2 }]),
    });
    await expect(server.run()).rejects.toMatchObject(
      failure('download: Patient.ndjson came with 1 resources instead of 2'),
    );
    expect(server.waits).toHaveLength(3);
    expect(await readdir(path.join(server.directory, 'fhir'))).toEqual([]);
  });

  it('downloads again what a broken connection cut', async () => {
    let times = 0;
    await start({
      files: {
        '/files/patient': (_request, response) => {
          times++;
          if (times === 1) {
            response.write(PATIENT);
            setTimeout(() => response.destroy(), 20);
          } else response.send(PATIENT.repeat(2));
        },
      },
    });
    const { output } = await server.run();
    expect(output[0]).toMatchObject({ count: 2 });
  });

  it('ends the other downloads when one fails for good, and leaves the export to be resumed', async () => {
    await start({
      manifest: ({ own }) =>
        manifestOf([
          { type: 'Patient', url: `${own}/files/patient` },
          { type: 'Condition', url: `${own}/files/endless` },
          { type: 'Patient', url: `${own}/files/none` },
        ]),
      files: {
        '/files/patient': send(PATIENT),
        '/files/endless': (_request, response) => {
          response.write('{"resourceType":"Condition"}\n');
        },
        // late, so that the first is there
        '/files/none': (_request, response) => {
          setTimeout(() => response.status(404).end(), 200);
        },
      },
    });
    await expect(server.run()).rejects.toMatchObject(
      failure('download: Patient.1.ndjson: the server answered 404'),
    );
    expect(deletes()).toBe(0);
    expect(await readdir(server.directory)).toEqual(['export-state.json', 'fhir']);
    expect(await readdir(path.join(server.directory, 'fhir'))).toEqual(['Patient.ndjson']);
  });

  it('leaves files of types that were not asked for where they are, and says so', async () => {
    await start({
      manifest: ({ own }) =>
        manifestOf([
          { type: 'Patient', url: `${own}/files/patient` },
          { type: 'Encounter', url: `${own}/files/encounter` },
        ]),
    });
    expect(await server.run()).toMatchObject({ otherTypes: ['Encounter'] });
    expect(server.own.seen.some(({ line }) => line.includes('encounter'))).toBe(false);
  });
});

describe('where the token goes', () => {
  const tokens: TokenSource = { token: () => Promise.resolve('for-the-store'), refused: () => false };
  const seenAt = ({ seen }: { seen: { line: string; authorization: string | undefined }[] }, part: string) =>
    seen.filter(({ line }) => line.includes(part)).map(({ authorization }) => authorization);
  const twoOrigins = (requiresAccessToken: boolean): Script => ({
    manifest: ({ own, other }) =>
      manifestOf(
        [
          { type: 'Patient', url: `${own}/files/patient` },
          { type: 'Patient', url: `${other}/store/patient?signature=1` },
        ],
        { requiresAccessToken },
      ),
    files: { '/files/patient': send(PATIENT), '/store/patient': send(PATIENT.replace('p1', 'p2')) },
  });

  it('with the files where they need it, to the server and to allowed origins', async () => {
    await start(twoOrigins(true));
    await server.run({ allowedOrigins: [server.other.url], tokens });
    expect(seenAt(server.own, '/files/')).toEqual([`Bearer ${TOKEN}`]);
    expect(seenAt(server.other, '/store/')).toEqual(['Bearer for-the-store']);
  });

  it('nowhere with files that do not need it', async () => {
    await start(twoOrigins(false));
    await server.run({ allowedOrigins: [server.other.url], tokens });
    expect(seenAt(server.own, '/files/')).toEqual([undefined]);
    expect(seenAt(server.other, '/store/')).toEqual([undefined]);
    expect(seenAt(server.own, 'jobs')).not.toContain(undefined);
  });

  it('never to another origin: its files are not asked for at all', async () => {
    await start(twoOrigins(true));
    await expect(server.run({ tokens })).rejects.toMatchObject(
      failure('download: the server sent an address at an origin not allowed'),
    );
    expect(server.other.seen).toEqual([]);
  });

  const redirected = (to: (urls: { other: string }) => string): Script => ({
    files: {
      '/files/patient': (_request, response) => {
        response.redirect(307, to({ other: server.other.url }));
      },
      '/store/signed': send(PATIENT),
    },
  });

  it('not along with a redirect, which is followed to allowed origins', async () => {
    await start(redirected(({ other }) => `${other}/store/signed`));
    await server.run({ allowedOrigins: [server.other.url], tokens });
    expect(seenAt(server.own, '/files/')).toEqual([`Bearer ${TOKEN}`]);
    expect(seenAt(server.other, '/store/')).toEqual([undefined]);
    expect(await fileText('Patient.ndjson')).toBe(PATIENT);
  });

  it('and a redirect to anywhere else is not followed, nor one in a circle', async () => {
    await start(redirected(({ other }) => `${other}/store/signed`));
    await expect(server.run()).rejects.toMatchObject(
      failure('download: the server sent an address at an origin not allowed'),
    );
    expect(server.other.seen).toEqual([]);
    await server.close();

    await start(redirected(() => '/files/patient'));
    await expect(server.run()).rejects.toMatchObject(
      failure('download: Patient.ndjson: the server answered 307'),
    );
  });

  it('not over open http, but on this machine', async () => {
    await start({});
    const open = {
      baseUrl: 'http://fhir.hospital.example/r4',
      raw: () => Promise.reject(new Error('asked')),
    };
    await expect(server.run({ client: open })).rejects.toMatchObject(
      failure('kick-off: the address is neither https nor on this machine'),
    );
  });
});
