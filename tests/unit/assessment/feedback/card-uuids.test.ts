import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createCardUuids } from '../../../../src/assessment/feedback/card-uuids.ts';

const KEY = Buffer.alloc(32, 7);
const uuids = createCardUuids(KEY);
const name = fc.string({ minLength: 1, maxLength: 12, unit: 'binary' });

describe('card uuids', () => {
  it('are UUIDs of version 4, each another, and ours in every process with the key', () => {
    const other = createCardUuids(Buffer.from(KEY));
    const made = Array.from({ length: 5000 }, () => uuids.uuid('north', 'service'));
    expect(new Set(made).size).toBe(made.length);
    for (const uuid of made) {
      expect(z.uuidv4().safeParse(uuid).success).toBe(true);
      expect(other.isOurs('north', 'service', uuid)).toBe(true);
    }
  });

  it("are no other tenant's, service's or site's, however the names run into one another", () => {
    const stranger = createCardUuids(randomBytes(32));
    fc.assert(
      fc.property(name, name, name, name, (tenant, service, otherTenant, otherService) => {
        const uuid = uuids.uuid(tenant, service);
        expect(uuids.isOurs(tenant, service, uuid)).toBe(true);
        expect(stranger.isOurs(tenant, service, uuid)).toBe(false);
        expect(uuids.isOurs(otherTenant, otherService, uuid)).toBe(
          tenant === otherTenant && service === otherService,
        );
        expect(uuids.isOurs(tenant + service, '', uuid)).toBe(false);
      }),
    );
  });

  it('are spoilt by a change of any character', () => {
    const uuid = uuids.uuid('north', 'service');
    for (let at = 0; at < uuid.length; at++) {
      for (const character of '0123456789abcdef') {
        const changed = uuid.slice(0, at) + character + uuid.slice(at + 1);
        expect(uuids.isOurs('north', 'service', changed)).toBe(changed === uuid);
      }
    }
  });

  it('anything else is not ours, and does not throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uuid(), fc.string(), fc.string({ unit: 'binary' })), (text) => {
        expect(uuids.isOurs('north', 'service', text)).toBe(false);
      }),
    );
    expect(uuids.isOurs('north', 'service', uuids.uuid('north', 'service').toUpperCase())).toBe(false);
  });

  it('each bit of a uuid but those of its version and variant is as often 0 as 1', () => {
    const rounds = 4000;
    const ones = new Array<number>(128).fill(0);
    for (let round = 0; round < rounds; round++) {
      const bytes = Buffer.from(uuids.uuid('north', 'service').replaceAll('-', ''), 'hex');
      for (let bit = 0; bit < 128; bit++)
        ones[bit] = (ones[bit] ?? 0) + ((bytes[bit >> 3]! >> (7 - (bit & 7))) & 1);
    }
    const fixed = ones.flatMap((count, bit) => (count === 0 || count === rounds ? [bit] : []));
    expect(fixed).toEqual([48, 49, 50, 51, 64, 65]);
    // 4000 tosses: 6.5 standard deviations (31.6) are passed once in 10^10
    for (const count of ones.filter((_, bit) => !fixed.includes(bit)))
      expect(Math.abs(count - rounds / 2)).toBeLessThan(206);
  });
});
