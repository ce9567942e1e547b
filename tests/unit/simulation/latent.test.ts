import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/numerics/index.ts';
import { LATENT } from '../../../src/simulation/constants.ts';
import {
  burdenAt,
  cumulativeHazard,
  drawEvent,
  invertRecurrenceHazard,
  type LatentState,
  recurrenceHazard,
  trueRisk,
  weightedExponentialIntegral,
} from '../../../src/simulation/latent.ts';

const state = (intercept: number, ratePerMonth: number): LatentState => ({
  intercept,
  ratePerMonth,
  preoperative: 2,
});
const states = fc
  .tuple(fc.double({ min: -5, max: 5, noNaN: true }), fc.double({ min: -0.3, max: 0.3, noNaN: true }))
  .map(([a, r]) => state(a, r));
const months = fc.double({ min: 0, max: 120, noNaN: true });

describe('weightedExponentialIntegral', () => {
  // Derived by hand: k = 1: (e^(ct) - 1) / c; k = 2: (e^(ct) (ct - 1) + 1) / c^2; c = 0: t^k / k.
  it.each([
    [1, 0.1, 24, (Math.exp(2.4) - 1) / 0.1],
    [1, -0.1, 24, (1 - Math.exp(-2.4)) / 0.1],
    [2, 0.05, 30, (Math.exp(1.5) * (1.5 - 1) + 1) / 0.0025],
    [2, -0.2, 60, (Math.exp(-12) * (-12 - 1) + 1) / 0.04],
    [1.1, 0, 12, 12 ** 1.1 / 1.1],
    [1.1, 0.3, 0, 0],
  ])('k %f, c %f, t %f', (k, c, t, expected) => {
    expect(weightedExponentialIntegral(k, c, t)).toBeCloseTo(expected, 9);
  });
});

describe('the cumulative hazard', () => {
  it('is the integral of the hazard (midpoint rule, 200,000 steps)', () => {
    for (const [a, r] of [
      [0.5, 0.12],
      [-1, -0.15],
      [2, 0],
    ] as const) {
      const { gamma, weibullShape: k, weibullScaleMonths: scale } = LATENT;
      const [steps, end] = [200_000, 36];
      let sum = 0;
      for (let i = 0; i < steps; i++) {
        const t = ((i + 0.5) * end) / steps;
        sum +=
          (k / scale) * (t / scale) ** (k - 1) * Math.exp(gamma * burdenAt(state(a, r), t)) * (end / steps);
      }
      expect(recurrenceHazard(state(a, r), end) / sum).toBeCloseTo(1, 5);
    }
  });

  it('never falls, and gives risks within 0..1 that grow with the horizon', () => {
    fc.assert(
      fc.property(states, months, months, (latent, t, h) => {
        expect(cumulativeHazard(latent, t + h)).toBeGreaterThanOrEqual(cumulativeHazard(latent, t));
        const risk = trueRisk({ latent }, t, h);
        expect(risk).toBeGreaterThanOrEqual(0);
        expect(risk).toBeLessThanOrEqual(1);
        expect(trueRisk({ latent }, t, h + 6)).toBeGreaterThanOrEqual(risk);
      }),
    );
  });

  it('is inverted: H(t) = target, or no t has it', () => {
    fc.assert(
      fc.property(states, fc.double({ min: 1e-4, max: 20, noNaN: true }), (latent, target) => {
        const t = invertRecurrenceHazard(latent, target);
        if (t === Infinity) expect(recurrenceHazard(latent, 1200)).toBeLessThan(target);
        else expect(recurrenceHazard(latent, t) / target).toBeCloseTo(1, 6);
      }),
    );
  });
});

describe('drawn events', () => {
  it('have the frequency that trueRisk says, also conditionally on a landmark', () => {
    const latent = state(0.8, 0.05);
    const random = createRandom(5);
    const events = Array.from({ length: 20_000 }, () => drawEvent(random, latent));
    const at3 = events.filter((event) => event.months > 3);
    const by15 = at3.filter((event) => event.months <= 15).length / at3.length;
    // Standard error sqrt(.25 / 19,000) < .0037: four of them.
    expect(Math.abs(by15 - trueRisk({ latent }, 3, 12))).toBeLessThan(0.015);
  });

  it('are deaths without recurrence at the constant rate where there is no tumour', () => {
    const random = createRandom(6);
    const events = Array.from({ length: 5000 }, () => drawEvent(random, state(-40, 0)));
    expect(events.every(({ kind }) => kind === 'death')).toBe(true);
    const mean = events.reduce((sum, event) => sum + event.months, 0) / events.length;
    // Mean 1 / .00125 = 800 months; standard error 800 / sqrt(5000) = 11.
    expect(Math.abs(mean - 800)).toBeLessThan(45);
  });
});
