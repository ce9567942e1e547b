/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */

/** A = L L' of a symmetric positive definite matrix, row-major; only its lower triangle is read. */
export interface Cholesky {
  readonly size: number;
  /** L, shape (size, size), row-major; zero above the diagonal. */
  readonly lower: Float64Array;
  /** The first column that is a linear combination of those before it, or -1. L is useless unless -1. */
  readonly singularColumn: number;
}

/**
 * @param matrix shape (size, size), row-major
 * @param tolerance a pivot at most this fraction of its diagonal element counts as zero
 */
export function cholesky(matrix: Float64Array, size: number, tolerance = 1e-12): Cholesky {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * size + k]! * lower[j * size + k]!;
      if (i > j) {
        lower[i * size + j] = sum / lower[j * size + j]!;
      } else if (sum > tolerance * Math.abs(matrix[i * size + i]!)) {
        lower[i * size + i] = Math.sqrt(sum);
      } else {
        return { size, lower, singularColumn: i };
      }
    }
  }
  return { size, lower, singularColumn: -1 };
}

/** The solution of A x = b, shape (size). */
export function choleskySolve({ size, lower }: Cholesky, b: Float64Array): Float64Array {
  const x = b.slice();
  for (let i = 0; i < size; i++) {
    let sum = x[i]!;
    for (let k = 0; k < i; k++) sum -= lower[i * size + k]! * x[k]!;
    x[i] = sum / lower[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = x[i]!;
    for (let k = i + 1; k < size; k++) sum -= lower[k * size + i]! * x[k]!;
    x[i] = sum / lower[i * size + i]!;
  }
  return x;
}

/** The inverse of A, shape (size, size), row-major, exactly symmetric. */
export function choleskyInverse(factor: Cholesky): Float64Array {
  const { size } = factor;
  const inverse = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    const unit = new Float64Array(size);
    unit[column] = 1;
    const solution = choleskySolve(factor, unit);
    for (let row = column; row < size; row++) {
      inverse[row * size + column] = solution[row]!;
      inverse[column * size + row] = solution[row]!;
    }
  }
  return inverse;
}
