/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { cholesky } from '../../numerics/index.ts';

/** The parameters of a mixture of normal distributions. */
export interface MixtureParameters {
  readonly components: number;
  readonly columns: number;
  readonly covariance: 'diagonal' | 'full';
  /** Shape (components), sum 1. */
  readonly weights: Float64Array;
  /** Shape (components, columns). */
  readonly means: Float64Array;
  /** Diagonal: variances, shape (components, columns); full: shape (components, columns, columns). */
  readonly covariances: Float64Array;
}

const LOG_TWO_PI = Math.log(2 * Math.PI);

/**
 * What turns a deviation from the mean into independent standard normals: 1 / standard deviation of each column, or
 * the inverse of the covariance's Cholesky factor.
 */
interface Whitening {
  readonly matrix: Float64Array;
  /** log of its determinant. */
  readonly logDeterminant: number;
}

const inverseOfLower = (lower: Float64Array, size: number): Float64Array => {
  const inverse = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    inverse[column * size + column] = 1 / lower[column * size + column]!;
    for (let row = column + 1; row < size; row++) {
      let sum = 0;
      for (let k = column; k < row; k++) sum -= lower[row * size + k]! * inverse[k * size + column]!;
      inverse[row * size + column] = sum / lower[row * size + row]!;
    }
  }
  return inverse;
};

const whiten = ({ covariance, columns, covariances }: MixtureParameters, component: number): Whitening => {
  if (covariance === 'diagonal') {
    const variances = covariances.subarray(component * columns, (component + 1) * columns);
    const matrix = variances.map((variance) => 1 / Math.sqrt(variance));
    return { matrix, logDeterminant: matrix.reduce((sum, scale) => sum + Math.log(scale), 0) };
  }
  const size = columns * columns;
  const { lower } = cholesky(covariances.subarray(component * size, (component + 1) * size), columns, 0);
  let logDeterminant = 0;
  for (let k = 0; k < columns; k++) logDeterminant -= Math.log(lower[k * columns + k]!);
  return { matrix: inverseOfLower(lower, columns), logDeterminant };
};

/** Squared length of the whitened deviation. */
const squaredDiagonal = (x: Float64Array, from: number, mean: Float64Array, scales: Float64Array): number => {
  let sum = 0;
  for (let k = 0; k < mean.length; k++) {
    const z = (x[from + k]! - mean[k]!) * scales[k]!;
    sum += z * z;
  }
  return sum;
};

const squaredFull = (deviation: Float64Array, matrix: Float64Array): number => {
  const size = deviation.length;
  let sum = 0;
  for (let row = 0, at = 0; row < size; row++, at = row * size) {
    let z = 0;
    for (let k = 0; k <= row; k++) z += matrix[at + k]! * deviation[k]!;
    sum += z * z;
  }
  return sum;
};

/** log of weight times density of every row under every component, into shape (n, components). */
function logJoint(parameters: MixtureParameters, x: Float64Array, into: Float64Array): void {
  const { components, columns, covariance, weights, means } = parameters;
  const deviation = new Float64Array(columns);
  for (let component = 0; component < components; component++) {
    const mean = means.subarray(component * columns, (component + 1) * columns);
    const { matrix, logDeterminant } = whiten(parameters, component);
    const constant = Math.log(weights[component]!) + logDeterminant - (columns * LOG_TWO_PI) / 2;
    for (let from = 0, at = component; from < x.length; from += columns, at += components) {
      let squared: number;
      if (covariance === 'diagonal') {
        squared = squaredDiagonal(x, from, mean, matrix);
      } else {
        for (let k = 0; k < columns; k++) deviation[k] = x[from + k]! - mean[k]!;
        squared = squaredFull(deviation, matrix);
      }
      into[at] = constant - squared / 2;
    }
  }
}

/**
 * The E-step, by log-sum-exp.
 *
 * @param responsibilities P(component | row) is written here, shape (n, components)
 * @returns the log-likelihood
 */
export function expectation(
  parameters: MixtureParameters,
  x: Float64Array,
  responsibilities: Float64Array,
): number {
  const { components } = parameters;
  logJoint(parameters, x, responsibilities);
  let logLikelihood = 0;
  for (let from = 0; from < responsibilities.length; from += components) {
    let greatest = -Infinity;
    for (let k = 0; k < components; k++) greatest = Math.max(greatest, responsibilities[from + k]!);
    let sum = 0;
    for (let k = 0; k < components; k++) {
      const share = Math.exp(responsibilities[from + k]! - greatest);
      responsibilities[from + k] = share;
      sum += share;
    }
    for (let k = 0; k < components; k++) responsibilities[from + k]! /= sum;
    logLikelihood += greatest + Math.log(sum);
  }
  return logLikelihood;
}
