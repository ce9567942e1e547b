import { beforeAll, expect, it } from 'vitest';
import {
  type ClassificationForest,
  fitClassificationForest,
  fitSurvivalForest,
  permutationImportance,
  predictClassProbabilities,
  predictCumulativeHazard,
  type SurvivalForest,
} from '../../src/learning/forests/index.ts';
import { createRandom, midRanks } from '../../src/numerics/index.ts';
import { madeData } from '../unit/learning/forests/made-data.ts';
import { runR } from '../setup/r.ts';
import { describeWith } from '../setup/requires.ts';

/** ranger::treeInfo: null in a leaf. */
interface TreeInfo {
  readonly leftChild: (number | null)[];
  readonly rightChild: (number | null)[];
  readonly splitvarID: (number | null)[];
  readonly splitval: (number | null)[];
}
interface DataSet {
  readonly x: number[][];
  readonly time: number[];
  readonly event: number[];
  readonly errors: number[];
}
interface ClassSet {
  readonly x: number[][];
  readonly labels: number[];
  readonly brier: number[];
  readonly misclassified: number[];
}
interface Answers {
  readonly survival: Record<'lung' | 'veteran' | 'rotterdam', DataSet>;
  readonly classes: Record<'iris' | 'noisy', ClassSet>;
  readonly importance: { readonly survival: number[]; readonly classes: number[] };
  readonly tree: TreeInfo;
  readonly times: number[];
  readonly hazard: number[][];
  readonly classTree: TreeInfo;
  readonly probabilities: number[][];
}

const TREES = 200;
const SEEDS = 10;
/** Errors of 250 rows move in steps of 0.004: of ten seeds the means differ by 0.004 (SD), of sixty by 0.0016. */
const CLASS_SEEDS = 60;
/** ranger's prediction error of probability forests counts only the class seen: (1 - p)^2. The sum over classes is ours. */
// For survival, ranger takes ceiling(sqrt(p)) features a split where its manual says it rounds down: mtry is given.
const SCRIPT = `
library(ranger); library(survival)
full <- function(frame) frame[complete.cases(frame), ]
seeds <- seq_len(d$seeds)
survivalSet <- function(frame, x) {
  frame <- full(frame[, c('time', 'event', x)])
  fit <- function(seed) ranger(Surv(time, event) ~ ., data = frame, num.trees = d$trees, mtry = floor(sqrt(length(x))), seed = seed, num.threads = 1)
  list(x = data.matrix(frame[, x]), time = frame$time, event = frame$event,
    errors = sapply(seeds, function(seed) fit(seed)$prediction.error))
}
lung$event <- lung$status - 1
veteran$event <- veteran$status
rotterdam <- rotterdam[seq(1, nrow(rotterdam), by = 12), ]
rotterdam$time <- ceiling(rotterdam$dtime / 61); rotterdam$event <- rotterdam$death
classSet <- function(x, labels) {
  y <- factor(labels)
  fit <- function(seed, probability) ranger(x = x, y = y, probability = probability, num.trees = d$trees, seed = seed, num.threads = 1)
  brier <- function(seed) {
    p <- fit(seed, TRUE)$predictions
    mean(rowSums((p - model.matrix(~ y - 1))^2))
  }
  list(x = data.matrix(x), labels = as.integer(y) - 1, brier = sapply(seq_len(d$classSeeds), brier),
    misclassified = sapply(seq_len(d$classSeeds), function(seed) fit(seed, FALSE)$prediction.error))
}
frame <- function(x) { x <- as.data.frame(x); names(x) <- paste0('x', seq_along(x)); x }
known <- frame(d$known$x); ranks <- frame(d$exact$x)
survivalFrame <- cbind(time = d$known$time, event = d$known$event, known)
importance <- function(...) rowMeans(sapply(1:5, function(seed)
  ranger(..., mtry = 2, importance = 'permutation', num.trees = d$trees, seed = seed, num.threads = 1)$variable.importance))
one <- function(...) ranger(..., num.trees = 1, mtry = ncol(ranks), replace = FALSE, sample.fraction = 1, seed = 1)
tree <- one(Surv(time, event) ~ ., data = cbind(time = d$exact$time, event = d$exact$event, ranks), min.node.size = 12)
chf <- predict(tree, ranks)
classTree <- one(x = ranks, y = factor(d$exact$labels), probability = TRUE, min.node.size = 30)
result <- list(
  survival = list(
    lung = survivalSet(lung, c('age', 'sex', 'ph.ecog', 'ph.karno', 'pat.karno', 'meal.cal', 'wt.loss')),
    veteran = survivalSet(veteran, c('trt', 'karno', 'diagtime', 'age', 'prior')),
    rotterdam = survivalSet(rotterdam, c('age', 'meno', 'grade', 'nodes', 'pgr', 'er', 'hormon', 'chemo'))),
  classes = list(iris = classSet(iris[, 1:4], iris$Species), noisy = classSet(known, d$known$labels)),
  importance = list(
    survival = importance(Surv(time, event) ~ ., data = survivalFrame),
    classes = importance(x = known, y = factor(d$known$labels), probability = TRUE)),
  tree = as.list(treeInfo(tree)), times = chf$unique.death.times, hazard = chf$chf,
  classTree = as.list(treeInfo(classTree)), probabilities = predict(classTree, ranks)$predictions)`;

const rowsOf = (x: Float64Array, columns: number): number[][] =>
  Array.from({ length: x.length / columns }, (_, row) => [...x.subarray(row * columns, (row + 1) * columns)]);
const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
const spearman = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  const [left, right] = [a, b].map((values) => midRanks(Float64Array.from(values)).ranks);
  const n = a.length;
  const squares = Array.from(left ?? [], (rank, at) => (rank - (right?.[at] ?? NaN)) ** 2);
  return 1 - (6 * squares.reduce((sum, v) => sum + v, 0)) / (n * (n * n - 1));
};

type Tree =
  'leaf' | { readonly feature: number; readonly threshold: number; readonly sides: readonly Tree[] };

const theirTree = (info: TreeInfo, node = 0): Tree => {
  const [left, right] = [info.leftChild[node], info.rightChild[node]];
  if (typeof left !== 'number' || typeof right !== 'number') return 'leaf';
  const [feature, threshold] = [info.splitvarID[node] ?? NaN, info.splitval[node] ?? NaN];
  return { feature, threshold, sides: [theirTree(info, left), theirTree(info, right)] };
};
const ourTree = ({ nodes }: Pick<SurvivalForest | ClassificationForest, 'nodes'>, node = 0): Tree => {
  const feature = nodes.feature[node] ?? -1;
  if (feature < 0) return 'leaf';
  const sides = [nodes.left, nodes.right].map((children) => ourTree({ nodes }, children[node]));
  return { feature, threshold: nodes.threshold[node] ?? NaN, sides };
};
const splitsOf = (tree: Tree): number =>
  tree === 'leaf' ? 0 : 1 + tree.sides.map(splitsOf).reduce((a, b) => a + b);
/** Midpoints: theirs in float64, ours rounded to float32. */
const expectSameSplits = (ours: Tree, theirs: Tree): void => {
  if (ours === 'leaf' || theirs === 'leaf') {
    expect(ours).toEqual(theirs);
    return;
  }
  expect(ours.feature).toBe(theirs.feature);
  expect(Math.abs(ours.threshold - theirs.threshold)).toBeLessThan(
    2e-7 * Math.max(1, Math.abs(theirs.threshold)),
  );
  ours.sides.forEach((side, at) => {
    expectSameSplits(side, theirs.sides[at] ?? 'leaf');
  });
};

// Values that float32 holds, so that both see the same.
const rounded = (x: Float64Array): Float64Array => x.map(Math.fround);
const untied = madeData(160, 4, 21);
/** Times that are tied, in and out of events: the variance of the statistic must say so. */
const tied = { time: untied.data.time.map((t) => Math.ceil(t * 12)), event: untied.data.event };
const exact = { ...untied, data: tied };
const known = madeData(250, 8, 22);
const exactX = rounded(exact.x);
const whole = {
  x: exactX,
  columns: 4,
  trees: 1,
  featuresPerSplit: 4,
  withReplacement: false,
  sampleShare: 1,
};

describeWith('r', 'forests are ranger', (rscript) => {
  let theirs: Answers;
  beforeAll(async () => {
    theirs = await runR<Answers>(rscript, SCRIPT, {
      seeds: SEEDS,
      classSeeds: CLASS_SEEDS,
      trees: TREES,
      exact: {
        x: rowsOf(exactX, 4),
        time: [...exact.data.time],
        event: [...exact.data.event],
        labels: [...exact.labels],
      },
      known: {
        x: rowsOf(known.x, 8),
        time: Array.from(known.data.time, (t) => Math.ceil(t * 50)),
        event: [...known.data.event],
        labels: [...known.labels],
      },
    });
  }, 120_000);

  it('a survival tree on all rows chooses the same splits and predicts the same hazards', async () => {
    const forest = await fitSurvivalForest({
      ...whole,
      data: exact.data,
      minimumNodeSize: 12,
      random: createRandom(1),
    });
    expectSameSplits(ourTree(forest), theirTree(theirs.tree));
    expect(splitsOf(theirTree(theirs.tree))).toBeGreaterThan(5);
    const { times, hazard } = predictCumulativeHazard(forest, exactX);
    const at = Array.from(times, (time) => theirs.times.findIndex((t) => Math.abs(t - time) < 1e-12));
    hazard.forEach((value, i) => {
      const row = Math.floor(i / times.length);
      expect(value).toBeCloseTo(theirs.hazard[row]?.[at[i % times.length] ?? -1] ?? NaN, 12);
    });
  });

  it('a classification tree on all rows chooses the same splits and predicts the same probabilities', async () => {
    const { labels, classes } = exact;
    const forest = await fitClassificationForest({
      ...whole,
      labels,
      classes,
      minimumNodeSize: 30,
      random: createRandom(1),
    });
    expectSameSplits(ourTree(forest), theirTree(theirs.classTree));
    expect(splitsOf(theirTree(theirs.classTree))).toBeGreaterThan(5);
    const probabilities = theirs.probabilities.flat();
    predictClassProbabilities(forest, exactX).forEach((value, i) => {
      expect(value).toBeCloseTo(probabilities[i] ?? NaN, 12);
    });
  });

  it.each(['lung', 'veteran', 'rotterdam'] as const)(
    'out-of-bag C of %s, mean of 10 seeds, within 0.01',
    async (name) => {
      const { x, time, event, errors } = theirs.survival[name];
      const data = { time: Float64Array.from(time), event: Uint8Array.from(event) };
      const columns = x[0]?.length ?? 0;
      const ours: number[] = [];
      for (let seed = 1; seed <= SEEDS; seed++) {
        const input = { x: Float64Array.from(x.flat()), columns, data, trees: TREES };
        ours.push((await fitSurvivalForest({ ...input, random: createRandom(seed) })).outOfBagError);
      }
      expect(Math.abs(mean(ours) - mean(errors))).toBeLessThan(0.01);
    },
    60_000,
  );

  it.each(['iris', 'noisy'] as const)(
    'out-of-bag errors of %s, mean over seeds, within 0.01',
    async (name) => {
      const set = theirs.classes[name];
      const columns = set.x[0]?.length ?? 0;
      const brier: number[] = [];
      const misclassified: number[] = [];
      for (let seed = 1; seed <= CLASS_SEEDS; seed++) {
        const input = { x: Float64Array.from(set.x.flat()), columns, classes: 3, trees: TREES };
        const labels = Int32Array.from(set.labels);
        const random = createRandom(seed);
        brier.push((await fitClassificationForest({ ...input, labels, random })).outOfBagError);
        const grown = await fitClassificationForest({ ...input, labels, random, minimumNodeSize: 1 });
        misclassified.push(grown.misclassification);
      }
      expect(Math.abs(mean(brier) - mean(set.brier))).toBeLessThan(0.01);
      expect(Math.abs(mean(misclassified) - mean(set.misclassified))).toBeLessThan(0.01);
    },
    60_000,
  );

  it('permutation importances rank alike, and are of the same size', async () => {
    const { x, columns, data, labels, classes } = known;
    const time = data.time.map((t) => Math.ceil(t * 50));
    const survival = new Float64Array(columns);
    const ofClasses = new Float64Array(columns);
    for (let seed = 1; seed <= 5; seed++) {
      const random = createRandom(seed);
      const input = { x, columns, random, trees: TREES };
      const timed = { ...input, data: { time, event: data.event } };
      const one = permutationImportance(await fitSurvivalForest(timed), timed);
      const labelled = { ...input, labels, classes };
      const other = permutationImportance(await fitClassificationForest(labelled), labelled);
      one.forEach((value, at) => (survival[at] = (survival[at] ?? 0) + value / 5));
      other.forEach((value, at) => (ofClasses[at] = (ofClasses[at] ?? 0) + value / 5));
    }
    // The two features with a signal, in order and about as large; of the others both find no use.
    [0, 1].forEach((at) => {
      expect(Math.abs((survival[at] ?? NaN) - (theirs.importance.survival[at] ?? NaN))).toBeLessThan(0.02);
    });
    expect(spearman(survival, theirs.importance.survival)).toBeGreaterThan(0.6);
    expect(spearman(ofClasses, theirs.importance.classes)).toBeGreaterThan(0.6);
  }, 60_000);
});
