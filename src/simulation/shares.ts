import type { Random } from '../numerics/index.ts';

/** One of the keys, with the probability of its share; the shares sum to 1. */
export function pickShare<K extends string>(random: Random, shares: Readonly<Partial<Record<K, number>>>): K {
  const keys = Object.keys(shares) as [K, ...K[]];
  let u = random.uniform();
  for (const key of keys) {
    const share = shares[key] ?? 0;
    if (u < share) return key;
    u -= share;
  }
  // Rounding left a sliver at the end.
  return keys.at(-1) ?? keys[0];
}

/** A whole number of min..max, ends included. */
export const integerBetween = (
  random: Random,
  { min, max }: { readonly min: number; readonly max: number },
): number => min + random.integer(max - min + 1);
