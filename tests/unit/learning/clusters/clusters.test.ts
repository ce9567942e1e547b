import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adjustedRandIndex,
  calinskiHarabasz,
  consensusClusters,
  gaussianMixture,
  kMeans,
  predictMixture,
  silhouette,
  wardClusters,
} from '../../../../src/learning/clusters/index.ts';
import { createRandom } from '../../../../src/numerics/index.ts';

const refused = (message: string, code = 'LEARNING_INPUT_INVALID') =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

const thrown = (call: () => unknown): unknown => {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
};

const COLUMNS = 2;
/** Points of a small grid: many are equal, and so are many distances. */
const points = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })), {
    minLength: 1,
    maxLength: 14,
  })
  .map((rows) => Float64Array.from(rows.flat()));

const distinct = (x: Float64Array): number =>
  new Set(Array.from({ length: x.length / 2 }, (_, row) => `${String(x[2 * row])} ${String(x[2 * row + 1])}`))
    .size;

/** Groups of normal points, apart by `gap` in every column. */
const groupsOf = (seed: number, n: number, columns: number, groups: number, gap: number): Float64Array => {
  const random = createRandom(seed);
  return Float64Array.from(
    { length: n * columns },
    (_, at) => random.normal() + gap * (Math.floor(at / columns) % groups) * (at % 2 === 0 ? 1 : -1),
  );
};

describe('wardClusters', () => {
  it('joins all rows once, ever higher; its order has no crossings; cuts are nested', () => {
    fc.assert(
      fc.property(points, (x) => {
        const n = x.length / COLUMNS;
        const { merges, heights, order, cut } = wardClusters(x, COLUMNS);
        expect(merges.flatMap(([a, b]) => [a, b]).sort((a, b) => a - b)).toEqual(
          Array.from({ length: 2 * n - 2 }, (_, id) => id),
        );
        expect([...heights]).toEqual([...heights].sort((a, b) => a - b));
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, row) => row));
        for (let k = 1; k <= n; k++) {
          const labels = cut(k);
          expect(new Set(labels).size).toBe(k);
          const runs = [...order].filter((row, at) => at === 0 || labels[row] !== labels[order[at - 1]!]);
          expect(runs.length).toBe(k); // each group stands together
        }
        // The squared heights are twice the whole sum of squares.
        const total = kMeans({ x, columns: COLUMNS, k: 1, random: createRandom(1) }).withinSumOfSquares;
        expect(heights.reduce((sum, height) => sum + height ** 2, 0)).toBeCloseTo(2 * total, 8);
      }),
    );
  });

  it('does not depend on the order of the rows, a shift, or (but for the heights) the unit', () => {
    const x = groupsOf(3, 40, COLUMNS, 3, 3);
    const reversed = Float64Array.from(x, (_, at) => 5 + 100 * x[(39 - Math.floor(at / 2)) * 2 + (at % 2)]!);
    const [one, other] = [wardClusters(x, COLUMNS), wardClusters(reversed, COLUMNS)];
    other.heights.forEach((height, at) => {
      expect(height / (100 * one.heights[at]!)).toBeCloseTo(1, 9);
    });
    expect(adjustedRandIndex(one.cut(4), other.cut(4).toReversed())).toBe(1);
  });

  it('refuses what has no rows, or no end, by name', () => {
    expect(thrown(() => wardClusters(new Float64Array(0), 2))).toEqual(refused('x has no rows'));
    expect(thrown(() => wardClusters(Float64Array.of(1, 2, 3), 2))).toEqual(refused('x has 3 values'));
    expect(thrown(() => wardClusters(Float64Array.of(1, Number.NaN), 1))).toEqual(refused('row 1, column 0'));
    expect(thrown(() => wardClusters(Float64Array.of(1e200, -1e200), 1))).toEqual(refused('overflow'));
    expect(thrown(() => wardClusters(Float64Array.of(1, 2), 1).cut(3))).toEqual(
      refused('k is 3, more than the 2 rows'),
    );
    expect([...wardClusters(Float64Array.of(7), 1).cut(1)]).toEqual([0]);
  });
});

describe('kMeans', () => {
  it('leaves no group empty, and no row nearer to another centre', () => {
    fc.assert(
      fc.property(points, fc.nat(), (x, seed) => {
        const n = x.length / COLUMNS;
        for (let k = 1; k <= distinct(x); k++) {
          const { labels, centers } = kMeans({
            x,
            columns: COLUMNS,
            k,
            random: createRandom(seed),
            restarts: 2,
          });
          expect(new Set(labels).size).toBe(k);
          const to = (row: number, c: number): number =>
            Math.hypot(x[2 * row]! - centers[2 * c]!, x[2 * row + 1]! - centers[2 * c + 1]!);
          for (let row = 0; row < n; row++)
            for (let c = 0; c < k; c++) expect(to(row, labels[row]!)).toBeLessThanOrEqual(to(row, c) + 1e-9);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is the same with the same seed', () => {
    const x = groupsOf(5, 60, 3, 4, 1);
    const fit = (seed: number) => kMeans({ x, columns: 3, k: 4, random: createRandom(seed) });
    expect(fit(9)).toEqual(fit(9));
  });

  it('of k = n rows has nothing within; refuses more groups than different rows', () => {
    const x = Float64Array.of(1, 2, 3, 3);
    const random = createRandom(1);
    expect(kMeans({ x, columns: 1, k: 3, random }).withinSumOfSquares).toBe(0);
    expect(thrown(() => kMeans({ x, columns: 1, k: 4, random }))).toEqual(refused('only 3 rows of x differ'));
    expect(thrown(() => kMeans({ x, columns: 1, k: 5, random }))).toEqual(
      refused('k is 5, more than the 4 rows'),
    );
    expect(thrown(() => kMeans({ x, columns: 1, k: 0, random }))).toEqual(refused('k is 0'));
  });
});

describe('gaussianMixture', () => {
  const x = groupsOf(7, 120, COLUMNS, 2, 4);
  const truth = Int32Array.from({ length: 120 }, (_, row) => row % 2);

  it.each(['diagonal', 'full'] as const)(
    '%s: finds the groups, and the same from the same seed',
    (covariance) => {
      const fit = (components: number) =>
        gaussianMixture({ x, columns: COLUMNS, components, covariance, random: createRandom(2) });
      const mixture = fit(2);
      expect(fit(2)).toEqual(mixture);
      expect(adjustedRandIndex(mixture.labels, truth)).toBe(1);
      expect(mixture.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
      expect(mixture.bic).toBeLessThan(fit(1).bic); // lower is better
      expect(mixture.bic).toBeLessThan(fit(4).bic);
      const far = predictMixture(mixture, Float64Array.of(1e3, -1e3));
      expect(far.responsibilities[0]! + far.responsibilities[1]!).toBeCloseTo(1, 12);
      expect(Number.isFinite(far.logLikelihood)).toBe(true);
    },
  );

  it.each(['diagonal', 'full'] as const)('%s: does not depend on units or origins', (covariance) => {
    const settings = { columns: COLUMNS, components: 2, covariance, random: createRandom(2) };
    const one = gaussianMixture({ x, ...settings });
    const moved = gaussianMixture({ x: x.map((value) => 1e6 + 1e-3 * value), ...settings });
    expect(moved.labels).toEqual(one.labels);
    // n rows, 2 columns, each density 1e3 times as high
    expect(moved.logLikelihood - 120 * 2 * Math.log(1e3)).toBeCloseTo(one.logLikelihood, 4);
  });

  it('of one component is the sample: means and covariances with divisor n', () => {
    const values = Float64Array.of(1, 2, 4, 9);
    const settings = { columns: 1, components: 1, random: createRandom(1), regularisation: 0 } as const;
    const one = gaussianMixture({ x: values, covariance: 'diagonal', ...settings });
    expect(one.means[0]).toBeCloseTo(4, 12);
    expect(one.covariances[0]).toBeCloseTo(9.5, 12); // (9 + 4 + 0 + 25) / 4
    expect(one.logLikelihood).toBeCloseTo(-2 * (Math.log(2 * Math.PI * 9.5) + 1), 12);
    expect(one.parameters).toBe(2);
  });

  it('names a collapse, too few iterations, constant columns and too many components', () => {
    const settings = { columns: 1, covariance: 'diagonal', random: createRandom(1) } as const;
    const equal = Float64Array.of(0, 0, 0, 0, 0, 5, 5, 5, 5);
    const collapse = thrown(() => gaussianMixture({ x: equal, components: 2, ...settings }));
    expect(collapse).toEqual(refused('in 10 of 10 starts a component collapsed', 'LEARNING_NOT_CONVERGED'));
    const tooFew = { x, ...settings, columns: 2, components: 3, maximumIterations: 1 };
    expect(thrown(() => gaussianMixture(tooFew))).toEqual(
      refused('within 1 iterations', 'LEARNING_NOT_CONVERGED'),
    );
    const constant = Float64Array.of(1, 7, 2, 7, 3, 7);
    expect(thrown(() => gaussianMixture({ x: constant, ...settings, columns: 2, components: 1 }))).toEqual(
      refused('column 1 of x is constant'),
    );
    expect(thrown(() => gaussianMixture({ x: equal, components: 3, ...settings }))).toEqual(
      refused('only 2 rows of x differ'),
    );
    const start = Float64Array.of(1, 0.5);
    expect(
      thrown(() => gaussianMixture({ x: Float64Array.of(1, 2), components: 1, ...settings, start })),
    ).toEqual(refused('start of row 1'));
  });
});

describe('silhouette, calinskiHarabasz, adjustedRandIndex', () => {
  const x = Float64Array.of(0, 1, 10, 12);

  it('have these values', () => {
    // row 0: to its own 1, to the others 11; row 1: 1 and 10; row 2: 2 and 9.5; row 3: 2 and 11.5
    expect([...silhouette(x, 1, [0, 0, 1, 1]).widths]).toEqual([10 / 11, 9 / 10, 7.5 / 9.5, 9.5 / 11.5]);
    // centres 0.5, 11, all 5.75: between 4 * 5.25^2 = 110.25, within 0.5 + 2 = 2.5, over 1 and 2
    expect(calinskiHarabasz(x, 1, [0, 0, 1, 1])).toBeCloseTo(110.25 / 1.25, 12);
    expect(adjustedRandIndex([0, 0, 1, 1], [1, 1, 0, 0])).toBe(1);
    expect(adjustedRandIndex([0, 0, 1, 1], [0, 1, 0, 1])).toBeCloseTo(-0.5, 12);
    expect(adjustedRandIndex([0, 0, 0], [0, 0, 0])).toBe(1);
  });

  it('are 0 of rows that are all equal, or alone', () => {
    const equal = new Float64Array(4);
    expect(silhouette(equal, 1, [0, 0, 1, 1]).mean).toBe(0);
    expect(silhouette(x, 1, [0, 1, 2, 3]).mean).toBe(0);
    expect(calinskiHarabasz(equal, 1, [0, 0, 1, 1])).toBe(0);
    expect(calinskiHarabasz(Float64Array.of(1, 1, 2), 1, [0, 0, 1])).toBe(Infinity);
  });

  it('refuse groupings that are none, by name', () => {
    expect(thrown(() => silhouette(x, 1, [0, 0, 0, 0]))).toEqual(refused('one group only'));
    expect(thrown(() => silhouette(x, 1, [0, 0, 2, 2]))).toEqual(refused('group 1 has no rows'));
    expect(thrown(() => silhouette(x, 1, [0, 1]))).toEqual(refused('labels has 2 rows, x 4'));
    expect(thrown(() => calinskiHarabasz(x, 1, [0, 1, 2, 3]))).toEqual(refused('as many groups as rows'));
    expect(thrown(() => adjustedRandIndex([0, 1], [0]))).toEqual(refused('labels has 1 rows'));
  });
});

/** Three groups, each raised in columns of its own. */
const threeGroups = (n: number, columns: number): Float64Array =>
  groupsOf(4, n, columns, 1, 0).map((value, at) => value + (Math.floor(at / columns) % 3 === at % 3 ? 4 : 0));

describe('consensusClusters', () => {
  const settings = { columns: 6, resamples: 30, nullSets: 19, maximumGroups: 4 };

  it.each(['ward', 'k-means'] as const)('%s: finds three groups that are there', (base) => {
    const input = {
      x: threeGroups(60, 6),
      ...settings,
      base,
      ...(base === 'k-means' && { resamples: 15 }),
    };
    const found = consensusClusters({ ...input, random: createRandom(1) });
    expect(found).toMatchObject({ k: 3, pValue: 0.05 });
    expect(
      adjustedRandIndex(
        found.labels,
        Int32Array.from({ length: 60 }, (_, row) => row % 3),
      ),
    ).toBe(1);
    const { itemConsensus, clusterConsensus, ambiguousPairs, relativeStability } = found.tried[1]!;
    expect([...clusterConsensus]).toEqual([1, 1, 1]);
    expect([...itemConsensus.subarray(0, 3)]).toEqual([1, 0, 0]);
    expect(ambiguousPairs).toBe(0);
    expect(relativeStability).toBeGreaterThan(0);
    expect(found.why).toContain('k = 3');
  });

  it('finds one group where there are none, and the same from the same seed', () => {
    const x = groupsOf(8, 30, 6, 1, 0);
    const find = () => consensusClusters({ x, ...settings, random: createRandom(6) });
    const found = find();
    expect(found.k).toBe(1);
    expect(found.pValue).toBeGreaterThan(0.05);
    expect(new Set(found.labels)).toEqual(new Set([0]));
    expect(found.why).toContain('one group');
    const again = find();
    expect(again.tried.map((one) => one.consensus)).toEqual(found.tried.map((one) => one.consensus));
    expect(again.pValue).toBe(found.pValue);
  });

  it('refuses too few rows, draws and null sets, by name', () => {
    const x = groupsOf(8, 30, 6, 1, 0);
    const ask = (more: object) =>
      thrown(() => consensusClusters({ x, ...settings, random: createRandom(1), ...more }));
    expect(ask({ x: x.subarray(0, 12) })).toEqual(refused('maximumGroups is 4, more than'));
    expect(ask({ resamples: 1 })).toEqual(refused('together in no resample'));
    expect(ask({ nullSets: 9 })).toEqual(refused('nullSets is 9'));
    expect(ask({ rowShare: 1.5 })).toEqual(refused('rowShare is 1.5'));
    expect(ask({ maximumGroups: 1 })).toEqual(refused('maximumGroups is 1'));
  });

  it('leaves columns out where it is asked to', () => {
    const input = { x: threeGroups(60, 6), ...settings, random: createRandom(1) };
    const [all, some] = [consensusClusters(input), consensusClusters({ ...input, featureShare: 0.5 })];
    expect(some.tried[2]!.consensus).not.toEqual(all.tried[2]!.consensus);
    expect(some.k).toBe(3);
  });
});
