import fc from 'fast-check';
import { expect, it } from 'vitest';
import { requestIdOf } from '../../../src/http/request-id.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

it('a UUID and a trace id stay', () => {
  fc.assert(
    fc.property(fc.uuid(), (id) => {
      expect(requestIdOf(id)).toBe(id);
    }),
  );
  for (const id of ['4bf92f3577b34da6a3ce929d0e0e4736', '4BF92F3577B34DA6', 'a'.repeat(64)])
    expect(requestIdOf(id)).toBe(id);
});

it('what could be a number of a person, and anything else, does not', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\d{1,64}$/), (digits) => {
      expect(requestIdOf(digits)).toMatch(UUID);
    }),
  );
  for (const id of [
    undefined,
    '',
    'a'.repeat(65),
    'a'.repeat(15),
    'zzzzzzzzzzzzzzzzzzzz',
    `${'a'.repeat(16)}\n`,
  ])
    expect(requestIdOf(id)).toMatch(UUID);
});
