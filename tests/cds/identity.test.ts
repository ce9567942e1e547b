/** Whose numbers may be shown, and until when: DESIGN's decisions 7 and 8, for all services. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FhirResource } from 'fhir/r4.js';
import type { Clock } from '../../src/platform/index.ts';
import { startStack, TODAY, type Stack } from '../http/running-service.ts';
import {
  codeOf,
  NUMBER,
  post,
  prefetchOf,
  requestTo,
  SERVICES,
  shownIn,
  token,
  type ListedService,
  type Prefetch,
} from './service-requests.ts';

const PATIENT = 'demo-intermediate-7-months';
const OTHER = 'demo-low-19-months';
const DAY_MS = 86_400_000;

/** Stands until it is put on. */
const settableClock = (): Clock & { daysOn: number } => ({
  daysOn: 0,
  now() {
    return new Date(Date.parse(`${TODAY}T10:00:00Z`) + this.daysOn * DAY_MS);
  },
});

const clock = settableClock();
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ clock });
});
afterAll(() => stack.close());

const entriesOf = (bundle: Prefetch[string] | undefined) =>
  (bundle?.['entry'] ?? []) as { resource: Record<string, unknown> }[];

/** The same Bundle, its first resource changed. */
const changedFirst = (bundle: Prefetch[string] | undefined, change: Record<string, unknown>) => {
  const [first, ...rest] = entriesOf(bundle);
  if (first === undefined) throw new Error('nothing to change');
  return { resourceType: 'Bundle', entry: [{ resource: { ...first.resource, ...change } }, ...rest] };
};

const readAll = async (service: ListedService, patientId: string) =>
  structuredClone(await prefetchOf(service, stack.fhirBaseUrl, patientId));

const ask = (service: ListedService, patientId: string, change: Record<string, unknown>) =>
  post(stack.service.url, service, requestTo(service, patientId, change));

const expectForeign = async (
  service: ListedService,
  change: Record<string, unknown>,
  patientId = PATIENT,
) => {
  for (const fhirServer of [undefined, stack.fhirBaseUrl]) {
    if (fhirServer === undefined && change['fhirAuthorization'] !== undefined) continue;
    const answer = await ask(service, patientId, {
      ...change,
      ...(fhirServer !== undefined && { fhirServer }),
    });
    expect([answer.status, codeOf(answer), answer.body.cards]).toEqual([
      400,
      'CDS_PATIENT_MISMATCH',
      undefined,
    ]);
    expect(answer.text).not.toContain(PATIENT);
    expect(answer.text).not.toContain(OTHER);
  }
};

describe.each(SERVICES)('$id: another patient', (service) => {
  it("another's Patient", async () => {
    const prefetch = await readAll(service, PATIENT);
    const other = await readAll(service, OTHER);
    await expectForeign(service, { prefetch: { ...prefetch, patient: other['patient'] } });
    const both = {
      resourceType: 'Bundle',
      entry: [{ resource: prefetch['patient'] }, { resource: other['patient'] }],
    };
    await expectForeign(service, { prefetch: { ...prefetch, patient: both } });
  });

  it('one resource of another, under each key', async () => {
    const prefetch = await readAll(service, PATIENT);
    for (const key of Object.keys(prefetch)) {
      if (key === 'patient' || entriesOf(prefetch[key]).length === 0) continue;
      const foreign = { reference: `Patient/${OTHER}` };
      const subject = { subject: foreign, patient: foreign, participant: [{ actor: foreign }] };
      await expectForeign(service, {
        prefetch: { ...prefetch, [key]: changedFirst(prefetch[key], subject) },
      });
    }
  });

  it.each([
    ['no subject', {}],
    ['a subject without a reference', { subject: { display: 'Somebody' } }],
    ['a logical reference', { subject: { identifier: { value: PATIENT } } }],
    ['a contained patient', { subject: { reference: '#p' } }],
    [
      "another server's patient of that id",
      { subject: { reference: `https://other.example/fhir/Patient/${PATIENT}` } },
    ],
    ['a Group', { subject: { reference: `Group/${PATIENT}` } }],
    ['a Patient by a path', { subject: { reference: `Patient/x/../${PATIENT}` } }],
    ['a Patient in another case', { subject: { reference: `patient/${PATIENT}` } }],
  ])('a resource of %s', async (_what, subject) => {
    const prefetch = await readAll(service, PATIENT);
    const changed = changedFirst(prefetch['conditions'], { subject: undefined, ...subject });
    await expectForeign(service, { prefetch: { ...prefetch, conditions: changed } });
  });

  it.each([
    OTHER,
    `Patient/${OTHER}`,
    `${PATIENT} `,
    `Patient/Patient/${PATIENT}`,
    PATIENT.toUpperCase(),
    '',
  ])('a token for %j', async (patient) => {
    await expectForeign(service, {
      fhirAuthorization: token({ patient }),
      prefetch: await readAll(service, PATIENT),
    });
  });

  it.each([PATIENT, `Patient/${PATIENT}`])('a token for %j is for this one', async (patient) => {
    const answer = await ask(service, PATIENT, {
      fhirServer: stack.fhirBaseUrl,
      fhirAuthorization: token({ patient }),
      prefetch: await readAll(service, PATIENT),
    });
    expect(answer.status).toBe(200);
  });
});

describe.each(SERVICES)('$id: merged patients', (service) => {
  const link = (type: string, other: string) => [{ type, other: { reference: `Patient/${other}` } }];

  it('one that was replaced by another is refused: open the other', async () => {
    const prefetch = await readAll(service, PATIENT);
    const replaced = { ...prefetch['patient'], active: false, link: link('replaced-by', OTHER) };
    await expectForeign(service, { prefetch: { ...prefetch, patient: replaced } });
  });

  it('one whose resources still name the patient that it replaced: these are foreign', async () => {
    const prefetch = await readAll(service, PATIENT);
    const survivor = { ...prefetch['patient'], link: link('replaces', OTHER) };
    const old = changedFirst(prefetch['conditions'], { subject: { reference: `Patient/${OTHER}` } });
    await expectForeign(service, { prefetch: { ...prefetch, patient: survivor, conditions: old } });
  });

  it('one that replaced another, with resources of its own, is answered', async () => {
    const prefetch = await readAll(service, PATIENT);
    const survivor = { ...prefetch['patient'], link: link('replaces', OTHER) };
    const answer = await ask(service, PATIENT, {
      fhirServer: stack.fhirBaseUrl,
      prefetch: { ...prefetch, patient: survivor },
    });
    expect(answer.status).toBe(200);
  });

  it('replaced on the server: refused likewise', async () => {
    const prefetch = await readAll(service, PATIENT);
    const id = `merged-${service.hook}`;
    await stack.load([
      {
        ...prefetch['patient'],
        id,
        active: false,
        link: link('replaced-by', OTHER),
      } as unknown as FhirResource,
    ]);
    const answer = await ask(service, id, { fhirServer: stack.fhirBaseUrl });
    expect([answer.status, codeOf(answer)]).toEqual([400, 'CDS_PATIENT_MISMATCH']);
  });
});

/** The hooks whose card is the risk itself: there a number that is gone was one before. */
const SHOW_RISK = ['patient-view', 'encounter-start'];

describe.each(SERVICES)('$id: no number any more', (service) => {
  /** No number, whatever is said instead. */
  const expectNoNumber = async (patientId: string, change: Record<string, unknown>) => {
    const answer = await ask(service, patientId, change);
    expect(answer.status).toBe(200);
    expect(shownIn(answer.body.cards)).not.toMatch(NUMBER);
    for (const card of answer.body.cards) expect(card.suggestions ?? []).toEqual([]);
  };

  const known = async (patientId: string) => {
    const answer = await ask(service, patientId, { fhirServer: stack.fhirBaseUrl });
    expect(answer.status).toBe(200);
    if (SHOW_RISK.includes(service.hook)) expect(shownIn(answer.body.cards)).toMatch(NUMBER);
  };

  it.each([
    ['by flag', { deceasedBoolean: true }],
    ['by date', { deceasedDateTime: '2026-11-01' }],
    ['by a date that cannot be read', { deceasedDateTime: '2026' }],
  ])('the patient has died (%s), since the stored result', async (_how, death) => {
    await known(PATIENT);
    const prefetch = await readAll(service, PATIENT);
    await expectNoNumber(PATIENT, {
      fhirServer: stack.fhirBaseUrl,
      prefetch: { ...prefetch, patient: { ...prefetch['patient'], ...death } },
    });
  });

  it('recurrence was recorded since the stored result', async () => {
    await known('demo-high-10-months');
    const prefetch = await readAll(service, 'demo-high-10-months');
    const recurred = await readAll(service, 'demo-recurred');
    const subject = { reference: 'Patient/demo-high-10-months' };
    const theirs = (key: string) =>
      entriesOf(recurred[key]).map(({ resource }) => ({ resource: { ...resource, subject } }));
    const added = Object.fromEntries(
      ['conditions', 'diseaseStatus'].map((key) => [
        key,
        { resourceType: 'Bundle', entry: [...entriesOf(prefetch[key]), ...theirs(key)] },
      ]),
    );
    await expectNoNumber('demo-high-10-months', {
      fhirServer: stack.fhirBaseUrl,
      prefetch: { ...prefetch, ...added },
    });
  });

  it('the last result is older than maxStaleDays, and nothing newer can be had', async () => {
    const patient = 'demo-high-13-months';
    clock.daysOn = 0;
    await known(patient);
    const { cfdna: _left, ...prefetch } = await readAll(service, patient);
    const asked = { fhirServer: stack.fhirBaseUrl, prefetch };
    try {
      stack.faults.mode = 'down';
      // The default of hook.maxStaleDays is 30.
      clock.daysOn = 30;
      const still = await ask(service, patient, asked);
      expect(still.status).toBe(200);
      if (SHOW_RISK.includes(service.hook)) expect(shownIn(still.body.cards)).toMatch(NUMBER);
      clock.daysOn = 31;
      await expectNoNumber(patient, asked);
    } finally {
      clock.daysOn = 0;
      stack.faults.mode = 'ok';
    }
  });
});
