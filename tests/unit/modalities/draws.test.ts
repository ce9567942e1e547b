import { describe, expect, it } from 'vitest';
import { addDays } from '../../../src/domain/index.ts';
import { chooseDraws, DRAW_RULES, usableParts, type Draw } from '../../../src/modalities/common/draws.ts';

const SURGERY = '2026-01-15';
const LANDMARK = '2026-07-15'; // 181 days later
const landmark = { date: LANDMARK, surgeryDate: SURGERY };

/** A draw so many days after surgery, usable some days later. */
const draw = (day: number, usableAfter = 5): Draw => ({
  collectedOn: addDays(SURGERY, day),
  usableFrom: addDays(SURGERY, day + usableAfter),
});
const choose = (draws: readonly Draw[], change: Partial<Parameters<typeof chooseDraws>[1]> = {}) =>
  chooseDraws(draws, { ...landmark, ...change }, DRAW_RULES);

it('the defaults are those of the statistical contract', () => {
  expect(DRAW_RULES).toEqual({
    turnaroundDays: 14,
    baselineWindowDays: 60,
    firstPostoperativeDay: 3,
    maxAgeDays: 190,
  });
});

describe('the latest draw', () => {
  it.each([
    [2, 'absent'],
    [3, 'present'],
    [0, 'absent'],
    [-1, 'absent'],
    [181, 'absent'], // collected today, usable in five days
  ])('of day %i: %s', (day, status) => {
    expect(choose([draw(day)]).status).toBe(status);
  });

  it('may be of the day of the landmark, and issued on it, never after', () => {
    expect(choose([draw(181, 0)]).status).toBe('present');
    expect(choose([draw(180, 1)]).status).toBe('present');
    expect(choose([draw(180, 2)])).toEqual({ status: 'absent', reason: 'not-yet-usable' });
    expect(choose([draw(182, 0)])).toEqual({ status: 'absent', reason: 'no-data' });
    expect(choose([])).toEqual({ status: 'absent', reason: 'no-data' });
  });

  it('is the latest usable one, in any order', () => {
    const draws = [draw(30), draw(120), draw(178), draw(90)];
    for (const order of [draws, draws.toReversed()])
      expect(choose(order)).toMatchObject({ latest: { collectedOn: addDays(SURGERY, 120) } });
  });

  it.each([
    [189, 'present'],
    [190, 'present'],
    [191, 'too-old'],
  ])('%i days old: %s', (age, status) => {
    const choice = choose([draw(10)], { date: addDays(SURGERY, 10 + age) });
    expect(choice).toMatchObject({ status, latest: { collectedOn: addDays(SURGERY, 10) } });
  });
});

describe('the baseline', () => {
  const baselineOf = (draws: readonly Draw[], lastNeoadjuvantDose?: string) => {
    const choice = choose(
      [...draws, draw(90)],
      lastNeoadjuvantDose === undefined ? {} : { lastNeoadjuvantDose },
    );
    return choice.status === 'present' ? choice.baseline?.collectedOn : choice.status;
  };
  const on = (day: number): string => addDays(SURGERY, day);

  it.each([
    [-61, undefined],
    [-60, on(-60)],
    [-1, on(-1)],
    [0, on(0)],
    [1, undefined],
    [2, undefined],
  ])('of day %i: %s', (day, expected) => {
    expect(baselineOf([draw(day)])).toBe(expected);
  });

  it('comes after the last neoadjuvant dose: a draw of its day was taken before the infusion', () => {
    expect(baselineOf([draw(-30)], on(-31))).toBe(on(-30));
    expect(baselineOf([draw(-30)], on(-30))).toBeUndefined();
    expect(baselineOf([draw(-30)], on(-29))).toBeUndefined();
    expect(baselineOf([draw(-40), draw(-20)], on(-30))).toBe(on(-20));
  });

  it('is the latest of several, and usable by the landmark itself', () => {
    expect(baselineOf([draw(-5), draw(-50), draw(-20)])).toBe(on(-5));
    expect(baselineOf([draw(-5, 1000), draw(-20)])).toBe(on(-20));
  });
});

describe('a sample reported in parts', () => {
  it.each([
    [[{ effectiveOn: '2026-03-01', issuedOn: '2026-03-05' }], '2026-03-05'],
    [[{ effectiveOn: '2026-03-01' }], '2026-03-15'],
    [[{ issuedOn: '2026-03-05' }, { issuedOn: '2026-03-09' }, { issuedOn: '2026-03-07' }], '2026-03-09'],
    [[{ issuedOn: '2026-03-02' }, {}], '2026-03-15'],
    // a part that was collected later than the panel says
    [[{ effectiveOn: '2026-03-20', issuedOn: '2026-03-02' }], '2026-03-20'],
    [[{ effectiveOn: '2026-03-20' }], '2026-04-03'],
    // or earlier
    [[{ effectiveOn: '2026-02-01' }], '2026-03-15'],
    [[], '2026-03-01'],
  ])('%j is usable from %s', (parts, expected) => {
    expect(usableParts('2026-03-01', parts, DRAW_RULES)).toBe(expected);
  });
});
