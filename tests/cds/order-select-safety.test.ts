/** Where a card could talk somebody out of a CT that is needed: it has to be silent, or to say so. */
import type { Appointment, FhirResource } from 'fhir/r4.js';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Card } from '../../src/cards/index.ts';
import { startStack, type Stack } from '../http/running-service.ts';
import {
  bundle,
  CHEST_CT,
  CTDNA,
  ctAppointment,
  ctDone,
  order,
  ORDER_SELECT,
  orderSelect,
  standing,
  type Order,
} from '../support/draft-orders.ts';

/** High risk: a CT every three months; by today's policy from 8 Feb to 10 Mar 2027. */
const PATIENT = 'demo-high-13-months';
const RECENT_CT = ctDone('ct-recent', PATIENT, '2026-11-02T09:30:00Z');
const OLD_CT = ctDone('ct-old', PATIENT, '2026-02-02T09:30:00Z');
const snomed = (code: string) => ({ coding: [{ system: 'http://snomed.info/sct', code }] });
const LOW_DOSE = snomed('16334891000119106');
const CHEST_AND_ABDOMEN = snomed('418891003');
const icd = (code: string) => ({ coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code }] });

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

interface Around {
  readonly orders?: readonly object[];
  readonly appointments?: readonly object[];
  readonly imaging?: readonly object[];
}

const cardsOf = async (
  drafts: readonly FhirResource[],
  { orders = [], appointments = [], imaging = [RECENT_CT] }: Around = {},
  to: Stack = stack,
): Promise<Card[]> => {
  const prefetch = {
    serviceRequests: bundle(...orders),
    appointments: bundle(...appointments),
    imaging: bundle(...imaging),
  };
  const { body, status } = await request(to.service.url)
    .post(ORDER_SELECT)
    .set('Accept-Language', 'en')
    .send(orderSelect(PATIENT, drafts, { prefetch, fhirServer: to.fhirBaseUrl }));
  expect(status).toBe(200);
  return body.cards as Card[];
};

const on = (day: string): { occurrenceDateTime: string } => ({ occurrenceDateTime: day });
const now = (change: Partial<Order> = {}): Order => order('now', PATIENT, change);
const booked = (day: string): Appointment => ctAppointment('slot', PATIENT, `${day}T09:00:00Z`);
const only = (cards: readonly Card[]): Card => {
  expect(cards).toHaveLength(1);
  return cards[0]!;
};

describe('an order that says that it is for another question', () => {
  it.each(['urgent', 'asap', 'stat'] as const)('%s: silence', async (priority) => {
    expect(await cardsOf([now({ priority })], { appointments: [booked('2026-11-25')] })).toEqual([]);
  });

  it.each([
    ['haemoptysis', [icd('R04.2')]],
    ['a suspected metastasis', [icd('C79.51')]],
    ['a cough, beside the lung cancer', [icd('C34.11'), icd('R05')]],
    ['a disorder in SNOMED CT', [snomed('66857006')]],
  ])('for %s: silence', async (_, reasonCode) => {
    expect(await cardsOf([now({ reasonCode })], { appointments: [booked('2026-11-25')] })).toEqual([]);
  });

  it.each([
    ['the lung cancer', [icd('C34.11')]],
    ['follow-up', [icd('Z08')]],
    ['words alone', [{ text: 'follow-up' }]],
    ['a code of a foreign system', [{ coding: [{ system: 'urn:site', code: '17' }] }]],
  ])('for %s it is follow-up', async (_, reasonCode) => {
    expect(only(await cardsOf([now({ reasonCode, priority: 'routine' })])).summary).toContain('earlier');
  });

  it('it stands beside a routine one, which is told of it', async () => {
    const urgent = order('urgent', PATIENT, { priority: 'stat' });
    const card = only(await cardsOf([now(), urgent]));
    expect(card.summary).toContain('twice among the orders');
    expect(card.suggestions?.[0]?.actions[0]).toMatchObject({ resourceId: 'ServiceRequest/now' });
  });
});

describe('an order for a patient of whom the next CT is due, or may be', () => {
  it.each(['2026-11-23', '2026-12-15', '2027-02-07'])(
    'with no CT on record, one for %s is never early: the chart may hold no studies',
    async (day) => {
      expect(await cardsOf([now(on(day))], { imaging: [] })).toEqual([]);
    },
  );

  it('without a date: a CT that is booked for months from now does not stand for the overdue one', async () => {
    const appointments = [booked('2027-02-24')];
    expect(await cardsOf([now()], { appointments, imaging: [OLD_CT] })).toEqual([]);
    // Done three weeks ago, the next one is the booked one; it is told, not warned of.
    const card = only(await cardsOf([now()], { appointments }));
    expect(card.summary).toContain('already booked for 24 Feb 2027');
    expect(card.indicator).toBe('info');
    // Of one of the same days there is no doubt about.
    const soon = { appointments: [booked('2026-11-30')], imaging: [OLD_CT] };
    expect(only(await cardsOf([now(on('2026-11-27'))], soon)).indicator).toBe('warning');
  });

  it('later than the window: says that it is due already, and moves nothing to a window months from now', async () => {
    const card = only(await cardsOf([now(on('2027-06-01'))], { imaging: [OLD_CT] }));
    expect(card.summary).toMatch(/^Chest CT is due already: the last one on record is of 2 Feb 2026/);
    expect(card.detail).toContain('By the last one on record, the next was due before today.');
    expect(card.suggestions).toBeUndefined();
  });

  it('a proposal that nobody has ordered does not make a late order the one after it', async () => {
    const proposal = standing('accepted', PATIENT, {
      intent: 'proposal',
      status: 'draft',
      instantiatesCanonical: ['https://recurrence-cds.org/fhir/PlanDefinition/recurrence-follow-up|0.1.0'],
      occurrencePeriod: { start: '2027-02-08', end: '2027-03-10' },
    });
    const card = only(await cardsOf([now(on('2027-06-01'))], { orders: [proposal] }));
    expect(card.summary).toContain('later than the proposed follow-up');
  });
});

describe('what stands for no order', () => {
  // Both are for a day on which nothing is early.
  const draft = now(on('2026-11-24'));
  const imaging = [OLD_CT];

  it('an appointment of a day before today, never closed', async () => {
    expect(await cardsOf([draft], { appointments: [booked('2026-11-20')], imaging })).toEqual([]);
    const today = { appointments: [booked('2026-11-23')], imaging };
    expect(only(await cardsOf([draft], today)).summary).toContain('already booked for 23 Nov 2026');
  });

  it.each(['proposed', 'waitlist'] as const)('an appointment that is only asked for: %s', async (status) => {
    expect(await cardsOf([draft], { appointments: [{ ...booked('2026-11-25'), status }], imaging })).toEqual(
      [],
    );
  });

  it('an appointment that was made for the order itself, or for the one it replaces', async () => {
    const slot = (id: string) => [
      { ...booked('2026-11-25'), basedOn: [{ reference: `ServiceRequest/${id}` }] },
    ];
    expect(await cardsOf([draft], { appointments: slot('now'), imaging })).toEqual([]);
    const replaces = [{ reference: 'ServiceRequest/old' }];
    expect(await cardsOf([{ ...draft, replaces }], { appointments: slot('old'), imaging })).toEqual([]);
    expect(await cardsOf([draft], { appointments: slot('another'), imaging })).toHaveLength(1);
  });

  it('an order whose day is over', async () => {
    const missed = standing('missed', PATIENT, on('2026-11-20'));
    expect(await cardsOf([draft], { orders: [missed], imaging })).toEqual([]);
    const open = standing('open', PATIENT, { authoredOn: '2026-11-20' });
    expect(only(await cardsOf([draft], { orders: [open], imaging })).summary).toContain('already ordered');
  });

  it('an order that was carried out, never closed', async () => {
    const period = { occurrencePeriod: { start: '2026-10-20', end: '2027-03-31' } };
    const orders = [standing('done', PATIENT, period)];
    expect(await cardsOf([now(on('2027-02-20'))], { orders })).toEqual([]);
    expect(only(await cardsOf([now(on('2027-02-20'))], { orders, imaging })).summary).toContain(
      'already ordered',
    );
  });

  it('a draft of the chart that nobody signed', async () => {
    const orders = [standing('unsigned', PATIENT, { ...on('2026-11-24'), status: 'draft' })];
    expect(await cardsOf([draft], { orders, imaging })).toEqual([]);
  });

  it('a CT of the chest, for one of the chest and the abdomen; the other way round it does', async () => {
    const wide = { ...draft, code: CHEST_AND_ABDOMEN };
    const of = (code: typeof CHEST_CT) => [standing('other', PATIENT, { ...on('2026-11-24'), code })];
    expect(await cardsOf([wide], { orders: of(CHEST_CT), imaging })).toEqual([]);
    for (const asked of [draft, wide])
      expect(await cardsOf([asked], { orders: of(CHEST_AND_ABDOMEN), imaging })).toHaveLength(1);
  });

  it('an order of a day that is over is none to speak of: it writes down what was done', async () => {
    expect(await cardsOf([now(on('2026-11-02'))])).toEqual([]);
  });
});

describe('what is given back', () => {
  const suggested = async (change: object): Promise<unknown> => {
    const action = only(await cardsOf([now(change)])).suggestions?.[0]?.actions[0];
    return action?.type === 'update' ? action.resource : action;
  };

  it('is the order as it came, at another time: version, extensions and identifiers with it', async () => {
    const kept = {
      meta: { versionId: '7' },
      identifier: [{ system: 'urn:site', value: '17' }],
      extension: [{ url: 'urn:x', valueBoolean: true }],
      requester: { reference: 'Practitioner/surgeon-1' },
    };
    expect(await suggested(kept)).toEqual({
      ...now(kept),
      occurrencePeriod: { start: '2027-02-08', end: '2027-03-10' },
    });
  });

  it('holds nothing empty, which no card may', async () => {
    const empty = { note: null, performer: [], category: [null, { text: '' }], bodySite: [{}] };
    expect(await suggested(empty)).toEqual({
      ...now(),
      occurrencePeriod: { start: '2027-02-08', end: '2027-03-10' },
    });
  });

  it('nested without end: refused', async () => {
    const whole = JSON.stringify(orderSelect(PATIENT, [now()], { fhirServer: stack.fhirBaseUrl }));
    const nested = `"x":${'['.repeat(20_000)}1${']'.repeat(20_000)},"resourceType":"ServiceRequest"`;
    const { status, body } = await request(stack.service.url)
      .post(ORDER_SELECT)
      .set('Content-Type', 'application/json')
      .send(whole.replace('"resourceType":"ServiceRequest"', nested));
    expect([status, body.issue?.[0].details.coding[0].code]).toEqual([400, 'CDS_REQUEST_INVALID']);
  });
});

describe('the last one', () => {
  it('is a low-dose CT too, which the policy proposes', async () => {
    const lowDose = { ...RECENT_CT, procedureCode: [LOW_DOSE] };
    const card = only(await cardsOf([now({ code: LOW_DOSE })], { imaging: [OLD_CT, lowDose] }));
    expect(card.detail).toContain('| Last chest CT done | 2 Nov 2026 |');
  });

  it('of this morning makes another one early, with no word of withdrawing it', async () => {
    const today = ctDone('ct-today', PATIENT, '2026-11-23T08:30:00Z');
    const card = only(await cardsOf([now()], { imaging: [today] }));
    expect(card.summary).toMatch(/^If for follow-up: Chest CT is earlier than proposed/);
    expect(card.detail).toContain('suspected recurrence');
    expect(JSON.stringify(card)).not.toContain('"delete"');
  });

  it('a ctDNA test of another reason: silence', async () => {
    expect(await cardsOf([now({ code: CTDNA, reasonCode: [icd('C79.51')] })])).toEqual([]);
    expect(await cardsOf([now({ code: CTDNA })])).toHaveLength(1);
  });
});
