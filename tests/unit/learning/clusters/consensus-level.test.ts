import { expect, it } from 'vitest';
import { consensusClusters } from '../../../../src/learning/clusters/index.ts';
import { createRandom } from '../../../../src/numerics/index.ts';

/** Of 40 data sets without groups (correlated columns), 2 would be given some at the level of 0.05; at most 6 by chance. */
it('finds groups where there are none about as often as its level says', () => {
  const [n, columns, sets] = [24, 4, 40];
  let found = 0;
  for (let set = 0; set < sets; set++) {
    const random = createRandom(100 + set);
    const x = new Float64Array(n * columns);
    for (let row = 0; row < n; row++) {
      const shared = random.normal();
      for (let k = 0; k < columns; k++) x[row * columns + k] = random.normal() + shared * (k % 2);
    }
    const settings = { resamples: 25, nullSets: 19, maximumGroups: 4 };
    if (consensusClusters({ x, columns, ...settings, random }).k > 1) found++;
  }
  expect(found).toBeLessThanOrEqual(6);
});
