/** Orders that are being written, against the running service: what is said of each, and what may be done. */
import type { FhirResource, ServiceRequest } from 'fhir/r4.js';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardSchema, type Card } from '../../src/cards/index.ts';
import { hookRequest, SERVICE_PATH, startStack, type Stack } from '../http/running-service.ts';
import {
  bundle,
  CTDNA,
  ctAppointment,
  ctDone,
  order,
  ORDER_SELECT,
  orderSelect,
  POLICY,
  standing,
} from '../support/draft-orders.ts';
import { createFhirValidator } from '../support/fhir-validator.ts';

/** High risk, 13 months after surgery, last CT on record a year ago: a CT is proposed for 8 Feb to 10 Mar 2027. */
const PATIENT = 'demo-high-13-months';
const WINDOW = { start: '2027-02-08', end: '2027-03-10' };
/** Three weeks before today: the next one is due no sooner than three months from then. */
const RECENT_CT = ctDone('ct-recent', PATIENT, '2026-11-02T09:30:00Z');

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const validator = createFhirValidator([]);

const call = (body: unknown, language = 'en') =>
  request(stack.service.url)
    .post(ORDER_SELECT)
    .set('Accept-Language', language)
    .send(body as object);

interface Around {
  readonly orders?: readonly object[];
  readonly appointments?: readonly object[];
  readonly imaging?: readonly object[];
  readonly context?: object;
  readonly language?: string;
}

/** Of every card, whatever it says. */
const expectInOrder = (card: Card): void => {
  expect(() => cardSchema.parse(card)).not.toThrow();
  expect(card.source.topic.code).toBe('order');
  expect(card.overrideReasons?.[0]?.code).toBe('other-clinical-question');
  for (const action of (card.suggestions ?? []).flatMap(({ actions }) => actions))
    if (action.type !== 'delete')
      expect(validator.validate(action.resource as unknown as FhirResource)).toEqual([]);
};

/** What the service says of orders, with these in the chart. */
const cardsOf = async (
  drafts: readonly FhirResource[],
  { orders = [], appointments = [], imaging = [], context = {}, language }: Around = {},
): Promise<Card[]> => {
  const prefetch = {
    serviceRequests: bundle(...orders),
    appointments: bundle(...appointments),
    imaging: bundle(...imaging),
  };
  const { body, status } = await call(
    orderSelect(PATIENT, drafts, { prefetch, fhirServer: stack.fhirBaseUrl, context }),
    language,
  );
  expect(status).toBe(200);
  const cards = body.cards as Card[];
  cards.forEach(expectInOrder);
  return cards;
};

const only = (cards: readonly Card[]): Card => {
  expect(cards).toHaveLength(1);
  return cards[0]!;
};

const on = (day: string): { occurrenceDateTime: string } => ({ occurrenceDateTime: day });
const draftOn = (day: string) => order('draft-1', PATIENT, on(day));

/** Type and resource or id of each action, by suggestion. */
const actionsOf = (card: Card) => (card.suggestions ?? []).map(({ actions }) => actions[0]!);

describe('a chest CT at the proposed time', () => {
  it.each(['2027-02-08', '2027-02-23', '2027-03-10', '2027-02'])('%s: silence', async (day) => {
    expect(await cardsOf([draftOn(day)], { imaging: [RECENT_CT] })).toEqual([]);
  });

  it('on any day of a period that touches the window: silence', async () => {
    const period = { occurrencePeriod: { start: '2027-01-01', end: '2027-02-08' } };
    expect(await cardsOf([order('d', PATIENT, period)], { imaging: [RECENT_CT] })).toEqual([]);
  });

  it('without a date, and none on record for a year: due now, silence', async () => {
    const old = ctDone('ct-old', PATIENT, '2025-11-02T09:30:00Z');
    expect(await cardsOf([order('d', PATIENT)], { imaging: [old] })).toEqual([]);
  });

  it('with a time that names no day of the site: nothing is said of its date', async () => {
    const unreadable = order('d', PATIENT, on('2026-12-01T10:00:00'));
    expect(await cardsOf([unreadable], { imaging: [RECENT_CT] })).toEqual([]);
  });
});

describe('a chest CT before its time', () => {
  it('is moved with one click, the rest of the order as it was', async () => {
    const draft = order('draft-1', PATIENT, {
      ...on('2026-12-01'),
      priority: 'routine',
      reasonCode: [{ text: 'follow-up' }],
      text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">CT on 1 Dec</div>' },
    });
    const card = only(await cardsOf([draft], { imaging: [RECENT_CT] }));
    expect(card.summary).toContain(
      'If for follow-up: Chest CT is earlier than proposed (8 Feb 2027–10 Mar 2027)',
    );
    expect(card.summary).toContain('not for clinical use');
    expect(card.indicator).toBe('info');
    expect(card.selectionBehavior).toBe('at-most-one');
    const { occurrenceDateTime: _, text: __, ...kept } = draft;
    expect(actionsOf(card)).toEqual([
      {
        type: 'update',
        description: 'Change the date of this order to 8 Feb 2027–10 Mar 2027',
        resource: { ...kept, occurrencePeriod: WINDOW },
      },
    ]);
  });

  it('says first that other questions go before, then what it was compared with, the risk and the sources', async () => {
    const { detail } = only(await cardsOf([draftOn('2026-12-01')], { imaging: [RECENT_CT] }));
    expect(detail).toContain('planned follow-up only');
    expect(detail).toMatch(/\| This order: CT Chest W contrast IV \| 1 Dec 2026 \| earlier than proposed \|/);
    expect(detail).toMatch(/\| Last chest CT done \| 2 Nov 2026 \| 4 weeks before this order \|/);
    expect(detail).toMatch(
      /\| Proposed follow-up: .*\| 8 Feb 2027–10 Mar 2027 \| due 23 Feb 2027, every 3 months/,
    );
    expect(detail).toMatch(/12-month risk of recurrence or death \d+%.*high, as of 23 Nov 2026/);
    expect(detail).toContain('No trial shows');
    expect(detail).toMatch(/NCCN.*https:/);
  });

  it.each([
    ['a day on which the interval since the last CT has nearly run out', '2027-01-18', 'fits'],
    ['the day before that', '2027-01-17', 'too-early'],
  ])('%s', async (_, day, verdict) => {
    // Three months after 2 Nov is 2 Feb; a sixth of it earlier is 18 Jan.
    const cards = await cardsOf([draftOn(day)], { imaging: [RECENT_CT] });
    expect(cards).toHaveLength(verdict === 'fits' ? 0 : 1);
  });

  it('without a date: read as today, and moved with one click', async () => {
    const card = only(await cardsOf([order('d', PATIENT)], { imaging: [RECENT_CT] }));
    expect(card.summary).toContain('earlier');
    expect(card.detail).toContain('23 Nov 2026 (no date given: read as today)');
    expect(actionsOf(card)[0]).toMatchObject({
      type: 'update',
      resource: { id: 'd', occurrencePeriod: WINDOW },
    });
  });

  it('moved as suggested, it fits', async () => {
    const card = only(await cardsOf([draftOn('2026-12-01')], { imaging: [RECENT_CT] }));
    const [action] = actionsOf(card);
    const moved = (action as { resource: unknown }).resource as ServiceRequest;
    expect(await cardsOf([moved], { imaging: [RECENT_CT] })).toEqual([]);
  });
});

describe('a chest CT after its time', () => {
  it('says so the day after the window, and moves it', async () => {
    const card = only(await cardsOf([draftOn('2027-03-11')], { imaging: [RECENT_CT] }));
    expect(card.summary).toContain('later than the proposed follow-up');
    expect(actionsOf(card)).toMatchObject([{ type: 'update', resource: { occurrencePeriod: WINDOW } }]);
  });

  it('is the next one where another stands in the window: silence', async () => {
    const orders = [standing('first', PATIENT, on('2027-02-20'))];
    expect(await cardsOf([draftOn('2027-06-01')], { imaging: [RECENT_CT], orders })).toEqual([]);
  });
});

describe('a duplicate', () => {
  it('of an active order is a warning, and may be withdrawn', async () => {
    const orders = [standing('other', PATIENT, on('2027-02-20'))];
    const card = only(await cardsOf([draftOn('2027-02-23')], { orders }));
    expect(card.indicator).toBe('warning');
    expect(card.summary).toContain('Chest CT is already ordered for 20 Feb 2027');
    expect(card.detail).toMatch(/\| Order on record \(ServiceRequest&#47;other\) \| 20 Feb 2027 \|/);
    expect(actionsOf(card)).toEqual([
      expect.objectContaining({ type: 'delete', resourceId: 'ServiceRequest/draft-1' }),
    ]);
  });

  // A draft was never signed, and may never be; nor may one on hold ever be resumed.
  it.each(['draft', 'on-hold', 'revoked', 'completed', 'entered-in-error', 'unknown'] as const)(
    'is none where the other is %s',
    async (status) => {
      const orders = [standing('other', PATIENT, { ...on('2027-02-20'), status })];
      expect(await cardsOf([draftOn('2027-02-23')], { orders })).toEqual([]);
    },
  );

  it.each([
    ['is another test', { code: CTDNA }],
    ['is only a plan', { intent: 'plan' as const }],
    [
      'is a proposal of another protocol',
      { intent: 'proposal' as const, instantiatesCanonical: ['urn:other'] },
    ],
    ['asks not to do it', { doNotPerform: true }],
    ['lies three months away', on('2027-06-20')],
  ])('is none where the other %s', async (_, change) => {
    const orders = [standing('other', PATIENT, { ...on('2027-02-20'), ...change })];
    expect(await cardsOf([draftOn('2027-02-23')], { orders })).toEqual([]);
  });

  it.each([
    ['the draft itself', { id: 'draft-1' }, {}],
    ['what the draft replaces', { id: 'old' }, { replaces: [{ reference: 'ServiceRequest/old' }] }],
    ['what the draft carries out', { id: 'old' }, { basedOn: [{ reference: 'ServiceRequest/old' }] }],
  ])('is not %s', async (_, { id }, change) => {
    const draft = order('draft-1', PATIENT, { ...on('2027-02-23'), ...change });
    expect(await cardsOf([draft], { orders: [standing(id, PATIENT, on('2027-02-23'))] })).toEqual([]);
  });

  it('of an order within two weeks, in or out of the window', async () => {
    const orders = [standing('near', PATIENT, on('2026-12-15'))];
    const imaging = [RECENT_CT];
    expect(only(await cardsOf([draftOn('2026-12-01')], { orders, imaging })).summary).toContain(
      'already ordered',
    );
    expect(only(await cardsOf([draftOn('2026-11-30')], { orders, imaging })).summary).toContain('earlier');
  });

  it('without a date, of one that stands at any time until the window ends', async () => {
    const orders = [standing('other', PATIENT, on('2027-02-20'))];
    const card = only(await cardsOf([order('d', PATIENT)], { orders, imaging: [RECENT_CT] }));
    expect(card.summary).toContain('already ordered for 20 Feb 2027');
  });

  it('of an appointment that says what it is for', async () => {
    const appointments = [ctAppointment('slot-1', PATIENT, '2027-02-24T09:00:00Z')];
    const card = only(await cardsOf([draftOn('2027-02-23')], { appointments }));
    expect(card.summary).toContain('Chest CT is already booked for 24 Feb 2027');
    expect(card.detail).toContain('Appointment&#47;slot-1');
  });

  it('of a draft beside it: once, for the second of two', async () => {
    const [first, second] = [draftOn('2027-02-23'), order('draft-2', PATIENT, on('2027-02-24'))];
    const card = only(await cardsOf([first, second]));
    expect(card.summary).toContain('twice among the orders being written');
    expect(actionsOf(card)).toMatchObject([{ resourceId: 'ServiceRequest/draft-2' }]);
    const selected = { context: { selections: ['ServiceRequest/draft-1'] } };
    expect(actionsOf(only(await cardsOf([first, second], selected)))).toMatchObject([
      { resourceId: 'ServiceRequest/draft-1' },
    ]);
  });

  it('shows names and titles of the chart as text', async () => {
    const hostile = '<img src=x onerror=alert(1)> [a](https://evil.example) | x';
    const draft = order('draft-1', PATIENT, {
      ...on('2027-02-23'),
      code: { ...order('', '').code, text: hostile },
    });
    const orders = [standing('other', PATIENT, on('2027-02-20'))];
    const { detail, summary } = only(await cardsOf([draft], { orders }));
    expect(`${summary} ${detail}`).not.toMatch(/<img|\]\(https:\/\/evil|alert\(1\)/);
  });
});

describe('a proposal that was accepted', () => {
  const proposal = standing('accepted', PATIENT, {
    intent: 'proposal',
    status: 'draft',
    instantiatesCanonical: [`${POLICY}|0.0.9`],
    occurrencePeriod: { start: '2026-12-20', end: '2027-01-17' },
  });

  // Earlier than what is proposed today: what was accepted keeps its dates.
  it('is linked to with one click, and then the order fits', async () => {
    const card = only(await cardsOf([draftOn('2027-01-10')], { orders: [proposal], imaging: [RECENT_CT] }));
    expect(card.summary).toContain('Chest CT is already proposed for 20 Dec 2026–17 Jan 2027');
    expect(card.indicator).toBe('info');
    const [link, ...others] = actionsOf(card);
    // A proposal is no order: withdrawn in its favour, nothing would be done.
    expect(others).toEqual([]);
    expect(link).toMatchObject({
      type: 'update',
      resource: { ...draftOn('2027-01-10'), basedOn: [{ reference: 'ServiceRequest/accepted' }] },
    });
    const linked = (link as { resource: unknown }).resource as ServiceRequest;
    expect(await cardsOf([linked], { orders: [proposal], imaging: [RECENT_CT] })).toEqual([]);
  });

  it('gives an order without a date its own time', async () => {
    const card = only(await cardsOf([order('d', PATIENT)], { orders: [proposal], imaging: [RECENT_CT] }));
    expect(card.suggestions?.[0]?.label).toBe(
      'Keep this order as the one that was proposed, for 20 Dec 2026–17 Jan 2027',
    );
    expect(actionsOf(card)[0]).toMatchObject({
      type: 'update',
      resource: { occurrencePeriod: { start: '2026-12-20', end: '2027-01-17' } },
    });
  });

  it('of a real risk card, stored by the EHR, and the same test ordered again', async () => {
    const patient = 'demo-high-10-months';
    const risk = await request(stack.service.url)
      .post(SERVICE_PATH)
      .send(hookRequest(patient, stack.fhirBaseUrl));
    const created = risk.body.cards[0].suggestions[0].actions[0].resource as ServiceRequest;
    await stack.load([{ ...created, id: 'accepted-of-card' }]);
    const { start } = created.occurrencePeriod!;
    const body = orderSelect(patient, [order('again', patient, on(start!))], {
      fhirServer: stack.fhirBaseUrl,
    });
    const { cards } = (await call(body)).body as { cards: Card[] };
    expect(only(cards).summary).toContain('already proposed');
    expect(only(cards).detail).toContain('ServiceRequest&#47;accepted-of-card');
    // The proposal itself, put among the drafts by the EHR and selected, is what was proposed: silence.
    const itself = orderSelect(patient, [{ ...created, id: 'accepted-of-card' }], {
      fhirServer: stack.fhirBaseUrl,
    });
    expect((await call(itself)).body).toEqual({ cards: [] });
  });
});

describe('a ctDNA test', () => {
  const ctdna = (id: string, day?: string) => order(id, PATIENT, { code: CTDNA, ...(day && on(day)) });

  it('soon after the last sample: says when it was drawn, and that the policy proposes none', async () => {
    const card = only(await cardsOf([ctdna('d')]));
    expect(card.summary).toMatch(/ctDNA test soon after the last one \(\d+ \w+ 2026\)/);
    expect(card.detail).toContain('The follow-up policy proposes no ctDNA test.');
    expect(card.detail).toContain('Last blood drawn for cell-free DNA');
    expect(card.indicator).toBe('info');
    // Nothing else stands: withdrawn, nothing would be done.
    expect(card.suggestions).toBeUndefined();
  });

  it('months later: silence, whatever the policy thinks of it', async () => {
    expect(await cardsOf([ctdna('d', '2027-03-01')])).toEqual([]);
  });

  it('ordered twice: a duplicate', async () => {
    const orders = [standing('other', PATIENT, { code: CTDNA, ...on('2027-03-05') })];
    const card = only(await cardsOf([ctdna('d', '2027-03-01')], { orders }));
    expect(card.summary).toContain('ctDNA test is already ordered for 5 Mar 2027');
    expect(card.detail).toContain('proposes no ctDNA test');
  });
});

describe('several orders, and other ones', () => {
  it('one card an order with something to say, in their order', async () => {
    const drafts = [
      draftOn('2026-12-01'),
      order('blood', PATIENT, { code: CTDNA }),
      order('fits', PATIENT, on('2027-08-30')),
    ];
    const orders = [standing('other', PATIENT, on('2027-02-20'))];
    const cards = await cardsOf(drafts, { orders, imaging: [RECENT_CT] });
    expect(cards.map(({ summary }) => /Chest CT|ctDNA test/.exec(summary)?.[0])).toEqual([
      'Chest CT',
      'ctDNA test',
    ]);
    const uuids = cards.flatMap(({ uuid, suggestions = [] }) => [
      uuid,
      ...suggestions.map((each) => each.uuid),
    ]);
    expect(new Set(uuids).size).toBe(uuids.length);
  });

  it('speaks Chinese', async () => {
    const around = { imaging: [RECENT_CT], language: 'zh-CN' };
    const card = only(await cardsOf([draftOn('2026-12-01')], around));
    expect(card.summary).toContain('如为计划内随访：胸部CT早于建议时间（2027年2月8日～2027年3月10日）');
    expect(card.detail).toContain('本提示仅针对计划内随访');
    expect(card.suggestions?.[0]?.label).toBe('改至建议时间（2027年2月8日～2027年3月10日）');
    expect(card.overrideReasons?.every(({ display }) => /\p{Script=Han}/u.test(display))).toBe(true);
  });
});
