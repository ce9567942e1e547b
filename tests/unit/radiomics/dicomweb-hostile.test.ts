import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { CdsError } from '../../../src/domain/index.ts';
import {
  aFile,
  CLOSING,
  MULTIPART,
  part,
  send,
  sendSeries,
  SERIES,
  sourceOf,
  startPacs,
  STUDY,
  wholeSeries,
  type Handler,
} from './hostile-pacs.ts';

const spoolDirectory = mkdtempSync(path.join(tmpdir(), 'spool-'));
afterAll(() => {
  rmSync(spoolDirectory, { recursive: true });
});
const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(cleanUps.splice(0).map((cleanUp) => cleanUp()));
  // Whatever happened, nothing of a patient stays on disk.
  expect(readdirSync(spoolDirectory)).toEqual([]);
});

type Settings = Parameters<typeof sourceOf>[1];

const never = new AbortController().signal;

const start = async (handler: Handler, settings: Settings = {}) => {
  const pacs = await startPacs(handler);
  const source = sourceOf(pacs, { spoolDirectory, ...settings });
  cleanUps.push(
    () => pacs.close(),
    () => source.close(),
  );
  return { pacs, source };
};

/** Code and detail of what fetching ends in. */
const outcomeOf = async (handler: Handler, settings: Settings = {}): Promise<string> => {
  const { source } = await start(handler, settings);
  try {
    await using fetched = await source.fetch(STUDY, SERIES, never);
    return `${String(fetched.files.length)} files`;
  } catch (error) {
    const { code, detail } = error as CdsError;
    return `${code} ${detail ?? ''}`.trim();
  }
};

describe('a series from a server that behaves', () => {
  it('is on disk as it was sent, for us alone, and gone when it is disposed of', async () => {
    const { source, pacs } = await start(sendSeries(wholeSeries()));
    const fetched = await source.fetch(STUDY, SERIES, never);
    expect(fetched.files.map((file) => path.basename(file))).toEqual([
      '000000.dcm',
      '000001.dcm',
      '000002.dcm',
    ]);
    expect(fetched.files.map((file) => readFileSync(file))).toEqual([1, 2, 3].map((n) => aFile(n)));
    expect(fetched.bytes).toBe(6000);
    const [first = ''] = fetched.files;
    expect(statSync(path.dirname(first)).mode & 0o777).toBe(0o700);
    expect(statSync(first).mode & 0o777).toBe(0o600);
    await fetched[Symbol.asyncDispose]();
    await fetched[Symbol.asyncDispose]();
    expect(pacs.headers[0]).toMatchObject({
      accept: 'multipart/related; type="application/dicom"; transfer-syntax=*',
      'accept-encoding': 'identity',
    });
    expect(pacs.headers[0]).not.toHaveProperty('authorization');
  });

  it.each([
    [{ bearerToken: 'abc' }, 'Bearer abc'],
    [{ basic: { user: 'u', password: 'p:w' } }, `Basic ${Buffer.from('u:p:w').toString('base64')}`],
  ])('is asked for with the credentials of its root', async (credentials, authorization) => {
    const pacs = await startPacs(sendSeries(wholeSeries()));
    const source = sourceOf(pacs, { spoolDirectory, dicomweb: [{ root: pacs.root, ...credentials }] });
    cleanUps.push(
      () => pacs.close(),
      () => source.close(),
    );
    await using _ = await source.fetch(STUDY, SERIES, never);
    expect(pacs.headers[0]).toMatchObject({ authorization });
  });

  it('may be sent in drops', async () => {
    const body = wholeSeries();
    const dribble: Handler = (_, response) => {
      response.writeHead(200, { 'content-type': MULTIPART });
      let at = 0;
      const more = (): void => {
        if (at >= body.length) response.end();
        else response.write(body.subarray(at, (at += 97)), more);
      };
      more();
    };
    expect(await outcomeOf(dribble)).toBe('3 files');
  });
});

describe('what is no series is an error by name', () => {
  const typed = (type: string, body: Buffer | string): Handler => send(200, { 'content-type': type }, body);
  const parts = (...bodies: Buffer[]): Handler => sendSeries(Buffer.concat(bodies));
  const [one, two, three] = [part(aFile(1)), part(aFile(2)), part(aFile(3))];

  it.each<[string, Handler, string]>([
    ['401', send(401, {}), 'PACS_REFUSED It answered (401).'],
    ['403', send(403, {}), 'PACS_REFUSED It answered (403).'],
    ['404', send(404, {}), 'PACS_NOT_FOUND It answered (404).'],
    ['406', send(406, {}), 'PACS_NOT_ACCEPTABLE It answered (406).'],
    ['413', send(413, {}), 'PACS_TOO_LARGE It answered (413).'],
    ['429', send(429, {}), 'PACS_UNREACHABLE It answered (429).'],
    ['500', send(500, {}), 'PACS_UNREACHABLE It answered (500).'],
    ['503', send(503, {}), 'PACS_UNREACHABLE It answered (503).'],
    ['400', send(400, {}), 'PACS_ANSWER_INVALID It answered (400).'],
    ['204', send(204, {}), 'PACS_ANSWER_INVALID It answered (204).'],
    [
      '206: images that it could not convert were left out',
      send(206, { 'content-type': MULTIPART }, wholeSeries()),
      'PACS_INCOMPLETE It answered (206).',
    ],
    [
      'a page to log in',
      typed('text/html; charset=utf-8', '<html><form>'),
      'PACS_ANSWER_INVALID It sent text/html, not images.',
    ],
    [
      'another type, named by somebody else',
      typed('text/x-doe-jane', 'x'),
      'PACS_ANSWER_INVALID It sent another Content-Type, not images.',
    ],
    [
      'no type',
      send(200, {}, wholeSeries()),
      'PACS_ANSWER_INVALID It sent no readable Content-Type, not images.',
    ],
    [
      'one file and no multipart',
      typed('application/dicom', aFile(1)),
      'PACS_ANSWER_INVALID It sent application/dicom, not images.',
    ],
    [
      'frames, not files',
      typed('multipart/related; type="application/octet-stream"; boundary=edge', wholeSeries()),
      'PACS_ANSWER_INVALID Its parts are not DICOM files.',
    ],
    [
      'no boundary',
      typed('multipart/related; type="application/dicom"', wholeSeries()),
      'PACS_ANSWER_INVALID Its boundary is missing, or none.',
    ],
    ['nothing', sendSeries(Buffer.alloc(0)), 'PACS_INCOMPLETE The closing boundary did not come.'],
    ['no images', sendSeries(CLOSING), 'PACS_INCOMPLETE It sent 0 images of 3.'],
    ['one image less', parts(one, two, CLOSING), 'PACS_INCOMPLETE It sent 2 images of 3.'],
    [
      'one image more',
      parts(one, two, three, one, CLOSING),
      'PACS_ANSWER_INVALID It has more parts than were announced.',
    ],
    ['no closing boundary', parts(one, two, three), 'PACS_INCOMPLETE The closing boundary did not come.'],
    [
      'a part that is a page',
      parts(one, part(Buffer.from('<html>'), 'text/html'), three, CLOSING),
      'PACS_ANSWER_INVALID A part is text/html, not DICOM.',
    ],
    [
      'a multipart in the multipart',
      parts(one, part(aFile(2), MULTIPART), three, CLOSING),
      'PACS_ANSWER_INVALID A part is multipart/related, not DICOM.',
    ],
    [
      'a part that is no file',
      parts(one, part(Buffer.alloc(2000)), three, CLOSING),
      'PACS_ANSWER_INVALID A part is no DICOM file.',
    ],
    [
      'a part that is hardly a part',
      parts(one, part(Buffer.from('DICM')), three, CLOSING),
      'PACS_ANSWER_INVALID A part is no DICOM file.',
    ],
    [
      'a payload with a boundary in it',
      parts(one, part(Buffer.concat([aFile(2), Buffer.from('\r\n--edge\r\nA: b\r\n\r\nx')])), three, CLOSING),
      'PACS_ANSWER_INVALID A part is no readable Content-Type, not DICOM.',
    ],
    [
      'ten megabytes of headers',
      parts(part(aFile(1), `application/dicom; x="${'x'.repeat(10 * 1024 * 1024)}"`), CLOSING),
      'PACS_ANSWER_INVALID The headers of a part are too long.',
    ],
    [
      'a megabyte of HTTP headers',
      // Node writes it in one go; the reader stops at 32 KiB.
      send(200, { 'content-type': MULTIPART, 'x-long': 'x'.repeat(1024 * 1024) }, wholeSeries()),
      'PACS_ANSWER_INVALID It is not HTTP.',
    ],
    [
      'a bomb in gzip',
      send(
        200,
        { 'content-type': MULTIPART, 'content-encoding': 'gzip' },
        gzipSync(Buffer.alloc(50_000_000)),
      ),
      'PACS_ANSWER_INVALID It is compressed (Content-Encoding), though that was not asked for.',
    ],
    [
      'a way elsewhere',
      send(302, { location: 'http://169.254.169.254/latest/meta-data' }),
      'PACS_ANSWER_INVALID It redirects, which is not followed (302).',
    ],
  ])('%s', async (_, handler, expected) => {
    expect(await outcomeOf(handler)).toBe(expected);
  });

  it('a connection that is reset before an answer, and in the middle of one', async () => {
    expect(await outcomeOf((request) => void request.socket.destroy())).toBe('PACS_UNREACHABLE');
    const half: Handler = (request, response) => {
      response.writeHead(200, { 'content-type': MULTIPART });
      response.write(wholeSeries().subarray(0, 4000), () => void request.socket.destroy());
    };
    expect(await outcomeOf(half)).toBe('PACS_INCOMPLETE The connection ended early.');
  });

  it('an answer without a length that just ends, as a server does that is killed', async () => {
    const half: Handler = (request, response) => {
      response.useChunkedEncodingByDefault = false;
      response.writeHead(200, { 'content-type': MULTIPART, connection: 'close' });
      response.write(wholeSeries().subarray(0, 4000), () => void request.socket.end());
    };
    expect(await outcomeOf(half)).toBe('PACS_INCOMPLETE The closing boundary did not come.');
  });

  it('a PACS that is not there', async () => {
    const pacs = await startPacs(() => undefined);
    await pacs.close();
    const source = sourceOf(pacs, { spoolDirectory });
    cleanUps.push(() => source.close());
    await expect(source.fetch(STUDY, SERIES, never)).rejects.toMatchObject({ code: 'PACS_UNREACHABLE' });
  });
});

describe('time and room', () => {
  /** Zeros without an end. */
  const endless: Handler = (_, response) => {
    response.writeHead(200, { 'content-type': MULTIPART });
    response.write(part(aFile(1)));
    const zeros = Buffer.alloc(1024 * 1024);
    const more = (): void => {
      if (!response.destroyed) response.write(zeros, more);
    };
    more();
  };

  it('gives a series up that says beforehand that it is too large', async () => {
    const handler: Handler = (_, response) => {
      response.writeHead(200, { 'content-type': MULTIPART, 'content-length': String(5 * 1024 ** 3) });
      response.write(part(aFile(1)));
    };
    expect(await outcomeOf(handler)).toBe('PACS_TOO_LARGE It has more than 2048 MiB.');
  });

  it('gives a series up that grows too large, before it fills disk or memory', async () => {
    const before = process.memoryUsage().arrayBuffers;
    expect(await outcomeOf(endless, { maximumSeriesBytes: 40 * 1024 * 1024 })).toBe(
      'PACS_TOO_LARGE It has more than 40 MiB.',
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60 * 1024 * 1024);
  });

  const drip =
    (everyMs: number): Handler =>
    (_, response) => {
      response.writeHead(200, { 'content-type': MULTIPART });
      const timer = setInterval(() => response.write('\r\n'), everyMs);
      response.on('close', () => {
        clearInterval(timer);
      });
    };

  it('gives up a server that says nothing, one that stops, and one that drips', async () => {
    const silent: Handler = () => undefined;
    expect(await outcomeOf(silent, { stallMs: 60 })).toBe('PACS_TIMEOUT Nothing came for imaging.stallMs.');
    const stops: Handler = (_, response) => {
      response.writeHead(200, { 'content-type': MULTIPART });
      response.write(part(aFile(1)));
    };
    expect(await outcomeOf(stops, { stallMs: 60 })).toBe('PACS_TIMEOUT Nothing came for imaging.stallMs.');
    expect(await outcomeOf(drip(10), { timeoutMs: 300 })).toBe(
      'PACS_TIMEOUT It took longer than imaging.timeoutMs.',
    );
  });

  it('ends when its caller does, while it waits for a connection, an answer, or more of one', async () => {
    const { source } = await start(drip(10), { concurrency: 1 });
    const [first, second] = [new AbortController(), new AbortController()];
    const running = source.fetch(STUDY, SERIES, first.signal);
    const waiting = source.fetch(STUDY, SERIES, second.signal);
    setTimeout(() => {
      second.abort();
      first.abort();
    }, 100);
    await expect(waiting).rejects.toMatchObject({ code: 'PACS_TIMEOUT' });
    await expect(running).rejects.toMatchObject({ code: 'PACS_TIMEOUT' });
    const gone = AbortSignal.abort();
    await expect(source.fetch(STUDY, SERIES, gone)).rejects.toMatchObject({ code: 'PACS_TIMEOUT' });
  });

  it('asks no more at a time than it may', async () => {
    let [now, most] = [0, 0];
    const { source } = await start(
      (request, response) => {
        most = Math.max(most, ++now);
        setTimeout(() => {
          now--;
          sendSeries(wholeSeries())(request, response);
        }, 20);
      },
      { concurrency: 2 },
    );
    const all = await Promise.all([1, 2, 3, 4, 5].map(() => source.fetch(STUDY, SERIES, never)));
    expect(most).toBe(2);
    await Promise.all(all.map((fetched) => fetched[Symbol.asyncDispose]()));
  });

  it('says so where there is no room for it', async () => {
    const file = path.join(spoolDirectory, 'a-file');
    writeFileSync(file, '');
    const outcome = async (folder: string): Promise<string> =>
      outcomeOf(sendSeries(wholeSeries()), { spoolDirectory: folder });
    expect(await outcome(file)).toBe('SPOOL_UNAVAILABLE (ENOTDIR)');
    expect(await outcome(path.join(spoolDirectory, 'no', 'such'))).toBe('SPOOL_UNAVAILABLE (ENOENT)');
    rmSync(file);
  });
});
