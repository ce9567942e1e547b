import { describe, expect, it } from 'vitest';
import {
  fitSurvivalForest,
  forestContributions,
  permutationImportance,
  predictCumulativeHazard,
  predictMortality,
} from '../../../../src/learning/forests/index.ts';
import { createRandom } from '../../../../src/numerics/index.ts';
import { madeData } from './made-data.ts';

const made = madeData(200, 5, 7);
const fit = (over: Partial<Parameters<typeof fitSurvivalForest>[0]> = {}) =>
  fitSurvivalForest({ ...made, trees: 50, random: createRandom(1), ...over });

describe('survival forest', () => {
  it('finds a signal: out of bag, and in the importances', async () => {
    const forest = await fit({ trees: 100 });
    expect(forest.outOfBagError).toBeLessThan(0.32);
    const importance = permutationImportance(forest, { ...made, random: createRandom(2) });
    expect(importance.indexOf(Math.max(...importance))).toBe(0);
    expect(forest.impurityImportance.indexOf(Math.max(...forest.impurityImportance))).toBe(0);
  });

  it('sums the cumulative hazard to the mortality', async () => {
    const forest = await fit();
    const { times, hazard } = predictCumulativeHazard(forest, made.x);
    const mortality = predictMortality(forest, made.x);
    mortality.forEach((value, row) => {
      const own = hazard.subarray(row * times.length, (row + 1) * times.length);
      expect(own.reduce((sum, h) => sum + h, 0)).toBeCloseTo(value, 9);
    });
  });

  it('adds contributions up to the prediction', async () => {
    const forest = await fit();
    const { baseline, contributions } = forestContributions(forest, made.x);
    predictMortality(forest, made.x).forEach((value, row) => {
      const own = contributions.subarray(row * 5, row * 5 + 5);
      expect(baseline + own.reduce((sum, c) => sum + c, 0)).toBeCloseTo(value, 9);
    });
  });

  it('is the same for any number of threads', async () => {
    const [one, three] = await Promise.all([fit(), fit({ threads: 3 })]);
    expect(three.nodes).toEqual(one.nodes);
    expect(three.outOfBag).toEqual(one.outOfBag);
  });
});
