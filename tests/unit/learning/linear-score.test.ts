import { describe, expect, it } from 'vitest';
import {
  evaluateLinearScore,
  linearScoreModel,
  type FoldLinearModel,
  type LinearScoreModel,
} from '../../../src/learning/cox/index.ts';
import { createRandom } from '../../../src/numerics/index.ts';
import { float32, openSession, valuesOf } from './session.ts';

/** Two features, two folds, small enough to do by hand. */
const SMALL: LinearScoreModel = {
  featureNames: ['lactate', 'kynurenine'],
  trainingMedians: Float64Array.of(2, 10),
  foldModels: [
    {
      centre: Float64Array.of(1, 8),
      scale: Float64Array.of(2, 4),
      coefficients: Float64Array.of(1, 2),
      scoreMean: 1,
      scoreSd: 2,
    },
    {
      centre: Float64Array.of(3, 12),
      scale: Float64Array.of(1, 2),
      coefficients: Float64Array.of(0, 1),
      scoreMean: 0,
      scoreSd: 1,
    },
  ],
};

const large = (features: number): LinearScoreModel => {
  const random = createRandom(7);
  const draw = (f: () => number): Float64Array => Float64Array.from({ length: features }, f);
  const fold = (): FoldLinearModel => ({
    centre: draw(() => 50 * random.normal()),
    scale: draw(() => 1 + random.exponential()),
    coefficients: draw(() => (random.uniform() < 0.7 ? 0 : random.normal())),
    scoreMean: random.normal(),
    scoreSd: 0.5 + random.uniform(),
  });
  return {
    featureNames: Array.from({ length: features }, (_, j) => `feature${j}`),
    trainingMedians: draw(() => 50 * random.normal()),
    foldModels: [fold(), fold(), fold(), fold(), fold()],
  };
};

describe('linearScoreModel', () => {
  it('is the mean of the standardised fold scores', () => {
    // x = (5, 16). Fold 1: (4/2 * 1 + 8/4 * 2 - 1) / 2 = 2.5; fold 2: (4/2 * 1 - 0) / 1 = 2.
    const { score, contributions, imputed } = evaluateLinearScore(SMALL, Float64Array.of(5, 16));
    expect(score[0]).toBeCloseTo(2.25, 14);
    // lactate: (2/2 + 0) / 2; kynurenine: (4/2 + 2) / 2; the constant: -(1/2 + 0) / 2.
    expect([...contributions]).toEqual([0.5, 2]);
    expect([...imputed]).toEqual([0]);
  });

  it('takes a missing feature for its training median and counts it', () => {
    // kynurenine 10: fold 1: (2 + 2/4 * 2 - 1) / 2 = 1, fold 2: -2/2 = -1.
    const { score, imputed } = evaluateLinearScore(SMALL, Float64Array.of(5, NaN));
    expect(score[0]).toBeCloseTo(0, 14);
    expect([...imputed]).toEqual([1]);
  });

  it('runs in ONNX Runtime as in TypeScript, in a batch with missing values', async () => {
    const model = large(60);
    const random = createRandom(8);
    const rows = 9;
    const features = Float32Array.from({ length: rows * 60 }, () =>
      random.uniform() < 0.2 ? NaN : 50 * random.normal(),
    );
    const expected = evaluateLinearScore(model, features);
    const session = await openSession(linearScoreModel(model));
    const result = await session.run({ features: float32(features, rows, 60) });
    expect(result['score']!.dims).toEqual([rows, 1]);
    expect(result['contributions']!.dims).toEqual([rows, 60]);
    expect(valuesOf(result['imputed'])).toEqual([...expected.imputed]);
    // The graph computes in float64 and rounds once: half a unit in the last place of float32.
    expect(valuesOf(result['score'])).toEqual([...expected.score].map(Math.fround));
    expect(valuesOf(result['contributions'])).toEqual([...expected.contributions].map(Math.fround));
  });

  it('has contributions that sum to the score less a constant', () => {
    const model = large(20);
    const { score, contributions } = evaluateLinearScore(
      model,
      Float64Array.from({ length: 60 }, (_, i) => i % 13),
    );
    const rests = [0, 1, 2].map(
      (row) => score[row]! - contributions.subarray(row * 20, (row + 1) * 20).reduce((a, b) => a + b, 0),
    );
    expect(rests[1]).toBeCloseTo(rests[0]!, 12);
    expect(rests[2]).toBeCloseTo(rests[0]!, 12);
  });

  it('gives the same bytes twice', () => {
    expect(linearScoreModel(large(30))).toEqual(linearScoreModel(large(30)));
  });

  it.each([
    ['no fold models', { ...SMALL, foldModels: [] }],
    ['a median that is missing', { ...SMALL, trainingMedians: Float64Array.of(1, NaN) }],
    [
      'a fold of another width',
      { ...SMALL, foldModels: [{ ...SMALL.foldModels[0]!, centre: Float64Array.of(1) }] },
    ],
    ['no spread of scores', { ...SMALL, foldModels: [{ ...SMALL.foldModels[0]!, scoreSd: 0 }] }],
    [
      'a coefficient without scale',
      { ...SMALL, foldModels: [{ ...SMALL.foldModels[0]!, scale: Float64Array.of(0, 1) }] },
    ],
  ])('refuses %s', (_, model) => {
    expect(() => linearScoreModel(model)).toThrow(expect.objectContaining({ code: 'ONNX_INVALID' }));
  });
});
