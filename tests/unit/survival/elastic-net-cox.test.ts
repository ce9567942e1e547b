import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/numerics/index.ts';
import {
  crossValidatedElasticNetCox,
  elasticNetCox,
  type ElasticNetCoxInput,
  fitCox,
} from '../../../src/survival/index.ts';

/** Independent normal covariates; the first one raises the hazard. */
const simulated = (n: number, columns: number, seed = 1): ElasticNetCoxInput => {
  const random = createRandom(seed);
  const x = Float64Array.from({ length: n * columns }, () => random.normal());
  const time = Float64Array.from(
    { length: n },
    (_, i) => random.exponential() * Math.exp(-x[i * columns]!) + 1e-6,
  );
  const event = Uint8Array.from({ length: n }, () => Number(random.uniform() < 0.6));
  return { x, columns, data: { time, event }, alpha: 0.5 };
};

describe('elasticNetCox', () => {
  it('starts where every coefficient is 0 and lets the strongest in first', () => {
    const { coefficients, lambdas } = elasticNetCox(simulated(80, 10));
    expect([...coefficients[0]!].every((value) => value === 0)).toBe(true);
    const second = [...coefficients[1]!];
    expect(second.filter((value) => value !== 0)).toHaveLength(1);
    expect(second[0]).toBeGreaterThan(0);
    expect(lambdas).toHaveLength(100);
    expect(lambdas[99]! / lambdas[0]!).toBeCloseTo(1e-4, 12);
  });

  it('approaches the unpenalised fit (Breslow) as lambda goes to 0', () => {
    const input = simulated(80, 3);
    const path = elasticNetCox({ ...input, lambdas: Float64Array.of(0.1, 1e-9), kktTolerance: 1e-11 });
    const plain = fitCox({ x: input.x, columns: 3, data: input.data, ties: 'breslow' });
    plain.coefficients.forEach((value, j) => {
      expect(path.coefficients[1]![j]).toBeCloseTo(value, 6);
    });
    expect(path.logLikelihoods[1]).toBeCloseTo(plain.logLikelihood.fitted, 8);
  });

  it('converges with more columns than rows, to the end of its path', () => {
    // A saturated fit: hazards late in time are 1e10 of those early on, and sums must be taken the right way.
    const { coefficients } = elasticNetCox({ ...simulated(60, 200), lambdaMinRatio: 0.02 });
    expect(coefficients).toHaveLength(100);
    expect(coefficients.every((beta) => beta.every(Number.isFinite))).toBe(true);
  });

  it('leaves a constant column at 0', () => {
    const input = simulated(50, 4);
    const x = input.x.map((value, at) => (at % 4 === 2 ? 3.3 : value));
    expect(elasticNetCox({ ...input, x }).coefficients.at(-1)![2]).toBe(0);
  });

  it('is invariant to the scale of a column when it standardises, and not otherwise', () => {
    const input = { ...simulated(60, 4), lambdas: Float64Array.of(0.05), kktTolerance: 1e-10 };
    const x = input.x.map((value, at) => (at % 4 === 0 ? 10 * value : value));
    const first = (change: Partial<ElasticNetCoxInput>): number =>
      elasticNetCox({ ...input, ...change }).coefficients[0]![0]!;
    expect(10 * first({ x })).toBeCloseTo(first({}), 9);
    // In its own units a column that is larger is penalised less.
    expect(10 * first({ x, standardise: false })).toBeGreaterThan(first({ standardise: false }) + 1e-3);
  });

  it.each([
    ['an alpha above 1', { alpha: 1.5 }],
    ['ascending lambdas', { lambdas: Float64Array.of(0.1, 0.2) }],
    ['a lambda of 0', { lambdas: Float64Array.of(0) }],
    ['no lambdas', { lambdas: new Float64Array(0) }],
    ['a path that goes nowhere', { lambdaMinRatio: 1 }],
    ['no columns that vary', { x: new Float64Array(120).fill(1) }],
  ])('refuses %s', (_, change) => {
    expect(() => elasticNetCox({ ...simulated(40, 3), ...change })).toThrow(
      expect.objectContaining({ code: 'SURVIVAL_INPUT_INVALID' }),
    );
  });
});

describe('crossValidatedElasticNetCox', () => {
  const foldIds = Int32Array.from({ length: 100 }, (_, i) => i % 5);

  it('keeps the covariate that matters, and with 1 SE no more than at the minimum', () => {
    const result = crossValidatedElasticNetCox({ ...simulated(100, 15), foldIds, lambdaMinRatio: 0.02 });
    const active = (index: number): number[] =>
      [...result.path.coefficients[index]!.keys()].filter((j) => result.path.coefficients[index]![j] !== 0);
    expect(active(result.indexMin)).toContain(0);
    expect(result.index1se).toBeLessThanOrEqual(result.indexMin);
    expect(active(result.index1se).length).toBeLessThanOrEqual(active(result.indexMin).length);
    expect(result.deviance[result.indexMin]).toBe(Math.min(...result.deviance));
  });

  it.each([
    ['one fold', new Int32Array(100)],
    ['fold ids of another length', Int32Array.of(0, 1)],
  ])('refuses %s', (_, ids) => {
    expect(() => crossValidatedElasticNetCox({ ...simulated(100, 3), foldIds: ids })).toThrow(
      expect.objectContaining({ code: 'SURVIVAL_INPUT_INVALID' }),
    );
  });

  it('refuses a fold without events', () => {
    const input = simulated(100, 3);
    const event = input.data.event.map((value, i) => (i < 10 ? 0 : value));
    const ids = Int32Array.from({ length: 100 }, (_, i) => (i < 10 ? 0 : 1 + (i % 2)));
    const data = { ...input.data, event };
    expect(() => crossValidatedElasticNetCox({ ...input, data, foldIds: ids })).toThrow(
      /fold 0 has no event/,
    );
  });
});
