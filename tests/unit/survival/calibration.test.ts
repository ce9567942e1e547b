import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  calibrationGroups,
  calibrationInTheLarge,
  calibrationSlope,
  kaplanMeier,
  smoothCalibration,
  type SurvivalData,
} from '../../../src/survival/index.ts';
import { splineBasis } from '../../../src/survival/calibration/spline.ts';
import { createRandom } from '../../../src/numerics/index.ts';

const data = { time: Float64Array.of(1, 2, 2, 4, 5, 6), event: Uint8Array.of(1, 0, 1, 1, 0, 0) };
const risk = Float64Array.of(0.8, 0.3, 0.5, 0.4, 0.2, 0.1);
const delayed: SurvivalData = { ...data, entry: new Float64Array(6) };
const INVALID = 'SURVIVAL_INPUT_INVALID';

const expectCode = (call: () => unknown, code: string): void => {
  expect(call).toThrow(expect.objectContaining({ code }));
};

/** Exponential times with hazards exp(eta), half of them censored, and the risks by time 1 that made them. */
const simulated = (n: number, extreme: number) => {
  const random = createRandom(11);
  const eta = Float64Array.from({ length: n }, () => 0.4 * random.normal());
  const time = eta.map((value) => random.exponential() / Math.exp(value));
  const end = eta.map(() => 0.2 + 2 * random.uniform());
  return {
    data: {
      time: time.map((t, row) => Math.min(t, end[row]!)),
      event: Uint8Array.from(time, (t, row) => Number(t <= end[row]!)),
    },
    risk: eta.map((value) => -Math.expm1(-Math.exp(extreme * value))),
  };
};

describe('calibrationInTheLarge', () => {
  it('sets the Kaplan-Meier risk beside the mean prediction', () => {
    // S(4) = 5/6 * 4/5 * 2/3
    const ours = calibrationInTheLarge(data, risk, 4);
    expect(ours.observed).toBeCloseTo(1 - 4 / 9, 14);
    expect(ours.expected).toBeCloseTo(2.3 / 6, 14);
    expect(ours.ratio).toBeCloseTo(ours.observed / ours.expected, 14);
    expect(ours.difference).toBeCloseTo(ours.observed - ours.expected, 14);
    const [lower, upper] = ours.ratioInterval;
    expect(Math.sqrt(lower * upper)).toBeCloseTo(ours.ratio, 12);
    const narrow = calibrationInTheLarge(data, risk, 4, { level: 0.5 }).ratioInterval;
    expect(narrow[0]).toBeGreaterThan(lower);
    expect(narrow[1]).toBeLessThan(upper);
  });

  it.each([
    ['a risk above 1', data, risk.map((r) => r + 0.5), 4, INVALID],
    ['a risk that is NaN', data, risk.map(() => NaN), 4, INVALID],
    ['risks that are all 0', data, new Float64Array(6), 4, INVALID],
    ['delayed entry', delayed, risk, 4, INVALID],
    ['a horizon past the follow-up', data, risk, 7, INVALID],
    ['a horizon of NaN', data, risk, NaN, INVALID],
    ['no event by the horizon', data, risk, 0.5, 'SURVIVAL_NO_EVENTS'],
  ] as const)('refuses %s', (_, rows, predicted, horizon, code) => {
    expectCode(() => calibrationInTheLarge(rows, predicted, horizon), code);
  });

  it('refuses a level that is no probability', () => {
    expectCode(() => calibrationInTheLarge(data, risk, 4, { level: 95 }), INVALID);
  });

  it('takes follow-up that ends with everybody dead as ended', () => {
    const dead = { time: Float64Array.of(1, 2), event: Uint8Array.of(1, 1) };
    expect(calibrationInTheLarge(dead, Float64Array.of(0.5, 0.5), 3).observed).toBe(1);
  });
});

describe('calibrationSlope', () => {
  it('is near 1 for the true risks, near 1/2 for risks twice as extreme', () => {
    const { data: rows, risk: truth } = simulated(4000, 1);
    const right = calibrationSlope(rows, truth);
    expect(Math.abs(right.slope - 1)).toBeLessThan(3 * right.standardError);
    expect(right.standardError).toBeLessThan(0.08);
    const extreme = calibrationSlope(rows, simulated(4000, 2).risk);
    expect(extreme.slope).toBeCloseTo(right.slope / 2, 8);
  });

  it('takes delayed entry', () => {
    const { data: rows, risk: truth } = simulated(4000, 1);
    const entry = rows.time.map((t, row) => Math.min(0.1 * (row % 4), t / 2));
    const late = calibrationSlope({ ...rows, entry }, truth);
    expect(Math.abs(late.slope - 1)).toBeLessThan(3 * late.standardError);
    expect(late.slope).not.toBe(calibrationSlope(rows, truth).slope);
  });

  it.each([
    ['a risk of 0', data, risk.map((r, row) => (row === 2 ? 0 : r)), INVALID],
    ['a risk of 1', data, risk.map((r, row) => (row === 2 ? 1 : r)), INVALID],
    ['rows that are all censored', { ...data, event: new Uint8Array(6) }, risk, 'SURVIVAL_NO_EVENTS'],
    ['risks that are all equal', data, risk.map(() => 0.2), expect.stringMatching(/^COX_/)],
  ] as const)('refuses %s', (_, rows, predicted, code) => {
    expectCode(() => calibrationSlope(rows, predicted), code as string);
  });
});

describe('calibrationGroups', () => {
  it('cuts at the quantiles and follows each group by Kaplan and Meier', () => {
    const [low, high, ...none] = calibrationGroups(data, risk, 4, { groups: 2 });
    expect(none).toEqual([]);
    // risks .1 .2 .3 (times 6, 5, and 2 censored); .4 .5 .8 (4, 2, 1, all events)
    expect(low).toMatchObject({
      rows: 3,
      events: 0,
      lowest: 0.1,
      highest: 0.3,
      observed: 0,
      interval: undefined,
    });
    expect(low!.expected).toBeCloseTo(0.2, 14);
    expect(high).toMatchObject({ rows: 3, events: 3, lowest: 0.4, highest: 0.8, observed: 1 });
  });

  it('leaves out what a group cannot say: its follow-up ends before the horizon', () => {
    const rows = { time: Float64Array.of(1, 2, 3, 9), event: Uint8Array.of(1, 0, 1, 0) };
    const [low, high] = calibrationGroups(rows, Float64Array.of(0.1, 0.1, 0.9, 0.9), 5, { groups: 2 });
    expect(low).toMatchObject({ rows: 2, events: 1, observed: undefined, interval: undefined });
    expect(high!.observed).toBeCloseTo(0.5, 14);
  });

  it('holds every row once, whatever the ties', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 6, maxLength: 6 }), (values) => {
        const predicted = Float64Array.from(values, (value) => value / 4);
        const groups = calibrationGroups(data, predicted, 4);
        expect(groups.reduce((sum, { rows }) => sum + rows, 0)).toBe(6);
        for (const group of groups) expect(group.lowest).toBeLessThanOrEqual(group.highest);
      }),
    );
  });

  it('of one group is everybody', () => {
    const [all] = calibrationGroups(data, risk, 4, { groups: 1 });
    expect(all!.observed).toBeCloseTo(1 - kaplanMeier(data).survival[2]!, 14);
    const [lower, upper] = all!.interval!;
    expect(lower).toBeLessThan(all!.observed!);
    expect(upper).toBeGreaterThan(all!.observed!);
    expect(lower).toBeGreaterThan(0);
    expect(upper).toBeLessThan(1);
  });

  it.each([
    ['no groups', data, risk, 4, 0, INVALID],
    ['a risk above 1', data, risk.map((r) => r + 0.5), 4, 2, INVALID],
    ['delayed entry', delayed, risk, 4, 2, INVALID],
    ['a horizon past the follow-up', data, risk, 7, 2, INVALID],
    ['no event by the horizon', data, risk, 0.5, 2, 'SURVIVAL_NO_EVENTS'],
  ] as const)('refuses %s', (_, rows, predicted, horizon, groups, code) => {
    expectCode(() => calibrationGroups(rows, predicted, horizon, { groups }), code);
  });
});

describe('smoothCalibration', () => {
  const { data: rows, risk: truth } = simulated(3000, 1);

  it('finds little error in the true risks, and the bend of risks that are squared', () => {
    const right = smoothCalibration(rows, truth, 1);
    expect(right.ici).toBeLessThan(0.02);
    expect(right.e50).toBeLessThanOrEqual(right.e90);
    expect(right.e90).toBeLessThanOrEqual(right.emax);
    const squared = truth.map((r) => r ** 2);
    const bent = smoothCalibration(rows, squared, 1, { knots: 5 });
    // The truth is the square root of the prediction.
    const expected = squared.reduce((sum, r) => sum + Math.abs(Math.sqrt(r) - r), 0) / 3000;
    expect(Math.abs(bent.ici - expected)).toBeLessThan(0.02);
  });

  it('does not change with monotone time', () => {
    const cubed = { ...rows, time: rows.time.map((t) => t ** 3) };
    const [one, other] = [smoothCalibration(rows, truth, 1), smoothCalibration(cubed, truth, 1)];
    expect(other.ici).toBeCloseTo(one.ici, 10);
    expect(other.emax).toBeCloseTo(one.emax, 10);
  });

  it.each([
    ['risks of too few values', rows, truth.map((r) => (r > 0.5 ? 0.6 : 0.4)), 1, 3, INVALID],
    ['a risk of 1', rows, truth.map(() => 1), 1, 3, INVALID],
    ['two knots', rows, truth, 1, 2, INVALID],
    ['a horizon past the follow-up', rows, truth, 100, 3, INVALID],
    ['no event by the horizon', rows, truth, 1e-9, 3, 'SURVIVAL_NO_EVENTS'],
  ] as const)('refuses %s', (_, given, predicted, horizon, knots, code) => {
    expectCode(() => smoothCalibration(given, predicted, horizon, { knots: knots as 3 }), code);
  });
});

describe('splineBasis', () => {
  it('is linear beyond the outer knots', () => {
    const knots = Float64Array.of(0, 1, 3, 4);
    const columns = knots.length - 1;
    for (const from of [-5, 4]) {
      const basis = splineBasis(Float64Array.of(from, from + 1, from + 2), knots);
      for (let j = 0; j < columns; j++) {
        const [a, b, c] = [basis[j]!, basis[columns + j]!, basis[2 * columns + j]!];
        expect(c - b).toBeCloseTo(b - a, 12);
      }
    }
  });
});
