import { expect, it } from 'vitest';
import { quantile, quantileOfSorted } from '../../../src/numerics/index.ts';

it('is type 7: R quantile(c(8, 1, 4, 2), c(0, .3, .5, .95, 1)) = 1, 1.9, 3, 7.4, 8', () => {
  const values = [8, 1, 4, 2];
  expect([0, 0.3, 0.5, 1].map((p) => quantile(values, p))).toEqual([1, 1.9, 3, 8]);
  expect(quantile(values, 0.95)).toBeCloseTo(7.4, 14);
  expect(values).toEqual([8, 1, 4, 2]);
});

it('of one value is that value, of none NaN', () => {
  expect(quantileOfSorted([5], 0.3)).toBe(5);
  expect(quantileOfSorted([], 0.3)).toBeNaN();
});
