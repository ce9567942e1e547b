import { expect, it } from 'vitest';
import { createRecent } from '../../../src/hooks/common/risk/recent.ts';

it('makes a thing once, and forgets the least recently used first', () => {
  const made: string[] = [];
  const recent = createRecent<string>(2);
  const get = (key: string) =>
    recent.get(key, () => {
      made.push(key);
      return key.toUpperCase();
    });
  expect([get('a'), get('b'), get('a')]).toEqual(['A', 'B', 'A']);
  expect(made).toEqual(['a', 'b']);
  get('c'); // b goes: a was used after it
  get('a');
  expect(made).toEqual(['a', 'b', 'c']);
  get('b');
  expect(made).toEqual(['a', 'b', 'c', 'b']);
});
