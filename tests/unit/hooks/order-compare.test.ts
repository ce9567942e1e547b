/** The verdicts on orders, as properties: one for any input, by dates alone, and a suggestion that settles it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Days, StandingTest } from '../../../src/cards/index.ts';
import { addDays } from '../../../src/domain/index.ts';
import {
  compareOrder,
  RECENT_DAYS,
  SAME_OCCASION_DAYS,
  type OrderQuestion,
  type Proposed,
} from '../../../src/hooks/recurrence-risk-order-select/compare.ts';
import { addInterval, INTERVAL_UNITS, windowAround } from '../../../src/policy/index.ts';

const TODAY = '2026-11-23';

const days = fc
  .tuple(fc.integer({ min: -400, max: 800 }), fc.integer({ min: 0, max: 60 }))
  .map(([offset, length]): Days => ({
    from: addDays(TODAY, offset),
    to: addDays(TODAY, offset + length),
  }));

const proposed = fc
  .record({ value: fc.integer({ min: 1, max: 12 }), unit: fc.constantFrom(...INTERVAL_UNITS) })
  .map((interval): Proposed => ({
    interval,
    ...windowAround(addInterval(TODAY, interval), TODAY),
  }));

const standing = fc.record({
  reference: fc.constantFrom('ServiceRequest/a', 'ServiceRequest/b', 'Appointment/c'),
  as: fc.constantFrom('order', 'appointment', 'draft', 'proposal'),
  wanted: days,
}) satisfies fc.Arbitrary<StandingTest>;

const lastOn = fc.integer({ min: 0, max: 900 }).map((ago) => addDays(TODAY, -ago));

const question = fc
  .record({
    wanted: days,
    dated: fc.boolean(),
    basedOn: fc.subarray(['ServiceRequest/a', 'ServiceRequest/b']),
    standing: fc.array(standing, { maxLength: 4 }),
    proposal: fc.option(proposed, { nil: undefined }),
    lastOn: fc.option(lastOn, { nil: undefined }),
  })
  .map(({ proposal, lastOn: last, ...rest }): OrderQuestion => ({
    today: TODAY,
    ...rest,
    wanted: rest.dated ? rest.wanted : { from: TODAY, to: TODAY },
    ...(proposal !== undefined && { proposal }),
    ...(last !== undefined && { lastOn: last }),
  }));

const withProposal = question.filter((each) => each.proposal !== undefined);
const alone = (each: OrderQuestion): OrderQuestion => ({ ...each, standing: [], basedOn: [] });

/** Said again, the plain way: days counted one by one. */
const everyDay = ({ from, to }: Days): string[] => {
  const all: string[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) all.push(day);
  return all;
};

describe('compareOrder', () => {
  it('gives one of its verdicts for anything, and the same one again', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const verdict = compareOrder(asked);
        expect(['fits', 'too-early', 'too-late', 'recent', 'duplicate', 'already-proposed']).toContain(
          verdict.kind,
        );
        expect(compareOrder(structuredClone(asked))).toEqual(verdict);
      }),
    );
  });

  it('without a proposal there is no early and no late; with one there is no "recent"', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const { kind } = compareOrder(asked);
        const other = asked.proposal === undefined ? ['too-early', 'too-late'] : ['recent'];
        expect(other).not.toContain(kind);
      }),
    );
  });

  it('by its date: fits by the end of the window, unless the last one is on record and was not long enough ago', () => {
    fc.assert(
      fc.property(withProposal, (asked) => {
        const { wanted, proposal, lastOn: last } = asked;
        const { windowStart, windowEnd, interval } = proposal!;
        const dueSinceLast =
          last === undefined ? '' : windowAround(addInterval(last, interval), last).windowStart;
        const allowed = everyDay(wanted).some(
          (day) => day <= windowEnd && (day >= windowStart || day >= dueSinceLast),
        );
        const { kind } = compareOrder(alone(asked));
        expect(kind === 'fits').toBe(allowed);
        if (kind === 'too-early')
          expect([last === undefined, wanted.to < windowStart]).toEqual([false, true]);
        if (kind === 'too-late') expect(wanted.from > windowEnd).toBe(true);
      }),
    );
  });

  it('moved into the window, an order that stands alone fits', () => {
    fc.assert(
      fc.property(withProposal, (asked) => {
        const { windowStart, windowEnd } = asked.proposal!;
        const moved = { ...alone(asked), dated: true, wanted: { from: windowStart, to: windowEnd } };
        expect(compareOrder(moved)).toEqual({ kind: 'fits' });
      }),
    );
  });

  it('an order later by a day never turns from too late to too early', () => {
    fc.assert(
      fc.property(withProposal, fc.integer({ min: 1, max: 400 }), (asked, later) => {
        const rank = { 'too-early': 0, fits: 1, 'too-late': 2 } as const;
        const first = { ...alone(asked), dated: true };
        const second = {
          ...first,
          wanted: { from: addDays(first.wanted.from, later), to: addDays(first.wanted.to, later) },
        };
        const rankOf = (each: OrderQuestion) => rank[compareOrder(each).kind as keyof typeof rank];
        expect(rankOf(second)).toBeGreaterThanOrEqual(rankOf(first));
      }),
    );
  });

  it('what it carries out is never held against it', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const verdict = compareOrder(asked);
        if ('of' in verdict) expect(asked.basedOn).not.toContain(verdict.of.reference);
      }),
    );
  });

  it('a proposal is never called a duplicate, and nothing else a proposal', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const verdict = compareOrder(asked);
        if (verdict.kind === 'duplicate') expect(verdict.of.as).not.toBe('proposal');
        if (verdict.kind === 'already-proposed') expect(verdict.of.as).toBe('proposal');
      }),
    );
  });

  it('linked to the proposal that was named, it is not called proposed by it again, nor wrong in its date', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const verdict = compareOrder({ ...asked, basedOn: [] });
        if (verdict.kind !== 'already-proposed') return;
        const { reference, wanted } = verdict.of;
        const linked = { ...asked, basedOn: [reference], ...(!asked.dated && { dated: true, wanted }) };
        const again = compareOrder(linked);
        if ('of' in again) expect(again.of.reference).not.toBe(reference);
        else if (!asked.dated) expect(['fits', 'recent']).toContain(again.kind);
      }),
    );
  });
});

describe('the lines', () => {
  const at = (offset: number): Days => ({ from: addDays(TODAY, offset), to: addDays(TODAY, offset) });
  const ask = (parts: Partial<OrderQuestion>) =>
    compareOrder({ today: TODAY, wanted: at(100), dated: true, basedOn: [], standing: [], ...parts }).kind;
  const other = (offset: number): StandingTest => ({
    reference: 'ServiceRequest/o',
    as: 'order',
    wanted: at(offset),
  });

  it('two weeks to either side are the same occasion', () => {
    for (const sign of [-1, 1]) {
      expect(ask({ standing: [other(100 + sign * SAME_OCCASION_DAYS)] })).toBe('duplicate');
      expect(ask({ standing: [other(100 + sign * (SAME_OCCASION_DAYS + 1))] })).toBe('fits');
    }
  });

  it('four weeks after the last one are no longer soon', () => {
    expect(ask({ wanted: at(RECENT_DAYS), lastOn: TODAY })).toBe('recent');
    expect(ask({ wanted: at(RECENT_DAYS + 1), lastOn: TODAY })).toBe('fits');
    expect(ask({ wanted: at(1) })).toBe('fits');
  });

  it('an order goes before a proposal of the same time', () => {
    const proposal: StandingTest = { reference: 'ServiceRequest/p', as: 'proposal', wanted: at(100) };
    expect(ask({ standing: [proposal, other(100)] })).toBe('duplicate');
    expect(ask({ standing: [proposal] })).toBe('already-proposed');
  });
});
