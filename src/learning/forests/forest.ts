import type { Random } from '../../numerics/index.ts';
import { type Bagging, bagging } from './bag.ts';
import { refuse } from './features.ts';
import type { ForestNodes } from './node-store.ts';

export interface ForestSettings {
  /** How many trees; 500 where not given. */
  readonly trees?: number;
  /** Each tree draws from a stream of its own, `random.fork(tree)`. */
  readonly random: Random;
  /** Features tried at each node (R's mtry), drawn without replacement; floor(sqrt(columns)) where not given. */
  readonly featuresPerSplit?: number;
  /**
   * As ranger's min.node.size. Survival: the fewest rows (as often as they are in the bag) of a child, 3 where not
   * given. Classes: a node with so many rows or fewer is a leaf, 10 where not given (ranger's for probabilities; 1
   * for classification).
   */
  readonly minimumNodeSize?: number;
  /** Splits from the root to a leaf at most; no limit where not given. */
  readonly maximumDepth?: number;
  /** Bags are drawn with replacement; true where not given. */
  readonly withReplacement?: boolean;
  /** Size of a bag over the rows (clusters); 1 with replacement, else 0.632, where not given. */
  readonly sampleShare?: number;
  /** (n) Rows of one cluster (a patient) are drawn together, and out of the bag together. */
  readonly clusters?: Int32Array;
  /** 1 where not given: grown on this thread, which is blocked. The result is the same for any number. */
  readonly threads?: number;
  /** Stops growing; only more than one thread can be stopped between trees. */
  readonly signal?: AbortSignal;
}

interface Forest {
  readonly columns: number;
  readonly nodes: ForestNodes;
  /** What `permutationImportance` needs to know again which rows a tree did not see. */
  readonly bag: Bagging;
  readonly seeds: Uint32Array;
  /** (columns) Sum of the gains of a feature's splits, over trees: log-rank statistics, or decrease of Gini. */
  readonly impurityImportance: Float64Array;
  /**
   * Survival: 1 - Harrell's C of `outOfBag`. Classes: mean over rows of the summed squared difference between
   * probabilities and the class seen, over classes (Brier). NaN where no row (no comparable pair) is out of bag.
   */
  readonly outOfBagError: number;
}

export interface SurvivalForest extends Forest {
  readonly kind: 'survival';
  /** (times) The distinct event times of the training data. */
  readonly times: Float64Array;
  /** (n) Mortality by the trees that did not see the row; NaN where all did. */
  readonly outOfBag: Float64Array;
}

export interface ClassificationForest extends Forest {
  readonly kind: 'classes';
  readonly classes: number;
  /** (n x classes) Probabilities by the trees that did not see the row; NaN where all did. */
  readonly outOfBag: Float64Array;
  /** Share of the rows whose likeliest class out of bag is not theirs; NaN where no row is out of bag. */
  readonly misclassification: number;
}

const integer = (value: number, name: string, from: number, to = Infinity): number => {
  if ((Number.isInteger(value) || value === Infinity) && value >= from && value <= to) return value;
  return refuse(`${name} is ${value}, not an integer from ${from}${to === Infinity ? '' : ` to ${to}`}`);
};

/** The settings with their defaults. @throws {CdsError} LEARNING_INPUT_INVALID names the one that is out of range */
export function checkSettings(settings: ForestSettings, n: number, columns: number, nodeSize: number) {
  const withReplacement = settings.withReplacement ?? true;
  const trees = integer(settings.trees ?? 500, 'trees', 1, 1e6);
  return {
    seeds: Uint32Array.from({ length: trees }, (_, tree) => settings.random.fork(tree).integer(2 ** 32)),
    featuresPerSplit: integer(
      settings.featuresPerSplit ?? Math.floor(Math.sqrt(columns)),
      'featuresPerSplit',
      1,
      columns,
    ),
    minimumNodeSize: integer(settings.minimumNodeSize ?? nodeSize, 'minimumNodeSize', 1),
    maximumDepth: integer(settings.maximumDepth ?? Infinity, 'maximumDepth', 0),
    bag: bagging(
      n,
      settings.clusters,
      withReplacement,
      settings.sampleShare ?? (withReplacement ? 1 : 0.632),
    ),
    threads: integer(settings.threads ?? 1, 'threads', 1, 1024),
  };
}
