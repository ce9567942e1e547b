import type { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { correctedImpurityImportance, fitSurvivalForest } from '../../../../src/learning/forests/index.ts';
import { createRandom } from '../../../../src/numerics/index.ts';
import { concordanceIndex } from '../../../../src/survival/index.ts';
import { madeData } from './made-data.ts';

const made = madeData(200, 5, 7);
const fit = (over: Partial<Parameters<typeof fitSurvivalForest>[0]> = {}) =>
  fitSurvivalForest({ ...made, trees: 40, random: createRandom(1), ...over });

describe('a thread that dies', () => {
  it('is an error with a name, not a forest that never comes', async () => {
    const big = madeData(1000, 20, 1);
    process.once('worker', (worker: Worker) => {
      worker.once('message', () => void worker.terminate());
    });
    await expect(fit({ ...big, threads: 2, trees: 200 })).rejects.toMatchObject({
      code: 'INTERNAL',
      detail: expect.stringContaining('ended with code 1') as string,
    });
  });

  it('of an error in it gives that error', async () => {
    process.once('worker', (worker: Worker) => {
      worker.emit('error', new RangeError('out of memory'));
    });
    await expect(fit({ threads: 2 })).rejects.toMatchObject({ name: 'CdsError', code: 'INTERNAL' });
  });

  it('more threads than cores, or than trees, give the same forest', async () => {
    const [one, many] = await Promise.all([fit({ trees: 3 }), fit({ trees: 3, threads: 16 })]);
    expect(many.nodes).toEqual(one.nodes);
  });
});

describe('out of bag', () => {
  it("the error is 1 - Harrell's C of the out-of-bag mortality, higher being earlier", async () => {
    const { outOfBag, outOfBagError } = await fit();
    expect(outOfBagError).toBeCloseTo(1 - concordanceIndex(made.data, outOfBag).concordance, 12);
    expect(outOfBagError).toBeLessThan(0.4);
  });
});

describe('corrected impurity importance', () => {
  it('is about 0 of noise, whose plain impurity is not', async () => {
    const input = { ...made, trees: 200, featuresPerSplit: 2, random: createRandom(1) };
    const corrected = await correctedImpurityImportance(input);
    const { impurityImportance } = await fit({ trees: 200, featuresPerSplit: 2 });
    const most = corrected[0] ?? NaN;
    for (const noise of [2, 3, 4]) {
      expect(Math.abs(corrected[noise] ?? NaN)).toBeLessThan(0.25 * most);
      expect(impurityImportance[noise] ?? NaN).toBeGreaterThan(0.25 * (impurityImportance[0] ?? NaN));
    }
    expect(corrected.indexOf(Math.max(...corrected))).toBe(0);
  });
});
