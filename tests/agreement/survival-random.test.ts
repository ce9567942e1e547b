/**
 * Small cohorts drawn at random, where every convention shows: nearly every time is tied, events tie with
 * censorings and entries, weights are no counts, strata and clusters are small. R answers for all of them at once;
 * where it has an answer, ours is the same.
 */
import { beforeAll, expect, it } from 'vitest';
import { createRandom } from '../../src/numerics/index.ts';
import {
  concordanceIndex,
  type CoxInput,
  coxTests,
  fitCox,
  isCoxFailure,
  kaplanMeier,
  logRankTest,
  martingaleResiduals,
  nelsonAalen,
  proportionalityTest,
  restrictedMean,
  scoreResiduals,
  type SurvivalData,
  survivalInterval,
  type Ties,
  type TimeTransform,
  type TimeWeight,
} from '../../src/survival/index.ts';
import { describeWith } from '../setup/requires.ts';
import { runR } from '../setup/r.ts';
import { closeTo, numbers, type RNumber } from './survival-curves.ts';

interface Drawn {
  readonly time: number[];
  readonly event: number[];
  readonly entry: number[];
  readonly weights: number[];
  readonly strata: number[];
  readonly cluster: number[];
  readonly groups: number[];
  readonly score: number[];
  /** Columns. */
  readonly a: number[];
  readonly b: number[];
}

const COHORTS = 12;

const draw = (cohort: number): Drawn => {
  const random = createRandom(20260731).fork(cohort);
  const n = 10 + random.integer(40);
  const latest = 3 + random.integer(10);
  const of = (value: (row: number) => number): number[] => Array.from({ length: n }, (_, row) => value(row));
  const entry = of(() => random.integer(latest - 1));
  return {
    entry,
    time: entry.map((from) => from + 1 + random.integer(latest - from)),
    event: of(() => Number(random.uniform() < 0.6)),
    weights: of(() => 0.25 + random.integer(8) / 3),
    strata: of(() => random.integer(3)),
    cluster: of((row) => Math.floor(row / 3)),
    groups: of((row) => row % 3),
    score: of(() => random.integer(5)),
    a: of(() => random.integer(2)),
    b: of(() => Math.round(10 * random.normal()) / 10),
  };
};

type Design = 'plain' | 'delayed' | 'weighted' | 'strata' | 'everything';
const DESIGNS: readonly Design[] = ['plain', 'delayed', 'weighted', 'strata', 'everything'];

interface Cox {
  readonly coefficients: RNumber[];
  readonly naive: RNumber[];
  readonly variance: RNumber[];
  readonly loglik: RNumber[];
  readonly score: RNumber;
  readonly martingale?: RNumber[];
  readonly scores?: RNumber[];
  readonly zph?: Record<TimeTransform, RNumber[] | null>;
}
interface Curve {
  readonly surv: RNumber[];
  readonly error: RNumber[];
  readonly lower: RNumber[];
  readonly upper: RNumber[];
  readonly hazard: RNumber[];
  readonly rmst: RNumber[] | null;
}
interface C {
  readonly concordance: RNumber;
  readonly se: RNumber;
}
interface Answer {
  readonly cox: Record<Ties, Record<Design, Cox | null>>;
  readonly curves: Record<'plain' | 'delayed' | 'weighted' | 'delayedWeighted', Curve>;
  readonly clustered: Record<'plain' | 'weighted' | 'delayedWeighted', RNumber[]>;
  readonly logRank: Record<
    'plain' | 'rho' | 'strata',
    { chisq: RNumber; observed: RNumber[]; expected: RNumber[] } | null
  >;
  readonly concordance: Record<Design, Partial<Record<TimeWeight | 'truncated', C | null>>>;
}

const SCRIPT = `
suppressMessages(library(survival))
options(warn = 2)  # a fit that warns has no answer
quiet <- function(expr) tryCatch(expr, error = function(e) NULL)
rows <- function(m) as.vector(t(as.matrix(m)))
result <- lapply(d, function(s) {
  f <- as.data.frame(s)
  n <- nrow(f)
  now <- with(f, Surv(time, event)); late <- with(f, Surv(entry, time, event)); one <- rep(1, n)
  cox <- function(ties, design) quiet({
    stratified <- design %in% c('strata', 'everything')
    y <- if (design %in% c('delayed', 'everything')) late else now
    w <- if (design %in% c('weighted', 'everything')) f$weights else one
    # Exact ties: no weights; with entry R enumerates every set that may die.
    if (ties == 'exact' && !(design %in% c('plain', 'strata'))) stop('not asked')
    args <- list(if (stratified) y ~ a + b + strata(strata) else y ~ a + b, data = f, ties = ties,
      control = coxph.control(eps = 1e-11, toler.chol = 1e-13, iter.max = 60))
    if (ties != 'exact') args$weights <- w
    if (design == 'everything') args$cluster <- f$cluster
    fit <- do.call(coxph, args)
    if (anyNA(coef(fit)) || max(abs(coef(fit))) > 8) stop('no estimate')
    # R takes weights that are no counts for a wish for the robust variance; ours takes clusters for one.
    robust <- design == 'everything' || is.null(fit$naive.var)
    out <- list(coefficients = unname(coef(fit)), variance = rows(if (robust) fit$var else fit$naive.var), loglik = fit$loglik, score = fit$score,
      naive = rows(if (is.null(fit$naive.var)) fit$var else fit$naive.var))
    if (ties == 'exact') return(out)
    out$martingale <- unname(residuals(fit, type = 'martingale'))
    out$scores <- rows(residuals(fit, type = 'score'))
    out$zph <- lapply(list(km = 'km', rank = 'rank', identity = 'identity', log = 'log'), function(t)
      quiet(unname(cox.zph(fit, transform = t)$table[, 'chisq'])))
    out
  })
  curve <- function(y, w) suppressWarnings({  # of fractional weights R's curve may miss 0, and fall below it
    km <- survfit(y ~ 1, f, weights = w, robust = FALSE, conf.type = 'log')
    na <- survfit(y ~ 1, f, weights = w, robust = FALSE, stype = 2, ctype = 2)
    tau <- median(f$time)
    list(surv = km$surv, error = km$std.err * km$surv, lower = km$lower, upper = km$upper, hazard = na$cumhaz,
      rmst = unname(summary(km, rmean = tau)$table[c('rmean', 'se(rmean)')]))
  })
  clustered <- function(y, w) suppressWarnings({
    km <- survfit(y ~ 1, f, weights = w, cluster = cluster, robust = TRUE)
    km$std.err  # of survival already
  })
  test <- function(...) quiet({ t <- survdiff(...); list(chisq = t$chisq, observed = rows(t$obs), expected = rows(t$exp)) })
  C <- function(formula, ...) quiet({
    fit <- concordance(formula, f, reverse = TRUE, ...)
    list(concordance = unname(fit$concordance), se = sqrt(fit$var[1]))
  })
  each <- function(names, ask) setNames(lapply(names, ask), names)
  designs <- c('plain', 'delayed', 'weighted', 'strata', 'everything')
  weightsOf <- c('n', 'S', 'n/G2')
  list(cox = each(c('efron', 'breslow', 'exact'), function(ties) each(designs, function(k) cox(ties, k))),
    curves = list(plain = curve(now, one), delayed = curve(late, one), weighted = curve(now, f$weights),
      delayedWeighted = curve(late, f$weights)),
    clustered = list(plain = clustered(now, one), weighted = clustered(now, f$weights),
      delayedWeighted = clustered(late, f$weights)),
    logRank = list(plain = test(now ~ groups, f), rho = test(now ~ groups, f, rho = 1),
      strata = { t <- quiet(survdiff(now ~ groups + strata(strata), f));
        if (is.null(t)) NULL else list(chisq = t$chisq, observed = rowSums(t$obs), expected = rowSums(t$exp)) }),
    concordance = list(
      plain = c(each(weightsOf, function(k) C(now ~ score, timewt = k)),
        list(truncated = C(now ~ score, timewt = 'n/G2', ymax = median(f$time)))),
      delayed = list(n = C(late ~ score)),
      weighted = each(weightsOf, function(k) C(now ~ score, timewt = k, weights = f$weights)),
      strata = each(weightsOf, function(k) C(now ~ score + strata(strata), timewt = k)),
      everything = list(n = C(late ~ score + strata(strata), weights = f$weights, cluster = f$cluster))))
})`;

const cohorts = Array.from({ length: COHORTS }, (_, cohort) => draw(cohort));

const dataOf = ({ time, event, entry }: Drawn, delayed: boolean): SurvivalData => ({
  time: Float64Array.from(time),
  event: Uint8Array.from(event),
  ...(delayed && { entry: Float64Array.from(entry) }),
});

const optionsOf = (cohort: Drawn, design: Design) => ({
  ...((design === 'weighted' || design === 'everything') && { weights: Float64Array.from(cohort.weights) }),
  ...((design === 'strata' || design === 'everything') && { strata: Int32Array.from(cohort.strata) }),
  ...(design === 'everything' && { cluster: Int32Array.from(cohort.cluster) }),
});

const isDelayed = (design: Design): boolean => design === 'delayed' || design === 'everything';

const coxInput = (cohort: Drawn, design: Design, ties: Ties): CoxInput => ({
  x: Float64Array.from(cohort.a.flatMap((a, row) => [a, cohort.b[row]!])),
  columns: 2,
  data: dataOf(cohort, isDelayed(design)),
  ties,
  ...optionsOf(cohort, design),
});

const orRefused = <T>(answer: () => T): T | undefined => {
  try {
    return answer();
  } catch (error) {
    if (isCoxFailure(error)) return undefined;
    throw error;
  }
};

describeWith('r', 'random cohorts, tied throughout, have the answers of R', (rscript) => {
  let answers: Answer[];
  beforeAll(async () => {
    const byName = Object.fromEntries(cohorts.map((cohort, k) => [`cohort ${k}`, cohort]));
    answers = Object.values(await runR<Record<string, Answer>>(rscript, SCRIPT, byName));
  }, 240_000);

  const forEach = (judge: (cohort: Drawn, answer: Answer, label: string) => void): void => {
    cohorts.forEach((cohort, k) => {
      judge(cohort, answers[k]!, `cohort ${k}`);
    });
  };
  const near = (
    ours: ArrayLike<number>,
    theirs: readonly RNumber[],
    label: string,
    tolerance = 1e-7,
  ): void => {
    try {
      closeTo(ours, theirs, tolerance);
    } catch (error) {
      throw new Error(`${label}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  };

  it.each(['efron', 'breslow', 'exact'] as const)('Cox, %s', (ties) => {
    let compared = 0;
    forEach((cohort, answer, label) => {
      for (const design of DESIGNS) {
        const expected = answer.cox[ties][design];
        if (expected === null) continue;
        const input = coxInput(cohort, design, ties);
        const fit = orRefused(() => fitCox(input));
        const where = `${label}, ${design}`;
        expect(fit, where).toBeDefined();
        compared++;
        near(fit!.coefficients, expected.coefficients, `${where}, coefficients`, 1e-6);
        near(fit!.covariance, expected.naive, `${where}, covariance`, 1e-6);
        near(fit!.robustCovariance ?? fit!.covariance, expected.variance, `${where}, variance`, 1e-6);
        near([fit!.logLikelihood.null, fit!.logLikelihood.fitted], expected.loglik, `${where}, likelihood`);
        near([coxTests(fit!).score.statistic], [expected.score], `${where}, score`);
        if (ties === 'exact') continue;
        near(martingaleResiduals(input, fit!), expected.martingale!, `${where}, martingale`, 1e-6);
        near(scoreResiduals(input, fit!), expected.scores!, `${where}, scores`, 1e-5);
        for (const [transform, chi] of Object.entries(expected.zph!)) {
          if (chi === null) continue;
          const test = orRefused(() => proportionalityTest(input, fit!, transform as TimeTransform));
          if (test === undefined) {
            // No event time tells a change from none: R divides one rounding error by another.
            expect(Math.min(...numbers(chi)), `${where}, ${transform}`).toBeLessThan(1e-9);
            continue;
          }
          const { columns, global } = test;
          near(
            [...columns, global].map(({ statistic }) => statistic),
            chi,
            `${where}, ${transform}`,
            1e-5,
          );
        }
      }
    });
    expect(compared).toBeGreaterThan(COHORTS * (ties === 'exact' ? 1.5 : 4));
  });

  it('Kaplan-Meier, Fleming-Harrington, intervals, restricted means', () => {
    forEach((cohort, answer, label) => {
      for (const [design, expected] of Object.entries(answer.curves)) {
        const data = dataOf(cohort, design.startsWith('delayed'));
        const weights = design.toLowerCase().includes('weighted')
          ? Float64Array.from(cohort.weights)
          : undefined;
        const options = weights === undefined ? {} : { weights };
        const curve = kaplanMeier(data, options);
        const at = `${label}, ${design}`;
        near(curve.survival, expected.surv, at, 1e-10);
        // R has no standard error, and so no interval, where the curve is 0.
        const known = (values: readonly RNumber[]): RNumber[] =>
          values.filter((_, k) => curve.survival[k]! > 0);
        const ourKnown = (values: Float64Array) => values.filter((_, k) => curve.survival[k]! > 0);
        const { lower, upper } = survivalInterval(curve, { scale: 'log' });
        near(ourKnown(curve.standardError), known(expected.error), at);
        near(ourKnown(lower), known(expected.lower), at);
        near(ourKnown(upper), known(expected.upper), at);
        near(
          nelsonAalen(data, { ...options, ties: 'fleming-harrington' }).cumulativeHazard,
          expected.hazard,
          at,
        );
        // Where R's weighted curve misses 0 by a last digit its variance is nearly 0 over 0.
        if (weights !== undefined && curve.survival.includes(0)) continue;
        const tau = median(cohort.time);
        const { mean, standardError } = restrictedMean(curve, tau, { beyondLast: 'extend' });
        near([mean, standardError], expected.rmst!, `${at}, restricted mean`);
      }
      for (const [design, expected] of Object.entries(answer.clustered)) {
        const data = dataOf(cohort, design.startsWith('delayed'));
        const weights = design === 'plain' ? {} : { weights: Float64Array.from(cohort.weights) };
        const curve = kaplanMeier(data, { ...weights, cluster: Int32Array.from(cohort.cluster) });
        const known = expected.filter((_, k) => curve.survival[k]! > 0);
        near(
          curve.standardError.filter((_, k) => curve.survival[k]! > 0),
          known,
          `${label}, clustered, ${design}`,
        );
      }
    });
  });

  it('log-rank', () => {
    forEach((cohort, answer, label) => {
      const data = dataOf(cohort, false);
      const groups = Int32Array.from(cohort.groups);
      const calls = {
        plain: {},
        rho: { weight: { kind: 'fleming-harrington', rho: 1 } },
        strata: { strata: Int32Array.from(cohort.strata) },
      } as const;
      for (const [call, expected] of Object.entries(answer.logRank)) {
        if (expected === null) continue;
        const ours = logRankTest({ data, groups, ...calls[call as keyof typeof calls] });
        near([ours.chiSquare], [expected.chisq], `${label}, ${call}`);
        near(ours.observed, expected.observed, `${label}, ${call}`);
        near(ours.expected, expected.expected, `${label}, ${call}`);
      }
    });
  });

  it('concordance', () => {
    forEach((cohort, answer, label) => {
      for (const design of DESIGNS) {
        for (const [kind, expected] of Object.entries(answer.concordance[design])) {
          if (expected === null) continue;
          // R leaves the time weight out of a stratum with a single event, which then counts less than the others.
          if (design === 'strata' && kind !== 'n' && hasStratumOfOneEvent(cohort)) continue;
          const timeWeight = kind === 'truncated' ? 'n/G2' : (kind as TimeWeight);
          const truncateAt = kind === 'truncated' ? median(cohort.time) : Infinity;
          const ours = concordanceIndex(dataOf(cohort, isDelayed(design)), Float64Array.from(cohort.score), {
            timeWeight,
            truncateAt,
            ...optionsOf(cohort, design),
          });
          near(
            [ours.concordance, ours.standardError],
            [expected.concordance, expected.se],
            `${label}, ${design}, ${kind}`,
          );
        }
      }
    });
  });
});

const hasStratumOfOneEvent = ({ strata, event }: Drawn): boolean =>
  [0, 1, 2].some((own) => strata.filter((stratum, row) => stratum === own && event[row] === 1).length === 1);

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};
