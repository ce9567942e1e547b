import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  centredLinearPredictor,
  type CoxInput,
  devianceResiduals,
  dfbeta,
  fitCox,
  hazardRatios,
  isCoxFailure,
  martingaleResiduals,
  predictSurvival,
  proportionalityTest,
  scaledSchoenfeldResiduals,
  schoenfeldResiduals,
  scoreResiduals,
} from '../../../src/survival/index.ts';
import { cohorts } from './arbitrary.ts';

// x = 1, 0, 1 with events at 1, 2, 3: exp(beta) = 1 / sqrt 2 = u.
const u = Math.SQRT1_2;
const three: CoxInput = {
  x: Float64Array.of(1, 0, 1),
  columns: 1,
  data: { time: Float64Array.of(1, 2, 3), event: Uint8Array.of(1, 1, 1) },
  ties: 'efron',
};

describe('by hand', () => {
  const fit = fitCox(three);
  const hazards = [1 / (2 * u + 1), 1 / (u + 1), 1 / u];

  it('martingale residuals: events less risk times cumulative hazard', () => {
    const [first = 0, second = 0, third = 0] = hazards;
    const expected = [1 - u * first, 1 - (first + second), 1 - u * (first + second + third)];
    martingaleResiduals(three, fit).forEach((value, row) => {
      expect(value).toBeCloseTo(expected[row]!, 10);
    });
  });

  it('Schoenfeld residuals: the covariate less its mean at risk', () => {
    const { rows, times, residuals } = schoenfeldResiduals(three, fit);
    expect([...rows]).toEqual([0, 1, 2]);
    expect([...times]).toEqual([1, 2, 3]);
    expect(residuals[0]).toBeCloseTo(1 / (2 * u + 1), 10);
    expect(residuals[1]).toBeCloseTo(-u / (u + 1), 10);
    expect(residuals[2]).toBeCloseTo(0, 10);
  });

  it('a predicted curve: the product of exp(-risk times hazard)', () => {
    const { times, survival } = predictSurvival(three, fit, Float64Array.of(0));
    expect([...times]).toEqual([1, 2, 3]);
    expect(survival[0]).toBeCloseTo(Math.exp(-hazards[0]!), 10);
    expect(survival[2]).toBeCloseTo(Math.exp(-hazards[0]! - hazards[1]! - hazards[2]!), 10);
  });

  it('a centred predictor has mean 0', () => {
    expect([...centredLinearPredictor(Float64Array.of(1, 2, 6), Float64Array.of(2))]).toEqual([-4, -2, 6]);
  });
});

it('residuals sum to 0, are finite, and curves fall from 1 to 0', () => {
  let fitted = 0;
  fc.assert(
    fc.property(
      cohorts(15, 30),
      fc.constantFrom('efron' as const, 'breslow' as const),
      ({ data, x: raw }, ties) => {
        fc.pre(data.event.includes(1));
        const x = raw.map((value) => Math.round(1000 * value) / 1000);
        const input: CoxInput = { x, columns: 2, data, ties };
        let fit;
        try {
          fit = fitCox(input);
        } catch (error) {
          if (!isCoxFailure(error)) throw error;
          return;
        }
        fitted++;
        const sum = (values: Float64Array, column: number, columns: number): number =>
          values.reduce((total, value, at) => (at % columns === column ? total + value : total), 0);
        const size = (values: Float64Array): number =>
          values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
        const martingale = martingaleResiduals(input, fit);
        expect(Math.abs(sum(martingale, 0, 1))).toBeLessThan(1e-8 * size(martingale));
        for (const residuals of [
          scoreResiduals(input, fit),
          schoenfeldResiduals(input, fit).residuals,
          dfbeta(input, fit),
        ]) {
          for (const column of [0, 1])
            expect(Math.abs(sum(residuals, column, 2))).toBeLessThan(1e-5 * size(residuals));
        }
        expect(devianceResiduals(input, fit).every(Number.isFinite)).toBe(true);
        expect(scaledSchoenfeldResiduals(input, fit).residuals.every(Number.isFinite)).toBe(true);
        const { survival, lower, upper } = predictSurvival(input, fit, x.slice(0, 2));
        survival.forEach((value, k) => {
          expect(value).toBeLessThanOrEqual(survival[k - 1] ?? 1);
          expect(lower[k]).toBeLessThanOrEqual(value);
          expect(upper[k]).toBeGreaterThanOrEqual(value);
        });
      },
    ),
    { numRuns: 100 },
  );
  expect(fitted).toBeGreaterThan(20);
});

describe('refuses', () => {
  const fit = fitCox(three);
  const exact: CoxInput = { ...three, ties: 'exact' };
  it.each<[string, () => unknown, string]>([
    ['residuals of exact ties', () => martingaleResiduals(exact, fit), 'SURVIVAL_INPUT_INVALID'],
    ['a proportionality test of exact ties', () => proportionalityTest(exact, fit), 'SURVIVAL_INPUT_INVALID'],
    [
      'a fit of other columns',
      () => scoreResiduals(three, { ...fit, coefficients: Float64Array.of(1, 2) }),
      'SURVIVAL_INPUT_INVALID',
    ],
    [
      'covariates of another length',
      () => predictSurvival(three, fit, Float64Array.of(1, 2)),
      'SURVIVAL_INPUT_INVALID',
    ],
    [
      'covariates so far out that the hazard overflows',
      () => predictSurvival(three, fit, Float64Array.of(-5000)),
      'SURVIVAL_INPUT_INVALID',
    ],
    ['covariates of NaN', () => predictSurvival(three, fit, Float64Array.of(NaN)), 'SURVIVAL_INPUT_INVALID'],
    [
      'a stratum that is not there',
      () => predictSurvival(three, fit, Float64Array.of(1), { stratum: 4 }),
      'SURVIVAL_INPUT_INVALID',
    ],
    ['a level of 95', () => hazardRatios(fit, 95), 'SURVIVAL_INPUT_INVALID'],
    [
      'a change over time when there is one time only',
      () => {
        const once: CoxInput = {
          ...three,
          x: Float64Array.of(1, 0, 3, 2),
          data: { time: Float64Array.of(2, 2, 3, 4), event: Uint8Array.of(1, 1, 0, 0) },
        };
        return proportionalityTest(once, fitCox(once));
      },
      'COX_COLLINEAR',
    ],
  ])('%s', (_, call, code) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});
