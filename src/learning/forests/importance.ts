/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import type { Random } from '../../numerics/index.ts';
import { selectRows, type SurvivalData, validateSurvivalData } from '../../survival/index.ts';
import { brierScore, checkLabels } from './classification-forest.ts';
import { refuse, toFloat32 } from './features.ts';
import type { ClassificationForest, SurvivalForest } from './forest.ts';
import { leafOf } from './node-store.ts';
import { outOfBagRows } from './out-of-bag.ts';
import { discordance } from './survival-forest.ts';

interface ImportanceInput {
  /** The training matrix, shape (n, columns), row-major. */
  readonly x: Float64Array;
  readonly columns: number;
  readonly random: Random;
  /** Features that are permuted together (the same rows), each group with one importance; each on its own if not given. */
  readonly groups?: readonly (readonly number[])[];
}
export interface SurvivalImportanceInput extends ImportanceInput {
  readonly data: SurvivalData;
}
export interface ClassImportanceInput extends ImportanceInput {
  readonly labels: Int32Array;
}

/**
 * How much worse trees predict the rows they did not see once a feature is permuted among those: mean over trees of
 * the increase of 1 - C (survival) or of the Brier score (classes). About 0, also below, for a feature without use.
 *
 * @returns (columns), or one a group
 * @throws {CdsError} LEARNING_INPUT_INVALID; SURVIVAL_INPUT_INVALID
 * @see Breiman 2001, doi:10.1023/A:1010933404324; R's ranger(importance = 'permutation')
 */
export function permutationImportance(forest: SurvivalForest, input: SurvivalImportanceInput): Float64Array;
export function permutationImportance(
  forest: ClassificationForest,
  input: ClassImportanceInput,
): Float64Array;
export function permutationImportance(
  forest: SurvivalForest | ClassificationForest,
  input: SurvivalImportanceInput | ClassImportanceInput,
): Float64Array {
  const { nodes, bag, seeds, columns } = forest;
  if (input.columns !== columns) refuse(`columns is ${input.columns}, the forest's are ${columns}`);
  const { x, n } = toFloat32(input.x, columns);
  if (n !== bag.rows.length) refuse(`x has ${n} rows, the forest was grown on ${bag.rows.length}`);
  const groups = checkGroups(input.groups, columns);
  const errorOf = errorFunction(forest, input, n);
  const sums = new Float64Array(groups.length);
  const permuted = new Float32Array(columns);
  const width = nodes.value.length / nodes.feature.length;
  let trees = 0;
  for (const { tree, rows } of outOfBagRows(bag, seeds)) {
    const used = usedFeatures(forest, tree);
    const root = nodes.roots[tree]!;
    const values = new Float64Array(rows.length * width);
    const take = (at: number, leaf: number): void => {
      for (let k = 0; k < width; k++) values[at * width + k] = nodes.value[leaf * width + k]!;
    };
    rows.forEach((row, at) => {
      take(at, leafOf(nodes, root, x, row * columns));
    });
    const error = errorOf(rows, values);
    if (Number.isNaN(error)) continue;
    trees++;
    const random = input.random.fork(tree);
    groups.forEach((group, index) => {
      if (!group.some((feature) => used.has(feature))) return;
      const donors = random.fork(index).shuffle([...rows]);
      rows.forEach((row, at) => {
        permuted.set(x.subarray(row * columns, (row + 1) * columns));
        for (const feature of group) permuted[feature] = x[donors[at]! * columns + feature]!;
        take(at, leafOf(nodes, root, permuted, 0));
      });
      sums[index] = sums[index]! + errorOf(rows, values) - error;
    });
  }
  if (trees === 0) refuse('no tree has rows out of its bag that could be compared');
  return sums.map((sum) => sum / trees);
}

const checkGroups = (
  groups: readonly (readonly number[])[] | undefined,
  columns: number,
): readonly (readonly number[])[] => {
  for (const feature of groups?.flat() ?? []) {
    if (!Number.isInteger(feature) || feature < 0 || feature >= columns) {
      refuse(`groups names column ${feature}, not from 0 to ${columns - 1}`);
    }
  }
  return groups ?? Array.from({ length: columns }, (_, feature) => [feature]);
};

/** The error of one tree on some rows; NaN where it cannot be told. */
type ErrorOf = (rows: Int32Array, values: Float64Array) => number;

const errorFunction = (
  forest: SurvivalForest | ClassificationForest,
  input: SurvivalImportanceInput | ClassImportanceInput,
  n: number,
): ErrorOf => {
  if (forest.kind === 'survival' && 'data' in input) {
    const { data } = input;
    if (validateSurvivalData(data) !== n) refuse(`data has ${data.time.length} rows, x ${n}`);
    return (rows, values) => (rows.length === 0 ? NaN : discordance(selectRows(data, rows), values));
  }
  if (forest.kind === 'classes' && 'labels' in input) {
    const { labels } = input;
    checkLabels(labels, forest.classes, n);
    return (rows, values) =>
      brierScore(
        values,
        Int32Array.from(rows, (row) => labels[row]!),
        forest.classes,
      );
  }
  return refuse('a survival forest needs data, a classification forest labels');
};

const usedFeatures = ({ nodes }: SurvivalForest | ClassificationForest, tree: number): Set<number> =>
  new Set(nodes.feature.subarray(nodes.roots[tree], nodes.roots[tree + 1]));
