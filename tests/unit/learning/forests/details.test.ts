import { describe, expect, it } from 'vitest';
import { sortFeatures } from '../../../../src/learning/forests/features.ts';
import {
  fitClassificationForest,
  fitSurvivalForest,
  permutationImportance,
  predictClassProbabilities,
} from '../../../../src/learning/forests/index.ts';
import { nodeSorter } from '../../../../src/learning/forests/node-sorter.ts';
import { createRandom } from '../../../../src/numerics/index.ts';
import { madeData } from './made-data.ts';

const whole = { trees: 1, columns: 1, classes: 2, withReplacement: false, sampleShare: 1 };
const random = createRandom(1);

describe('a tree', () => {
  it('parts neighbours in float32, between which there is no midpoint', async () => {
    // The midpoint of these rounds to the even one, which is the upper.
    const [lower, upper] = [1 + 2 ** -23, 1 + 2 ** -22];
    const x = Float64Array.of(lower, upper, lower, upper);
    const labels = Int32Array.of(0, 1, 0, 1);
    const forest = await fitClassificationForest({ ...whole, x, labels, minimumNodeSize: 1, random });
    expect([...predictClassProbabilities(forest, x)]).toEqual([1, 0, 0, 1, 1, 0, 0, 1]);
  });

  it('is no deeper than asked for', async () => {
    const made = madeData(100, 3, 1);
    for (const maximumDepth of [0, 1, 2]) {
      const settings = { ...made, trees: 1, random, maximumDepth, minimumNodeSize: 1 };
      for (const { nodes } of [await fitSurvivalForest(settings), await fitClassificationForest(settings)]) {
        const depth = new Int32Array(nodes.feature.length);
        nodes.feature.forEach((feature, node) => {
          if (feature < 0) return;
          for (const child of [nodes.left[node] ?? 0, nodes.right[node] ?? 0])
            depth[child] = (depth[node] ?? 0) + 1;
        });
        expect(Math.max(...depth)).toBe(maximumDepth);
      }
    }
  });

  it('parts classes of more rows than minimumNodeSize, not of so many', async () => {
    const input = { ...whole, x: Float64Array.of(1, 2, 3, 4), labels: Int32Array.of(0, 0, 1, 1), random };
    const nodes = async (minimumNodeSize: number): Promise<number> =>
      (await fitClassificationForest({ ...input, minimumNodeSize })).nodes.feature.length;
    expect([await nodes(3), await nodes(4)]).toEqual([3, 1]);
  });

  it('of which no child would be large enough is a leaf', async () => {
    const made = madeData(40, 2, 3);
    const input = { ...made, trees: 1, withReplacement: false, sampleShare: 1, random };
    const nodes = async (minimumNodeSize: number): Promise<number> =>
      (await fitSurvivalForest({ ...input, minimumNodeSize })).nodes.feature.length;
    expect([await nodes(20), await nodes(21)]).toEqual([3, 1]);
  });
});

describe('bags without replacement', () => {
  it('hold 0.632 of the rows', async () => {
    const made = madeData(100, 2, 1);
    const { bag } = await fitSurvivalForest({ ...made, trees: 1, withReplacement: false, random });
    expect(bag.size).toBe(63);
  });
});

describe('permutation importance', () => {
  it('gives each row the value of another, not all of one', async () => {
    // 1 in 5 of class 1, told by x: a row mismatched (0.32 of them) costs 2. One value for all would cost 0.4 or 1.6.
    const labels = Int32Array.from({ length: 400 }, (_, row) => Number(row % 5 === 0));
    const x = Float64Array.from(labels);
    for (const seed of [1, 2, 3]) {
      const settings = { ...whole, x, labels, sampleShare: 0.5, random: createRandom(seed) };
      const forest = await fitClassificationForest(settings);
      const [importance = NaN] = permutationImportance(forest, settings);
      expect(Math.abs(importance - 0.64)).toBeLessThan(0.15);
    }
  });
});

describe('nodeSorter', () => {
  it.each([20, 30, 2000])('sorts %i of 4000 rows, ties by row and missing ones last', (size) => {
    const n = 4000;
    const values = createRandom(3);
    const x = new Float32Array(n).map(() => (values.uniform() < 0.1 ? NaN : values.integer(500)));
    const rows = Int32Array.from(values.shuffle(Array.from({ length: n }, (_, row) => row)).slice(0, size));
    const sorter = nodeSorter(sortFeatures(x, n, 1));
    const known = sorter.sort(0, rows, 0, size);
    const rank = (row: number): number => (Number.isNaN(x[row]) ? Infinity : (x[row] ?? NaN));
    const expected = [...rows].sort((a, b) => (rank(a) === rank(b) ? a - b : rank(a) - rank(b)));
    expect([...sorter.sorted.subarray(0, size)]).toEqual(expected);
    expect(known).toBe(expected.filter((row) => !Number.isNaN(x[row])).length);
  });
});
