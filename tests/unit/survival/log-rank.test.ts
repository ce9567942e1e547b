import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type LogRank,
  type LogRankInput,
  logRankTest,
  type LogRankWeight,
  selectRows,
} from '../../../src/survival/index.ts';
import { cohorts } from './arbitrary.ts';

const data = (time: number[], event: number[], entry?: number[]) => ({
  time: Float64Array.from(time),
  event: Uint8Array.from(event),
  ...(entry && { entry: Float64Array.from(entry) }),
});
const refused = (message: RegExp, code = 'SURVIVAL_INPUT_INVALID') =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

const WEIGHTS: LogRankWeight[] = [
  { kind: 'log-rank' },
  { kind: 'fleming-harrington', rho: 1 },
  { kind: 'fleming-harrington', rho: 0.5, gamma: 1 },
  { kind: 'gehan-breslow' },
  { kind: 'tarone-ware' },
];

/** Undefined where the test refuses the data, which it may only do by name. */
const tested = (input: LogRankInput): LogRank | undefined => {
  try {
    return logRankTest(input);
  } catch (error) {
    expect(error).toMatchObject({ code: expect.stringMatching(/^SURVIVAL_(INPUT_INVALID|NO_EVENTS)$/) });
    return undefined;
  }
};

describe('logRankTest', () => {
  it('sums observed less expected over the event times', () => {
    // Groups a (rows 0, 1), b (2, 3). At 1: a dies, 2 + 2 at risk: E_a 1/2, V 1/4. At 2: b, 1 + 2: 1/3, 2/9.
    // At 3: b, 1 + 1: 1/2, 1/4. At 4: a alone: 1, 0.
    const test = logRankTest({ data: data([1, 4, 2, 3], [1, 1, 1, 1]), groups: Int32Array.of(7, 7, 9, 9) });
    expect(test.groups).toEqual(Int32Array.of(7, 9));
    expect(test.sizes).toEqual(Int32Array.of(2, 2));
    expect([...test.observed]).toEqual([2, 2]);
    expect(test.expected[0]).toBeCloseTo(7 / 3, 14);
    expect(test.covariance[0]).toBeCloseTo(13 / 18, 14);
    expect(test.chiSquare).toBeCloseTo((1 / 3) ** 2 / (13 / 18), 14);
    expect(test.degreesOfFreedom).toBe(1);
  });

  it('does not know the order of rows, the clock, or the names of the groups', () => {
    fc.assert(
      fc.property(cohorts(6, 30), fc.constantFrom(...WEIGHTS), fc.integer(), (cohort, weight, seed) => {
        const { entry, time, event } = cohort.data;
        const groups = Int32Array.from(cohort.score, (score) => Math.sign(score));
        const order = Array.from(time.keys()).sort((a, b) => ((a * 31 + seed) % 17) - ((b * 31 + seed) % 17));
        const later = (t: Float64Array): Float64Array => t.map((value) => Math.exp(value / 4));
        const changed = selectRows(
          { ...(entry && { entry: later(entry) }), time: later(time), event },
          order,
        );
        const ours = tested({ data: cohort.data, groups, weight });
        const theirs = tested({
          data: changed,
          groups: Int32Array.from(order, (row) => 10 * groups[row]!),
          weight,
        });
        expect(theirs === undefined).toBe(ours === undefined);
        if (ours === undefined || theirs === undefined) return;
        expect(theirs.chiSquare).toBeCloseTo(ours.chiSquare, 8);
        expect(theirs.degreesOfFreedom).toBe(ours.degreesOfFreedom);
        const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
        expect(sum(ours.observed)).toBeCloseTo(sum(ours.expected), 8);
        expect(ours.chiSquare).toBeGreaterThanOrEqual(0);
        expect(ours.pValue >= 0 && ours.pValue <= 1).toBe(true);
        expect(ours.covariance.every(Number.isFinite)).toBe(true);
      }),
    );
  });

  it('of strata that are copies has twice the chi-square', () => {
    fc.assert(
      fc.property(cohorts(6, 20), (cohort) => {
        const groups = Int32Array.from(cohort.score, (score) => Number(score > 0));
        const once = tested({ data: cohort.data, groups });
        if (once === undefined) return;
        const rows = [...groups.keys()];
        const twice = logRankTest({
          data: selectRows(cohort.data, [...rows, ...rows]),
          groups: Int32Array.from([...groups, ...groups]),
          strata: Int32Array.from([...rows.map(() => 1), ...rows.map(() => 2)]),
        });
        expect(twice.chiSquare).toBeCloseTo(2 * once.chiSquare, 8);
      }),
    );
  });

  it('leaves out a group that was never at risk at an event, as R does', () => {
    // Group 2 is censored before the first event.
    const test = logRankTest({
      data: data([3, 5, 4, 6, 1, 1], [1, 1, 1, 0, 0, 0]),
      groups: Int32Array.of(0, 0, 1, 1, 2, 2),
    });
    expect(test.degreesOfFreedom).toBe(1);
    expect(test.expected[2]).toBe(0);
    expect(test.chiSquare).toBeGreaterThan(0);
  });

  it('has 1 degree of freedom for the trend, whose sign says which way', () => {
    const input = {
      data: data([9, 8, 6, 5, 2, 1], [1, 1, 1, 1, 1, 1]),
      groups: Int32Array.of(0, 0, 1, 1, 2, 2),
    };
    const up = logRankTest({ ...input, scores: Float64Array.of(0, 1, 2) }).trend!;
    expect(up.z).toBeGreaterThan(0);
    const down = logRankTest({ ...input, scores: Float64Array.of(2, 1, 0) }).trend!;
    expect(down.z).toBeCloseTo(-up.z, 12);
    // Of two groups it is the test itself.
    const two = logRankTest({
      ...input,
      groups: Int32Array.of(0, 0, 0, 1, 1, 1),
      scores: Float64Array.of(5, 6),
    });
    expect(two.trend!.pValue).toBeCloseTo(two.pValue, 12);
  });

  const valid: LogRankInput = { data: data([1, 2, 3, 4], [1, 1, 0, 1]), groups: Int32Array.of(0, 0, 1, 1) };
  it.each<[string, Partial<LogRankInput>, RegExp, string?]>([
    ['one group', { groups: Int32Array.of(3, 3, 3, 3) }, /one value only/],
    ['a group of one', { groups: Int32Array.of(0, 0, 0, 4) }, /group 4 has 1 row/],
    ['groups of another length', { groups: Int32Array.of(0, 1) }, /groups has 2 values/],
    ['strata of another length', { strata: Int32Array.of(0) }, /strata has 1 values/],
    ['no events', { data: data([1, 2, 3, 4], [0, 0, 0, 0]) }, /no row has an event/, 'SURVIVAL_NO_EVENTS'],
    ['all events at once', { data: data([1, 1, 1, 1], [1, 1, 1, 1]) }, /sets the groups apart/],
    [
      'groups that never meet',
      { data: data([1, 2, 4, 5], [1, 1, 1, 1], [0, 0, 3, 3]) },
      /sets the groups apart/,
    ],
    ['groups that are strata', { strata: Int32Array.of(0, 0, 1, 1) }, /sets the groups apart/],
    ['a negative rho', { weight: { kind: 'fleming-harrington', rho: -1 } }, /rho is -1/],
    ['a gamma of NaN', { weight: { kind: 'fleming-harrington', rho: 0, gamma: NaN } }, /gamma NaN/],
    ['scores that are equal', { scores: Float64Array.of(1, 1) }, /scores are the same/],
    ['too few scores', { scores: Float64Array.of(1) }, /scores has 1 values/],
    ['a NaN time', { data: data([1, NaN, 3, 4], [1, 1, 0, 1]) }, /time of row 1/],
    ['a negative time', { data: data([1, -2, 3, 4], [1, 1, 0, 1]) }, /time of row 1/],
  ])('refuses %s', (_, change, message, code) => {
    expect(() => logRankTest({ ...valid, ...change })).toThrow(refused(message, code));
  });
});
