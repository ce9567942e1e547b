import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  brierDifference,
  brierScore,
  integratedBrier,
  kaplanMeier,
  selectRows,
  type SurvivalData,
} from '../../../src/survival/index.ts';
import { censoringWeights } from '../../../src/survival/curves/censoring.ts';
import { censoringInfluence, censoringOf } from '../../../src/survival/discrimination/ipcw.ts';
import { cohorts } from './arbitrary.ts';

const event = Uint8Array.of(1, 1, 1, 0);
const data = { time: Float64Array.of(1, 2, 3, 9), event };

const judgeable = fc
  .record({
    cohort: cohorts(3, 30),
    horizon: fc.integer({ min: 1, max: 16 }),
    risks: fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 30, maxLength: 30 }),
  })
  .map(
    ({
      cohort: {
        data: { time, event },
      },
      horizon,
      risks,
    }) => ({
      data: { time, event },
      horizon,
      risk: Float64Array.from(time, (_, row) => risks[row]! / 10),
    }),
  )
  .filter(
    ({ data: { time, event }, horizon }) =>
      time.some((t) => t > horizon) && time.some((t, row) => t <= horizon && event[row] === 1),
  );

describe('brierScore', () => {
  it('is the mean squared error where nobody is censored early', () => {
    // horizon 2: two have the event, two not
    const [at] = brierScore(data, Float64Array.of(0.9, 0.6, 0.3, 0), [2]);
    const errors = [0.1 ** 2, 0.4 ** 2, 0.3 ** 2, 0];
    const mean = errors.reduce((a, b) => a + b) / 4;
    expect(at!.brier).toBeCloseTo(mean, 14);
    expect(at!.nullBrier).toBeCloseTo(0.25, 14); // a risk of 1/2 for each
    expect(at!.ipa).toBeCloseTo(1 - mean / 0.25, 14);
    const spread = errors.reduce((sum, e) => sum + (e - mean) ** 2, 0) / 3;
    expect(at!.standardError).toBeCloseTo(Math.sqrt(spread / 4), 14);
  });

  it('is the weighted mean of squared errors', () => {
    fc.assert(
      fc.property(judgeable, ({ data: rows, horizon, risk }) => {
        const weights = censoringWeights(rows, horizon);
        const expected =
          risk.reduce(
            (sum, r, row) => sum + weights[row]! * (Number(rows.time[row]! <= horizon) - r) ** 2,
            0,
          ) / risk.length;
        const [at] = brierScore(rows, risk, [horizon]);
        expect(at!.brier).toBeCloseTo(expected, 10);
        for (const value of Object.values(at!)) expect(Number.isFinite(value)).toBe(true);
      }),
    );
  });

  it('has an IPA of 0 for the Kaplan-Meier risk itself', () => {
    fc.assert(
      fc.property(judgeable, ({ data: rows, horizon }) => {
        const { times, survival } = kaplanMeier(rows);
        const s = survival.filter((_, k) => times[k]! <= horizon).at(-1) ?? 1;
        const [at] = brierScore(rows, new Float64Array(rows.time.length).fill(1 - s), [horizon]);
        expect(at!.ipa).toBeCloseTo(0, 10);
      }),
    );
  });

  it('does not change with monotone time or the order of rows; rows that come twice, as clusters, change nothing', () => {
    fc.assert(
      fc.property(judgeable, ({ data: rows, horizon, risk }) => {
        const [expected] = brierScore(rows, risk, [horizon]);
        const same = (other: typeof expected): void => {
          expect(other!.brier).toBeCloseTo(expected!.brier, 10);
          expect(other!.standardError).toBeCloseTo(expected!.standardError, 10);
        };
        same(brierScore({ ...rows, time: rows.time.map((t) => t ** 2) }, risk, [horizon ** 2])[0]);
        const order = [...risk.keys()].reverse();
        same(brierScore(selectRows(rows, order), risk.slice().reverse(), [horizon])[0]);
        const twice = [...order, ...order];
        const risks = Float64Array.from(twice, (row) => risk[row]!);
        const cluster = Int32Array.from(twice);
        same(brierScore(selectRows(rows, twice), risks, [horizon], { cluster })[0]);
      }),
    );
  });

  const INVALID = 'SURVIVAL_INPUT_INVALID';
  const delayed: SurvivalData = { ...data, entry: Float64Array.of(0, 0, 0, 0) };
  it.each([
    ['a risk above 1', data, [0, 1.01, 0, 0], 2, INVALID],
    ['a negative risk', data, [0, -0.1, 0, 0], 2, INVALID],
    ['a risk that is NaN', data, [0, NaN, 0, 0], 2, INVALID],
    ['too few risks', data, [0, 1], 2, INVALID],
    ['delayed entry', delayed, [0, 0, 0, 0], 2, INVALID],
    ['a horizon nobody is observed beyond', data, [0, 0, 0, 0], 9, INVALID],
    ['a negative horizon', data, [0, 0, 0, 0], -1, INVALID],
    ['no event by the horizon', data, [0, 0, 0, 0], 0.5, 'SURVIVAL_NO_EVENTS'],
    [
      'rows that are all censored',
      { ...data, event: new Uint8Array(4) },
      [0, 0, 0, 0],
      2,
      'SURVIVAL_NO_EVENTS',
    ],
  ] as const)('refuses %s', (_, rows, risk, horizon, code) => {
    expect(() => brierScore(rows, Float64Array.from(risk), [horizon])).toThrow(
      expect.objectContaining({ code }),
    );
  });
});

describe('integratedBrier', () => {
  const risk = Float64Array.of(0.9, 1, 0.2, 0.6, 0.1, 0.3, 0, 0);
  const [one, two] = brierScore(data, risk, [1, 2]).map(({ brier }) => brier) as [number, number];

  it('holds each score until the next horizon; none before the first', () => {
    // over 0 to 2: the score of 1 from 1 to 2
    expect(integratedBrier(data, risk, [1, 2]).integratedBrier).toBeCloseTo(one / 2, 14);
  });

  it('by trapezoids is the mean over the range of the horizons', () => {
    const ours = integratedBrier(data, risk, [1, 2], { rule: 'trapezoid' });
    expect(ours.integratedBrier).toBeCloseTo((one + two) / 2, 14);
    expect(ours.ipa).toBeCloseTo(1 - ours.integratedBrier / ours.nullIntegratedBrier, 14);
  });

  it('has the standard error of the score that it is a multiple of', () => {
    const [at] = brierScore(data, risk, [1, 2]);
    expect(integratedBrier(data, risk, [1, 2]).standardError).toBeCloseTo(at!.standardError / 2, 14);
  });

  it.each([
    ['one horizon', [1]],
    ['horizons that do not ascend', [2, 1]],
  ])('refuses %s', (_, horizons) => {
    expect(() => integratedBrier(data, risk, horizons)).toThrow(
      expect.objectContaining({ code: 'SURVIVAL_INPUT_INVALID' }),
    );
  });
});

describe('brierDifference', () => {
  it('is negative where the first predicts better, 0 with p = 1 for the same', () => {
    const good = Float64Array.of(0.9, 0.8, 0.2, 0.1);
    const poor = Float64Array.of(0.5, 0.4, 0.6, 0.5);
    expect(brierDifference(data, [good, poor], [2])[0]!.difference).toBeLessThan(0);
    expect(brierDifference(data, [good, good], [2])).toEqual([
      { horizon: 2, difference: 0, standardError: 0, pValue: 1 },
    ]);
  });
});

describe('censoringInfluence', () => {
  it('sums to 0: each censoring is weighed against the hazard of those at risk', () => {
    fc.assert(
      fc.property(judgeable, ({ data: rows, horizon, risk }) => {
        const caseTerm = risk.map((r, row) => (rows.time[row]! <= horizon && rows.event[row] === 1 ? r : 0));
        const influence = censoringInfluence({ horizon, censoring: censoringOf(rows, 'x') }, caseTerm, 3);
        expect(influence.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 9);
      }),
    );
  });
});
