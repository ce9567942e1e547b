import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { hash } from 'node:crypto';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { EndpointFact } from '../../../src/chart/index.ts';
import type { CdsError } from '../../../src/domain/index.ts';
import { addressUnder } from '../../../src/modalities/radiomics/dicomweb/addresses.ts';
import { removeLeftOvers } from '../../../src/modalities/radiomics/dicomweb/spool.ts';
import {
  anEndpoint,
  MULTIPART,
  send,
  sendSeries,
  SERIES,
  SERIES_UID,
  sourceOf,
  startPacs,
  STUDY,
  STUDY_UID,
  wholeSeries,
  type Handler,
} from './hostile-pacs.ts';

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(cleanUps.splice(0).map((cleanUp) => cleanUp()));
});
const never = new AbortController().signal;
type More = Parameters<typeof sourceOf>;

const start = async (handler: Handler, settings: More[1] = {}, more: More[2] = {}) => {
  const pacs = await startPacs(handler);
  const source = sourceOf(pacs, settings, more);
  cleanUps.push(
    () => pacs.close(),
    () => source.close(),
  );
  return { pacs, source };
};

const JSON_TYPE = { 'content-type': 'application/dicom+json' };
const value = (vr: string, ...values: unknown[]) => ({ vr, Value: values });
const item = (number: number, more: object = {}) => ({
  '0020000E': value('UI', `1.2.${String(number)}`),
  '00080060': value('CS', 'CT'),
  ...more,
});
const json = (body: unknown, headers: Record<string, string> = {}): Handler =>
  send(200, { ...JSON_TYPE, ...headers }, JSON.stringify(body));

const codeOf = async (handler: Handler): Promise<string> => {
  const { source } = await start(handler);
  return source.series(STUDY, never).then(
    (found) => `${String(found.length)} series`,
    (error: unknown) => `${(error as CdsError).code} ${(error as CdsError).detail ?? ''}`.trim(),
  );
};

describe('a listing', () => {
  it('is read as DICOM JSON has it: numbers as numbers or text, missing values missing', async () => {
    const { source, pacs } = await start(
      json([
        item(1, {
          '00201209': value('IS', '133'),
          '00200011': value('IS', 4),
          '0008103E': value('LO', ' Chest '),
        }),
        item(2, { '00201209': value('IS', 'many'), '00200011': { vr: 'IS' }, '00180015': value('CS', null) }),
      ]),
    );
    expect(await source.series(STUDY, never)).toEqual([
      {
        seriesInstanceUid: '1.2.1',
        dicomModality: 'CT',
        instances: 133,
        seriesNumber: 4,
        description: 'Chest',
      },
      { seriesInstanceUid: '1.2.2', dicomModality: 'CT' },
    ]);
    expect(pacs.paths[0]).toMatch(`/dicom-web/studies/${STUDY_UID}/series?includefield=`);
    expect(pacs.headers[0]).toMatchObject({ accept: 'application/dicom+json' });
  });

  it('is asked for page by page, of servers that send fewer than they were asked for too', async () => {
    const all = Array.from({ length: 25 }, (_, index) => item(index));
    const { source, pacs } = await start((request, response) => {
      const offset = Number(new URL(request.url ?? '', 'http://x').searchParams.get('offset') ?? 0);
      const page = all.slice(offset, offset + 10);
      const cut = offset + 10 < all.length ? { warning: '299 pacs "there are more"' } : {};
      json(page, cut)(request, response);
    });
    expect(await source.series(STUDY, never)).toHaveLength(25);
    expect(pacs.paths).toHaveLength(3);
  });

  it('ends where a server knows no offset and sends the same again', async () => {
    const all = Array.from({ length: 700 }, (_, index) => item(index));
    const { source, pacs } = await start(json(all));
    expect(await source.series(STUDY, never)).toHaveLength(700);
    expect(pacs.paths).toHaveLength(2);
  });

  it.each<[string, Handler, string]>([
    ['an empty list', json([]), 'PACS_NOT_FOUND'],
    ['no content', send(204, {}), 'PACS_NOT_FOUND'],
    [
      'a page to log in',
      send(200, { 'content-type': 'text/html' }, '<html>'),
      'PACS_ANSWER_INVALID A listing is text/html, not JSON.',
    ],
    [
      'XML',
      send(200, { 'content-type': 'application/dicom+xml' }, '<x/>'),
      'PACS_ANSWER_INVALID A listing is application/dicom+xml, not JSON.',
    ],
    [
      'half a list',
      send(200, JSON_TYPE, '[{"0020000E"'),
      'PACS_ANSWER_INVALID A listing is no list of DICOM JSON.',
    ],
    ['no list', json({}), 'PACS_ANSWER_INVALID A listing is no list of DICOM JSON.'],
    ['a list of something else', json([1]), 'PACS_ANSWER_INVALID A listing is no list of DICOM JSON.'],
    ['an item without a UID', json([{}]), 'PACS_ANSWER_INVALID An item of a listing has no UID.'],
    [
      'a UID that is a path',
      json([{ '0020000E': value('UI', '../1') }]),
      'PACS_ANSWER_INVALID An item of a listing has no UID.',
    ],
    [
      'another study',
      json([item(1, { '0020000D': value('UI', '1.9') })]),
      'PACS_ANSWER_INVALID A listing is of another study or series.',
    ],
    [
      'brackets',
      send(200, JSON_TYPE, '['.repeat(100_000)),
      'PACS_ANSWER_INVALID A listing is nested too deep, or has too many values.',
    ],
    ['401', send(401, {}), 'PACS_REFUSED It answered (401).'],
  ])('%s', async (_, handler, expected) => {
    expect(await codeOf(handler)).toBe(expected);
  });

  it('without an end is given up', async () => {
    const endless: Handler = (_, response) => {
      response.writeHead(200, JSON_TYPE);
      const spaces = Buffer.alloc(1024 * 1024, ' ');
      const more = (): void => {
        if (!response.destroyed) response.write(spaces, more);
      };
      more();
    };
    expect(await codeOf(endless)).toBe('PACS_ANSWER_INVALID A listing is larger than 32 MiB.');
  });
});

describe('what is asked again', () => {
  const failing = (times: number, failure: Handler): Handler => {
    let asked = 0;
    return (request, response) => {
      (++asked <= times ? failure : sendSeries(wholeSeries()))(request, response);
    };
  };
  const half: Handler = (request, response) => {
    response.writeHead(200, { 'content-type': MULTIPART });
    response.write(wholeSeries().subarray(0, 3000), () => void request.socket.destroy());
  };

  it.each<[string, Handler, number]>([
    ['503', send(503, {}), 3],
    ['429 with Retry-After: 0', send(429, { 'retry-after': '0' }), 3],
    ['a connection that breaks off', half, 3],
    ['404', send(404, {}), 1],
    ['401', send(401, {}), 1],
    ['a page', send(200, { 'content-type': 'text/html' }, ''), 1],
    ['503 that asks for an hour', send(503, { 'retry-after': '3600' }), 1],
  ])('%s', async (_, failure, requests) => {
    const { source, pacs } = await start(failing(2, failure), { retries: 2 });
    const outcome = await source.fetch(STUDY, SERIES, never).then(
      async (fetched) => {
        await fetched[Symbol.asyncDispose]();
        return fetched.files.length;
      },
      () => 'an error',
    );
    expect(pacs.paths).toHaveLength(requests);
    expect(outcome).toBe(requests === 3 ? 3 : 'an error');
  });
});

describe('Accept', () => {
  const [first, second] = [
    'multipart/related; type="application/dicom"; a=1',
    'multipart/related; type="application/dicom"',
  ];
  const only =
    (accepted: string): Handler =>
    (request, response) => {
      (request.headers.accept === accepted ? sendSeries(wholeSeries()) : send(406, {}))(request, response);
    };

  it('falls back where it is refused, and begins with what was taken the next time', async () => {
    const pacs = await startPacs(only(second));
    const source = sourceOf(pacs, { dicomweb: [{ root: pacs.root, accept: [first, second] }] });
    cleanUps.push(
      () => pacs.close(),
      () => source.close(),
    );
    for (const _ of [1, 2]) await (await source.fetch(STUDY, SERIES, never))[Symbol.asyncDispose]();
    expect(pacs.headers.map(({ accept }) => accept)).toEqual([first, second, second]);
  });

  it('is an error where none is taken', async () => {
    const { source, pacs } = await start(only('none'));
    await expect(source.fetch(STUDY, SERIES, never)).rejects.toMatchObject({ code: 'PACS_NOT_ACCEPTABLE' });
    expect(pacs.paths).toHaveLength(2);
  });
});

describe('which addresses are asked', () => {
  const ROOT = 'https://pacs.example.org/dicom-web';

  it.each([
    [ROOT, ROOT],
    [`${ROOT}/`, ROOT],
    [`${ROOT}/aets/ONE/rs`, `${ROOT}/aets/ONE/rs`],
    ['https://PACS.example.org:443/dicom-web', ROOT],
    ['https://pacs.example.org/dicom-webs', undefined],
    ['https://pacs.example.org/', undefined],
    ['http://pacs.example.org/dicom-web', undefined],
    ['https://pacs.example.org:8443/dicom-web', undefined],
    ['https://pacs.example.org.evil.example/dicom-web', undefined],
    ['https://pacs.example.org@evil.example/dicom-web', undefined],
    ['https://user:secret@pacs.example.org/dicom-web', undefined],
    [`${ROOT}/../admin`, undefined],
    [`${ROOT}/%2e%2e/admin`, undefined],
    [`${ROOT}/..%2fadmin`, undefined],
    [`${ROOT}/.`, undefined],
    [`${ROOT}//evil.example`, undefined],
    ['https:\\\\pacs.example.org\\dicom-web', undefined],
    [`${ROOT}?x=1`, undefined],
    [`${ROOT}#x`, undefined],
    [` ${ROOT}`, undefined],
    [`${ROOT}/a\tb`, undefined],
    ['//pacs.example.org/dicom-web', undefined],
    ['javascript:alert(1)', undefined],
    ['', undefined],
  ])('%j', (address, expected) => {
    expect(addressUnder(address, ROOT)).toBe(expected);
  });

  it('are below the root, whatever is written', () => {
    const pieces = fc.constantFrom(
      'https://',
      'pacs.example.org',
      '/dicom-web',
      '/',
      '..',
      '@',
      ':',
      '\\',
      '%2e',
      '?',
      '#',
      'x',
      '.',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 10 }), (parts) => {
        for (const address of [parts.join(''), `${ROOT}${parts.join('')}`]) {
          const found = addressUnder(address, ROOT);
          if (found !== undefined) expect(`${new URL(found).href}/`.startsWith(`${ROOT}/`)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  const named =
    (endpoint: (root: string) => EndpointFact | undefined, roots = 1) =>
    async (): Promise<string> => {
      const pacs = await startPacs(json([item(1)]));
      const source = sourceOf(
        pacs,
        { dicomweb: [{ root: pacs.root }, { root: `${pacs.root}-two` }].slice(0, roots) },
        { resolveEndpoint: () => Promise.resolve(endpoint(pacs.root)) },
      );
      cleanUps.push(
        () => pacs.close(),
        () => source.close(),
      );
      return source.series({ ...STUDY, endpoints: ['Endpoint/1'] }, never).then(
        () => pacs.paths[0]?.split('/studies')[0] ?? '',
        (error: unknown) => (error as CdsError).code,
      );
    };

  it.each<[string, () => Promise<string>, string]>([
    ['the root', named((root) => anEndpoint(root)), '/dicom-web'],
    ['one below it', named((root) => anEndpoint(`${root}/rs`)), '/dicom-web/rs'],
    ['the second root', named((root) => anEndpoint(`${root}-two`), 2), '/dicom-web-two'],
    ['one elsewhere', named(() => anEndpoint('https://evil.example/dicom-web')), 'PACS_NOT_ALLOWED'],
    ['one that cannot be read: the only root', named(() => undefined), '/dicom-web'],
    ['one that cannot be read, of two roots', named(() => undefined, 2), 'PACS_NOT_ALLOWED'],
    [
      'a viewer: the only root',
      named(() => anEndpoint('https://viewer.example/', { connectionType: 'ihe-iid' })),
      '/dicom-web',
    ],
    [
      'one that is off: the only root',
      named((root) => anEndpoint(`${root}/off`, { status: 'off' })),
      '/dicom-web',
    ],
  ])('an Endpoint that names %s', async (_, ask, expected) => {
    expect(await ask()).toBe(expected);
  });
});

describe('what ended processes left on disk', () => {
  it('is removed, and nothing else', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'left-'));
    const host = hash('sha256', hostname(), 'hex').slice(0, 8);
    const old = new Date(Date.now() - 48 * 3600 * 1000);
    const make = (name: string, date?: Date): void => {
      mkdirSync(path.join(folder, name));
      if (date !== undefined) utimesSync(path.join(folder, name), date, date);
    };
    const kept = [
      `recurrence-ct-${host}-${String(process.pid)}-aaaaaa`, // ours, at work
      `recurrence-ct-${host}-${String(process.ppid)}-aaaaaa`, // of one that is there
      'recurrence-ct-00000000-1-aaaaaa', // another machine's, of today
      'somebody-elses',
    ];
    for (const name of kept) make(name, name === 'somebody-elses' ? old : undefined);
    make(`recurrence-ct-${host}-4194305-bbbbbb`); // beyond the highest number a process has
    make('recurrence-ct-00000000-1-bbbbbb', old);
    make(`recurrence-ct-${host}-${String(process.pid)}-bbbbbb`, new Date(Date.now() - 3600 * 1000)); // before we began
    expect(await removeLeftOvers(folder)).toBe(3);
    expect(readdirSync(folder).sort()).toEqual(kept.sort());
    rmSync(folder, { recursive: true });
    expect(await removeLeftOvers(folder)).toBe(0);
  });
});

it('asks for no address but that of the root', async () => {
  const { source, pacs } = await start(
    json([item(1, { '00081190': value('UR', 'http://evil.example/studies/1') })]),
  );
  await source.series(STUDY, never);
  await source.details(STUDY, { seriesInstanceUid: SERIES_UID }, never).catch(() => undefined);
  expect(pacs.paths.every((each) => each.startsWith(`/dicom-web/studies/${STUDY_UID}/series`))).toBe(true);
});
