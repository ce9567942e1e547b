import type { Bagging } from './bag.ts';
import type { SortedFeatures } from './features.ts';

export interface SurvivalOutcome {
  readonly kind: 'survival';
  /** (n) Rows by ascending `lastEvent`. */
  readonly startOrder: Int32Array;
  readonly event: Uint8Array;
  /** (n) Index of the latest event time at which the row is at risk; -1 where it ends before the first. */
  readonly lastEvent: Int32Array;
  /** How many distinct event times there are. */
  readonly times: number;
}

export interface ClassOutcome {
  readonly kind: 'classes';
  readonly startOrder: Int32Array;
  readonly labels: Int32Array;
  readonly classes: number;
}

/** All that growing a tree needs; it can be posted to a thread, which shares its arrays. */
export interface GrowTask {
  readonly features: SortedFeatures;
  readonly outcome: SurvivalOutcome | ClassOutcome;
  readonly bag: Bagging;
  /** (trees) */
  readonly seeds: Uint32Array;
  readonly featuresPerSplit: number;
  readonly minimumNodeSize: number;
  readonly maximumDepth: number;
}

/** The best split of a node so far. */
export interface BestSplit {
  /** What the criterion maximises; -1 where there is none. */
  score: number;
  feature: number;
  /** Codes of the last value that goes left and of the first that goes right. */
  leftCode: number;
  rightCode: number;
  /** The missing values of the node go left; undefined where it has none in the feature. */
  missingLeft: boolean | undefined;
}

/** What a tree is split by, and what its nodes hold. */
export interface Criterion {
  /** Values a node holds: 1 (mortality), or one a class. */
  readonly width: number;
  /** Reads the node's rows; false where it must be a leaf. */
  enter(rows: Int32Array, start: number, end: number): boolean;
  /** Writes the entered node's values. */
  writeValues(into: Float64Array, at: number): void;
  /** Writes the entered node's hazard jumps (survival) from `at` on; returns where they end. */
  writeJumps(times: Int32Array, hazards: Float64Array, at: number): number;
  /** Tries a feature on the entered node. */
  tryFeature(feature: number, best: BestSplit): void;
  /** The gain of the best split, which the impurity importance sums. */
  gain(best: BestSplit): number;
}
