import { describe, expect, it } from 'vitest';
import {
  evaluateRiskLayers,
  riskLayerModel,
  type RiskLayer,
  type RiskLayerFit,
  type RiskLayerModel,
  subsetName,
} from '../../../src/learning/cox/index.ts';
import { createRandom } from '../../../src/numerics/index.ts';
import { riskWithin } from '../../../src/survival/index.ts';
import { float32, openSession, valuesOf } from './session.ts';

const DAYS_A_MONTH = 30.4375;
const random = createRandom(42);

const fitOf = (m: number, steps: number): RiskLayerFit => ({
  coefficients: Float64Array.from({ length: m }, () => 0.5 + 0.3 * random.normal()),
  landmark: [-0.4 + 0.1 * random.normal(), 0.05 * random.normal()],
  increments: Float64Array.from({ length: steps }, () =>
    random.uniform() < 0.3 ? 0 : 0.01 * random.exponential(),
  ),
});

/** Steps on whole days, as event times are; `replicates` as the contract's 200 bootstraps. */
const layerOf = (columns: number[], replicates: number): RiskLayer => {
  const days = [...new Set(Array.from({ length: 70 }, () => 30 + random.integer(1400)))].sort(
    (a, b) => a - b,
  );
  return {
    columns,
    ...fitOf(columns.length, days.length),
    baselineTimesMonths: Float64Array.from(days, (day) => day / DAYS_A_MONTH),
    bootstrap: Array.from({ length: replicates }, () => fitOf(columns.length, days.length)),
  };
};

const SUBSETS = [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]];
const MODEL: RiskLayerModel = {
  modalities: ['metabolomics', 'radiomics', 'cfdna'],
  horizonsMonths: [6, 12, 24],
  layers: SUBSETS.map((columns) => layerOf(columns, 200)),
};

const SCORES = [0.4, -1.2, 2.1, -0.3, 0, NaN, NaN, NaN, 1.5, 3, 2.5, -2];
const LANDMARKS = [3, 12, 400 / DAYS_A_MONTH, 24];

const largestDifference = (actual: number[], expected: Float64Array): number => {
  expect(actual).toHaveLength(expected.length);
  return actual.reduce((worst, value, i) => {
    expect(Number.isNaN(value)).toBe(Number.isNaN(expected[i]));
    return Number.isNaN(value) ? worst : Math.max(worst, Math.abs(value - expected[i]!));
  }, 0);
};

describe('riskLayerModel', () => {
  it('runs in ONNX Runtime as in TypeScript: every subset, a batch, absent modalities', async () => {
    const expected = evaluateRiskLayers(MODEL, Float32Array.from(SCORES), Float32Array.from(LANDMARKS));
    const session = await openSession(riskLayerModel(MODEL));
    const result = await session.run({
      scores: float32(SCORES, 4, 3),
      landmarkMonths: float32(LANDMARKS, 4, 1),
    });
    for (const [subset, layer] of expected) {
      // One rounding to float32: probabilities within 2^-25.
      expect(largestDifference(valuesOf(result[`risk:${subset}`]), layer.risk)).toBeLessThan(6e-8);
      expect(largestDifference(valuesOf(result[`interval:${subset}`]), layer.interval)).toBeLessThan(6e-8);
      expect(largestDifference(valuesOf(result[`logHazard:${subset}`]), layer.logHazard)).toBeLessThan(5e-7);
    }
    expect(result['risk:metabolomics+cfdna']!.dims).toEqual([4, 3]);
    expect(result['interval:metabolomics+cfdna']!.dims).toEqual([4, 3, 2]);
    expect(result['logHazard:metabolomics+cfdna']!.dims).toEqual([4, 2]);
  });

  it('is NaN exactly where a modality of the subset is absent', () => {
    const all = evaluateRiskLayers(MODEL, Float32Array.from(SCORES), Float32Array.from(LANDMARKS));
    const absentRows = (subset: string): boolean[] =>
      [0, 1, 2, 3].map((row) => Number.isNaN(all.get(subset)!.risk[row * 3]));
    expect(absentRows('metabolomics')).toEqual([false, false, true, false]);
    expect(absentRows('cfdna')).toEqual([false, true, false, false]);
    expect(absentRows('metabolomics+radiomics+cfdna')).toEqual([false, true, true, false]);
  });

  it("is riskWithin of the survival room at the subset's linear predictor", () => {
    const layer = MODEL.layers[3]!;
    const { risk } = evaluateRiskLayers(MODEL, Float64Array.of(0.4, -1.2, 2.1), Float64Array.of(7)).get(
      subsetName(MODEL, layer),
    )!;
    const s = 7 / 12;
    const eta =
      0.4 * layer.coefficients[0]! -
      1.2 * layer.coefficients[1]! +
      layer.landmark[0] * s +
      layer.landmark[1] * s * s;
    const baseline = { times: layer.baselineTimesMonths, increments: layer.increments };
    expect(risk[1]).toBeCloseTo(riskWithin(baseline, eta, 7, 12), 14);
  });

  it('counts an event on the day of the landmark as before it, whatever float32 makes of the months', async () => {
    // 91 days in months, rounded to float32, lie before the step at 91 days; day 273 is within 6 months (182.6 days).
    const day = 91;
    expect(Math.fround(day / DAYS_A_MONTH)).toBeLessThan(day / DAYS_A_MONTH);
    const layer: RiskLayer = {
      columns: [0],
      coefficients: Float64Array.of(0),
      landmark: [0, 0],
      baselineTimesMonths: Float64Array.of(day / DAYS_A_MONTH, 273 / DAYS_A_MONTH),
      increments: Float64Array.of(5, 0.1),
      bootstrap: [0.1, 0.3].map((step) => ({
        coefficients: Float64Array.of(0),
        landmark: [0, 0] as const,
        increments: Float64Array.of(5, step),
      })),
    };
    const model: RiskLayerModel = { modalities: ['cfdna'], horizonsMonths: [6], layers: [layer] };
    const session = await openSession(riskLayerModel(model));
    const result = await session.run({
      scores: float32([0], 1, 1),
      landmarkMonths: float32([day / DAYS_A_MONTH], 1, 1),
    });
    expect(valuesOf(result['risk:cfdna'])[0]).toBeCloseTo(1 - Math.exp(-0.1), 7);
    // Type 7 quantiles of two replicates a < b: a + 0.05 (b - a) and a + 0.95 (b - a).
    const [a, b] = [1 - Math.exp(-0.1), 1 - Math.exp(-0.3)];
    const interval = valuesOf(result['interval:cfdna']);
    expect(interval[0]).toBeCloseTo(a + 0.05 * (b - a), 7);
    expect(interval[1]).toBeCloseTo(a + 0.95 * (b - a), 7);
  });

  it('gives the same bytes twice', () => {
    expect(riskLayerModel(MODEL)).toEqual(riskLayerModel(structuredClone(MODEL)));
  });

  const [first] = MODEL.layers as [RiskLayer];
  it.each([
    ['no layers', []],
    ['one replicate', [{ ...first, bootstrap: first.bootstrap.slice(0, 1) }]],
    ['the same subset twice', [first, first]],
    ['a column out of range', [{ ...first, columns: [3] }]],
    ['a negative increment', [{ ...first, increments: first.increments.map((d, k) => (k === 3 ? -1 : d)) }]],
    [
      'a replicate of another length',
      [{ ...first, bootstrap: [first, { ...first, increments: new Float64Array(1) }] }],
    ],
    ['a coefficient that is NaN', [{ ...first, coefficients: Float64Array.of(NaN) }]],
  ])('refuses %s', (_, layers) => {
    expect(() => riskLayerModel({ ...MODEL, layers })).toThrow(
      expect.objectContaining({ code: 'ONNX_INVALID' }),
    );
  });
});
