/**
 * The elastic-net Cox path equals glmnet 4.1-6's at thresh = 1e-14 on the same lambdas. The calls are in
 * fixtures/glmnet.R, which made fixtures/glmnet.json with its input data: 100 rows, 12 covariates, 2 correlated.
 */
import { describe, expect, it } from 'vitest';
import {
  crossValidatedElasticNetCox,
  elasticNetCox,
  type ElasticNetCoxInput,
  type SurvivalData,
} from '../../src/survival/index.ts';
import { expectAllClose } from './fixtures/close.ts';
import fixture from './fixtures/glmnet.json' with { type: 'json' };

const { data: d } = fixture;
const event = Uint8Array.from(d.event);
const right: SurvivalData = { time: Float64Array.from(d.time), event };
const delayed: SurvivalData = { ...right, entry: Float64Array.from(d.entry) };
const tied: SurvivalData = { time: Float64Array.from(d.tied), event };
const delayedTied: SurvivalData = { ...tied, entry: Float64Array.from(d.tiedEntry) };
const weights = Float64Array.from(d.weights);
const strata = Int32Array.from(d.stratum);
const x = Float64Array.from(fixture.x.flat());

type PathName = keyof typeof fixture.paths;
const PATHS: Record<PathName, Pick<ElasticNetCoxInput, 'data' | 'alpha' | 'weights' | 'strata'>> = {
  right: { data: right, alpha: 0.5 },
  lasso: { data: right, alpha: 1 },
  ridge: { data: right, alpha: 0 },
  tied: { data: tied, alpha: 0.5 },
  weighted: { data: right, alpha: 0.5, weights },
  delayed: { data: delayed, alpha: 0.5 },
  delayedTied: { data: delayedTied, alpha: 0.5, weights },
  stratified: { data: right, alpha: 0.5, strata },
  stratifiedDelayed: { data: delayed, alpha: 0.5, strata },
};

describe('elasticNetCox equals glmnet', () => {
  it.each(Object.entries(PATHS))('%s', (name, options) => {
    const expected = fixture.paths[name as PathName];
    const lambdas = Float64Array.from(expected.lambda);
    const path = elasticNetCox({ x, columns: 12, ...options, lambdas, kktTolerance: 1e-10 });
    expected.coefficients.forEach((row, k) => {
      expectAllClose(path.coefficients[k]!, row, 1e-6);
    });
  });

  it.each(Object.entries(PATHS))('%s: the default path of penalties', (name, options) => {
    const expected = fixture.paths[name as PathName].defaultLambda;
    const path = elasticNetCox({ x, columns: 12, ...options, lambdaCount: 12, lambdaMinRatio: 0.02 });
    expectAllClose(path.lambdas, expected, 1e-7);
  });
});

it('crossValidatedElasticNetCox equals cv.glmnet(grouped = TRUE)', () => {
  const expected = fixture.crossValidation;
  const result = crossValidatedElasticNetCox({
    x,
    columns: 12,
    data: right,
    alpha: 0.5,
    lambdas: Float64Array.from(expected.lambda),
    foldIds: Int32Array.from(d.fold),
    kktTolerance: 1e-10,
  });
  expectAllClose(result.deviance, expected.deviance, 1e-7);
  expectAllClose(result.standardError, expected.standardError, 1e-6);
  expect(result.path.lambdas[result.indexMin]).toBe(expected.lambdaMin);
  expect(result.path.lambdas[result.index1se]).toBe(expected.lambda1se);
});
