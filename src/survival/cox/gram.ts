/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */

/**
 * Adds sum over rows of weight * x x' to a lower triangle: the one O(n p^2) step of a Cox fit.
 *
 * Four rows at a time, so that each element of the triangle is read and written once for four products.
 *
 * @param target shape (p, p), row-major; only its lower triangle is written
 * @param x shape (rows, p), row-major
 * @param weights shape (rows), of any sign
 */
export function addWeightedGram(
  target: Float64Array,
  x: Float64Array,
  columns: number,
  weights: Float64Array,
): void {
  const rows = weights.length;
  const whole = rows - (rows % 4);
  for (let row = 0; row < whole; row += 4) addFour(target, x, columns, weights, row);
  for (let row = whole; row < rows; row++) addOne(target, x, columns, weights[row]!, row * columns);
}

const addFour = (
  target: Float64Array,
  x: Float64Array,
  p: number,
  weights: Float64Array,
  row: number,
): void => {
  const [w0, w1, w2, w3] = [weights[row]!, weights[row + 1]!, weights[row + 2]!, weights[row + 3]!];
  const x0 = row * p;
  const x1 = x0 + p;
  const x2 = x1 + p;
  const x3 = x2 + p;
  for (let j = 0; j < p; j++) {
    const a0 = w0 * x[x0 + j]!;
    const a1 = w1 * x[x1 + j]!;
    const a2 = w2 * x[x2 + j]!;
    const a3 = w3 * x[x3 + j]!;
    const base = j * p;
    for (let k = 0; k <= j; k++) {
      target[base + k] =
        target[base + k]! + (a0 * x[x0 + k]! + a1 * x[x1 + k]! + (a2 * x[x2 + k]! + a3 * x[x3 + k]!));
    }
  }
};

const addOne = (target: Float64Array, x: Float64Array, p: number, weight: number, offset: number): void => {
  for (let j = 0; j < p; j++) {
    const a = weight * x[offset + j]!;
    for (let k = 0; k <= j; k++) target[j * p + k] = target[j * p + k]! + a * x[offset + k]!;
  }
};
