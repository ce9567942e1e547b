/**
 * Cox regression and all that follows from a fit, against R's survival, live, on its own data sets: plain, in
 * strata, weighted, clustered, with delayed entry; Efron's, Breslow's and the exact handling of ties.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  baselineHazards,
  type CoxFit,
  type CoxInput,
  coxTests,
  cumulativeHazardAt,
  devianceResiduals,
  dfbeta,
  fitCox,
  hazardRatios,
  linearPredictor,
  martingaleResiduals,
  predictSurvival,
  proportionalityTest,
  scaledSchoenfeldResiduals,
  schoenfeldResiduals,
  scoreResiduals,
  type Ties,
  type TimeTransform,
} from '../../src/survival/index.ts';
import { runR } from '../setup/r.ts';
import { describeWith } from '../setup/requires.ts';
import { expectAllClose } from './fixtures/close.ts';

const SCRIPT = `
suppressMessages(library(survival))
control <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 60)
rows <- function(m) as.vector(t(as.matrix(m)))

one <- function(data, time, event, columns, ties = 'efron', entry = NULL, strata = NULL, weights = NULL, cluster = NULL) {
  df <- as.data.frame(data[, columns])
  names(df) <- paste0('V', seq_along(columns))
  x <- as.matrix(df)
  n <- nrow(df)
  df$y <- if (is.null(entry)) Surv(time, event) else Surv(entry, time, event)
  df$w <- if (is.null(weights)) rep(1, n) else weights
  df$s <- if (is.null(strata)) rep(0, n) else strata
  right <- paste(colnames(x), collapse = ' + ')
  if (!is.null(strata)) right <- paste(right, '+ strata(s)')
  model <- as.formula(paste('y ~', right))
  df$id <- if (is.null(cluster)) seq_len(n) else cluster
  fit <- if (!is.null(cluster)) coxph(model, df, weights = w, cluster = id, ties = ties, control = control) else
    if (!is.null(weights)) coxph(model, df, weights = w, robust = FALSE, ties = ties, control = control) else
    coxph(model, df, ties = ties, control = control)
  class(fit) <- 'coxph' # with exact ties and delayed entry this version forgets it
  s <- summary(fit)
  out <- list(
    input = list(time = time, event = event, x = rows(x), columns = ncol(x), ties = ties,
      entry = entry, strata = strata, weights = weights, cluster = cluster),
    coefficients = unname(coef(fit)), loglik = fit$loglik,
    naive = rows(if (is.null(fit$naive.var)) fit$var else fit$naive.var),
    robust = if (is.null(fit$naive.var)) NULL else rows(fit$var),
    tests = unname(c(s$logtest, s$waldtest[['test']], s$sctest)), wald = fit$wald.test,
    robscore = if (is.null(fit$rscore)) NULL else fit$rscore,
    intervals = rows(s$conf.int[, c(1, 3, 4)]), z = unname(s$coefficients[, 'z']), p = unname(s$coefficients[, ncol(s$coefficients)]))
  if (ties == 'exact') return(out)
  type <- function(t) rows(residuals(fit, type = t))
  out$residuals <- list(martingale = type('martingale'), deviance = type('deviance'), score = type('score'),
    dfbeta = type('dfbeta'), schoenfeld = type('schoenfeld'), scaled = type('scaledsch'))
  out$zph <- lapply(list(km = 'km', rank = 'rank', identity = 'identity', log = 'log'), function(t) {
    table <- cox.zph(fit, transform = t)$table
    list(chi = unname(table[, 'chisq']), p = unname(table[, 'p']))
  })
  base <- basehaz(fit, centered = FALSE)
  out$base <- list(time = base$time, hazard = base$hazard, strata = if (is.null(base$strata)) NULL else as.character(base$strata))
  at <- as.data.frame(t(apply(x, 2, quantile, 0.7, type = 1)))
  names(at) <- colnames(x)
  out$at <- unname(unlist(at))
  curve <- survfit(fit, newdata = at)
  out$curve <- list(time = curve$time, surv = as.vector(curve$surv), error = as.vector(curve$std.err),
    lower = as.vector(curve$lower), upper = as.vector(curve$upper),
    strata = if (is.null(curve$strata)) NULL else unname(curve$strata))
  out
}

lung <- survival::lung
lung <- lung[complete.cases(lung[, c('time', 'status', 'age', 'sex', 'ph.ecog', 'ph.karno', 'wt.loss')]), ]
l <- c('age', 'sex', 'ph.ecog', 'ph.karno', 'wt.loss')
months <- ceiling(lung$time / 60)
veteran <- survival::veteran
v <- c('trt', 'karno', 'diagtime', 'age', 'prior')
i <- seq_len(nrow(veteran))
entry <- floor(veteran$time * ((i * 7) %% 5) / 10)
cell <- as.integer(veteran$celltype)
rotterdam <- survival::rotterdam
rotterdam$late <- as.integer(rotterdam$size == '>50')
r <- c('age', 'meno', 'grade', 'nodes', 'pgr', 'er', 'hormon', 'chemo', 'late')
gbsg <- survival::gbsg
g <- c('age', 'meno', 'size', 'grade', 'nodes', 'pgr', 'er', 'hormon')
k <- seq_len(nrow(gbsg))
result <- list()
for (ties in c('efron', 'breslow', 'exact')) {
  result[[paste('lung', ties)]] <- one(lung, lung$time, lung$status - 1, l, ties)
  result[[paste('lung in months', ties)]] <- one(lung, months, lung$status - 1, l, ties)
  result[[paste('lung in months, strata', ties)]] <- one(lung, months, lung$status - 1, setdiff(l, 'sex'), ties, strata = lung$sex)
  result[[paste('veteran', ties)]] <- one(veteran, veteran$time, veteran$status, v, ties)
  result[[paste('veteran, strata', ties)]] <- one(veteran, veteran$time, veteran$status, v, ties, strata = cell)
  result[[paste('veteran, delayed', ties)]] <- one(veteran, veteran$time, veteran$status, v, ties, entry = entry)
  result[[paste('gbsg', ties)]] <- one(gbsg, gbsg$rfstime, gbsg$status, g, ties)
  if (ties == 'exact') next
  result[[paste('veteran, all at once', ties)]] <- one(veteran, veteran$time, veteran$status, v, ties, entry = entry,
    strata = cell, weights = 1 + i %% 3 / 2, cluster = i %% 60)
  result[[paste('veteran, weighted', ties)]] <- one(veteran, veteran$time, veteran$status, v, ties, weights = 1 + i %% 3 / 2)
  result[[paste('gbsg in weeks, clustered', ties)]] <- one(gbsg, ceiling(gbsg$rfstime / 28), gbsg$status, g, ties, cluster = k %% 200)
  result[[paste('rotterdam', ties)]] <- one(rotterdam, rotterdam$rtime, rotterdam$recur, r, ties)
}
`;

interface Case {
  readonly input: {
    readonly time: number[];
    readonly event: number[];
    readonly x: number[];
    readonly columns: number;
    readonly ties: Ties;
    readonly entry: number[] | null;
    readonly strata: number[] | null;
    readonly weights: number[] | null;
    readonly cluster: number[] | null;
  };
  readonly coefficients: number[];
  readonly loglik: [number, number];
  readonly naive: number[];
  readonly robust: number[] | null;
  /** Likelihood ratio, df, p; Wald (rounded by R); score, df, p. */
  readonly tests: number[];
  readonly wald: number;
  readonly robscore: number | null;
  /** Hazard ratio, lower, upper, column after column. */
  readonly intervals: number[];
  readonly z: number[];
  readonly p: number[];
  readonly residuals: Record<
    'martingale' | 'deviance' | 'score' | 'dfbeta' | 'schoenfeld' | 'scaled',
    number[]
  >;
  readonly zph: Record<TimeTransform, { chi: number[]; p: number[] }>;
  readonly base: { time: number[]; hazard: number[]; strata: string[] | null };
  readonly at: number[];
  readonly curve: {
    time: number[];
    surv: number[];
    error: number[];
    lower: number[];
    upper: number[];
    strata: number[] | null;
  };
}

const toInput = ({
  input: { time, event, x, entry, strata, weights, cluster, ...rest },
}: Case): CoxInput => ({
  ...rest,
  x: Float64Array.from(x),
  data: {
    time: Float64Array.from(time),
    event: Uint8Array.from(event),
    ...(entry && { entry: Float64Array.from(entry) }),
  },
  ...(strata && { strata: Int32Array.from(strata) }),
  ...(weights && { weights: Float64Array.from(weights) }),
  ...(cluster && { cluster: Int32Array.from(cluster) }),
});

const DATA_SETS = [
  'lung',
  'lung in months',
  'lung in months, strata',
  'veteran',
  'veteran, strata',
  'veteran, delayed',
  'gbsg',
];
const MORE = ['veteran, all at once', 'veteran, weighted', 'gbsg in weeks, clustered', 'rotterdam'];
const WITH_RESIDUALS = [...DATA_SETS, ...MORE].flatMap((name) => [`${name} efron`, `${name} breslow`]);
const ALL = [...WITH_RESIDUALS, ...DATA_SETS.map((name) => `${name} exact`)];

describeWith('r', 'Cox regression equals R', (rscript) => {
  let cases: Record<string, Case>;
  const fits = new Map<string, CoxFit>();
  beforeAll(async () => {
    cases = await runR<Record<string, Case>>(rscript, SCRIPT, {});
  }, 120_000);

  const of = (name: string): { expected: Case; input: CoxInput; fit: CoxFit } => {
    const expected = cases[name]!;
    const input = toInput(expected);
    const fit = fits.get(name) ?? fitCox(input);
    fits.set(name, fit);
    return { expected, input, fit };
  };

  it('is asked about every case', () => {
    expect(Object.keys(cases).sort()).toEqual([...ALL].sort());
  });

  describe('fitCox, coxTests and hazardRatios equal summary(coxph)', () => {
    it.each(ALL)('%s', (name) => {
      const { expected, fit } = of(name);
      expectAllClose(fit.coefficients, expected.coefficients, 1e-9);
      expectAllClose(fit.covariance, expected.naive, 1e-8);
      expectAllClose(fit.robustCovariance ?? [], expected.robust ?? [], 1e-8);
      expectAllClose([fit.logLikelihood.null, fit.logLikelihood.fitted], expected.loglik, 1e-12);
      const { likelihoodRatio, wald, score, robustScore } = coxTests(fit);
      const [ratio, df, ratioP, , statistic, , scoreP] = expected.tests;
      expectAllClose([likelihoodRatio.statistic, score.statistic], [ratio!, statistic!], 1e-9);
      expectAllClose(
        [wald.statistic, robustScore?.statistic ?? 0],
        [expected.wald, expected.robscore ?? 0],
        1e-8,
      );
      expectAllClose(
        [Math.log(likelihoodRatio.pValue), Math.log(score.pValue)],
        [ratioP!, scoreP!].map(Math.log),
        1e-8,
      );
      expect([likelihoodRatio, wald, score].map((test) => test.degreesOfFreedom)).toEqual([df, df, df]);
      const ratios = hazardRatios(fit);
      expectAllClose(
        ratios.flatMap((one) => [one.hazardRatio, one.lower, one.upper]),
        expected.intervals,
        1e-8,
      );
      expectAllClose(
        ratios.map((one) => one.z),
        expected.z,
        1e-8,
      );
      expectAllClose(
        ratios.map((one) => one.pValue),
        expected.p,
        1e-8,
      );
    });
  });

  describe('residuals equal residuals(coxph)', () => {
    it.each(WITH_RESIDUALS)('%s', (name) => {
      const { expected, input, fit } = of(name);
      const { residuals } = expected;
      expectAllClose(martingaleResiduals(input, fit), residuals.martingale, 1e-9);
      expectAllClose(devianceResiduals(input, fit), residuals.deviance, 1e-7);
      expectAllClose(scoreResiduals(input, fit), residuals.score, 1e-8);
      expectAllClose(dfbeta(input, fit), residuals.dfbeta, 1e-8);
      expectAllClose(schoenfeldResiduals(input, fit).residuals, residuals.schoenfeld, 1e-9);
      expectAllClose(scaledSchoenfeldResiduals(input, fit).residuals, residuals.scaled, 1e-8);
    });
  });

  describe('proportionalityTest equals cox.zph', () => {
    it.each(WITH_RESIDUALS)('%s', (name) => {
      const { expected, input, fit } = of(name);
      for (const transform of ['km', 'rank', 'identity', 'log'] as const) {
        const { columns, global } = proportionalityTest(input, fit, transform);
        const tests = [...columns, global];
        expectAllClose(
          tests.map(({ statistic }) => statistic),
          expected.zph[transform].chi,
          1e-7,
        );
        expectAllClose(
          tests.map(({ pValue }) => pValue),
          expected.zph[transform].p,
          1e-7,
        );
      }
    });
  });

  describe('baselineHazards equals basehaz(centered = FALSE), predictSurvival survfit(newdata)', () => {
    it.each(WITH_RESIDUALS)('%s', (name) => {
      const { expected, input, fit } = of(name);
      const { base, curve } = expected;
      const baselines = baselineHazards({
        data: input.data,
        linearPredictor: linearPredictor(input.x, fit.coefficients),
        ties: input.ties === 'efron' ? 'efron' : 'breslow',
        ...(input.weights && { weights: input.weights }),
        ...(input.strata && { strata: input.strata }),
      });
      const labels = [...new Set(base.strata ?? ['s=0'])];
      expect(baselines).toHaveLength(labels.length);
      const ofStratum = base.time.map((_, at) => labels.indexOf(base.strata?.[at] ?? 's=0'));
      expectAllClose(
        base.time.map((time, at) => cumulativeHazardAt(baselines[ofStratum[at]!]!, time)),
        base.hazard,
        1e-8,
      );

      const curves = baselines.map(({ stratum }) =>
        predictSurvival(input, fit, Float64Array.from(expected.at), { stratum }),
      );
      // R's curve stands at the times of censorings too.
      const sizes = curve.strata === null ? [curve.time.length] : [curve.strata].flat();
      const stratumAt = sizes.flatMap((size, index) => Array<number>(size).fill(index));
      const stepAt = curve.time.map((time, at) => {
        const ours = curves[stratumAt[at]!]!;
        return { ours, step: ours.times.findLastIndex((t) => t <= time) };
      });
      const pick = (what: 'survival' | 'standardError' | 'lower' | 'upper', before: number): number[] =>
        stepAt.map(({ ours, step }) => (step < 0 ? before : ours[what][step]!));
      expectAllClose(pick('survival', 1), curve.surv, 1e-8);
      expectAllClose(pick('standardError', 0), curve.error, 1e-8);
      expectAllClose(pick('lower', 1), curve.lower, 1e-8);
      expectAllClose(pick('upper', 1), curve.upper, 1e-8);
    });
  });
});
