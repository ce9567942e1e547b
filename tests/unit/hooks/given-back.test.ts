import { expect, it } from 'vitest';
import { withoutEmpty } from '../../../src/hooks/common/given-back.ts';

const EXTENSION = { extension: [{ url: 'urn:why', valueCode: 'unknown' }] };

it('nothing null and nothing empty is given back', () => {
  expect(
    withoutEmpty({ a: '', b: null, c: [], d: {}, e: [null, ''], f: [{ g: null }], h: 0, i: false }),
  ).toEqual({
    h: 0,
    i: false,
  });
});

it('what `_name` adds to a list stays where every place is filled', () => {
  const both = { given: ['Ana', 'Eva'], _given: [EXTENSION, EXTENSION], _status: EXTENSION };
  expect(withoutEmpty(both)).toEqual(both);
});

it.each([
  ['in the list', [null, 'Eva'], [EXTENSION, EXTENSION], ['Eva']],
  ['in what is added', ['Ana', 'Eva'], [null, EXTENSION], ['Ana', 'Eva']],
])('a null %s: nothing is added to another value than its own', (_where, given, added, kept) => {
  expect(withoutEmpty({ name: [{ given, _given: added }] })).toEqual({ name: [{ given: kept }] });
});
