/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { cholesky } from '../../numerics/index.ts';
import type { MixtureParameters } from './mixture-density.ts';

/** What all steps of a fit share. */
export interface MixtureProblem {
  readonly x: Float64Array;
  readonly columns: number;
  readonly components: number;
  readonly covariance: 'diagonal' | 'full';
  /** Added to every variance, shape (columns). */
  readonly floor: Float64Array;
  /** Variances of the whole of x, shape (columns). */
  readonly variances: Float64Array;
}

/** Below this share of a column's variance a component has collapsed, whatever the regularisation. */
const COLLAPSED = 1e-12;

const addMeans = (
  problem: MixtureProblem,
  responsibilities: Float64Array,
  means: Float64Array,
): Float64Array => {
  const { x, columns, components } = problem;
  const counts = new Float64Array(components);
  for (let from = 0, at = 0; from < x.length; from += columns) {
    for (let component = 0; component < components; component++, at++) {
      const share = responsibilities[at]!;
      counts[component]! += share;
      for (let k = 0, to = component * columns; k < columns; k++) means[to + k]! += share * x[from + k]!;
    }
  }
  for (let to = 0; to < means.length; to++) means[to]! /= counts[Math.floor(to / columns)]!;
  return counts;
};

const addVariances = (
  problem: MixtureProblem,
  shares: Float64Array,
  means: Float64Array,
  into: Float64Array,
): void => {
  const { x, columns, components } = problem;
  for (let from = 0, at = 0; from < x.length; from += columns) {
    for (let component = 0; component < components; component++, at++) {
      const share = shares[at]!;
      for (let k = 0, to = component * columns; k < columns; k++, to++) {
        const deviation = x[from + k]! - means[to]!;
        into[to]! += share * deviation * deviation;
      }
    }
  }
};

/** Lower triangles only. */
const addCovariances = (
  problem: MixtureProblem,
  shares: Float64Array,
  means: Float64Array,
  into: Float64Array,
): void => {
  const { x, columns, components } = problem;
  const deviation = new Float64Array(columns);
  for (let from = 0, at = 0; from < x.length; from += columns) {
    for (let component = 0; component < components; component++, at++) {
      const share = shares[at]!;
      for (let k = 0; k < columns; k++) deviation[k] = x[from + k]! - means[component * columns + k]!;
      for (let row = 0, to = component * columns * columns; row < columns; row++, to += columns) {
        const scaled = share * deviation[row]!;
        for (let k = 0; k <= row; k++) into[to + k]! += scaled * deviation[k]!;
      }
    }
  }
};

/** Has one of the variances, or of those left over given the columns before it, gone to its floor? */
const collapsedDiagonal = ({ floor, variances, columns }: MixtureProblem, found: Float64Array): boolean =>
  found.some((variance, at) => {
    const column = at % columns;
    return variance - floor[column]! <= Math.max(floor[column]!, COLLAPSED * variances[column]!);
  });

const collapsedFull = ({ floor, variances, columns }: MixtureProblem, matrix: Float64Array): boolean => {
  const { lower, singularColumn } = cholesky(matrix, columns, COLLAPSED);
  if (singularColumn >= 0) return true;
  return variances.some((variance, column) => {
    const left = lower[column * columns + column]! ** 2;
    return left - floor[column]! <= Math.max(floor[column]!, COLLAPSED * variance);
  });
};

const covariancesOf = (
  problem: MixtureProblem,
  shares: Float64Array,
  means: Float64Array,
  counts: Float64Array,
): Float64Array | undefined => {
  const { columns, components, floor } = problem;
  if (problem.covariance === 'diagonal') {
    const found = new Float64Array(components * columns);
    addVariances(problem, shares, means, found);
    for (let at = 0; at < found.length; at++)
      found[at] = found[at]! / counts[Math.floor(at / columns)]! + floor[at % columns]!;
    return collapsedDiagonal(problem, found) ? undefined : found;
  }
  const size = columns * columns;
  const found = new Float64Array(components * size);
  addCovariances(problem, shares, means, found);
  for (let component = 0; component < components; component++) {
    const matrix = found.subarray(component * size, (component + 1) * size);
    for (let row = 0; row < columns; row++) {
      for (let k = 0; k <= row; k++) {
        matrix[row * columns + k]! /= counts[component]!;
        matrix[k * columns + row] = matrix[row * columns + k]!;
      }
      matrix[row * columns + row]! += floor[row]!;
    }
    if (collapsedFull(problem, matrix)) return undefined;
  }
  return found;
};

/**
 * The M-step.
 *
 * @param responsibilities shape (n, components), rows of sum 1
 * @returns undefined where a component has collapsed: onto fewer rows than it needs, or onto equal ones
 */
export function maximisation(
  problem: MixtureProblem,
  responsibilities: Float64Array,
): MixtureParameters | undefined {
  const { x, columns, components, covariance } = problem;
  const n = x.length / columns;
  const means = new Float64Array(components * columns);
  const counts = addMeans(problem, responsibilities, means);
  if (counts.some((count) => !(count > COLLAPSED * n))) return undefined;
  const covariances = covariancesOf(problem, responsibilities, means, counts);
  if (covariances === undefined) return undefined;
  return { components, columns, covariance, weights: counts.map((count) => count / n), means, covariances };
}
