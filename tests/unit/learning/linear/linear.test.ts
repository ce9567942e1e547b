import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  crossValidatedLogisticElasticNet,
  crossValidatedPls,
  logisticElasticNet,
  plsDiscriminant,
  predictLogOdds,
  predictPls,
} from '../../../../src/learning/linear/index.ts';
import { createRandom } from '../../../../src/numerics/index.ts';

const simulated = (seed: number, n: number, columns: number) => {
  const random = createRandom(seed);
  const x = Float64Array.from({ length: n * columns }, () => random.normal());
  const labels = Uint8Array.from({ length: n }, (_, row) =>
    x[row * columns]! + 0.8 * random.normal() > 0 ? 1 : 0,
  );
  return { x, columns, labels };
};

describe('logistic elastic net', () => {
  it('classes that are separated: the path ends, and everything is finite', () => {
    const x = Float64Array.of(-3, -2, -1, 1, 2, 3);
    const path = logisticElasticNet({ x, columns: 1, labels: [0, 0, 0, 1, 1, 1], alpha: 1 });
    expect(path.lambdas.length).toBeLessThan(100);
    expect(path.devianceRatios.at(-1)).toBeGreaterThan(0.99);
    expect(path.coefficients.every(([b]) => Number.isFinite(b))).toBe(true);
  });

  it('a constant column has no coefficient, and does not change the others', () => {
    const { x, labels } = simulated(1, 40, 2);
    const wide = Float64Array.from({ length: 120 }, (_, at) =>
      at % 3 === 2 ? 7 : x[Math.floor(at / 3) * 2 + (at % 3)]!,
    );
    const lambdas = Float64Array.of(0.2, 0.05);
    const [narrow, padded] = [
      logisticElasticNet({ x, columns: 2, labels, alpha: 0.5, lambdas, tolerance: 1e-10 }),
      logisticElasticNet({ x: wide, columns: 3, labels, alpha: 0.5, lambdas, tolerance: 1e-10 }),
    ];
    expect(padded.coefficients[1]![2]).toBe(0);
    expect(padded.coefficients[1]![0]).toBeCloseTo(narrow.coefficients[1]![0]!, 8);
  });

  it('predictions do not depend on units or on the order of rows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (seed, factor) => {
          const { x, columns, labels } = simulated(seed, 30, 4);
          fc.pre(labels.includes(0) && labels.includes(1));
          const settings = { columns, alpha: 0.5, lambdas: Float64Array.of(0.1), tolerance: 1e-10 };
          const before = predictLogOdds(logisticElasticNet({ x, labels, ...settings }), 0, x);
          const scaled = x.map((value, at) => (at % columns === 1 ? value * factor + 3 : value));
          const after = predictLogOdds(logisticElasticNet({ x: scaled, labels, ...settings }), 0, scaled);
          const turned = { x: new Float64Array(x.length), labels: labels.toReversed() };
          for (let row = 0; row < 30; row++) turned.x.set(x.subarray(row * 4, row * 4 + 4), (29 - row) * 4);
          const reversed = predictLogOdds(logisticElasticNet({ ...turned, ...settings }), 0, x);
          before.forEach((value, row) => {
            expect(after[row]).toBeCloseTo(value, 6);
            expect(reversed[row]).toBeCloseTo(value, 6);
          });
        },
      ),
      { numRuns: 20 },
    );
  });

  it('refuses, naming what is wrong', () => {
    const { x, columns, labels } = simulated(2, 20, 3);
    const given = { x, columns, labels, alpha: 0.5 };
    const broken = x.slice();
    broken[7] = NaN;
    expect(() => logisticElasticNet({ ...given, x: broken })).toThrow('x is NaN at row 2, column 1');
    expect(() => logisticElasticNet({ ...given, labels: new Uint8Array(20) })).toThrow('no row has label 1');
    expect(() => logisticElasticNet({ ...given, labels: labels.map((label) => label * 2) })).toThrow('label');
    expect(() => logisticElasticNet({ ...given, alpha: 1.1 })).toThrow('alpha');
    expect(() => logisticElasticNet({ ...given, lambdas: Float64Array.of(0.1, 0.2) })).toThrow(
      'descending at index 1',
    );
    expect(() => logisticElasticNet({ ...given, x: new Float64Array(60).fill(2) })).toThrow(
      'every column is constant',
    );
    expect(() => crossValidatedLogisticElasticNet({ ...given, foldIds: new Int32Array(20) })).toThrow(
      '2 folds',
    );
  });
});

describe('PLS-DA', () => {
  it('with all components it is least squares', () => {
    const { x, columns, labels } = simulated(3, 50, 3);
    const model = plsDiscriminant({ x, columns, labels, components: 3 });
    const residual = predictPls(model, 3, x).map((value, row) => labels[row]! - value);
    // The normal equations: residuals are orthogonal to every column and to the intercept.
    for (let j = 0; j < columns; j++)
      expect(residual.reduce((sum, value, row) => sum + value * x[row * columns + j]!, 0)).toBeCloseTo(0, 9);
    expect(residual.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 9);
  });

  it('the first component weighs columns by their covariance with the label', () => {
    // Two columns of one scale, covariances 1 : 0 by symmetry.
    const x = Float64Array.of(-1, 1, -1, -1, 1, 1, 1, -1);
    const [beta] = plsDiscriminant({ x, columns: 2, labels: [0, 0, 1, 1], components: 1 }).coefficients;
    expect(beta![0]).toBeCloseTo(0.5, 12);
    expect(beta![1]).toBeCloseTo(0, 12);
  });

  it('chooses components by held-out error', () => {
    const { x, columns, labels } = simulated(4, 60, 20);
    const result = crossValidatedPls({
      x,
      columns,
      labels,
      components: 6,
      foldIds: labels.map((_, row) => row % 5),
    });
    expect(result.squaredErrors[result.components - 1]).toBe(Math.min(...result.squaredErrors));
    expect(() => plsDiscriminant({ x, columns, labels, components: 0 })).toThrow('components');
  });
});
