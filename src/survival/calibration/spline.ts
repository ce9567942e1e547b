/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { quantile } from '../../numerics/index.ts';
import { refuse } from '../data.ts';

/** Harrell's quantiles for the knots. */
const QUANTILES: Readonly<Record<number, readonly number[]>> = {
  3: [0.1, 0.5, 0.9],
  4: [0.05, 0.35, 0.65, 0.95],
  5: [0.05, 0.275, 0.5, 0.725, 0.95],
};

/**
 * Knots of a restricted cubic spline, ascending, shape (count).
 *
 * @param values shape (n), finite
 * @throws {CdsError} SURVIVAL_INPUT_INVALID: knots that coincide, or another number of knots than 3, 4 or 5
 * @see Harrell 2015, doi:10.1007/978-3-319-19425-7, table 2.3; equals those of R's rms::rcs (n >= 100)
 */
export function splineKnots(values: Float64Array, count: number): Float64Array {
  const quantiles = QUANTILES[count];
  if (quantiles === undefined) return refuse(`knots is ${count}, not 3, 4 or 5`);
  const knots = Float64Array.from(quantiles, (probability) => quantile(values, probability));
  if (knots.some((knot, k) => k > 0 && knot <= knots[k - 1]!)) {
    refuse(`risk takes too few different values for a curve with ${count} knots`);
  }
  return knots;
}

const cube = (value: number): number => (value > 0 ? value * value * value : 0);

/**
 * Restricted cubic spline in the truncated power basis: the value itself, then one cubic term for each knot but the
 * last two, linear beyond the outer knots; cubic terms are divided by the squared distance of the outer knots.
 *
 * @param values shape (n)
 * @param knots ascending, shape (k)
 * @returns shape (n, k - 1), row-major
 * @see Harrell 2015, doi:10.1007/978-3-319-19425-7, section 2.4.5
 */
export function splineBasis(values: Float64Array, knots: Float64Array): Float64Array {
  const k = knots.length;
  const columns = k - 1;
  const [first, beforeLast, last] = [knots[0]!, knots[k - 2]!, knots[k - 1]!];
  const scale = (last - first) ** 2;
  const gap = last - beforeLast;
  const basis = new Float64Array(values.length * columns);
  values.forEach((x, row) => {
    basis[row * columns] = x;
    for (let j = 0; j < k - 2; j++) {
      const knot = knots[j]!;
      basis[row * columns + j + 1] =
        (cube(x - knot) -
          (cube(x - beforeLast) * (last - knot)) / gap +
          (cube(x - last) * (beforeLast - knot)) / gap) /
        scale;
    }
  });
  return basis;
}
