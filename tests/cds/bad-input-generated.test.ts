/**
 * 10,000 generated requests, valid, nearly valid and garbage, over all services: never 5xx, never a hang, never an
 * echo of what was sent in an error, and for the valid ones cards that the schema accepts.
 */
import { Agent, request as httpRequest } from 'node:http';
import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardSchema } from '../../src/cards/index.ts';
import { startStack, type Stack } from '../http/running-service.ts';
import {
  contextFor,
  post,
  prefetchOf,
  requestTo,
  SERVICES,
  servicePath,
  token,
  type ListedService,
  type Prefetch,
} from './service-requests.ts';

const RUNS = 10_000;
const AT_ONCE = 16;
const PATIENT = 'demo-intermediate-7-months';
/** Stands in every generated text: it must not come back. */
const CANARY = 'cAnArY7';
/** Far beyond the deadline, far below the test's own limit. */
const HANG_MS = 20_000;

let stack: Stack;
const good = new Map<string, Prefetch>();
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
beforeAll(async () => {
  // A prefetch-only site: what is answered was assessed from what was generated.
  stack = await startStack({ tenant: { backgroundAccess: false }, http: { requestsPerMinute: 0 } });
  for (const service of SERVICES) {
    const prefetch = await prefetchOf(service, stack.fhirBaseUrl, PATIENT);
    // Small, so that ten thousand are sent in a minute.
    const few = Object.entries(prefetch).map(([key, set]) => [
      key,
      set?.['resourceType'] === 'Bundle'
        ? { resourceType: 'Bundle', entry: ((set['entry'] ?? []) as object[]).slice(0, 2) }
        : set,
    ]);
    good.set(service.id, Object.fromEntries(few) as Prefetch);
  }
});
afterAll(async () => {
  agent.destroy();
  await stack.close();
});

const send = (path: string, body: string): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const sent = httpRequest(
      `${stack.service.url}${path}`,
      { method: 'POST', agent, headers: { 'content-type': 'application/json' }, timeout: HANG_MS },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, text });
        });
      },
    );
    sent.on('timeout', () => sent.destroy(new Error('no answer: it hangs')));
    sent.on('error', reject);
    sent.end(body);
  });

const canaryText = fc.string({ maxLength: 20, unit: 'binary' }).map((text) => `${CANARY}${text}`);
const anyKey = fc.oneof(
  canaryText,
  fc.constantFrom('__proto__', 'constructor', 'resourceType', 'id', 'toString', ''),
);
const anything = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(canaryText, fc.double(), fc.boolean(), fc.constant(null), fc.integer()),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(anyKey, tie('value'), { maxKeys: 4 }),
  ),
})).value;

interface Generated {
  readonly service: ListedService;
  readonly body: string;
  /** Valid by all that is published. */
  readonly valid: boolean;
}

const serviceOf = fc.constantFrom(...SERVICES);

/** Puts a value somewhere into a copy: along a path of member names, as far as they exist. */
const putAt = (target: unknown, [head, ...rest]: readonly number[], value: unknown): unknown => {
  if (head === undefined || typeof target !== 'object' || target === null) return value;
  const keys = Object.keys(target);
  const key = keys[head % Math.max(1, keys.length)];
  if (key === undefined) return value;
  const changed = putAt((target as Record<string, unknown>)[key], rest, value);
  return Array.isArray(target)
    ? target.map((item: unknown, index) => (String(index) === key ? changed : item))
    : { ...target, [key]: changed };
};

const validRequest = (service: ListedService, change: Record<string, unknown> = {}) =>
  requestTo(service, PATIENT, { prefetch: good.get(service.id) ?? {}, ...change });

const valid = fc
  .record({
    service: serviceOf,
    hookInstance: fc.uuid(),
    extension: fc.option(anything, { nil: undefined }),
    // What nobody asked for under a key of its own is nobody's business.
    unasked: fc.dictionary(canaryText, anything, { maxKeys: 2 }),
    emptied: fc.option(fc.constantFrom('cfdna', 'genomicReports', 'allergies', 'imaging', 'consents'), {
      nil: undefined,
    }),
  })
  .map(({ service, hookInstance, extension, unasked, emptied }): Generated => ({
    service,
    valid: true,
    body: JSON.stringify(
      validRequest(service, {
        hookInstance,
        extension,
        prefetch: { ...unasked, ...good.get(service.id), ...(emptied !== undefined && { [emptied]: null }) },
      }),
    ),
  }));

const nearlyValid = fc
  .record({ service: serviceOf, path: fc.array(fc.nat(40), { minLength: 1, maxLength: 9 }), value: anything })
  .map(({ service, path, value }): Generated => ({
    service,
    valid: false,
    body: JSON.stringify(putAt(validRequest(service, { fhirAuthorization: undefined }), path, value)),
  }));

const strangeMembers = fc
  .record({
    service: serviceOf,
    members: fc.record(
      {
        hook: fc.oneof(canaryText, anything),
        hookInstance: fc.oneof(canaryText, anything),
        fhirServer: fc.oneof(
          canaryText,
          anything,
          fc.webUrl().map((url) => `${url}/${CANARY}`),
        ),
        fhirAuthorization: fc.oneof(
          anything,
          canaryText.map((text) => token({ access_token: text, patient: text })),
        ),
        context: fc.oneof(
          anything,
          fc.dictionary(fc.constantFrom('userId', 'patientId', 'encounterId', 'selections'), anything),
        ),
        prefetch: fc.oneof(
          anything,
          fc.dictionary(fc.constantFrom('patient', 'conditions', 'cfdna', 'staging'), anything),
        ),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ service, members }): Generated => ({
    service,
    valid: false,
    body: JSON.stringify({ ...requestTo(service, PATIENT), ...(members as object) }),
  }));

const garbage = fc
  .record({
    service: serviceOf,
    body: fc.oneof(
      anything.map((value) => JSON.stringify(value)),
      canaryText,
      canaryText.map((text) => `{"hook":"${text}`),
      fc
        .nat(2000)
        .chain((end) => serviceOf.map((service) => JSON.stringify(validRequest(service)).slice(0, end))),
    ),
  })
  .map((made): Generated => ({ ...made, valid: false }));

const generated = fc.oneof(
  { arbitrary: valid, weight: 1 },
  { arbitrary: nearlyValid, weight: 4 },
  { arbitrary: strangeMembers, weight: 3 },
  { arbitrary: garbage, weight: 1 },
);

const ERRORS = new Set([400, 412, 413]);

const check = async ({ service, body, valid: isValid }: Generated): Promise<void> => {
  const { status, text } = await send(servicePath(service), body);
  if (status === 200) {
    for (const card of JSON.parse(text).cards) cardSchema.parse(card);
    return;
  }
  if (isValid || !ERRORS.has(status)) throw new Error(`status ${String(status)}: ${text.slice(0, 300)}`);
  if (text.includes(CANARY)) throw new Error(`an echo: ${text.slice(0, 300)}`);
  if (JSON.parse(text).resourceType !== 'OperationOutcome') throw new Error('no OperationOutcome');
};

describe('10,000 generated requests', () => {
  it('no 5xx, no hang, no echo in an error, good cards for good requests', async () => {
    // Many in flight at a time: a property is run on a batch; fast-check prints the seed of one that fails.
    await fc.assert(
      fc.asyncProperty(fc.array(generated, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (batch) => {
        await Promise.all(batch.map(check));
      }),
      { numRuns: RUNS / AT_ONCE, endOnFailure: true },
    );
    expect(stack.logged.join('')).not.toContain(CANARY);
    const answer = await post(stack.service.url, SERVICES[0]!, validRequest(SERVICES[0]!));
    expect(answer.status).toBe(200);
  }, 180_000);
});

describe.each(SERVICES)('$id: markup in what comes from a chart', (service) => {
  const HOSTILE = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '"><svg/onload=alert(1)>',
    '[click](javascript:alert(1))',
    '![x](https://evil.example/x.png)',
    '</td></tr>| --- |',
    '`code` **bold** _x_ ~~y~~',
    '&lt;script&gt;',
    '\u202Ereversed\u202C',
    '{{constructor.constructor("alert(1)")()}}',
  ];
  /** As an EHR shows it that lets HTML through. */
  const markdown = new MarkdownIt({ html: true, linkify: false });
  const OURS = new Set('p strong em table thead tbody tr th td ul li a br h1 h2 h3'.split(' '));

  const expectHarmless = (detail: string) => {
    const html = markdown.render(detail);
    for (const [, tag = ''] of html.matchAll(/<\/?([^\s>/]+)/g)) expect(OURS).toContain(tag);
    for (const [, href = ''] of html.matchAll(/href="([^"]*)"/g)) expect(href).toMatch(/^https:\/\/(?!evil)/);
    expect(html).not.toMatch(/<[^>]*\son\w+=/);
  };

  /** Every text of a resource that a person may have written. */
  const withTexts = (value: unknown, text: string): unknown => {
    if (Array.isArray(value)) return value.map((item) => withTexts(item, text));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        ['text', 'display', 'family', 'title', 'description', 'unit', 'div', 'lotNumber'].includes(key) &&
        typeof inner === 'string'
          ? text
          : key === 'given' || key === 'note'
            ? [text]
            : withTexts(inner, text),
      ]),
    );
  };

  it.each(HOSTILE)('%s in names, displays and texts: not in a card', async (text) => {
    for (const patientId of [PATIENT, 'demo-other-malignancy', 'demo-recurred', 'demo-stage-edition']) {
      const prefetch = withTexts(await prefetchOf(service, stack.fhirBaseUrl, patientId), text);
      const context = withTexts(contextFor(service, patientId), text);
      const answer = await post(stack.service.url, service, {
        ...requestTo(service, patientId, { prefetch }),
        context,
      });
      expect(answer.status).toBe(200);
      for (const { summary, detail } of answer.body.cards as { summary: string; detail: string }[]) {
        expect(`${summary}\n${detail}`).not.toContain(text);
        expect(summary).not.toMatch(/[<>]/);
        expectHarmless(detail);
      }
    }
  });
});
