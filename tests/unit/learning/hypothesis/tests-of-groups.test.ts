import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adjustBenjaminiHochberg,
  adjustBenjaminiYekutieli,
  adjustBonferroni,
  adjustHolm,
  dunnComparisons,
  kruskalWallisTest,
  rankSumTest,
  signedRankTest,
} from '../../../../src/learning/hypothesis/index.ts';

const values = fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 14 });
const invalid = (message: string) =>
  expect.objectContaining({ code: 'LEARNING_INPUT_INVALID', message: expect.stringContaining(message) });

const thrown = (call: () => unknown): unknown => {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('signedRankTest', () => {
  it('takes pairs as their differences', () => {
    const later = [1.5, 2, 0.25, 4];
    const earlier = [1, 2.5, 0, 1];
    expect(signedRankTest(later, earlier)).toEqual(signedRankTest([0.5, -0.5, 0.25, 3]));
  });

  it('is turned about by the sign, in p-values, effect and interval', () => {
    fc.assert(
      fc.property(values, fc.boolean(), fc.constantFrom('wilcoxon', 'pratt'), (differences, exact, zeros) => {
        const options = { exact, zeros, confidenceLevel: 0.9 } as const;
        const [one, other] = [differences, differences.map((d) => -d)].map((d) =>
          signedRankTest(d, undefined, options),
        );
        expect(other!.pValue).toBeCloseTo(one!.pValue, 12);
        expect(other!.rankBiserial).toBeCloseTo(-one!.rankBiserial, 12);
        expect(other!.pseudoMedian!.estimate).toBeCloseTo(-one!.pseudoMedian!.estimate, 12);
        expect(other!.pseudoMedian!.lower).toBeCloseTo(-one!.pseudoMedian!.upper, 12);
        expect(one!.pValue > 0 && one!.pValue <= 1).toBe(true);
      }),
    );
  });

  it('finds nothing where every difference is 0', () => {
    for (const zeros of ['wilcoxon', 'pratt'] as const) {
      const test = signedRankTest([0, 0, 0], undefined, { zeros, confidenceLevel: 0.95 });
      expect(test).toMatchObject({ statistic: 0, pValue: 1, nonZero: 0, rankBiserial: 0 });
      expect(test.pseudoMedian).toEqual({ estimate: 0, lower: 0, upper: 0 });
    }
  });

  it('refuses what is no pairs', () => {
    expect(thrown(() => signedRankTest([1, 2], [1]))).toEqual(invalid('b has 1 values, a 2'));
    expect(thrown(() => signedRankTest([]))).toEqual(invalid('differences is empty'));
    expect(thrown(() => signedRankTest([1, Number.NaN]))).toEqual(
      invalid('differences is not finite at index 1'),
    );
    expect(thrown(() => signedRankTest([1], [Number.NaN]))).toEqual(invalid('b is not finite at index 0'));
  });
});

describe('kruskalWallisTest', () => {
  it('of two groups is the rank-sum test without continuity correction', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const groups = [...a.map(() => 0), ...b.map(() => 1)];
        const { pValue } = rankSumTest(a, b, { exact: false, continuityCorrection: false });
        expect(kruskalWallisTest([...a, ...b], groups).pValue).toBeCloseTo(pValue, 10);
        expect(dunnComparisons([...a, ...b], groups)[0]!.pValue).toBeCloseTo(pValue, 10);
      }),
    );
  });

  it('says how much of the ranks lies between the groups, from 0 to 1', () => {
    expect(kruskalWallisTest([1, 2, 1, 2], [0, 0, 1, 1])).toMatchObject({
      statistic: 0,
      pValue: 1,
      epsilonSquared: 0,
    });
    expect(kruskalWallisTest([1, 1, 5, 5, 9, 9], [2, 2, 0, 0, 1, 1]).epsilonSquared).toBeCloseTo(1, 12);
    expect(kruskalWallisTest([4, 4, 4], [0, 1, 1])).toMatchObject({ statistic: 0, pValue: 1 });
    expect(dunnComparisons([4, 4, 4], [0, 1, 1])[0]).toMatchObject({ z: 0, pValue: 1, adjustedPValue: 1 });
  });

  it('refuses empty groups, single ones and values that are not finite, by name', () => {
    expect(thrown(() => kruskalWallisTest([1, 2, 3], [0, 2, 2]))).toEqual(invalid('group 1 has no rows'));
    expect(thrown(() => kruskalWallisTest([1, 2], [0, 0]))).toEqual(invalid('one group only'));
    expect(thrown(() => kruskalWallisTest([1, 2], [0]))).toEqual(invalid('groups has 1 rows, values 2'));
    expect(thrown(() => kruskalWallisTest([1, Number.NaN], [0, 1]))).toEqual(invalid('values is not finite'));
    expect(thrown(() => kruskalWallisTest([1, 2], [0, 1.5]))).toEqual(invalid('groups of row 1'));
    expect(thrown(() => kruskalWallisTest([1, 2], [0, 1e9]))).toEqual(invalid('not as many rows'));
  });
});

describe('adjusted p-values', () => {
  const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });
  const methods = [adjustBenjaminiHochberg, adjustBenjaminiYekutieli, adjustHolm, adjustBonferroni];

  it('are never below the raw ones, never above 1, in the same order', () => {
    fc.assert(
      fc.property(pValues, fc.constantFrom(...methods), (raw, adjust) => {
        const adjusted = adjust(raw);
        raw.forEach((p, i) => {
          expect(adjusted[i]!).toBeGreaterThanOrEqual(p * (1 - 1e-15));
          expect(adjusted[i]!).toBeLessThanOrEqual(1);
          raw.forEach((q, j) => {
            if (p < q) expect(adjusted[i]!).toBeLessThanOrEqual(adjusted[j]!);
            if (p === q) expect(adjusted[i]).toBe(adjusted[j]);
          });
        });
      }),
    );
  });

  it('select by Benjamini and Hochberg what their step-up procedure selects', () => {
    // thresholds 0.0125 0.025 0.0375 0.05 of 4 at 0.05: 0.036 is the last below its own, so 0.03 comes with it
    const adjusted = adjustBenjaminiHochberg([0.9, 0.03, 0.036, 0.001]);
    expect([...adjusted].map((q) => q <= 0.05)).toEqual([false, true, true, true]);
    expect(adjusted[1]).toBeCloseTo(0.048, 15);
  });

  it('refuse what is no probability', () => {
    for (const adjust of methods) {
      expect(thrown(() => adjust([0.5, Number.NaN]))).toEqual(invalid('pValues is NaN at index 1'));
      expect(thrown(() => adjust([1.5]))).toEqual(invalid('pValues is 1.5 at index 0'));
    }
  });
});
