import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  breslowBaseline,
  cumulativeHazardAt,
  kaplanMeier,
  riskWithin,
  validateSurvivalData,
} from '../../../src/survival/index.ts';
import { cohorts } from './arbitrary.ts';

const data = (time: number[], event: number[], entry?: number[]) => ({
  time: Float64Array.from(time),
  event: Int8Array.from(event),
  ...(entry && { entry: Float64Array.from(entry) }),
});

describe('survival data', () => {
  it.each([
    ['no rows', data([], []), /no rows/],
    ['lengths that differ', data([1, 2], [1]), /event has 1 rows/],
    ['a time that is NaN', data([1, NaN], [1, 0]), /row 1/],
    ['an infinite time', data([Infinity], [1]), /row 0/],
    ['a negative time', data([-1], [1], [-2]), /row 0/],
    ['a time of 0', data([0], [1]), /not after its entry/],
    ['a time at its entry', data([3], [1], [3]), /not after its entry/],
    ['an entry that is NaN', data([3], [1], [NaN]), /entry of row 0/],
    ['an event of 2', data([3], [2]), /neither 0 nor 1/],
  ])('refuses %s', (_, input, message) => {
    expect(() => validateSurvivalData(input)).toThrow(
      expect.objectContaining({ code: 'SURVIVAL_INPUT_INVALID', message: expect.stringMatching(message) }),
    );
  });

  it('gives the number of rows', () => {
    expect(validateSurvivalData(data([1, 2], [0, 1], [0, 1.5]))).toBe(2);
  });
});

describe('kaplanMeier', () => {
  it('is the product of 1 - d/r, with Greenwood errors', () => {
    // At 1: 1 of 5; at 2: 1 of 4 (and one censored); at 3 one censored; at 4 the last.
    const curve = kaplanMeier(data([4, 2, 1, 3, 2], [1, 1, 1, 0, 0]));
    expect([...curve.times]).toEqual([1, 2, 3, 4]);
    expect([...curve.atRisk]).toEqual([5, 4, 2, 1]);
    expect([...curve.survival].map((s) => Number(s.toFixed(12)))).toEqual([0.8, 0.6, 0.6, 0]);
    // Greenwood: 1/(5*4) = .05, then + 1/(4*3) = .13333; at 4 survival is 0 and so is its error.
    expect(curve.standardError[0]).toBeCloseTo(0.8 * Math.sqrt(0.05), 14);
    expect(curve.standardError[1]).toBeCloseTo(0.6 * Math.sqrt(0.05 + 1 / 12), 14);
    expect(curve.standardError[3]).toBe(0);
  });

  it('counts only those who have entered: (entry, time]', () => {
    // At 2 rows 0 and 1 are at risk; row 2 enters at 2 and is not.
    const curve = kaplanMeier(data([2, 5, 4], [1, 0, 1], [0, 1, 2]));
    expect([...curve.atRisk]).toEqual([2, 2, 1]);
    expect([...curve.survival]).toEqual([0.5, 0.25, 0.25]);
  });

  it('never rises and stays in [0, 1]', () => {
    fc.assert(
      fc.property(cohorts(1, 40), (cohort) => {
        const { survival, standardError } = kaplanMeier(cohort.data);
        let before = 1;
        for (const s of survival) {
          expect(s).toBeGreaterThanOrEqual(0);
          expect(s).toBeLessThanOrEqual(before);
          before = s;
        }
        expect(standardError.every((e) => Number.isFinite(e) && e >= 0)).toBe(true);
      }),
    );
  });
});

describe('breslowBaseline', () => {
  it('is events over the risk of those at risk', () => {
    // exp(eta) = 1, 2, 1: at 1 (row 0) 1/4; at 3 (row 2) 1/1; row 1 leaves at 2.
    const baseline = breslowBaseline({
      data: data([1, 2, 3], [1, 0, 1]),
      linearPredictor: Float64Array.of(0, Math.log(2), 0),
    });
    expect([...baseline.times]).toEqual([1, 3]);
    expect(baseline.increments[0]).toBeCloseTo(0.25, 14);
    expect(baseline.increments[1]).toBeCloseTo(1, 14);
    for (const [t, hazard] of [
      [0.5, 0],
      [1, 0.25],
      [2.9, 0.25],
      [3, 1.25],
      [99, 1.25],
    ] as const) {
      expect(cumulativeHazardAt(baseline, t)).toBeCloseTo(hazard, 14);
    }
  });

  it('does not lose small risks to a huge one that is not yet at risk', () => {
    // exp(40) is 2e17: subtracted from the sum it would leave no digit of the three rows with eta = 0.
    const baseline = breslowBaseline({
      data: data([1, 2, 3, 10], [1, 1, 1, 1], [0, 0, 0, 5]),
      linearPredictor: Float64Array.of(0, 0, 0, 40),
    });
    expect([...baseline.increments.subarray(0, 3)]).toEqual([1 / 3, 1 / 2, 1]);
  });

  it('refuses a linear predictor that overflows, and data without events', () => {
    const refused = expect.objectContaining({ code: 'SURVIVAL_INPUT_INVALID' });
    expect(() => breslowBaseline({ data: data([1], [1]), linearPredictor: Float64Array.of(1000) })).toThrow(
      refused,
    );
    expect(() => breslowBaseline({ data: data([1], [0]), linearPredictor: Float64Array.of(0) })).toThrow(
      expect.objectContaining({ code: 'SURVIVAL_NO_EVENTS' }),
    );
  });
});

it('riskWithin counts the steps in (t, t + horizon]', () => {
  const baseline = { times: Float64Array.of(3, 6, 9), increments: Float64Array.of(0.1, 0.2, 0.4) };
  expect(riskWithin(baseline, Math.log(2), 3, 6)).toBeCloseTo(1 - Math.exp(-1.2), 14);
  expect(riskWithin(baseline, 5, 9, 12)).toBe(0);
});
