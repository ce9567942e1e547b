/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { toFloat32 } from './features.ts';
import type { ClassificationForest, SurvivalForest } from './forest.ts';
import { type ForestNodes, leafOf } from './node-store.ts';

const meanOfLeaves = (
  { nodes, columns }: { nodes: ForestNodes; columns: number },
  input: Float64Array,
): Float64Array => {
  const { x, n } = toFloat32(input, columns);
  const width = nodes.value.length / nodes.feature.length;
  const trees = nodes.roots.length - 1;
  const sums = new Float64Array(n * width);
  for (let row = 0; row < n; row++) {
    for (let tree = 0; tree < trees; tree++) {
      const leaf = leafOf(nodes, nodes.roots[tree]!, x, row * columns);
      for (let k = 0; k < width; k++)
        sums[row * width + k] = sums[row * width + k]! + nodes.value[leaf * width + k]!;
    }
  }
  return sums.map((sum) => sum / trees);
};

/**
 * Ensemble mortality: the sum of the forest's cumulative hazard over its event times, the events expected if all of
 * the training set were like this row.
 *
 * @param x shape (n, columns), row-major; NaN for missing
 * @returns (n), at least 0; a higher value means an earlier event
 * @throws {CdsError} LEARNING_INPUT_INVALID
 * @see Ishwaran 2008, doi:10.1214/08-AOAS169
 */
export const predictMortality = (forest: SurvivalForest, x: Float64Array): Float64Array =>
  meanOfLeaves(forest, x);

/**
 * Nelson-Aalen cumulative hazard, averaged over the trees.
 *
 * @returns `times`, and `hazard` at each of them, shape (n, times), row-major, not decreasing along a row
 * @throws {CdsError} LEARNING_INPUT_INVALID
 */
export function predictCumulativeHazard(
  { nodes, columns, times }: SurvivalForest,
  input: Float64Array,
): { readonly times: Float64Array; readonly hazard: Float64Array } {
  const { x, n } = toFloat32(input, columns);
  const trees = nodes.roots.length - 1;
  const { jumpStart, jumpTime, jumpHazard } = nodes;
  const hazard = new Float64Array(n * times.length);
  for (let row = 0; row < n; row++) {
    const own = hazard.subarray(row * times.length, (row + 1) * times.length);
    for (let tree = 0; tree < trees; tree++) {
      const leaf = leafOf(nodes, nodes.roots[tree]!, x, row * columns);
      for (let i = jumpStart[leaf]!; i < jumpStart[leaf + 1]!; i++)
        own[jumpTime[i]!] = own[jumpTime[i]!]! + jumpHazard[i]!;
    }
    let sum = 0;
    for (let t = 0; t < own.length; t++) {
      sum += own[t]!;
      own[t] = sum / trees;
    }
  }
  return { times, hazard };
}

/**
 * Class probabilities: the class frequencies of the leaves, averaged over the trees.
 *
 * @param x shape (n, columns), row-major; NaN for missing
 * @returns shape (n, classes), row-major; each row sums to 1
 * @throws {CdsError} LEARNING_INPUT_INVALID
 */
export const predictClassProbabilities = (forest: ClassificationForest, x: Float64Array): Float64Array =>
  meanOfLeaves(forest, x);
