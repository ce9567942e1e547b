import { expect, it } from 'vitest';
import { createExpiringSet } from '../../../src/hooks/common/risk/expiring-set.ts';

it('remembers a name for a while, and no other', () => {
  let now = 1000;
  const names = createExpiringSet(300, () => now);
  names.add('a');
  expect([names.has('a'), names.has('b')]).toEqual([true, false]);
  now = 1299;
  expect(names.has('a')).toBe(true);
  now = 1300;
  expect(names.has('a')).toBe(false);
  names.add('a'); // again, from now on
  now = 1500;
  expect(names.has('a')).toBe(true);
});
