import { expect } from 'vitest';

/** R's NA, NaN and infinities come as texts. */
export type RNumber = number | 'NA' | 'NaN' | 'Inf' | '-Inf' | null;

const asNumber = (value: RNumber): number =>
  typeof value === 'number' ? value : value === 'Inf' ? Infinity : value === '-Inf' ? -Infinity : NaN;

export const numbers = (values: readonly RNumber[]): Float64Array => Float64Array.from(values, asNumber);

/** Relative difference at most `tolerance`, and NA where R has NA; undefined is our NA. */
export function closeTo(
  ours: ArrayLike<number | undefined>,
  theirs: readonly RNumber[],
  tolerance = 1e-9,
): void {
  expect(ours.length).toBe(theirs.length);
  theirs.forEach((value, at) => {
    const expected = asNumber(value);
    const actual = ours[at] ?? NaN;
    const near =
      Number.isNaN(expected) === Number.isNaN(actual) &&
      !(Math.abs(actual - expected) > tolerance * Math.max(Math.abs(expected), 1e-3));
    expect(near, `at ${at}: ${String(ours[at])}, R has ${String(value)}`).toBe(true);
  });
}
