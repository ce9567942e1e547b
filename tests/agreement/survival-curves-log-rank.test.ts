import { beforeAll, expect, it } from 'vitest';
import { type LogRank, type LogRankInput, logRankTest } from '../../src/survival/index.ts';
import { runR } from '../setup/r.ts';
import { describeWith } from '../setup/requires.ts';
import { closeTo } from './survival-curves.ts';

const SCRIPT = `suppressMessages(library(survival))
diff <- function(...) { s <- survdiff(...)
  list(observed = if (is.matrix(s$obs)) unname(rowSums(s$obs)) else s$obs,
    expected = if (is.matrix(s$exp)) unname(rowSums(s$exp)) else s$exp,
    covariance = c(t(s$var)), chiSquare = s$chisq) }
# From the formula: weights from the pooled S(t-) and the number at risk; (start, stop].
formula <- function(start, stop, event, group, weight) {
  levels <- sort(unique(group)); k <- length(levels); O <- E <- numeric(k); V <- matrix(0, k, k); S <- 1
  for (t in sort(unique(stop[event == 1]))) {
    in_ <- start < t & stop >= t; now <- stop == t & event == 1
    n <- sum(in_); m <- sum(now); p <- sapply(levels, function(g) sum(in_ & group == g)) / n
    w <- weight(S, n)
    O <- O + w * sapply(levels, function(g) sum(now & group == g)); E <- E + w * m * p
    if (n > 1) V <- V + w^2 * m * (n - m) / (n - 1) * (diag(p) - outer(p, p))
    S <- S * (1 - m / n)
  }
  u <- (O - E)[-1]
  list(observed = O, expected = E, covariance = c(t(V)), chiSquare = drop(u %*% solve(V[-1, -1], u)))
}
lung <- survival::lung; lung$event <- lung$status - 1
lung$ecog <- ifelse(is.na(lung$ph.ecog), 0, pmin(lung$ph.ecog, 2)); lung$start <- pmax(0, lung$time - 50 * (1 + lung$age %% 9))
veteran <- survival::veteran; veteran$cell <- as.integer(veteran$celltype); veteran$good <- 1 * (veteran$karno >= 60)
rotterdam <- survival::rotterdam; rotterdam$t <- rotterdam$rtime; rotterdam$e <- rotterdam$recur
rotterdam$s <- as.integer(rotterdam$size)
late <- function(group) { f <- coxph(Surv(start, time, event) ~ factor(group), data = lung, ties = 'exact'); unname(f$score) }
trend <- function(f, data) unname(coxph(f, data = data, ties = 'exact')$score)
with_ <- function(weight) with(lung, formula(start, time, event, ecog, weight))
result <- list(
  lung = lung[c('time', 'event', 'sex', 'ecog', 'start')], veteran = veteran[c('time', 'status', 'cell', 'trt', 'good')],
  rotterdam = rotterdam[c('t', 'e', 's', 'meno')],
  sex = diff(Surv(time, event) ~ sex, data = lung), rho = diff(Surv(time, event) ~ sex, data = lung, rho = 1),
  half = diff(Surv(time, event) ~ ecog, data = lung, rho = .5),
  cell = diff(Surv(time, status) ~ cell, data = veteran),
  stratified = diff(Surv(time, status) ~ cell + strata(trt, good), data = veteran),
  stratifiedRho = diff(Surv(time, status) ~ cell + strata(good), data = veteran, rho = 1),
  size = diff(Surv(t, e) ~ s, data = rotterdam), sizeStratified = diff(Surv(t, e) ~ s + strata(meno), data = rotterdam),
  delayedSex = late(lung$sex), delayedEcog = late(lung$ecog),
  trendCell = trend(Surv(time, status) ~ cell, veteran), trendEcog = trend(Surv(start, time, event) ~ ecog, lung),
  trendStratified = trend(Surv(time, status) ~ cell + strata(good), veteran),
  delayedOnes = with_(function(S, n) 1), late = with_(function(S, n) S^.5 * (1 - S)), gehan = with_(function(S, n) n),
  tarone = with_(function(S, n) sqrt(n)), p = pchisq(survdiff(Surv(time, event) ~ sex, data = lung)$chisq, 1, lower.tail = FALSE))`;

interface Test {
  observed: number[];
  expected: number[];
  covariance: number[];
  chiSquare: number;
}
type Name =
  | 'sex'
  | 'rho'
  | 'half'
  | 'cell'
  | 'stratified'
  | 'stratifiedRho'
  | 'size'
  | 'sizeStratified'
  | 'delayedOnes'
  | 'late'
  | 'gehan'
  | 'tarone';
type Rows = Record<string, number>[];
type Scalar = 'delayedSex' | 'delayedEcog' | 'trendCell' | 'trendEcog' | 'trendStratified' | 'p';
type Answers = Record<Name, Test> & Record<Scalar, number> & Record<'lung' | 'veteran' | 'rotterdam', Rows>;

const whole = (rows: Rows, name: string): Int32Array => Int32Array.from(rows, (row) => row[name]!);
const right = (rows: Rows, time: string, event: string) => ({
  time: Float64Array.from(rows, (row) => row[time]!),
  event: Uint8Array.from(rows, (row) => row[event]!),
});

const equal = (ours: LogRank, theirs: Test): void => {
  closeTo(ours.observed, theirs.observed);
  closeTo(ours.expected, theirs.expected);
  closeTo(ours.covariance, theirs.covariance);
  closeTo([ours.chiSquare], [theirs.chiSquare]);
};

describeWith('r', 'the log-rank test and its relatives equal R', (rscript) => {
  let r: Answers;
  let lung: LogRankInput;
  let late: LogRankInput;
  let veteran: LogRankInput;
  let rotterdam: LogRankInput;

  beforeAll(async () => {
    r = await runR<Answers>(rscript, SCRIPT, {});
    const data = right(r.lung, 'time', 'event');
    lung = { data, groups: whole(r.lung, 'sex') };
    const entry = Float64Array.from(r.lung, (row) => row['start']!);
    late = { data: { ...data, entry }, groups: whole(r.lung, 'ecog') };
    veteran = { data: right(r.veteran, 'time', 'status'), groups: whole(r.veteran, 'cell') };
    rotterdam = { data: right(r.rotterdam, 't', 'e'), groups: whole(r.rotterdam, 's') };
  });

  it('k groups: survdiff', () => {
    const sex = logRankTest(lung);
    equal(sex, r.sex);
    closeTo([sex.pValue], [r.p]);
    expect(sex.chiSquare).toBeCloseTo(10.32674, 5);
    equal(logRankTest(veteran), r.cell);
    expect(r.cell.chiSquare).toBeCloseTo(25.4037, 4);
    expect(logRankTest(veteran)).toMatchObject({ degreesOfFreedom: 3, groups: Int32Array.of(1, 2, 3, 4) });
    equal(logRankTest(rotterdam), r.size);
  });

  it('rho: survdiff(rho =)', () => {
    equal(logRankTest({ ...lung, weight: { kind: 'fleming-harrington', rho: 1 } }), r.rho);
    const ecog = { ...lung, groups: whole(r.lung, 'ecog') };
    equal(logRankTest({ ...ecog, weight: { kind: 'fleming-harrington', rho: 0.5 } }), r.half);
  });

  it('strata: survdiff(~ strata())', () => {
    const strata = Int32Array.from(r.veteran, (row) => 10 * row['trt']! + row['good']!);
    const good = whole(r.veteran, 'good');
    equal(logRankTest({ ...veteran, strata }), r.stratified);
    const weight = { kind: 'fleming-harrington', rho: 1 } as const;
    equal(logRankTest({ ...veteran, strata: good, weight }), r.stratifiedRho);
    equal(logRankTest({ ...rotterdam, strata: whole(r.rotterdam, 'meno') }), r.sizeStratified);
  });

  it('delayed entry: the score test of coxph(ties = "exact"), and the formula', () => {
    closeTo([logRankTest({ ...late, groups: lung.groups }).chiSquare], [r.delayedSex]);
    closeTo([logRankTest(late).chiSquare], [r.delayedEcog]);
    equal(logRankTest(late), r.delayedOnes);
  });

  it('late weights, Gehan-Breslow and Tarone-Ware: the formula', () => {
    equal(logRankTest({ ...late, weight: { kind: 'fleming-harrington', rho: 0.5, gamma: 1 } }), r.late);
    equal(logRankTest({ ...late, weight: { kind: 'gehan-breslow' } }), r.gehan);
    equal(logRankTest({ ...late, weight: { kind: 'tarone-ware' } }), r.tarone);
  });

  it('trend: the score test of coxph(ties = "exact") on the scores', () => {
    const squared = (test: LogRank): number => test.trend!.z ** 2;
    const scores = Float64Array.of(1, 2, 3, 4);
    closeTo([squared(logRankTest({ ...veteran, scores }))], [r.trendCell]);
    closeTo([squared(logRankTest({ ...late, scores: Float64Array.of(0, 1, 2) }))], [r.trendEcog]);
    const strata = whole(r.veteran, 'good');
    closeTo([squared(logRankTest({ ...veteran, strata, scores }))], [r.trendStratified]);
    // Higher ECOG, earlier death.
    expect(logRankTest({ ...late, scores: Float64Array.of(0, 1, 2) }).trend!.z).toBeGreaterThan(0);
  });
});
