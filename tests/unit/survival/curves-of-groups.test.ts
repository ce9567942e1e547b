import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  censoringSurvival,
  censoringSurvivalAt,
  censoringSurvivalBefore,
  censoringWeights,
  kaplanMeier,
  kaplanMeierByGroup,
  medianSurvival,
  nelsonAalen,
  numbersAtRisk,
  restrictedMean,
  restrictedMeanDifference,
  selectRows,
  survivalAt,
  type SurvivalData,
  survivalInterval,
  survivalQuantile,
} from '../../../src/survival/index.ts';
import { cohorts } from './arbitrary.ts';

const data = (time: number[], event: number[], entry?: number[]): SurvivalData => ({
  time: Float64Array.from(time),
  event: Uint8Array.from(event),
  ...(entry && { entry: Float64Array.from(entry) }),
});
const refused = (message: RegExp, code = 'SURVIVAL_INPUT_INVALID') =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });
const near = (ours: Float64Array, theirs: Float64Array): void => {
  expect(ours.length).toBe(theirs.length);
  ours.forEach((value, k) => {
    expect(value).toBeCloseTo(theirs[k]!, 10);
  });
};

describe('weights', () => {
  it('of whole numbers are copies of the rows, with entry or without; those of 0 are not there', () => {
    fc.assert(
      fc.property(cohorts(2, 25), fc.infiniteStream(fc.integer({ min: 0, max: 3 })), (cohort, stream) => {
        const counts = Float64Array.from(cohort.score, () => Number(stream.next().value));
        fc.pre(counts.some((count) => count > 0));
        const rows = Array.from(counts.keys()).flatMap((row) =>
          Array.from({ length: counts[row]! }, () => row),
        );
        const copied = selectRows(cohort.data, rows);
        const [ours, theirs] = [kaplanMeier(cohort.data, { weights: counts }), kaplanMeier(copied)];
        expect(ours.times).toEqual(theirs.times);
        expect(ours.atRisk).toEqual(theirs.atRisk);
        near(ours.survival, theirs.survival);
        near(ours.standardError, theirs.standardError);
        const [hazard, copiedHazard] = [nelsonAalen(cohort.data, { weights: counts }), nelsonAalen(copied)];
        near(hazard.cumulativeHazard, copiedHazard.cumulativeHazard);
        expect(censoringSurvival(cohort.data, { weights: counts }).times).toEqual(
          censoringSurvival(copied).times,
        );
        expect(numbersAtRisk(cohort.data, ours.times, counts)).toEqual(numbersAtRisk(copied, ours.times));
      }),
    );
  });

  it('of what is small come out whole after what was 1e15 times as large has left the risk set', () => {
    const data = {
      entry: Float64Array.of(0, 0, 0, 4, 4),
      time: Float64Array.of(1, 2, 3, 5, 6),
      event: Uint8Array.of(1, 1, 0, 1, 0),
    };
    const weights = Float64Array.of(1e-6, 3e-6, 1e-6, 1e9 + 0.1, 1e9 / 3);
    const curve = kaplanMeier(data, { weights });
    near(curve.atRisk.subarray(0, 3), Float64Array.of(5e-6, 4e-6, 1e-6));
    near(curve.survival.subarray(0, 3), Float64Array.of(0.8, 0.2, 0.2));
    // Influences on log S by hand: row by row (D + W A), summed and squared.
    const cluster = Int32Array.of(0, 1, 2, 3, 4);
    const ones = { time: data.time.subarray(0, 3), event: data.event.subarray(0, 3) };
    const alone = kaplanMeier(ones, { weights: weights.subarray(0, 3), cluster: cluster.subarray(0, 3) });
    near(kaplanMeier(data, { weights, cluster }).standardError.subarray(0, 3), alone.standardError);
  });

  it('that are fractions still end a curve at 0 exactly', () => {
    const input = data([1, 2, 3, 3], [1, 0, 1, 1]);
    const curve = kaplanMeier(input, { weights: Float64Array.of(0.1, 0.2, 0.3, 0.7) });
    expect(curve.survival[2]).toBe(0);
    expect(curve.standardError[2]).toBe(0);
    // .6 - .5 of those who enter later is not .1, the one at risk at 1.
    const late = data([1, 5, 6], [1, 1, 0], [0, 2, 3]);
    expect(kaplanMeier(late, { weights: Float64Array.of(0.1, 0.2, 0.3) }).survival[0]).toBe(0);
  });

  it.each([
    ['too few', [1], /weights has 1 values, not 2/],
    ['negative', [1, -1], /weights is negative at index 1/],
    ['NaN', [NaN, 1], /weights is not finite at index 0/],
    ['0 throughout', [0, 0], /weights is 0 throughout/],
  ])('are refused where they are %s', (_, weights, message) => {
    const input = data([1, 2], [1, 0]);
    for (const curve of [kaplanMeier, nelsonAalen, censoringSurvival])
      expect(() => curve(input, { weights: Float64Array.from(weights) })).toThrow(refused(message));
  });
});

describe('curves', () => {
  it('follow a monotone change of time, and do not know the order of the rows', () => {
    fc.assert(
      fc.property(cohorts(1, 30), fc.integer(), (cohort, seed) => {
        const squared = (t: Float64Array): Float64Array => t.map((value) => value * value);
        const { entry, time, event } = cohort.data;
        const order = Array.from(time.keys()).sort(
          (a, b) => ((a * 7919 + seed) % 13) - ((b * 7919 + seed) % 13),
        );
        const changed = selectRows(
          { ...(entry && { entry: squared(entry) }), time: squared(time), event },
          order,
        );
        const [ours, theirs] = [kaplanMeier(cohort.data), kaplanMeier(changed)];
        expect(squared(ours.times)).toEqual(theirs.times);
        expect(ours.survival).toEqual(theirs.survival);
        expect(nelsonAalen(changed).cumulativeHazard).toEqual(nelsonAalen(cohort.data).cumulativeHazard);
        const [median, changedMedian] = [medianSurvival(ours), medianSurvival(theirs)];
        expect(median.lower && median.lower ** 2).toBe(changedMedian.lower);
      }),
    );
  });

  it('of patients that all came twice are the same, with less error', () => {
    fc.assert(
      fc.property(cohorts(2, 20), ({ data: once }) => {
        const rows = [...once.time.keys()];
        const [ours, twice] = [kaplanMeier(once), kaplanMeier(selectRows(once, [...rows, ...rows]))];
        near(twice.survival, ours.survival);
        near(
          twice.standardError,
          ours.standardError.map((error) => error / Math.SQRT2),
        );
        // As clusters the copies bring nothing: the error is the one of before.
        const cluster = Int32Array.from([...rows, ...rows]);
        const clustered = kaplanMeier(selectRows(once, [...rows, ...rows]), { cluster });
        near(clustered.standardError, kaplanMeier(once, { cluster: Int32Array.from(rows) }).standardError);
      }),
    );
  });

  it('have intervals around them, in [0, 1], wider at a higher level', () => {
    const scales = fc.constantFrom('plain', 'log', 'log-log', 'logit', 'arcsine');
    fc.assert(
      fc.property(cohorts(2, 30), scales, (cohort, scale) => {
        const curve = kaplanMeier(cohort.data);
        const [narrow, wide] = [0.5, 0.99].map((level) => survivalInterval(curve, { scale, level }));
        curve.survival.forEach((s, k) => {
          const bounds = [wide!.lower[k]!, narrow!.lower[k]!, s, narrow!.upper[k]!, wide!.upper[k]!];
          if (s === 0) expect(bounds).toEqual([NaN, NaN, 0, NaN, NaN]);
          else {
            const ascending = [0, ...bounds, 1].every(
              (value, at, all) => at === 0 || value >= all[at - 1]! - 1e-15,
            );
            expect(ascending, bounds.join(' ')).toBe(true);
          }
        });
      }),
    );
  });

  it('of censored patients stay at 1 and reach no quantile', () => {
    const censored = data([1, 2, 2, 5], [0, 0, 0, 0]);
    const curve = kaplanMeier(censored);
    expect([...curve.survival]).toEqual([1, 1, 1]);
    expect([...curve.standardError]).toEqual([0, 0, 0]);
    expect(survivalInterval(curve)).toEqual({ lower: curve.survival, upper: curve.survival });
    expect(medianSurvival(curve)).toEqual({ time: undefined, lower: undefined, upper: undefined });
    expect([...nelsonAalen(censored).cumulativeHazard]).toEqual([0, 0, 0]);
    expect(restrictedMean(curve, 4)).toEqual({ mean: 4, standardError: 0, lower: 4, upper: 4 });
  });

  it('of one patient, or with everybody tied, drop to 0 at once', () => {
    for (const input of [data([3], [1]), data([3, 3, 3], [1, 1, 1])]) {
      const curve = kaplanMeier(input);
      expect([...curve.survival]).toEqual([0]);
      expect([...nelsonAalen(input).cumulativeHazard]).toEqual([1]);
      expect(medianSurvival(curve)).toEqual({ time: 3, lower: undefined, upper: undefined });
      // A curve at 0 is known for ever.
      expect(restrictedMean(curve, 10)).toMatchObject({ mean: 3, standardError: 0 });
      expect(survivalAt(curve, Float64Array.of(2, 9)).map((at) => at?.survival)).toEqual([1, 0]);
    }
    // 1/3 + 1/2 + 1: as if one after the other.
    const corrected = nelsonAalen(data([3, 3, 3], [1, 1, 1]), { ties: 'fleming-harrington' });
    expect(corrected.cumulativeHazard[0]).toBeCloseTo(11 / 6, 14);
  });

  it('say nothing after their last time', () => {
    const curve = kaplanMeier(data([1, 2, 3], [1, 0, 0]));
    expect(survivalAt(curve, Float64Array.of(3, 3.1)).map((at) => at?.survival)).toEqual([2 / 3, undefined]);
    expect(() => restrictedMean(curve, 3.1)).toThrow(refused(/tau is 3.1, after the last time, 3/));
    expect(restrictedMean(curve, 3.1, { beyondLast: 'extend' }).mean).toBeCloseTo(1 + 2.1 * (2 / 3), 14);
  });

  it('count who is at risk: those who entered before, and all who enter at 0', () => {
    const input = data([4, 5, 2], [1, 0, 1], [0, 2, 0]);
    expect([...numbersAtRisk(input, Float64Array.of(0, 1, 2, 3, 4, 5, 6))]).toEqual([2, 2, 2, 2, 2, 1, 0]);
  });

  it('refuse levels, shares, times and groups that are none', () => {
    const curve = kaplanMeier(data([1, 2], [1, 0]));
    for (const level of [0, 1, NaN])
      expect(() => survivalInterval(curve, { level })).toThrow(refused(/level is/));
    for (const share of [0, 1, NaN])
      expect(() => survivalQuantile(curve, share)).toThrow(refused(/share is/));
    for (const tau of [0, -1, NaN, Infinity])
      expect(() => restrictedMean(curve, tau)).toThrow(refused(/tau is/));
    expect(() => survivalAt(curve, Float64Array.of(NaN))).toThrow(refused(/times is not finite/));
    expect(() => numbersAtRisk(data([1], [1]), Float64Array.of(NaN))).toThrow(refused(/times/));
    expect(() => kaplanMeierByGroup(data([1, 2], [1, 0]), Int32Array.of(1))).toThrow(refused(/groups has 1/));
    const short = { cluster: Int32Array.of(1) };
    expect(() => kaplanMeierByGroup(data([1, 2], [1, 0]), Int32Array.of(1, 2), short)).toThrow(
      refused(/cluster has 1/),
    );
    expect(() => kaplanMeier(data([1, 2], [1, 0]), { cluster: Int32Array.of(1) })).toThrow(
      refused(/cluster/),
    );
    for (const broken of [data([NaN], [1]), data([-1], [1]), data([0], [1]), data([], [])])
      for (const build of [kaplanMeier, nelsonAalen, censoringSurvival])
        expect(() => build(broken)).toThrow(refused(/./));
  });
});

describe('restricted means', () => {
  it('differ by the area between the curves, the other way round by its negative', () => {
    const [first, second] = [
      kaplanMeier(data([2, 4, 6], [1, 1, 0])),
      kaplanMeier(data([1, 3, 6], [1, 1, 0])),
    ];
    // 2 + 2 * 2/3 + 1/3 * 1 of [0, 5]: 11/3; and 1 + 2 * 2/3 + 2 * 1/3 = 3.
    const ours = restrictedMeanDifference(first, second, 5);
    expect(ours.difference).toBeCloseTo(2 / 3, 14);
    const other = restrictedMeanDifference(second, first, 5);
    expect(other.difference).toBeCloseTo(-2 / 3, 14);
    expect(other.pValue).toBe(ours.pValue);
    expect(ours.pValue).toBeGreaterThan(0);
    expect(ours.lower).toBeCloseTo(-other.upper, 14);
  });

  it('have no difference to test where nobody has an event', () => {
    const curve = kaplanMeier(data([5, 6], [0, 0]));
    expect(() => restrictedMeanDifference(curve, curve, 4)).toThrow(refused(/neither/, 'SURVIVAL_NO_EVENTS'));
  });
});

describe('censoring', () => {
  it('comes after the events of its time', () => {
    // At 2 an event and a censoring of 3 at risk: the event leaves first, so 1 of 2 is censored; at 3 nobody is.
    const g = censoringSurvival(data([2, 2, 3], [1, 0, 1]));
    expect(g).toEqual({ times: Float64Array.of(2), survival: Float64Array.of(0.5) });
    expect([1.9, 2, 9].map((t) => censoringSurvivalAt(g, t))).toEqual([1, 0.5, 0.5]);
    expect([1.9, 2, 2.1].map((t) => censoringSurvivalBefore(g, t))).toEqual([1, 1, 0.5]);
    // Together: 1 of 3.
    expect(censoringSurvival(data([2, 2, 3], [1, 0, 1]), { ties: 'together' }).survival[0]).toBeCloseTo(
      2 / 3,
      15,
    );
  });

  it('of nobody is 1', () => {
    const g = censoringSurvival(data([1, 2], [1, 1]));
    expect([0, 1, 5].map((t) => censoringSurvivalAt(g, t))).toEqual([1, 1, 1]);
  });

  it('weighs those whose status is known at the horizon: n in all', () => {
    fc.assert(
      fc.property(cohorts(1, 30), fc.integer({ min: 1, max: 12 }), (cohort, horizon) => {
        const { time, event } = cohort.data;
        const last = time.reduce((a, b) => Math.max(a, b));
        fc.pre(horizon < last);
        const weights = censoringWeights({ time, event }, horizon);
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(time.length, 8);
        weights.forEach((weight, row) => {
          const unknown = event[row] === 0 && time[row]! <= horizon;
          expect(unknown ? weight === 0 : weight >= 1).toBe(true);
        });
      }),
    );
  });

  it('has no weights beyond what could be seen, of delayed entries, or at no horizon', () => {
    // Everybody at risk at 2 is censored there; row 2, of another cohort, outlives it.
    const g = censoringSurvival(data([1, 2], [1, 0]));
    expect(() => censoringWeights(data([3], [1]), 2.5, g)).toThrow(refused(/row 0/));
    expect(() => censoringWeights(data([3], [1], [1]), 2.5, g)).toThrow(refused(/entry/));
    expect(() => censoringWeights(data([3], [1]), 0)).toThrow(refused(/horizon/));
  });
});
