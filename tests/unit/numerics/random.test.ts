import { expect, it } from 'vitest';
import { createRandom } from '../../../src/numerics/index.ts';

const firstOf = (seed: number, label: number | string): number => createRandom(seed).fork(label).uniform();

it('numbered streams of neighbouring seeds are streams of their own', () => {
  const drawn = Array.from({ length: 40 }, (_, seed) =>
    Array.from({ length: 500 }, (__, label) => firstOf(seed, label)),
  ).flat();
  // Of 20,000 32-bit seeds about .05 pairs meet by chance; digits hashed as texts met thousands of times.
  expect(drawn.length - new Set(drawn).size).toBeLessThanOrEqual(1);
});

it('the same label of the same stream is the same stream, however often it is asked for', () => {
  const random = createRandom(3);
  const before = random.fork('a').uniform();
  random.uniform();
  expect(random.fork('a').uniform()).toBe(before);
  expect(random.fork(7).uniform()).toBe(createRandom(3).fork(7).uniform());
  expect(random.fork(7).uniform()).not.toBe(random.fork(8).uniform());
});

it('numbered streams are uniform and uncorrelated', () => {
  const values = Array.from({ length: 20_000 }, (_, label) => firstOf(11, label));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  // SE of a mean of uniforms .00204; of a serial correlation .0071.
  expect(Math.abs(mean - 0.5)).toBeLessThan(4 * 0.00204);
  const serial = values
    .slice(1)
    .reduce((sum, value, at) => sum + (value - 0.5) * ((values[at] ?? 0) - 0.5), 0);
  expect(Math.abs((12 * serial) / (values.length - 1))).toBeLessThan(4 * 0.0071);
});
