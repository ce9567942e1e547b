/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { refuse, sharedCopy, sortFeatures, toFloat32 } from './features.ts';
import { checkSettings, type ClassificationForest, type ForestSettings } from './forest.ts';
import { joinTrees } from './node-store.ts';
import { predictOutOfBag, sumGains } from './out-of-bag.ts';
import { growTrees } from './threads.ts';

const MINIMUM_NODE_SIZE = 10;

export interface ClassificationForestInput extends ForestSettings {
  /** Shape (n, columns), row-major; NaN for missing. Rounded to float32. */
  readonly x: Float64Array;
  readonly columns: number;
  /** (n) Each from 0 to classes - 1; a class without rows is allowed. */
  readonly labels: Int32Array;
  /** At least 2. */
  readonly classes: number;
}

/**
 * A random forest for classes: Gini splits, class frequencies in the leaves, averaged over the trees (a probability
 * forest, Malley 2012, doi:10.3414/ME00-01-0052). Missing and constant features are dealt with as by
 * `fitSurvivalForest`.
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID
 * @see Breiman 2001, doi:10.1023/A:1010933404324; equals R's ranger::ranger(probability = TRUE)
 */
export async function fitClassificationForest(
  input: ClassificationForestInput,
): Promise<ClassificationForest> {
  const { columns, labels, classes, signal } = input;
  const { x, n } = toFloat32(input.x, columns);
  checkLabels(labels, classes, n);
  const { threads, ...settings } = checkSettings(input, n, columns, MINIMUM_NODE_SIZE);
  const startOrder = sharedCopy(Int32Array.from({ length: n }, (_, row) => row));
  const outcome = { kind: 'classes', startOrder, labels: sharedCopy(labels), classes } as const;
  const features = sortFeatures(x, n, columns);
  const nodes = joinTrees(await growTrees({ features, outcome, ...settings }, threads, signal));
  const { bag, seeds } = settings;
  const outOfBag = predictOutOfBag(nodes, bag, seeds, x, columns);
  return {
    kind: 'classes',
    columns,
    classes,
    nodes,
    bag,
    seeds,
    outOfBag,
    outOfBagError: brierScore(outOfBag, labels, classes),
    misclassification: misclassification(outOfBag, labels, classes),
    impurityImportance: sumGains(nodes, columns),
  };
}

export function checkLabels(labels: Int32Array, classes: number, n: number): void {
  if (!Number.isInteger(classes) || classes < 2) refuse(`classes is ${classes}, not an integer from 2`);
  if (labels.length !== n) refuse(`labels has ${labels.length} rows, x ${n}`);
  labels.forEach((label, row) => {
    if (label < 0 || label >= classes)
      refuse(`the label of row ${row} is ${label}, not from 0 to ${classes - 1}`);
  });
}

/** Mean over rows of the squared differences, summed over classes; rows without a prediction (NaN) don't count. */
export function brierScore(probabilities: Float64Array, labels: Int32Array, classes: number): number {
  let [sum, rows] = [0, 0];
  labels.forEach((label, row) => {
    if (Number.isNaN(probabilities[row * classes])) return;
    rows++;
    for (let k = 0; k < classes; k++) sum += (probabilities[row * classes + k]! - Number(k === label)) ** 2;
  });
  return sum / rows;
}

const misclassification = (probabilities: Float64Array, labels: Int32Array, classes: number): number => {
  let [wrong, rows] = [0, 0];
  labels.forEach((label, row) => {
    const own = probabilities.subarray(row * classes, (row + 1) * classes);
    if (Number.isNaN(own[0])) return;
    rows++;
    wrong += Number(own.indexOf(Math.max(...own)) !== label);
  });
  return wrong / rows;
};
