/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { CtVolume } from '../contract.ts';

/**
 * The volume with values below and above set to the ends of the range: outside of the field of view scanners write
 * anything, which interpolation would draw into the body. Another array, unless nothing has to be clamped.
 *
 * @param range HU, both ends kept; [-1024, 3071] before any interpolation
 */
export function clampHu(volume: CtVolume, [low, high]: readonly [low: number, high: number]): CtVolume {
  const { hu } = volume;
  const n = hu.length;
  let first = 0;
  while (first < n && hu[first]! >= low && hu[first]! <= high) first++;
  if (first === n) return volume;
  const clamped = hu.slice();
  for (let i = first; i < n; i++) {
    const value = hu[i]!;
    if (value < low) clamped[i] = low;
    else if (value > high) clamped[i] = high;
  }
  return { ...volume, hu: clamped };
}
