import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CT_SETTINGS } from '../../../src/learning/ct/index.ts';
import { checkSettings, learningRateAt } from '../../../src/learning/ct/settings.ts';
import { foldSplits, stratifiedBatches } from '../../../src/learning/ct/splits.ts';
import { createRandom } from '../../../src/numerics/index.ts';

const dealt = (n: number, folds: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i % folds);

describe('foldSplits', () => {
  it('leaves each fold out once, stops by the next one, and learns from the others', () => {
    const splits = foldSplits(dealt(50, 5), new Uint8Array(50).fill(1));
    expect(splits.map(({ fold, innerFold }) => [fold, innerFold])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
      [4, 0],
    ]);
    for (const { learning, inner, leftOut } of splits) {
      expect([...learning, ...inner, ...leftOut].sort((a, b) => a - b)).toEqual([...Array(50).keys()]);
      expect([learning.length, inner.length, leftOut.length]).toEqual([30, 10, 10]);
    }
  });

  it('stops by a fold that has events', () => {
    const fold = dealt(50, 5);
    const event = Uint8Array.from(fold, (f) => Number(f !== 1));
    expect(foldSplits(fold, event)[0]?.innerFold).toBe(2);
  });

  it('refuses fewer than three folds', () => {
    expect(() => foldSplits(dealt(20, 2), new Uint8Array(20).fill(1))).toThrow(
      expect.objectContaining({
        code: 'LEARNING_INPUT_INVALID',
        message: expect.stringContaining('2 folds'),
      }),
    );
  });

  it.each([
    ['no fold has events to stop by', (f: number) => f === 0, 'without fold 0, no fold has 2 patients'],
    ['too few events are left to learn from', (f: number) => f < 2, 'without the folds 0 and 1, 0 patients'],
  ])('says so where %s', (_, has, message) => {
    const fold = dealt(50, 5);
    const event = Uint8Array.from(fold, (f) => Number(has(f)));
    expect(() => foldSplits(fold, event)).toThrow(
      expect.objectContaining({ code: 'LEARNING_INPUT_INVALID', message: expect.stringContaining(message) }),
    );
  });
});

describe('stratifiedBatches', () => {
  it('has every row once, batches of one size but the last, and in each its share of the events', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer(),
        (event, size, seed) => {
          const batches = stratifiedBatches(event, size, createRandom(seed));
          expect(batches.flatMap((b) => [...b]).sort((a, b) => a - b)).toEqual([...event.keys()]);
          const share = event.reduce<number>((sum, e) => sum + e, 0) / event.length;
          batches.forEach((batch, k) => {
            expect(batch.length).toBe(k < batches.length - 1 ? size : event.length - k * size);
            const events = batch.reduce((sum, row) => sum + event[row]!, 0);
            expect(Math.abs(events - share * batch.length)).toBeLessThan(2);
          });
        },
      ),
    );
  });

  it('is another order for another stream', () => {
    const event = new Uint8Array(30).fill(1, 0, 15);
    const order = (seed: number) => stratifiedBatches(event, 4, createRandom(seed)).map(String);
    expect(order(1)).toEqual(order(1));
    expect(order(1)).not.toEqual(order(2));
  });
});

describe('learningRateAt', () => {
  const settings = { ...CT_SETTINGS, learningRate: 0.01, warmUpEpochs: 2, epochs: 12, finalRateShare: 0.1 };
  // by hand: a line to .01 at 2; then .01 (.1 + .9 (1 + cos(pi (at - 2) / 10)) / 2)
  it.each([
    [0.5, 0.0025],
    [1, 0.005],
    [2, 0.01],
    [7, 0.0055],
    [12, 0.001],
  ])('after %d epochs is %d', (at, rate) => {
    expect(learningRateAt(at, settings)).toBeCloseTo(rate, 12);
  });
});

describe('checkSettings', () => {
  it.each([
    ['epochs', { epochs: 0 }],
    ['batchPairs', { batchPairs: 1.5 }],
    ['learningRate', { learningRate: NaN }],
    ['warmUpEpochs', { warmUpEpochs: 99 }],
    ['augmentation.noise', { augmentation: { ...CT_SETTINGS.augmentation, noise: -1 } }],
    ['width', { network: { ...CT_SETTINGS.network, width: 0 } }],
  ])('names %s', (name, wrong) => {
    expect(() => {
      checkSettings({ ...CT_SETTINGS, ...wrong });
    }).toThrow(
      expect.objectContaining({ code: 'LEARNING_INPUT_INVALID', message: expect.stringContaining(name) }),
    );
  });
});
