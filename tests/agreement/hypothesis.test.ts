import { beforeAll, expect, it } from 'vitest';
import {
  adjustBenjaminiHochberg,
  adjustBenjaminiYekutieli,
  adjustBonferroni,
  adjustHolm,
  type Alternative,
  dunnComparisons,
  kruskalWallisTest,
  rankSumColumns,
  rankSumTest,
  type ShiftEstimate,
  signedRankTest,
} from '../../src/learning/hypothesis/index.ts';
import { createRandom } from '../../src/numerics/index.ts';
import { runR } from '../setup/r.ts';
import { describeWith } from '../setup/requires.ts';

const ALTERNATIVES: readonly Alternative[] = ['two-sided', 'less', 'greater'];

interface Tested {
  readonly statistic: number;
  readonly p: number;
  readonly uncorrected: number;
  readonly estimate: number;
  readonly interval: [number | string, number | string];
}

interface Answers {
  /** By case, then by alternative. */
  readonly rankSum: Tested[][];
  readonly signedRank: Tested[][];
  readonly tiedExact: number[][];
  readonly signedExact: number[];
  readonly pratt: number[];
  readonly columns: { statistic: number; p: number }[];
  readonly kruskal: { statistic: number; df: number; p: number }[];
  readonly dunn: { z: number; p: number }[];
  readonly adjusted: Record<'BH' | 'BY' | 'holm' | 'bonferroni', number[]>;
}

const SCRIPT = `
options(warn = -1)
d <- fromJSON('data.json', simplifyMatrix = FALSE)
alternatives <- c('two.sided', 'less', 'greater')
tested <- function(call) lapply(alternatives, function(alternative) {
  test <- call(alternative = alternative, conf.int = TRUE, conf.level = 0.9)
  list(statistic = test$statistic[[1]], p = test$p.value, estimate = test$estimate[[1]],
       uncorrected = call(alternative = alternative, correct = FALSE)$p.value, interval = as.vector(test$conf.int))
})
# Every choice of m of the pooled ranks: P of one at least as far out as the first.
enumerated <- function(case) {
  ranks <- rank(c(case$a, case$b)); m <- length(case$a)
  sums <- combn(ranks, m, sum); seen <- sum(ranks[1:m]); mean <- m * (length(ranks) + 1) / 2
  c(mean(abs(sums - mean) >= abs(seen - mean)), mean(sums <= seen), mean(sums >= seen))
}
# Every choice of signs of the ranks.
signs <- function(ranks, positive) {
  sums <- as.vector(as.matrix(expand.grid(rep(list(0:1), length(ranks)))) %*% ranks)
  seen <- sum(ranks[positive]); mean(abs(sums - sum(ranks) / 2) >= abs(seen - sum(ranks) / 2))
}
pratt <- function(x) {
  r <- rank(abs(x)); kept <- r[x != 0]; v <- sum(r[x > 0])
  z <- abs(v - sum(kept) / 2); 2 * pnorm(max(z - 0.5, 0) / sqrt(sum(kept^2) / 4), lower.tail = FALSE)
}
columns <- function(v) {
  test <- wilcox.test(v[d$group == 1], v[d$group == 0])
  list(statistic = test$statistic[[1]], p = test$p.value)
}
dunn <- function(values, groups) {
  n <- length(values); r <- rank(values); ties <- table(values)
  variance <- n * (n + 1) / 12 - sum(ties^3 - ties) / (12 * (n - 1))
  means <- tapply(r, groups, mean); sizes <- table(groups)
  pairs <- combn(length(means), 2)
  z <- apply(pairs, 2, function(g) (means[g[1]] - means[g[2]]) / sqrt(variance * sum(1 / sizes[g])))
  p <- p.adjust(2 * pnorm(abs(z), lower.tail = FALSE), 'holm')
  lapply(seq_along(z), function(i) list(z = z[[i]], p = p[[i]]))
}
x <- matrix(as.numeric(unlist(d$x)), ncol = d$columns, byrow = TRUE)
result <- list(
  rankSum = lapply(d$rankSum, function(s) tested(function(...) wilcox.test(s[[1]], s[[2]], ...))),
  signedRank = lapply(d$signedRank, function(s) tested(function(...) wilcox.test(s, ...))),
  tiedExact = lapply(d$tied, function(s) enumerated(list(a = s[[1]], b = s[[2]]))),
  signedExact = sapply(d$signedTied, function(s) signs(rank(abs(s[s != 0])), s[s != 0] > 0)),
  pratt = sapply(d$signedTied, pratt),
  columns = lapply(seq_len(d$columns), function(column) columns(x[, column])),
  kruskal = lapply(d$kruskal, function(s) {
    test <- kruskal.test(s[[1]], s[[2]])
    list(statistic = test$statistic[[1]], df = test$parameter[[1]], p = test$p.value)
  }),
  dunn = dunn(d$kruskal[[2]][[1]], d$kruskal[[2]][[2]]),
  adjusted = sapply(c('BH', 'BY', 'holm', 'bonferroni'), function(m) p.adjust(d$p, m), simplify = FALSE)
)`;

const random = createRandom(20);
const normals = (count: number, shift = 0): number[] =>
  Array.from({ length: count }, () => random.normal() + shift);
const rounded = (count: number, shift = 0): number[] => normals(count, shift).map((v) => Math.round(v * 2));

const RANK_SUM: [number[], number[]][] = [
  [[1.1], [2.2]],
  [
    [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46],
    [1.15, 0.88, 0.9, 0.74, 1.21],
  ],
  [normals(49), normals(49, 0.4)],
  [normals(3), normals(45, -1)],
  [normals(8, 9), normals(9)], // as far apart as can be
  [normals(50), normals(12, 0.3)], // 50: normal
  [rounded(20), rounded(15, 1)],
  [rounded(4), rounded(5)],
  [
    [0, 0, 0, 1],
    [0, 0, 2, 0, 1],
  ],
  [normals(400), normals(300, 0.2)],
  [rounded(300), rounded(500, 3)], // far out in the tail
  [
    [-1e9, 3, 1e9],
    [1e-9, 2e-9, 5],
  ],
];
const SIGNED: number[][] = [
  [0.5],
  [1.2, -0.4, 2.5, 3.1, -0.9, 0.1, 1.7],
  normals(49, 0.3),
  normals(50, 0.3),
  [...rounded(30, 0.4), 0, 0],
  [0, 1, -2, 3, 4, 5.5],
  [1, 1, 2, 2, -1, 3],
  normals(300, -1.5),
  rounded(200, 0.1),
];
const TIED: [number[], number[]][] = [RANK_SUM[7]!, RANK_SUM[8]!, [rounded(7), rounded(5, 1)], [[1, 1], [1]]];
const SIGNED_TIED = [SIGNED[5]!, SIGNED[6]!, [0, 0, 1, 1, -1, 2, 3, -3, 4], rounded(11, 1)];

const COLUMNS = 40;
const ROWS = 61;
const GROUP = Uint8Array.from({ length: ROWS }, () => random.integer(2));
/** Half of them tied; the last quarter with holes. */
const MATRIX = Float64Array.from({ length: ROWS * COLUMNS }, (_, at) => {
  const column = at % COLUMNS;
  const value = random.normal() + (GROUP[(at - column) / COLUMNS]! * (column % 7)) / 3;
  if (column >= 30 && random.uniform() < 0.4) return Number.NaN;
  return column % 2 === 0 ? value : Math.round(value * 3);
});

const KRUSKAL: [number[], number[]][] = [
  [normals(12), [0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2]],
  [rounded(40), Array.from({ length: 40 }, (_, at) => at % 4)],
  [
    [1, 2],
    [0, 1],
  ],
];
const P_VALUES = [0.04, 0.01, 0.5, 1, 0, 0.01, 1e-300, 0.9, 0.03, 0.049];

const DATA = {
  rankSum: RANK_SUM,
  signedRank: SIGNED,
  tied: TIED,
  signedTied: SIGNED_TIED,
  x: Array.from(MATRIX, (value) => (Number.isNaN(value) ? null : value)),
  columns: COLUMNS,
  group: Array.from(GROUP),
  kruskal: KRUSKAL,
  p: P_VALUES,
};

const near = (ours: number, theirs: number, tolerance = 1e-9): void => {
  expect(Math.abs(ours - theirs)).toBeLessThanOrEqual(tolerance * Math.abs(theirs));
};

/** R's own ends are exact only where its p-value is; it finds the others to 1e-4. */
const nearShift = (ours: ShiftEstimate, theirs: Tested, exact: boolean): void => {
  const tolerance = exact ? 1e-12 : 2e-4;
  for (const [end, bound] of [
    [ours.lower, theirs.interval[0]],
    [ours.upper, theirs.interval[1]],
  ] as const) {
    if (typeof bound === 'string') expect(String(end).replace('inity', '')).toBe(bound);
    else expect(Math.abs(end - bound)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(bound)));
  }
  expect(Math.abs(ours.estimate - theirs.estimate)).toBeLessThanOrEqual(
    tolerance * Math.max(1, Math.abs(theirs.estimate)),
  );
};

describeWith('r', 'rank tests equal R', (rscript) => {
  let answers: Answers;
  beforeAll(async () => {
    answers = await runR<Answers>(rscript, SCRIPT, DATA);
  }, 120_000);

  it.each(RANK_SUM.map(([a, b], at) => [`${String(a.length)} and ${String(b.length)} values`, at] as const))(
    'wilcox.test: %s (case %i)',
    (_, at) => {
      const [a, b] = RANK_SUM[at]!;
      ALTERNATIVES.forEach((alternative, which) => {
        const theirs = answers.rankSum[at]![which]!;
        const ours = rankSumTest(a, b, { alternative, confidenceLevel: 0.9 });
        expect(ours.statistic).toBe(theirs.statistic);
        near(ours.pValue, theirs.p);
        near(rankSumTest(a, b, { alternative, continuityCorrection: false }).pValue, theirs.uncorrected);
        nearShift(ours.hodgesLehmann!, theirs, ours.method === 'exact');
      });
    },
  );

  it.each(SIGNED.map((values, at) => [values.length, at] as const))(
    'wilcox.test of %i differences (case %i)',
    (_, at) => {
      ALTERNATIVES.forEach((alternative, which) => {
        const theirs = answers.signedRank[at]![which]!;
        const ours = signedRankTest(SIGNED[at]!, undefined, { alternative, confidenceLevel: 0.9 });
        expect(ours.statistic).toBe(theirs.statistic);
        near(ours.pValue, theirs.p);
        const uncorrected = signedRankTest(SIGNED[at]!, undefined, { alternative, continuityCorrection: false });
        near(uncorrected.pValue, theirs.uncorrected);
        nearShift(ours.pseudoMedian!, theirs, ours.method === 'exact');
      });
    },
  );

  it('permutation distributions with ties equal the enumeration of all choices', () => {
    TIED.forEach(([a, b], at) => {
      ALTERNATIVES.forEach((alternative, which) => {
        near(rankSumTest(a, b, { exact: true, alternative }).pValue, answers.tiedExact[at]![which]!);
      });
    });
    SIGNED_TIED.forEach((values, at) => {
      near(signedRankTest(values, undefined, { exact: true }).pValue, answers.signedExact[at]!);
      near(signedRankTest(values, undefined, { exact: false, zeros: 'pratt' }).pValue, answers.pratt[at]!);
    });
  });

  it('a matrix at once, ties and holes too', () => {
    const ours = rankSumColumns(MATRIX, COLUMNS, GROUP);
    answers.columns.forEach(({ statistic, p }, column) => {
      expect(ours.statistic[column]).toBe(statistic);
      near(ours.pValue[column]!, p);
    });
  });

  it('kruskal.test, and Dunn by its formula', () => {
    KRUSKAL.forEach(([values, groups], at) => {
      const { statistic, degreesOfFreedom, pValue } = kruskalWallisTest(values, groups);
      const theirs = answers.kruskal[at]!;
      near(statistic, theirs.statistic);
      expect(degreesOfFreedom).toBe(theirs.df);
      near(pValue, theirs.p);
    });
    dunnComparisons(...KRUSKAL[1]!).forEach(({ z, adjustedPValue }, at) => {
      near(z, answers.dunn[at]!.z);
      near(adjustedPValue, answers.dunn[at]!.p);
    });
  });

  it('p.adjust', () => {
    const { adjusted } = answers;
    const each = (ours: Float64Array, theirs: number[]): void => {
      ours.forEach((value, at) => {
        near(value, theirs[at]!, 1e-12);
      });
    };
    each(adjustBenjaminiHochberg(P_VALUES), adjusted.BH);
    each(adjustBenjaminiYekutieli(P_VALUES), adjusted.BY);
    each(adjustHolm(P_VALUES), adjusted.holm);
    each(adjustBonferroni(P_VALUES), adjusted.bonferroni);
  });
});
