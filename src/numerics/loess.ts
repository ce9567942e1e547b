/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../domain/index.ts';
import { cholesky, choleskySolve } from './cholesky.ts';
import { ascendingOrder } from './ranks.ts';

export interface LoessOptions {
  /** Share of the points that a local fit sees, in (0, 1]; 0.75 where not given. */
  readonly span?: number;
  /** Of the local polynomial; 2 where not given. */
  readonly degree?: 1 | 2;
}

/** A fitted curve: its value wherever it is asked for, by a local regression there. */
export type LoessCurve = (at: number) => number;

const refuse = (detail: string): never => {
  throw new CdsError('LEARNING_INPUT_INVALID', detail);
};

const check = (x: Float64Array, y: Float64Array, span: number, neighbours: number, degree: number): void => {
  if (x.length !== y.length) refuse(`y has ${String(y.length)} values, x ${String(x.length)}`);
  if (!x.every(Number.isFinite)) refuse('x has a value that is not finite');
  if (!y.every(Number.isFinite)) refuse('y has a value that is not finite');
  if (!(span > 0 && span <= 1)) refuse(`span ${String(span)} is not in (0, 1]`);
  if (neighbours < degree + 1)
    refuse(
      `a span of ${String(span)} leaves ${String(neighbours)} of ${String(x.length)} points a local fit`,
    );
};

/** The distance to the k-th nearest of the sorted points, and which of them lie nearer. */
const neighbourhood = (
  sorted: Float64Array,
  at: number,
  k: number,
): { from: number; until: number; width: number } => {
  let from = sorted.findIndex((value) => value >= at);
  if (from < 0) from = sorted.length;
  let until = from;
  while (until - from < k) {
    const below = from > 0 ? at - sorted[from - 1]! : Infinity;
    const above = until < sorted.length ? sorted[until]! - at : Infinity;
    if (below <= above) from--;
    else until++;
  }
  return { from, until, width: Math.max(at - sorted[from]!, sorted[until - 1]! - at) };
};

/** Nearer and farther than these shares of the width a weight counts as 1 and as 0, as in Cleveland's own. */
const NEAR = 0.001;
const AT_EDGE = 0.999;

const tricube = (share: number): number => {
  if (share >= AT_EDGE) return 0;
  return share <= NEAR ? 1 : (1 - share ** 3) ** 3;
};

/**
 * Local regression (LOESS) of y on x: at each point a polynomial, fitted by least squares to the nearest share of
 * the points with tricube weights in their distance.
 *
 * @param x shape (n), in any order
 * @param y shape (n)
 * @returns the curve; computed directly at each point, without interpolation. Outside the range of x it
 *   extrapolates, which is rarely wanted. It throws LEARNING_INPUT_INVALID where the points that a local fit sees
 *   lie at fewer than degree + 1 different places
 * @throws {CdsError} LEARNING_INPUT_INVALID: lengths, values that are not finite, a span that is too small
 * @see Cleveland & Devlin 1988, doi:10.1080/01621459.1988.10478639; equals R's loess(y ~ x, span, degree,
 *   control = loess.control(surface = "direct", statistics = "exact"))
 */
export function loess(x: Float64Array, y: Float64Array, options: LoessOptions = {}): LoessCurve {
  const { span = 0.75, degree = 2 } = options;
  const k = Math.floor(x.length * span + 1e-5);
  check(x, y, span, k, degree);
  const order = ascendingOrder(x);
  const sortedX = Float64Array.from(order, (i) => x[i]!);
  const sortedY = Float64Array.from(order, (i) => y[i]!);
  const size = degree + 1;
  return (at) => {
    const { from, until, width } = neighbourhood(sortedX, at, k);
    const matrix = new Float64Array(size * size);
    const right = new Float64Array(size);
    for (let i = from; i < until; i++) {
      const u = (sortedX[i]! - at) / width;
      const weight = tricube(Math.abs(u));
      for (let r = 0; r < size; r++) {
        right[r] = right[r]! + weight * u ** r * sortedY[i]!;
        for (let c = 0; c < size; c++) matrix[r * size + c] = matrix[r * size + c]! + weight * u ** (r + c);
      }
    }
    const factor = cholesky(matrix, size, 1e-11);
    if (!(width > 0) || factor.singularColumn >= 0)
      refuse(`the points near ${String(at)} lie at fewer than ${String(size)} different places`);
    return choleskySolve(factor, right)[0]!;
  };
}
