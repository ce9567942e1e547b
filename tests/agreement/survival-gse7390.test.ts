/**
 * GSE7390 (198 breast cancers, 76 probes), lung and rotterdam: Cox regression against coxph, and elastic-net paths
 * and their cross-validation against glmnet, live; also with more columns than rows, and with columns that are
 * penalised more than others or not at all.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  crossValidatedElasticNetCox,
  elasticNetCox,
  type ElasticNetCoxInput,
  fitCox,
} from '../../src/survival/index.ts';
import { runR } from '../setup/r.ts';
import { describeWith, describeWithData } from '../setup/requires.ts';
import { expectAllClose } from './fixtures/close.ts';
import { readGse7390 } from './fixtures/gse7390.ts';

const SCRIPT = `
suppressMessages({library(survival); library(glmnet)})
glmnet.control(fdev = 0, devmax = 1)
rows <- function(m) as.vector(t(as.matrix(m)))
gse <- matrix(d$x, ncol = length(d$names), byrow = TRUE)

net <- function(x, time, event, alpha, ratio = 0.05, factors = rep(1, ncol(x)), folds = NULL, weights = rep(1, nrow(x))) {
  # glmnet takes rows censored at an event time out of its risk set, or not, by rounding; so they end a little later.
  y <- Surv(time + 0.001 * (1 - event), event)
  fit <- glmnet(x, y, family = 'cox', alpha = alpha, nlambda = 20, lambda.min.ratio = ratio,
    penalty.factor = factors, weights = weights, thresh = 1e-14, maxit = 1e7)
  out <- list(
    input = list(x = rows(x), columns = ncol(x), time = time, event = event, alpha = alpha, factors = factors,
      weights = weights, folds = folds, ratio = ratio),
    lambda = fit$lambda, beta = rows(t(as.matrix(fit$beta))))
  if (is.null(folds)) return(out)
  cv <- cv.glmnet(x, y, family = 'cox', alpha = alpha, lambda = fit$lambda, foldid = folds, grouped = TRUE,
    penalty.factor = factors, weights = weights, thresh = 1e-14, maxit = 1e7)
  c(out, list(cvm = cv$cvm, cvsd = cv$cvsd, min = cv$lambda.min, se = cv$lambda.1se))
}

lung <- survival::lung
lung <- lung[complete.cases(lung[, c('age', 'sex', 'ph.ecog', 'ph.karno', 'wt.loss')]), ]
l <- as.matrix(lung[, c('age', 'sex', 'ph.ecog', 'ph.karno', 'wt.loss')])
rotterdam <- survival::rotterdam[seq(1, 2982, 3), ]
r <- as.matrix(rotterdam[, c('age', 'meno', 'grade', 'nodes', 'pgr', 'er', 'hormon', 'chemo')])
clinical <- rep(c(0, 0, 0.5, 1), c(1, 1, 1, 76))
fold <- function(n) (seq_len(n) * 7) %% 5 + 1
few <- c(head(which(d$event == 1), 30), head(which(d$event == 0), 30))
nets <- list(
  'GSE7390, alpha 0.5' = net(gse, d$time, d$event, 0.5, folds = fold(nrow(gse))),
  'GSE7390, lasso' = net(gse, d$time, d$event, 1),
  'GSE7390, 60 rows of 79 columns' = net(gse[few, ], d$time[few], d$event[few], 0.5, ratio = 0.15),
  'GSE7390, 60 rows, lasso' = net(gse[few, ], d$time[few], d$event[few], 1, ratio = 0.15),
  'GSE7390, clinical columns favoured' = net(gse, d$time, d$event, 0.5, factors = clinical, folds = fold(nrow(gse))),
  'GSE7390, clinical columns favoured, lasso' = net(gse, d$time, d$event, 1, factors = clinical),
  'lung, alpha 0.5' = net(l, lung$time, lung$status - 1, 0.5, ratio = 0.001, folds = fold(nrow(l))),
  'lung, lasso' = net(l, lung$time, lung$status - 1, 1, ratio = 0.001),
  'lung, weighted, one column free' = net(l, lung$time, lung$status - 1, 0.5, ratio = 0.01, factors = c(1, 0, 1, 2, 1),
    weights = 1 + seq_len(nrow(l)) %% 3),
  'rotterdam, alpha 0.5' = net(r, rotterdam$rtime, rotterdam$recur, 0.5, ratio = 0.001, folds = fold(nrow(r))),
  'rotterdam, lasso' = net(r, rotterdam$rtime, rotterdam$recur, 1, ratio = 0.001))

probes <- gse[, c(1, 2, 3, 10, 20, 30, 40, 50)]
control <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 60)
y <- Surv(d$time, d$event)
fits <- lapply(list(efron = 'efron', breslow = 'breslow', exact = 'exact'), function(ties) {
  fit <- coxph(y ~ probes, ties = ties, control = control)
  list(coefficients = unname(coef(fit)), covariance = rows(vcov(fit)), loglik = fit$loglik, score = fit$score)
})
all <- coxph(y ~ gse, control = control)
robust <- coxph(y ~ probes, cluster = seq_along(d$time) %% 99, control = control)
result <- list(nets = nets, fits = fits,
  all = list(coefficients = unname(coef(all)), covariance = rows(vcov(all)), loglik = all$loglik),
  robust = list(naive = rows(robust$naive.var), robust = rows(robust$var), rscore = robust$rscore))
`;

interface Net {
  readonly input: Record<'x' | 'time' | 'event' | 'factors' | 'weights', number[]> & {
    readonly columns: number;
    readonly alpha: number;
    readonly folds: number[] | null;
    readonly ratio: number;
  };
  readonly lambda: number[];
  /** Shape (lambdas, columns). */
  readonly beta: number[];
  readonly cvm?: number[];
  readonly cvsd?: number[];
  readonly min?: number;
  readonly se?: number;
}

interface Answers {
  readonly nets: Record<string, Net>;
  readonly fits: Record<
    'efron' | 'breslow' | 'exact',
    { coefficients: number[]; covariance: number[]; loglik: number[]; score: number }
  >;
  readonly all: { coefficients: number[]; covariance: number[]; loglik: number[] };
  readonly robust: { naive: number[]; robust: number[]; rscore: number };
}

const NETS = [
  'GSE7390, alpha 0.5',
  'GSE7390, lasso',
  'GSE7390, 60 rows of 79 columns',
  'GSE7390, 60 rows, lasso',
  'GSE7390, clinical columns favoured',
  'GSE7390, clinical columns favoured, lasso',
  'lung, alpha 0.5',
  'lung, lasso',
  'lung, weighted, one column free',
  'rotterdam, alpha 0.5',
  'rotterdam, lasso',
];
const WITH_FOLDS = [0, 4, 6, 9].map((at) => NETS[at]!);

const toInput = ({ x, columns, time, event, alpha, factors, weights }: Net['input']): ElasticNetCoxInput => ({
  x: Float64Array.from(x),
  columns,
  data: { time: Float64Array.from(time), event: Uint8Array.from(event) },
  alpha,
  penaltyFactors: Float64Array.from(factors),
  weights: Float64Array.from(weights),
});

describeWithData('GSE7390', (folder) => {
  describeWith('r', 'against R', (rscript) => {
    const gse = readGse7390(folder);
    const data = { time: Float64Array.from(gse.time), event: Uint8Array.from(gse.event) };
    const columns = gse.names.length;
    let answers: Answers;
    beforeAll(async () => {
      answers = await runR<Answers>(rscript, SCRIPT, gse);
    }, 180_000);

    it('is what it says', () => {
      expect([gse.time.length, columns, gse.event.reduce((a, b) => a + b)]).toEqual([198, 79, 51]);
      expect(Object.keys(answers.nets)).toEqual(NETS);
    });

    const PROBES = [0, 1, 2, 9, 19, 29, 39, 49];
    const probes = Float64Array.from(
      gse.time.flatMap((_, row) => PROBES.map((j) => gse.x[row * columns + j]!)),
    );

    it.each(['efron', 'breslow', 'exact'] as const)('Cox on eight columns: %s', (ties) => {
      const expected = answers.fits[ties];
      const fit = fitCox({ x: probes, columns: 8, data, ties });
      expectAllClose(fit.coefficients, expected.coefficients, 1e-9);
      expectAllClose(fit.covariance, expected.covariance, 1e-9);
      expectAllClose([fit.logLikelihood.null, fit.logLikelihood.fitted], expected.loglik, 1e-12);
      expectAllClose([fit.scoreStatistic], [expected.score], 1e-9);
    });

    it('Cox on eight columns: clustered', () => {
      const cluster = Int32Array.from(gse.time, (_, row) => (row + 1) % 99);
      const fit = fitCox({ x: probes, columns: 8, data, ties: 'efron', cluster });
      expectAllClose(fit.covariance, answers.robust.naive, 1e-9);
      expectAllClose(fit.robustCovariance!, answers.robust.robust, 1e-9);
      expectAllClose([fit.robustScoreStatistic!], [answers.robust.rscore], 1e-9);
    });

    it('Cox on all 79 columns, with 51 events', () => {
      const fit = fitCox({ x: Float64Array.from(gse.x), columns, data, ties: 'efron' });
      expectAllClose(fit.coefficients, answers.all.coefficients, 1e-7);
      expectAllClose(fit.covariance, answers.all.covariance, 1e-7);
      expectAllClose([fit.logLikelihood.null, fit.logLikelihood.fitted], answers.all.loglik, 1e-10);
    });

    describe('elasticNetCox equals glmnet', () => {
      it.each(NETS)('%s', (name) => {
        const { input, lambda, beta } = answers.nets[name]!;
        const ours = toInput(input);
        const path = elasticNetCox({ ...ours, lambdas: Float64Array.from(lambda), kktTolerance: 1e-9 });
        path.coefficients.forEach((row, k) => {
          expectAllClose(row, beta.slice(k * input.columns, (k + 1) * input.columns), 1e-4);
        });
        const own = elasticNetCox({ ...ours, lambdaCount: 20, lambdaMinRatio: input.ratio });
        expectAllClose(own.lambdas, lambda, 1e-6);
      });
    });

    describe('crossValidatedElasticNetCox equals cv.glmnet', () => {
      it.each(WITH_FOLDS)('%s', (name) => {
        const { input, lambda, cvm, cvsd, min, se } = answers.nets[name]!;
        const result = crossValidatedElasticNetCox({
          ...toInput(input),
          lambdas: Float64Array.from(lambda),
          foldIds: Int32Array.from(input.folds!),
          kktTolerance: 1e-9,
        });
        expectAllClose(result.deviance, cvm!, 1e-6);
        expectAllClose(result.standardError, cvsd!, 1e-5);
        expect(result.path.lambdas[result.indexMin]).toBe(min);
        expect(result.path.lambdas[result.index1se]).toBe(se);
      });
    });
  });
});
