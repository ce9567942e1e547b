/** Prefetch in all its states, with and without a callback, at sites that allow reading beyond it and at others. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '../http/running-service.ts';
import {
  codeOf,
  NUMBER,
  post,
  prefetchOf,
  requestTo,
  SERVICES,
  shownIn,
  type Answer,
  type ListedService,
  type Prefetch,
} from './service-requests.ts';

const PATIENT = 'demo-intermediate-7-months';
const OUTCOME = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception' }] };
/** The hooks whose card is the risk itself. */
const SHOW_RISK = ['patient-view', 'encounter-start'];

/** By whether the site allows workers to read. */
const stacks = new Map<boolean, Stack>();
beforeAll(async () => {
  for (const backgroundAccess of [true, false])
    stacks.set(
      backgroundAccess,
      await startStack({ tenant: { backgroundAccess }, hook: { deadlineMs: 3000 } }),
    );
});
afterAll(async () => {
  for (const stack of stacks.values()) await stack.close();
});
afterEach(() => {
  for (const { faults } of stacks.values()) faults.mode = 'ok';
});

const stackOf = (backgroundAccess: boolean): Stack => {
  const stack = stacks.get(backgroundAccess);
  if (stack === undefined) throw new Error('not started');
  return stack;
};

type Set = Prefetch[string] | undefined;

/** What may stand under a key; a state that does not tell what there is has to be read. */
const STATES: readonly [state: string, value: (good: Set, base: string) => unknown, told: boolean][] = [
  ['absent', () => undefined, false],
  ['null', () => null, true],
  ['an OperationOutcome', () => OUTCOME, false],
  ['an empty Bundle', () => ({ resourceType: 'Bundle', type: 'searchset', total: 0, entry: [] }), true],
  ['a Bundle without entry', () => ({ resourceType: 'Bundle', type: 'searchset' }), true],
  [
    'the first page of a Bundle',
    (good, base) => ({
      resourceType: 'Bundle',
      entry: ((good?.['entry'] ?? []) as object[]).slice(0, 1),
      link: [{ relation: 'next', url: `${base}/Observation?_page=2` }],
    }),
    false,
  ],
  ['a part of a Bundle by its total', (good) => ({ ...good, link: [], total: 9000 }), false],
  [
    'a Bundle with a remark that the search failed',
    () => ({ resourceType: 'Bundle', entry: [{ resource: OUTCOME }] }),
    false,
  ],
  [
    'a bare resource instead of a Bundle',
    (good) => ((good?.['entry'] ?? []) as { resource: object }[])[0]?.resource,
    true,
  ],
];

/** Without these an assessment cannot be made, or is made on other evidence. */
const NEEDED = [
  'conditions',
  'procedures',
  'medications',
  'staging',
  'diseaseStatus',
  'metabolomics',
  'cfdna',
];

/** Nothing was prefetched: all is to be read from the FHIR server. */
const askUnread = (service: ListedService, backgroundAccess: boolean): Promise<Answer> => {
  const { service: running, fhirBaseUrl } = stackOf(backgroundAccess);
  return post(running.url, service, requestTo(service, 'demo-low-3-months', { fhirServer: fhirBaseUrl }));
};

const expectNoNumber = ({ status, body }: Answer, code: string): void => {
  expect([status, body.cards.length]).toEqual([200, 1]);
  expect(body.cards[0].indicator).toBe('info');
  expect(body.cards[0].detail).toContain(code.replaceAll('_', '&#95;'));
  expect(shownIn(body.cards)).not.toMatch(NUMBER);
};

describe.each(SERVICES)('$id', (service: ListedService) => {
  const ask = async (
    backgroundAccess: boolean,
    callback: boolean,
    change: (good: Prefetch, base: string) => object,
  ) => {
    const { service: running, fhirBaseUrl } = stackOf(backgroundAccess);
    const good = structuredClone(await prefetchOf(service, fhirBaseUrl, PATIENT));
    return post(
      running.url,
      service,
      requestTo(service, PATIENT, {
        prefetch: change(good, fhirBaseUrl),
        ...(callback && { fhirServer: fhirBaseUrl }),
      }),
    );
  };
  const whole = async (backgroundAccess: boolean, callback = true) => {
    const answer = await ask(backgroundAccess, callback, (good) => good);
    expect(answer.status).toBe(200);
    return answer.body.cards.map(({ summary }: { summary: string }) => summary) as string[];
  };

  it.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ])('all of it (background access %s, callback %s): the card', async (backgroundAccess, callback) => {
    const summaries = await whole(backgroundAccess, callback);
    if (SHOW_RISK.includes(service.hook)) expect(summaries.join()).toMatch(NUMBER);
  });

  describe.each(STATES)('%s', (_state, value, told) => {
    it.each([true, false])(
      'with a callback (background access %s): what is not told is read, never 412',
      async (access) => {
        const expected = await whole(access);
        for (const key of NEEDED) {
          const answer = await ask(access, true, (good, base) => ({
            ...good,
            [key]: value(good[key], base),
          }));
          expect([key, answer.status]).toEqual([key, 200]);
          const summaries = answer.body.cards.map(({ summary }: { summary: string }) => summary);
          if (!told) expect([key, summaries]).toEqual([key, expected]);
        }
      },
    );

    it('without a callback: 412 where it is not told, naming the key', async () => {
      for (const key of NEEDED) {
        const answer = await ask(true, false, (good, base) => ({ ...good, [key]: value(good[key], base) }));
        expect([key, answer.status, codeOf(answer)]).toEqual(
          told ? [key, 200, undefined] : [key, 412, 'CDS_PREFETCH_MISSING'],
        );
        if (!told) expect(answer.text).toContain(`Missing: ${key}.`);
      }
    });

    it('without a callback, at a site that never allows one: 412 for the core, else the modality is absent', async () => {
      for (const key of NEEDED) {
        const answer = await ask(false, false, (good, base) => ({ ...good, [key]: value(good[key], base) }));
        const modality = ['metabolomics', 'cfdna'].includes(key);
        expect([key, answer.status]).toEqual([key, told || modality ? 200 : 412]);
      }
    });
  });

  it('the patient as null, as an empty Bundle, as another resource: read, or 412', async () => {
    for (const patient of [
      null,
      { resourceType: 'Bundle' },
      { resourceType: 'Practitioner', id: PATIENT },
      OUTCOME,
    ]) {
      expect((await ask(true, true, (good) => ({ ...good, patient }))).status).toBe(200);
      const answer = await ask(true, false, (good) => ({ ...good, patient }));
      expect([answer.status, codeOf(answer)]).toEqual([412, 'CDS_PREFETCH_MISSING']);
    }
  });

  it('the patient in a Bundle is the patient', async () => {
    const answer = await ask(true, false, (good) => ({
      ...good,
      patient: { resourceType: 'Bundle', entry: [{ resource: good['patient'] }] },
    }));
    expect(answer.status).toBe(200);
  });

  it('a Patient that was taken back is none: said so in a card, with no number', async () => {
    const answer = await ask(true, false, (good) => ({
      ...good,
      patient: { ...good['patient'], status: 'entered-in-error' },
    }));
    expect(answer.status).toBe(200);
    expect(shownIn(answer.body.cards)).not.toMatch(NUMBER);
  });

  it('no prefetch and a callback: the same card', async () => {
    const answer = await ask(true, true, () => ({}));
    expect(answer.status).toBe(200);
    expect(answer.body.cards.map(({ summary }: { summary: string }) => summary)).toEqual(await whole(true));
  });

  describe.each([true, false])('a FHIR server that fails (background access %s)', (access) => {
    it.each([
      ['down', 'FHIR_UNREACHABLE'],
      ['error', 'FHIR_UNREACHABLE'],
      ['html', 'FHIR_ANSWER_INVALID'],
      ['refused', 'FHIR_REFUSED'],
    ] as const)('%s: 200 and a card that says so, never 412, no number', async (mode, code) => {
      stackOf(access).faults.mode = mode;
      expectNoNumber(await askUnread(service, access), code);
    });
  });
});

// All services at once: each waits for its deadline.
it.each([true, false])(
  'a FHIR server that is slow (background access %s): 200 and a card of every service that says so',
  async (access) => {
    Object.assign(stackOf(access).faults, { mode: 'slow', delayMs: 20_000 });
    const answers = await Promise.all(SERVICES.map((service) => askUnread(service, access)));
    for (const answer of answers) expectNoNumber(answer, 'FHIR_TIMEOUT');
  },
);
