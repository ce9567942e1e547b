import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays } from '../../../src/domain/index.ts';
import { findLate } from '../../../src/hooks/followup-scheduling-appointment-book/compare.ts';

const TODAY = '2026-11-23';
/** Every three months, two weeks to each side: what the high group's schedule is, near enough. */
const proposedFrom = (day: string) => ({ windowStart: addDays(day, 77), windowEnd: addDays(day, 107) });
const END = proposedFrom(TODAY).windowEnd;
const late = (booked: readonly string[], others: readonly string[] = []) =>
  findLate({ today: TODAY, booked: booked.map((day) => ({ day })), others, proposedFrom });
const after = (days: number): string => addDays(TODAY, days);

const aDay = fc.integer({ min: -400, max: 800 }).map(after);
const RUNS = { numRuns: 2000 };

describe('findLate', () => {
  it('is silent for anything by the end of the window, whatever else is booked', () => {
    fc.assert(
      fc.property(fc.array(aDay.filter((day) => day <= END)), fc.array(aDay), (booked, others) => {
        expect(late(booked, others)).toBeUndefined();
      }),
      RUNS,
    );
  });

  it('finds whatever is later, where nothing else is booked', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), (days) => {
        const day = addDays(END, days);
        expect(late([day])).toEqual({ item: { day }, proposal: proposedFrom(TODAY) });
      }),
      RUNS,
    );
  });

  it('never finds one that is in time by the proposal it gives, and always the first of what is late', () => {
    fc.assert(
      fc.property(fc.array(aDay), fc.array(aDay), (booked, others) => {
        const found = late(booked, others);
        if (found === undefined) return;
        const { item, proposal, countedFrom = TODAY } = found;
        expect(item.day > proposal.windowEnd).toBe(true);
        expect(proposal.windowEnd >= END).toBe(true);
        const between = [...booked, ...others].filter(
          (day) => day > countedFrom && day <= proposal.windowEnd,
        );
        expect(between).toEqual([]);
        expect(booked.filter((day) => day > TODAY && day < item.day && day > proposal.windowEnd)).toEqual([]);
      }),
      RUNS,
    );
  });

  it('a date in the window makes a later one a further one, on record or booked with it', () => {
    expect(late([after(200)], [after(77)])).toBeUndefined();
    expect(late([after(200)], [after(107)])).toBeUndefined();
    expect(late([after(200), after(90)])).toBeUndefined();
  });

  it("today's own visit, and what is past, cover nothing", () => {
    expect(late([after(200)], [TODAY, after(-3)])).toMatchObject({ item: { day: after(200) } });
    expect(late([after(200), TODAY])).toMatchObject({ item: { day: after(200) } });
  });

  it("counts anew from a date before the window: tomorrow's visit does not stand for the next one", () => {
    // 1 + 107 days: one day more than from today.
    expect(late([after(108)], [after(1)])).toBeUndefined();
    expect(late([after(109)], [after(1)])).toEqual({
      item: { day: after(109) },
      proposal: proposedFrom(after(1)),
      countedFrom: after(1),
    });
    // Two of them: the last one counts.
    expect(late([after(167)], [after(1), after(60)])).toBeUndefined();
    expect(late([after(168)], [after(1), after(60)])).toMatchObject({ countedFrom: after(60) });
  });

  it('says nothing where nothing is proposed', () => {
    const none = { today: TODAY, booked: [{ day: after(300) }], others: [], proposedFrom: () => undefined };
    expect(findLate(none)).toBeUndefined();
  });
});
