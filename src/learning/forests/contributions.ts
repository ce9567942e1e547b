/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { refuse, toFloat32 } from './features.ts';
import type { ClassificationForest, SurvivalForest } from './forest.ts';

export interface Contributions {
  /** The trees' mean value at their roots. */
  readonly baseline: number;
  /** Shape (n, columns), row-major, in the unit of the prediction. */
  readonly contributions: Float64Array;
}

/** What is explained: of a survival forest the mortality, of a classification forest the probability of a class. */
export interface ExplainOptions {
  /** The last class where not given. */
  readonly classIndex?: number;
}

/** (nodes) The explained value of every node. */
export function nodeValues(
  forest: SurvivalForest | ClassificationForest,
  options: ExplainOptions,
): Float64Array {
  if (forest.kind === 'survival') return forest.nodes.value;
  const { classes, nodes } = forest;
  const { classIndex = classes - 1 } = options;
  if (!Number.isInteger(classIndex) || classIndex < 0 || classIndex >= classes) {
    refuse(`classIndex is ${classIndex}, not from 0 to ${classes - 1}`);
  }
  return Float64Array.from(nodes.feature, (_, node) => nodes.value[node * classes + classIndex]!);
}

export function baselineOf({ nodes }: SurvivalForest | ClassificationForest, values: Float64Array): number {
  const trees = nodes.roots.length - 1;
  let sum = 0;
  for (let tree = 0; tree < trees; tree++) sum += values[nodes.roots[tree]!]!;
  return sum / trees;
}

/**
 * What each feature adds to a prediction: along a row's path, each split's change of the node's value counts for the
 * split's feature. baseline + the row's contributions = its prediction.
 *
 * @param x shape (n, columns), row-major; NaN for missing
 * @throws {CdsError} LEARNING_INPUT_INVALID
 * @see Palczewska 2013, doi:10.1109/IRI.2013.6642461
 */
export function forestContributions(
  forest: SurvivalForest | ClassificationForest,
  input: Float64Array,
  options: ExplainOptions = {},
): Contributions {
  const { nodes, columns } = forest;
  const values = nodeValues(forest, options);
  const { x, n } = toFloat32(input, columns);
  const { feature, threshold, missingLeft, left, right, roots } = nodes;
  const trees = roots.length - 1;
  const sums = new Float64Array(n * columns);
  for (let row = 0; row < n; row++) {
    for (let tree = 0; tree < trees; tree++) {
      let node = roots[tree]!;
      for (let split = feature[node]!; split >= 0; split = feature[node]!) {
        const value = x[row * columns + split]!;
        const goesLeft = value <= threshold[node]! || (value !== value && missingLeft[node] === 1);
        const child = goesLeft ? left[node]! : right[node]!;
        const at = row * columns + split;
        sums[at] = sums[at]! + values[child]! - values[node]!;
        node = child;
      }
    }
  }
  return { baseline: baselineOf(forest, values), contributions: sums.map((sum) => sum / trees) };
}
