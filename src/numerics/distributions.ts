import erfc from '@stdlib/math-base-special-erfc';
import erfcinv from '@stdlib/math-base-special-erfcinv';
import gammainc from '@stdlib/math-base-special-gammainc';

/** P(Z > z) of a standard normal, exact to rounding far out in the tail; NaN for NaN. */
export const normalUpperTail = (z: number): number => erfc(z / Math.SQRT2) / 2;

/** z with P(Z <= z) = probability; -Infinity and Infinity at 0 and 1. */
export const normalQuantile = (probability: number): number => -Math.SQRT2 * erfcinv(2 * probability);

/**
 * P(X > x) of a chi-square distribution, exact to rounding far out in the tail.
 *
 * @param degreesOfFreedom positive; need not be whole
 */
export const chiSquareUpperTail = (x: number, degreesOfFreedom: number): number =>
  x <= 0 ? 1 : gammainc(x / 2, degreesOfFreedom / 2, true, true);
