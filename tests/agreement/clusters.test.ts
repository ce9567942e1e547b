import { agnes, type Cluster } from 'ml-hclust';
import { beforeAll, expect, it } from 'vitest';
import {
  ambiguousPairs,
  areaUnderDistribution,
  consensusMatrices,
  drawResamples,
} from '../../src/learning/clusters/consensus-matrix.ts';
import {
  adjustedRandIndex,
  calinskiHarabasz,
  gaussianMixture,
  kMeans,
  predictMixture,
  silhouette,
  wardClusters,
} from '../../src/learning/clusters/index.ts';
import { createRandom } from '../../src/numerics/index.ts';
import { runR } from '../setup/r.ts';
import { describeWith } from '../setup/requires.ts';

interface Mixed {
  readonly logLikelihood: number;
  readonly bic: number;
  readonly labels: number[];
  readonly means: number[];
}

interface Answers {
  readonly withinSumOfSquares: number[];
  readonly merge: [number, number][];
  readonly height: number[];
  readonly order: number[];
  readonly cuts: number[][];
  readonly silhouette: number[];
  readonly calinski: number;
  readonly rand: number;
  readonly diagonal: Mixed;
  readonly full: Mixed;
  readonly univariate: Mixed;
  /** By k, then row by row. */
  readonly consensus: number[][][];
  readonly ambiguous: number[];
  readonly area: number[];
}

const SCRIPT = `
suppressMessages({ library(cluster); library(mclust) })
set.seed(1)
x <- matrix(d$x, ncol = d$columns, byrow = TRUE)
n <- nrow(x)
z <- matrix(d$start, nrow = n, byrow = TRUE)
tree <- hclust(dist(x), 'ward.D2')
labels <- d$labels + 1
calinski <- function() {
  k <- max(labels)
  centre <- apply(x, 2, function(v) tapply(v, labels, mean))
  within <- sum((x - centre[labels, ])^2)
  between <- sum(sweep(centre, 2, colMeans(x))^2 * as.vector(table(labels)))
  (between / (k - 1)) / (within / (n - k))
}
mixed <- function(values, model) {
  fit <- me(values, model, z, control = emControl(tol = c(1e-14, 1e-14), itmax = c(1e5, 1e5)))
  list(logLikelihood = fit$loglik, bic = bic(model, fit$loglik, n, NCOL(values), ncol(z)),
       labels = max.col(fit$z) - 1, means = as.vector(fit$parameters$mean))
}
# Monti's consensus by its definition.
consensus <- function(k) {
  together <- sampled <- matrix(0, n, n)
  for (rows in d$resamples) {
    rows <- rows + 1
    cut <- cutree(hclust(dist(x[rows, ]), 'ward.D2'), k)
    sampled[rows, rows] <- sampled[rows, rows] + 1
    together[rows, rows] <- together[rows, rows] + outer(cut, cut, '==')
  }
  together / sampled
}
ks <- 2:d$maximumGroups
matrices <- lapply(ks, consensus)
lower <- lapply(matrices, function(m) sort(m[lower.tri(m)]))
result <- list(
  withinSumOfSquares = sapply(ks, function(k) kmeans(x, k, nstart = 100, iter.max = 200)$tot.withinss),
  merge = tree$merge, height = tree$height, order = tree$order, cuts = lapply(ks, function(k) cutree(tree, k)),
  silhouette = silhouette(labels, dist(x))[, 'sil_width'], calinski = calinski(),
  rand = adjustedRandIndex(labels, cutree(tree, 4)),
  diagonal = mixed(x, 'VVI'), full = mixed(x, 'VVV'), univariate = mixed(x[, 1], 'V'),
  consensus = matrices,
  ambiguous = sapply(lower, function(v) { f <- ecdf(v); f(0.9) - f(0.1) }),
  area = sapply(lower, function(v) { f <- ecdf(v); sum(diff(v) * f(v[-1])) })
)`;

const COLUMNS = 4;
const ROWS = 90;
const MAXIMUM_GROUPS = 5;
const random = createRandom(11);
/** Three groups that overlap, of different spread. */
const X = Float64Array.from({ length: ROWS * COLUMNS }, (_, at) => {
  const group = Math.floor(at / COLUMNS) % 3;
  return random.normal() * (0.7 + group / 3) + [0, 2.6, -2.4][group]! * (at % 2 === 0 ? 1 : 0.5);
});
const LABELS = Int32Array.from({ length: ROWS }, (_, row) => (row === 5 ? 3 : row % 3)); // row 5 alone
const START = Float64Array.from({ length: ROWS * 3 }, (_, at) =>
  at % 3 === Math.floor(at / 3) % 3 ? 0.8 : 0.1,
);
const RESAMPLES = drawResamples(ROWS, COLUMNS, { rows: 0.8, features: 1 }, 60, random);
const DATA = {
  x: Array.from(X),
  columns: COLUMNS,
  labels: Array.from(LABELS),
  start: Array.from(START),
  resamples: RESAMPLES.map(({ rows }) => Array.from(rows)),
  maximumGroups: MAXIMUM_GROUPS,
};

const near = (ours: number, theirs: number, tolerance: number): void => {
  expect(Math.abs(ours - theirs)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(theirs)));
};

const heightsOf = (cluster: Cluster): number[] =>
  cluster.isLeaf ? [] : [cluster.height, ...cluster.children.flatMap(heightsOf)];

describeWith('r', 'clusters equal R', (rscript) => {
  let answers: Answers;
  beforeAll(async () => {
    // As fromJSON would make matrices of vectors of one length.
    const script = `d <- fromJSON('data.json', simplifyMatrix = FALSE)\n${SCRIPT}`;
    answers = await runR<Answers>(rscript, script, DATA);
  }, 120_000);

  it('kmeans: the same sum of squares', () => {
    answers.withinSumOfSquares.forEach((theirs, at) => {
      const ours = kMeans({ x: X, columns: COLUMNS, k: at + 2, random: createRandom(at), restarts: 20 });
      near(ours.withinSumOfSquares, theirs, 1e-9);
    });
  });

  it('hclust ward.D2: merges, heights, order and cuts; the heights of ml-hclust too', () => {
    const tree = wardClusters(X, COLUMNS);
    const name = (id: number): number => (id < 0 ? -id - 1 : ROWS + id - 1);
    tree.merges.forEach(([a, b, height], at) => {
      expect([a, b]).toEqual(answers.merge[at]!.map(name).sort((p, q) => p - q));
      near(height, answers.height[at]!, 1e-12);
    });
    expect([...tree.order]).toEqual(answers.order.map((row) => row - 1));
    answers.cuts.forEach((labels, at) => {
      expect([...tree.cut(at + 2)]).toEqual(labels.map((label) => label - 1));
    });
    const rows = Array.from({ length: ROWS }, (_, row) => [
      ...X.subarray(row * COLUMNS, (row + 1) * COLUMNS),
    ]);
    const theirs = heightsOf(agnes(rows, { method: 'ward2' })).sort((p, q) => p - q);
    theirs.forEach((height, at) => {
      near(tree.heights[at]!, height, 1e-12);
    });
  });

  it('silhouette (a row alone too), the index of Calinski and Harabasz, the adjusted Rand index', () => {
    const { widths, mean } = silhouette(X, COLUMNS, LABELS);
    widths.forEach((width, row) => {
      near(width, answers.silhouette[row]!, 1e-12);
    });
    near(mean, answers.silhouette.reduce((sum, width) => sum + width, 0) / ROWS, 1e-12);
    near(calinskiHarabasz(X, COLUMNS, LABELS), answers.calinski, 1e-12);
    near(adjustedRandIndex(LABELS, wardClusters(X, COLUMNS).cut(4)), answers.rand, 1e-12);
  });

  it.each(['diagonal', 'full', 'univariate'] as const)('mclust from the same start: %s', (which) => {
    const theirs = answers[which];
    const x = which === 'univariate' ? X.filter((_, at) => at % COLUMNS === 0) : X;
    const columns = which === 'univariate' ? 1 : COLUMNS;
    const ours = gaussianMixture({
      x,
      columns,
      components: 3,
      covariance: which === 'full' ? 'full' : 'diagonal',
      random: createRandom(1),
      regularisation: 0,
      tolerance: 1e-14,
      maximumIterations: 100_000,
      start: START,
    });
    near(ours.logLikelihood, theirs.logLikelihood, 1e-8);
    near(-ours.bic, theirs.bic, 1e-8);
    expect([...ours.labels]).toEqual(theirs.labels);
    theirs.means.forEach((mean, at) => {
      near(ours.means[at]!, mean, 1e-4);
    });
    const again = predictMixture(ours, x);
    near(again.logLikelihood, ours.logLikelihood, 1e-12);
    expect(again.labels).toEqual(ours.labels);
  });

  it('consensus matrices by definition, from the same resamples', () => {
    const input = { x: X, columns: COLUMNS, base: 'ward', maximumGroups: MAXIMUM_GROUPS, random } as const;
    const ours = consensusMatrices(input, RESAMPLES);
    ours.forEach((matrix, index) => {
      const theirs = answers.consensus[index]!;
      const lower = theirs.flatMap((row, a) => row.slice(0, a));
      expect(matrix.length).toBe(lower.length);
      matrix.forEach((share, pair) => {
        near(share, lower[pair]!, 1e-14); // R writes 15 digits of it
      });
      near(ambiguousPairs(matrix), answers.ambiguous[index]!, 1e-12);
      near(areaUnderDistribution(matrix), answers.area[index]!, 1e-12);
    });
  });
});
