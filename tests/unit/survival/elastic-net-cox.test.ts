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

  it('has unpenalised columns in the model all along, from their own fit on', () => {
    const input = simulated(80, 5);
    const penaltyFactors = Float64Array.of(1, 0, 1, 0, 1);
    const { coefficients } = elasticNetCox({ ...input, penaltyFactors, kktTolerance: 1e-10 });
    const own = fitCox({
      x: input.x.filter((_, at) => at % 5 === 1 || at % 5 === 3),
      columns: 2,
      data: input.data,
      ties: 'breslow',
    });
    expect([0, 2, 4].map((j) => coefficients[0]![j])).toEqual([0, 0, 0]);
    expect(coefficients[0]![1]).toBeCloseTo(own.coefficients[0]!, 7);
    expect(coefficients[0]![3]).toBeCloseTo(own.coefficients[1]!, 7);
    expect(coefficients[1]![0]).toBeGreaterThan(0);
  });

  it('takes penalty factors for what they are to each other', () => {
    const input = { ...simulated(60, 3), lambdas: Float64Array.of(0.05), kktTolerance: 1e-10 };
    const one = elasticNetCox({ ...input, penaltyFactors: Float64Array.of(1, 2, 3) });
    const ten = elasticNetCox({ ...input, penaltyFactors: Float64Array.of(10, 20, 30) });
    expect([...ten.coefficients[0]!]).toEqual([...one.coefficients[0]!]);
  });

  it('says which unpenalised columns have no estimate', () => {
    const input = simulated(40, 2);
    const x = input.x.map((value, at) => (at % 2 === 1 ? -input.data.time[(at - 1) / 2]! : value));
    expect(() => elasticNetCox({ ...input, x, penaltyFactors: Float64Array.of(1, 0) })).toThrow(
      expect.objectContaining({ code: 'COX_SEPARATED', detail: expect.stringContaining('columns 1 ') }),
    );
  });

  it('refuses data without events', () => {
    const input = simulated(40, 3);
    expect(() => elasticNetCox({ ...input, data: { ...input.data, event: new Uint8Array(40) } })).toThrow(
      expect.objectContaining({ code: 'SURVIVAL_NO_EVENTS' }),
    );
  });

  it.each([
    ['an alpha above 1', { alpha: 1.5 }],
    ['ascending lambdas', { lambdas: Float64Array.of(0.1, 0.2) }],
    ['a lambda of 0', { lambdas: Float64Array.of(0) }],
    ['no lambdas', { lambdas: new Float64Array(0) }],
    ['a path that goes nowhere', { lambdaMinRatio: 1 }],
    ['no columns', { x: new Float64Array(0), columns: 0 }],
    ['penalty factors of another length', { penaltyFactors: Float64Array.of(1, 1) }],
    ['a negative penalty factor', { penaltyFactors: Float64Array.of(1, -1, 1) }],
    ['no penalised column', { penaltyFactors: new Float64Array(3) }],
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
