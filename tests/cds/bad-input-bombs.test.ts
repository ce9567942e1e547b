/** Bodies made to choke on: refused with our codes or answered, never 5xx, and the process goes on. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '../http/running-service.ts';
import {
  codeOf,
  post,
  prefetchOf,
  requestTo,
  SERVICES,
  token,
  type Answer,
  type Prefetch,
} from './service-requests.ts';

const PATIENT = 'demo-intermediate-7-months';

let stack: Stack;
let url: string;
beforeAll(async () => {
  // A prefetch-only site, so that what was sent is all there is.
  stack = await startStack({ tenant: { backgroundAccess: false } });
  ({ url } = stack.service);
});
afterAll(() => stack.close());

afterEach(async () => {
  const answer = await post(url, SERVICES[0]!, {});
  expect(answer.status).toBe(400);
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
});

const refusal = (answer: Answer) => [answer.status, codeOf(answer)];

describe.each(SERVICES)('$id', (service) => {
  const written = (rest: string): string =>
    `${JSON.stringify(requestTo(service, PATIENT)).slice(0, -1)},${rest}}`;

  describe('deep JSON', () => {
    it.each([
      ['100,000 lists', '['.repeat(100_000) + ']'.repeat(100_000)],
      ['100,000 lists without an end', '['.repeat(100_000)],
      ['100,000 objects', '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)],
      ['65 levels', `${'['.repeat(65)}${']'.repeat(65)}`],
    ])('%s: 400', async (_what, json) => {
      for (const body of [json, written(`"prefetch":{"patient":${json}}`), written(`"extension":${json}`)])
        expect(refusal(await post(url, service, body))).toEqual([400, 'CDS_REQUEST_INVALID']);
    });

    it('brackets in strings are no depth', async () => {
      const strings = written(
        `"extension":{"a":"${'['.repeat(500)}\\"${'{'.repeat(500)}\\\\"},"prefetch":{}`,
      );
      expect(refusal(await post(url, service, strings))).toEqual([412, 'CDS_PREFETCH_MISSING']);
    });

    it('60 levels in a resource are read, and one who does so gets an answer', async () => {
      const prefetch = await prefetchOf(service, stack.fhirBaseUrl, PATIENT);
      const deep = `{"extension":`.repeat(50) + '1' + '}'.repeat(50);
      const patient = JSON.stringify(prefetch['patient']);
      prefetch['patient'] = JSON.parse(`${patient.slice(0, -1)},"contact":${deep}}`) as Prefetch[string];
      expect((await post(url, service, requestTo(service, PATIENT, { prefetch }))).status).toBe(200);
    });
  });

  describe('much of everything', () => {
    const entries = (count: number, resource: (index: number) => object) => ({
      resourceType: 'Bundle',
      entry: Array.from({ length: count }, (_, index) => ({ resource: resource(index) })),
    });
    const condition = (index: number) => ({
      resourceType: 'Condition',
      id: `c${String(index)}`,
      subject: { reference: `Patient/${PATIENT}` },
    });

    it('100,000 entries in a Bundle: 413', async () => {
      const body = requestTo(service, PATIENT, {
        prefetch: {
          conditions: { resourceType: 'Bundle', entry: Array.from({ length: 100_000 }, () => ({})) },
        },
      });
      expect(refusal(await post(url, service, body))).toEqual([413, 'CDS_PAYLOAD_TOO_LARGE']);
    });

    it('6,000 resources: 413, naming the key', async () => {
      const prefetch = {
        ...(await prefetchOf(service, stack.fhirBaseUrl, PATIENT)),
        conditions: entries(6000, condition),
      };
      const answer = await post(url, service, requestTo(service, PATIENT, { prefetch }));
      expect(refusal(answer)).toEqual([413, 'CDS_PAYLOAD_TOO_LARGE']);
      expect(answer.text).toContain('prefetch.conditions');
    });

    it('4,000 resources are answered', async () => {
      const prefetch = await prefetchOf(service, stack.fhirBaseUrl, PATIENT);
      const all = [
        ...((prefetch['conditions']?.['entry'] ?? []) as object[]),
        ...entries(4000, condition).entry,
      ];
      prefetch['conditions'] = { resourceType: 'Bundle', entry: all };
      expect((await post(url, service, requestTo(service, PATIENT, { prefetch }))).status).toBe(200);
    });

    it('100,000 prefetch keys that nobody asked for are not looked at', async () => {
      const keys = Array.from({ length: 100_000 }, (_, index) => [`key${String(index)}`, null]);
      const body = requestTo(service, PATIENT, { prefetch: Object.fromEntries(keys) as object });
      expect(refusal(await post(url, service, body))).toEqual([412, 'CDS_PREFETCH_MISSING']);
    });

    it.each([
      ['an id', (text: string) => ({ hookInstance: text })],
      ['a patient id', (text: string) => ({ context: { userId: 'Practitioner/1', patientId: text } })],
      ['a user', (text: string) => ({ context: { userId: `Practitioner/${text}`, patientId: PATIENT } })],
      ['a server', (text: string) => ({ fhirServer: `http://a/${text}` })],
      [
        'a token',
        (text: string) => ({ fhirServer: 'http://a', fhirAuthorization: token({ access_token: text }) }),
      ],
      ['a hook', (text: string) => ({ hook: text })],
    ])('%s of 3 MB: 400, and it is not in the answer', async (_what, change) => {
      for (const letter of ['/', 'a', ' ', '-', '\u{1f600}']) {
        const text = `${letter.repeat(3_000_000 / Buffer.byteLength(letter))}x`;
        const answer = await post(url, service, requestTo(service, PATIENT, change(text)));
        expect(answer.status).toBe(400);
        expect(answer.text.length).toBeLessThan(2000);
      }
    });
  });

  describe('JSON that is read in more than one way', () => {
    it.each([
      [
        '__proto__',
        '"__proto__":{"hook":"x","prefetch":{"patient":null}},"constructor":{"prototype":{"a":1}}',
      ],
      [
        'keys of prefetch',
        '"prefetch":{"__proto__":{"patient":null},"constructor":null,"toString":null,"hasOwnProperty":1}',
      ],
      ['a prefetch twice', '"prefetch":{"patient":null},"prefetch":{}'],
      ['huge numbers', '"extension":[1e400,-1e400,1e-400,123456789012345678901234567890,-0]'],
      ['lone surrogates', '"extension":"\\ud800 \\udfff","prefetch":{"\\ud800":null}'],
      ['control characters', '"extension":"\\u0000\\u0007\\u2028"'],
    ])('%s: without what it needs, 412', async (_what, rest) => {
      expect(refusal(await post(url, service, written(rest)))).toEqual([412, 'CDS_PREFETCH_MISSING']);
    });

    it('nothing of a request stays in the prototype of another', () => {
      expect(({} as Record<string, unknown>)['hook']).toBeUndefined();
      expect(({} as Record<string, unknown>)['a']).toBeUndefined();
    });

    it.each([
      '{"hook":1e',
      '{"hook":"\\x"}',
      "{'hook':1}",
      '{"a":1}{"b":2}',
      '\ufeff{',
      'NaN',
      '"text"',
      '12',
      'null',
      'true',
      '[]',
      '',
    ])('the body %j: 400', async (body) => {
      expect(refusal(await post(url, service, body))).toEqual([400, 'CDS_REQUEST_INVALID']);
    });
  });

  describe('what is not the resource that it should be', () => {
    const strange: readonly [what: string, value: (good: Record<string, any>) => unknown][] = [
      ['entries of null', () => ({ resourceType: 'Bundle', entry: [null, null, 1, 'x', [], {}] })],
      [
        'resources of null',
        () => ({ resourceType: 'Bundle', entry: [{ resource: null }, { resource: [] }, { resource: 'x' }] }),
      ],
      ['a list', () => [1, 2]],
      ['a text', () => 'none'],
      ['a number', () => 1],
      ['an empty object', () => ({})],
      ['a resource of no type', () => ({ resourceType: 1, id: {} })],
      ['a Bundle in a Bundle', (good) => ({ resourceType: 'Bundle', entry: [{ resource: good }] })],
      [
        'a Bundle that has itself as its next page',
        () => ({ resourceType: 'Bundle', link: [{ relation: 'next', url: '#' }] }),
      ],
      ['links of null', (good) => ({ ...good, link: [null, 1, { relation: null }] })],
      ['a total of text', (good) => ({ ...good, total: 'many' })],
      ['a type that is a list', (good) => ({ ...good, resourceType: ['Bundle'] })],
    ];

    it.each(strange)('%s, under each key: no 5xx', async (_what, value) => {
      const prefetch = await prefetchOf(service, stack.fhirBaseUrl, PATIENT);
      for (const key of Object.keys(prefetch)) {
        const changed = { ...prefetch, [key]: value(prefetch[key] ?? {}) };
        const answer = await post(url, service, requestTo(service, PATIENT, { prefetch: changed }));
        expect([200, 400, 412]).toContain(answer.status);
      }
    });
  });
});

/** Every value of a resource, one after the other, replaced by something else. */
function* replaced(value: unknown, by: unknown): Generator {
  if (typeof value !== 'object' || value === null) return;
  const keys = Array.isArray(value) ? [0] : Object.keys(value);
  for (const key of keys) {
    const inner = (value as Record<string | number, unknown>)[key];
    const copy = (put: unknown): unknown =>
      Array.isArray(value) ? [put, ...value.slice(1)] : { ...value, [key]: put };
    yield copy(by);
    for (const changed of replaced(inner, by)) yield copy(changed);
  }
}

const AT_ONCE = 8;

/** The first two of each Bundle: hundreds of requests are sent. */
const fewOf = (prefetch: Prefetch): Prefetch =>
  Object.fromEntries(
    Object.entries(prefetch).map(([key, set]) => [
      key,
      set?.['resourceType'] === 'Bundle'
        ? { resourceType: 'Bundle', entry: ((set['entry'] ?? []) as object[]).slice(0, 2) }
        : set,
    ]),
  );

// How a resource is read is the same for all services.
describe('each element of a resource of each prefetch key', () => {
  const service = SERVICES[0]!;
  const circular = { reference: 'Observation/o', contained: [{ id: '#', reference: '#' }] };

  it.each([
    ['null', null],
    ['a huge number', 1e308],
    ['half a character', '\ud800'],
    ['lists', [[]]],
    ['what looks like a method', { toString: 1 }],
    ['what refers to itself', circular],
    ['30 KB of slashes', `${'/'.repeat(30_000)}x`],
    ['30 KB of words', 'Patient/a '.repeat(3000)],
    ['30 KB of a date', `2026-01-01T00:00:00.${'0'.repeat(30_000)}Z`],
  ])(
    'as %s: no 5xx',
    async (_what, by) => {
      const prefetch = fewOf(await prefetchOf(service, stack.fhirBaseUrl, PATIENT));
      const bodies = Object.entries(prefetch).flatMap(([key, set]) => {
        const [first] = (set?.['entry'] ?? [{ resource: set }]) as { resource: object }[];
        return [...replaced(first?.resource, by)].map((resource) => {
          const value =
            key === 'patient' ? resource : { resourceType: 'Bundle', total: 1, entry: [{ resource }] };
          return requestTo(service, PATIENT, { prefetch: { ...prefetch, [key]: value } });
        });
      });
      expect(bodies.length).toBeGreaterThan(100);
      for (let start = 0; start < bodies.length; start += AT_ONCE) {
        const answers = await Promise.all(
          bodies.slice(start, start + AT_ONCE).map((body) => post(url, service, body)),
        );
        for (const { status } of answers) expect([200, 400, 412]).toContain(status);
      }
    },
    60_000,
  );
});
