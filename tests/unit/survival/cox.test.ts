import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/numerics/index.ts';
import { type CoxInput, fitCox, selectRows } from '../../../src/survival/index.ts';

const data = (time: number[], event: number[]) => ({
  time: Float64Array.from(time),
  event: Uint8Array.from(event),
});

/** A cohort that a Cox model can be fitted to: n rows, 2 covariates, ties, delayed entry. */
const simulated = (seed: number, n = 60): CoxInput => {
  const random = createRandom(seed);
  const x = Float64Array.from({ length: 2 * n }, () => random.normal());
  const entry = Float64Array.from({ length: n }, () => random.integer(4));
  const time = Float64Array.from(
    entry,
    (from, i) => from + 1 + Math.floor(8 * random.exponential() * Math.exp(-0.5 * x[2 * i]!)),
  );
  const event = Uint8Array.from({ length: n }, () => Number(random.uniform() < 0.7));
  return { x, columns: 2, data: { entry, time, event }, ties: 'efron' };
};

const expectSame = (a: ArrayLike<number>, b: ArrayLike<number>): void => {
  expect(a.length).toBe(b.length);
  Array.from(a, (value, i) => {
    expect(value).toBeCloseTo(b[i]!, 7);
  });
};

describe('fitCox', () => {
  it('solves three rows by hand', () => {
    // x = 1, 0, 1 with events at 1, 2, 3: u/(2u + 1) * 1/(1 + u) is largest at u = exp(beta) = 1 / sqrt 2,
    // where minus the second derivative is 2u/(2u + 1)^2 + u/(1 + u)^2.
    const fit = fitCox({
      x: Float64Array.of(1, 0, 1),
      columns: 1,
      data: data([1, 2, 3], [1, 1, 1]),
      ties: 'efron',
    });
    const u = Math.SQRT1_2;
    expect(fit.coefficients[0]).toBeCloseTo(Math.log(u), 12);
    expect(fit.covariance[0]).toBeCloseTo(1 / ((2 * u) / (2 * u + 1) ** 2 + u / (1 + u) ** 2), 10);
    expect(fit.logLikelihood.null).toBeCloseTo(-Math.log(3) - Math.log(2), 14);
    expect(fit.logLikelihood.fitted).toBeCloseTo(Math.log(u / (2 * u + 1) / (1 + u)), 12);
    expect(fit.robustCovariance).toBeUndefined();
  });

  it('does not see the order of rows', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const input = simulated(seed);
        const rows = createRandom(seed).shuffle([...input.data.time.keys()]);
        const shuffled = {
          ...input,
          x: Float64Array.from(rows.flatMap((row) => [input.x[2 * row]!, input.x[2 * row + 1]!])),
          data: selectRows(input.data, rows),
        };
        expectSame(fitCox(shuffled).coefficients, fitCox(input).coefficients);
      }),
      { numRuns: 25 },
    );
  });

  it('divides a coefficient by the factor of its covariate and ignores a shift', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.double({ min: 0.001, max: 1000, noNaN: true }),
        fc.double({ min: -1000, max: 1000, noNaN: true }),
        (seed, factor, shift) => {
          const input = simulated(seed);
          const x = input.x.map((value, at) => (at % 2 === 1 ? factor * value + shift : value));
          const [before, after] = [fitCox(input), fitCox({ ...input, x })];
          expect(after.coefficients[0]).toBeCloseTo(before.coefficients[0]!, 6);
          expect(after.coefficients[1]! * factor).toBeCloseTo(before.coefficients[1]!, 6);
          expect(after.covariance[3]! * factor ** 2).toBeCloseTo(before.covariance[3]!, 6);
          expect(after.logLikelihood.fitted).toBeCloseTo(before.logLikelihood.fitted, 8);
        },
      ),
      { numRuns: 25 },
    );
  });

  it.each(['efron', 'breslow', 'exact'] as const)('sees only the order of times (%s)', (ties) => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0.2, max: 3, noNaN: true }), (seed, power) => {
        const input: CoxInput = { ...simulated(seed), ties };
        const stretched = {
          time: input.data.time.map((t) => Math.log1p(t) ** power),
          entry: input.data.entry!.map((t) => Math.log1p(t) ** power),
          event: input.data.event,
        };
        expectSame(fitCox({ ...input, data: stretched }).coefficients, fitCox(input).coefficients);
      }),
      { numRuns: 15 },
    );
  });

  it('has the same coefficients and half the variance when every patient comes twice (Breslow)', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const input: CoxInput = { ...simulated(seed), ties: 'breslow' };
        const rows = [...input.data.time.keys(), ...input.data.time.keys()];
        const doubled = {
          ...input,
          x: Float64Array.of(...input.x, ...input.x),
          data: selectRows(input.data, rows),
        };
        const [once, twice] = [fitCox(input), fitCox(doubled)];
        expectSame(twice.coefficients, once.coefficients);
        expectSame(
          twice.covariance.map((value) => 2 * value),
          once.covariance,
        );
      }),
      { numRuns: 25 },
    );
  });

  it.each(['efron', 'breslow', 'exact'] as const)('solves a single event by hand (%s)', (ties) => {
    // x = 1 dies among 0, 1, 3: u / (1 + u + u^3) is largest where 2 u^3 = 1.
    const fit = fitCox({ x: Float64Array.of(0, 1, 3), columns: 1, data: data([9, 2, 4], [0, 1, 0]), ties });
    expect(fit.coefficients[0]).toBeCloseTo(-Math.log(2) / 3, 10);
    expect(fit.events).toBe(1);
  });

  it('solves ties everywhere by hand', () => {
    // Three of x = 1, 1, 0 die at once beside a survivor of 0. Breslow: u^2 / (2u + 2)^3 is largest at u = 2.
    const all = data([1, 1, 1, 1], [1, 1, 1, 0]);
    const fit = (ties: 'efron' | 'breslow' | 'exact') =>
      fitCox({ x: Float64Array.of(1, 1, 0, 0), columns: 1, data: all, ties });
    expect(Math.exp(fit('breslow').coefficients[0]!)).toBeCloseTo(2, 10);
    // Efron: u^2 / ((2u + 2)(4u/3 + 5/3)(2u/3 + 4/3)): the derivative of its log vanishes at u.
    const u = Math.exp(fit('efron').coefficients[0]!);
    expect(2 / u - 1 / (u + 1) - 4 / (4 * u + 5) - 1 / (u + 2)).toBeCloseTo(0, 10);
    // Exact: sets of three weigh u^2 (twice: either 0) or u (twice): the two die with certainty as u grows.
    expect(() => fit('exact')).toThrow(expect.objectContaining({ code: 'COX_SEPARATED' }));
  });

  it('takes a weight of 2 for a row that comes twice (Breslow)', () => {
    const input: CoxInput = { ...simulated(11), ties: 'breslow' };
    const n = input.data.time.length;
    const rows = Array.from({ length: n + 10 }, (_, i) => i % n);
    const twice = fitCox({
      ...input,
      x: Float64Array.from(rows.flatMap((row) => [input.x[2 * row]!, input.x[2 * row + 1]!])),
      data: selectRows(input.data, rows),
    });
    const weighted = fitCox({
      ...input,
      weights: Float64Array.from({ length: n }, (_, i) => (i < 10 ? 2 : 1)),
    });
    expectSame(twice.coefficients, weighted.coefficients);
    expectSame(twice.covariance, weighted.covariance);
  });

  it('has the robust variance of independent rows when each is its own cluster, doubled rows notwithstanding', () => {
    const input: CoxInput = { ...simulated(3), ties: 'breslow' };
    const n = input.data.time.length;
    const rows = Array.from({ length: 2 * n }, (_, i) => i % n);
    const single = fitCox({ ...input, cluster: Int32Array.from({ length: n }, (_, i) => i) });
    const doubled = fitCox({
      ...input,
      x: Float64Array.from(rows.flatMap((row) => [input.x[2 * row]!, input.x[2 * row + 1]!])),
      data: selectRows(input.data, rows),
      cluster: Int32Array.from(rows),
    });
    expectSame(doubled.robustCovariance!, single.robustCovariance!);
    expectSame(
      doubled.covariance,
      single.covariance.map((value) => value / 2),
    );
  });

  const four = data([1, 2, 3, 4], [1, 1, 1, 1]);
  it.each([
    ['NaN in x', { x: Float64Array.of(1, NaN, 2, 3) }],
    ['too short an x', { x: Float64Array.of(1) }],
    ['no columns', { x: new Float64Array(0), columns: 0 }],
    ['a weight of 0', { weights: Float64Array.of(1, 0, 1, 1) }],
    ['strata of another length', { strata: Int32Array.of(1) }],
    ['a time of NaN', { data: data([1, NaN, 3, 4], [1, 1, 1, 1]) }],
    ['a negative time', { data: data([1, -2, 3, 4], [1, 1, 1, 1]) }],
    ['a time of 0', { data: data([1, 0, 3, 4], [1, 1, 1, 1]) }],
    ['values that overflow', { x: Float64Array.of(1e308, -1e308, 1e308, -1e308) }],
    ['values too small to be squared', { x: Float64Array.of(1e-170, 2e-170, 0, 5e-170) }],
    ['weights with exact ties', { ties: 'exact' as const, weights: Float64Array.of(1, 2, 1, 1) }],
    ['clusters with exact ties', { ties: 'exact' as const, cluster: Int32Array.of(1, 2, 1, 1) }],
  ])('refuses %s', (_, change) => {
    const input: CoxInput = { x: Float64Array.of(1, 0, 2, 1), columns: 1, data: four, ties: 'efron' };
    expect(() => fitCox({ ...input, ...change })).toThrow(
      expect.objectContaining({ code: 'SURVIVAL_INPUT_INVALID' }),
    );
  });
});
