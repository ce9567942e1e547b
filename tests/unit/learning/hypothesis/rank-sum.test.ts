import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankSumColumns, rankSumTest } from '../../../../src/learning/hypothesis/index.ts';

const values = (minLength = 1) => fc.array(fc.integer({ min: -6, max: 6 }), { minLength, maxLength: 14 });
const refused = (message: string) =>
  expect.objectContaining({ code: 'LEARNING_INPUT_INVALID', message: expect.stringContaining(message) });

const thrown = (call: () => unknown): unknown => {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
};

/** By the definition: every pair. */
const countPairs = (a: readonly number[], b: readonly number[]): number =>
  a.flatMap((x) => b.map((y) => (x > y ? 1 : x === y ? 0.5 : 0))).reduce<number>((sum, one) => sum + one, 0);

describe('rankSumTest', () => {
  it('counts pairs: W, the common-language effect and the rank-biserial correlation', () => {
    fc.assert(
      fc.property(values(), values(), (a, b) => {
        const test = rankSumTest(a, b);
        const share = countPairs(a, b) / (a.length * b.length);
        expect(test.statistic).toBe(countPairs(a, b));
        expect(test.commonLanguageEffect).toBeCloseTo(share, 12);
        expect(test.rankBiserial).toBeCloseTo(2 * share - 1, 12);
        expect(test.pValue).toBeGreaterThan(0);
        expect(test.pValue).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is the same whichever sample comes first, in whichever order, after a monotone change', () => {
    fc.assert(
      fc.property(values(), values(), fc.boolean(), (a, b, exact) => {
        const { pValue } = rankSumTest(a, b, { exact });
        const change = (value: number): number => Math.exp(value / 3) - 7;
        expect(rankSumTest(b, a, { exact }).pValue).toBeCloseTo(pValue, 12);
        expect(rankSumTest(a.toReversed().map(change), b.map(change), { exact }).pValue).toBeCloseTo(
          pValue,
          12,
        );
        const less = rankSumTest(a, b, { exact, alternative: 'less' }).pValue;
        expect(rankSumTest(b, a, { exact, alternative: 'greater' }).pValue).toBeCloseTo(less, 12);
      }),
    );
  });

  it('estimates the shift as the median of all differences, inside its interval', () => {
    fc.assert(
      fc.property(values(), values(), fc.integer({ min: -5, max: 5 }), (a, b, moved) => {
        const shift = rankSumTest(a, b, { confidenceLevel: 0.9 }).hodgesLehmann!;
        const all = a.flatMap((x) => b.map((y) => x - y)).sort((p, q) => p - q);
        const half = all.length / 2;
        const median = (all[Math.ceil(half) - 1]! + all[Math.floor(half)]!) / 2;
        expect(shift.estimate).toBe(median);
        expect(shift.lower).toBeLessThanOrEqual(median);
        expect(shift.upper).toBeGreaterThanOrEqual(median);
        const there = rankSumTest(
          a.map((x) => x + moved),
          b,
          { confidenceLevel: 0.9 },
        ).hodgesLehmann!;
        expect([there.lower, there.estimate, there.upper]).toEqual([
          shift.lower + moved,
          shift.estimate + moved,
          shift.upper + moved,
        ]);
      }),
    );
  });

  it('finds nothing where all values are equal', () => {
    for (const exact of [true, false]) {
      for (const alternative of ['two-sided', 'less', 'greater'] as const) {
        expect(rankSumTest([3, 3, 3], [3, 3], { exact, alternative })).toMatchObject({
          statistic: 3,
          pValue: 1,
          rankBiserial: 0,
        });
      }
    }
  });

  it('refuses empty samples, values that are not finite, levels and sizes out of range, by name', () => {
    expect(thrown(() => rankSumTest([], [1]))).toEqual(refused('a is empty'));
    expect(thrown(() => rankSumTest([1], []))).toEqual(refused('b is empty'));
    expect(thrown(() => rankSumTest([1, Number.NaN], [1]))).toEqual(refused('a is not finite at index 1'));
    expect(thrown(() => rankSumTest([1], [Infinity]))).toEqual(refused('b is not finite at index 0'));
    expect(thrown(() => rankSumTest([1], [2], { confidenceLevel: 1 }))).toEqual(
      refused('confidenceLevel is 1'),
    );
    const long = Float64Array.from({ length: 3000 }, (_, at) => at);
    expect(thrown(() => rankSumTest(long, long, { exact: true }))).toEqual(refused('exact'));
  });
});

describe('rankSumColumns', () => {
  const cell = fc.oneof({ weight: 5, arbitrary: fc.integer({ min: -4, max: 4 }) }, fc.constant(Number.NaN));
  const matrices = fc.integer({ min: 1, max: 40 }).chain((columns) =>
    fc.record({
      columns: fc.constant(columns),
      rows: fc.array(
        fc.record({ x: fc.array(cell, { minLength: columns, maxLength: columns }), group: fc.nat(1) }),
        { minLength: 2, maxLength: 12 },
      ),
      exact: fc.boolean(),
      alternative: fc.constantFrom('two-sided' as const, 'less' as const, 'greater' as const),
    }),
  );

  it('gives for every column what rankSumTest gives of its values, missing ones left out', () => {
    fc.assert(
      fc.property(matrices, ({ columns, rows, ...options }) => {
        const group = Uint8Array.from(rows, (row) => row.group);
        fc.pre(group.includes(0) && group.includes(1));
        const all = rankSumColumns(Float64Array.from(rows.flatMap((row) => row.x)), columns, group, options);
        for (let column = 0; column < columns; column++) {
          const present = (label: number): number[] =>
            rows
              .filter((row) => row.group === label)
              .map((row) => row.x[column]!)
              .filter((v) => !Number.isNaN(v));
          const [a, b] = [present(1), present(0)];
          const one =
            a.length === 0 || b.length === 0
              ? { statistic: 0, pValue: 1, rankBiserial: 0 }
              : rankSumTest(a, b, options);
          expect(all.statistic[column]).toBe(one.statistic);
          expect(all.pValue[column]).toBeCloseTo(one.pValue, 13);
          expect(all.rankBiserial[column]).toBeCloseTo(one.rankBiserial, 13);
        }
      }),
    );
  });

  it('leaves the matrix as it is', () => {
    const x = Float64Array.of(3, 1, 2, 2, 1, 3);
    rankSumColumns(x, 2, Uint8Array.of(0, 1, 1));
    expect([...x]).toEqual([3, 1, 2, 2, 1, 3]);
  });

  it('refuses shapes that do not fit, infinite values and groups without rows, by name', () => {
    const x = Float64Array.of(1, 2, 3, Infinity);
    expect(thrown(() => rankSumColumns(x, 3, Uint8Array.of(0, 1)))).toEqual(
      refused('x has 4 values, not 2 rows'),
    );
    expect(thrown(() => rankSumColumns(x, 2, Uint8Array.of(0, 1)))).toEqual(refused('in row 1, column 1'));
    expect(thrown(() => rankSumColumns(x, 2, Uint8Array.of(1, 1)))).toEqual(refused('group 0 has no rows'));
    expect(thrown(() => rankSumColumns(x, 2, Uint8Array.of(0, 0)))).toEqual(refused('group 1 has no rows'));
    expect(thrown(() => rankSumColumns(x, 2, Uint8Array.of(0, 2)))).toEqual(refused('group of row 1'));
  });
});
