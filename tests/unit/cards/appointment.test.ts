import { describe, expect, it } from 'vitest';
import {
  cardSchema,
  renderAppointmentCard,
  renderAppointmentWaitingCard,
  stampCard,
  type LateAppointment,
  type NotCompared,
} from '../../../src/cards/index.ts';
import { ERRORS, type ErrorCode } from '../../../src/domain/index.ts';
import { LANGUAGES } from '../../../src/i18n/index.ts';
import { contextIn, highProposals } from './fixtures.ts';

const lateIn = (language: 'en' | 'zh-CN', changes: Partial<LateAppointment> = {}): LateAppointment => {
  const proposal = highProposals(language).find(({ id }) => id.endsWith('clinic-visit'))!;
  return {
    kind: 'visit',
    bookedOn: '2027-05-12',
    isRequested: false,
    isGuess: false,
    proposal,
    otherBookingsRead: true,
    request: {
      resourceType: 'Appointment',
      id: 'a1',
      status: 'proposed',
      participant: [{ status: 'needs-action' }],
    },
    ...changes,
  };
};

const card = (language: 'en' | 'zh-CN', changes: Partial<LateAppointment> = {}, simulated = true) => {
  const context = contextIn(language, simulated);
  return cardSchema.parse(
    stampCard(renderAppointmentCard({ ...context, ...lateIn(language, changes) }), context.uuid),
  );
};

describe('the card of a late appointment', () => {
  it.each(LANGUAGES)('%s: is a valid card in every state', (language) => {
    for (const kind of ['visit', 'chest-ct'] as const)
      for (const flag of [true, false])
        for (const description of [undefined, 'x'.repeat(5000)])
          expect(() =>
            card(language, {
              kind,
              isRequested: flag,
              isGuess: flag,
              otherBookingsRead: flag,
              ...(description !== undefined && { description }),
              ...(flag && { countedFrom: '2026-11-24' }),
            }),
          ).not.toThrow();
  });

  it('counts in days up to two weeks, then in whole weeks', () => {
    const said = (bookedOn: string) => /: (.*) later/.exec(card('en', { bookedOn }).summary)?.[1];
    expect(lateIn('en').proposal.windowEnd).toBe('2027-03-10');
    expect(said('2027-03-11')).toBe('1 day');
    expect(said('2027-03-23')).toBe('13 days');
    expect(said('2027-03-24')).toBe('2 weeks');
    expect(said('2027-03-30')).toBe('2 weeks');
    expect(said('2027-03-31')).toBe('3 weeks');
  });

  it('warns where it is later by more than the window is long, whatever the risk group; never of a guess', () => {
    const { windowStart, windowEnd } = lateIn('en').proposal;
    expect([windowStart, windowEnd]).toEqual(['2027-02-08', '2027-03-10']);
    expect(card('en', { bookedOn: '2027-04-09' }).indicator).toBe('info');
    expect(card('en', { bookedOn: '2027-04-10' }).indicator).toBe('warning');
    expect(card('en', { bookedOn: '2028-04-10', isGuess: true }).indicator).toBe('info');
  });

  it('carries the banner of a simulated model, and only of one', () => {
    expect(card('en').detail).toMatch(/^\*\*Simulated model/);
    expect(card('en', {}, false).detail).not.toMatch(/Simulated/);
    expect(card('en', {}, false).summary).not.toMatch(/Simulated/);
  });

  it('updates what has an id, creates what has none, and names both for the counting of feedback', () => {
    const context = contextIn('en');
    const { id: _, ...request } = lateIn('en').request;
    for (const [changes, type] of [
      [{}, 'update'],
      [{ request: { ...request, resourceType: 'Appointment' } }, 'create'],
    ] as const) {
      const [suggestion] = renderAppointmentCard({ ...context, ...lateIn('en', changes) }).suggestions!;
      expect(suggestion!.item).toBe('appointment-earlier');
      expect(suggestion!.actions.map((action) => action.type)).toEqual([type]);
    }
  });

  it('says each doubt once, and none where there is none', () => {
    const doubts = [
      /counted from the appointment of 24 Nov 2026/,
      /does not say what it is for/,
      /could not be read/,
    ];
    const all = card('en', { countedFrom: '2026-11-24', isGuess: true, otherBookingsRead: false }).detail;
    const none = card('en').detail;
    for (const doubt of doubts) {
      expect(all).toMatch(doubt);
      expect(none).not.toMatch(doubt);
    }
  });
});

describe('the card where nothing could be compared', () => {
  const codes = Object.keys(ERRORS) as ErrorCode[];
  const reasons: readonly NotCompared[] = [
    { reason: 'pending' },
    { reason: 'not-rechecked', resultOf: '2026-11-20' },
    ...codes.map((errorCode): NotCompared => ({ reason: 'unavailable', errorCode })),
  ];

  it.each(LANGUAGES)(
    '%s: valid for every reason, says that the booking stands, proposes nothing',
    (language) => {
      for (const reason of reasons) {
        const context = contextIn(language);
        const made = cardSchema.parse(
          stampCard(renderAppointmentWaitingCard({ ...context, ...reason }), context.uuid),
        );
        expect(made.summary).toContain(context.translator.t('appointment.not-compared'));
        expect(made.summary.endsWith('…')).toBe(false);
        expect(made.detail).toContain(context.translator.t('appointment.stands'));
        expect(made.indicator).toBe('info');
        expect(made.suggestions).toBeUndefined();
      }
    },
  );
});
