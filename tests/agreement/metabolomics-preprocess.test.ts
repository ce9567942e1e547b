import { beforeAll, expect, it } from 'vitest';
import {
  combat,
  conditionalMean,
  correctDrift,
  fitCensoredNormal,
  fitScaling,
  logNormalLowerTail,
  pooledQcRsd,
} from '../../src/learning/metabolomics/preprocess/index.ts';
import { createRandom, loess } from '../../src/numerics/index.ts';
import { runR } from '../setup/r.ts';
import { describeWith } from '../setup/requires.ts';
import { expectAllClose } from './fixtures/close.ts';

interface Answers {
  readonly censored: { readonly mean: number; readonly sd: number }[];
  readonly tails: number[];
  readonly conditional: number[];
  readonly curves: number[][];
  readonly outside: number[];
  readonly drift: number[];
  readonly rsd: number[];
  readonly combat: number[][];
  readonly scaled: number[][];
}

const SCRIPT = `
library(survival)
censored <- lapply(seq_len(nrow(d$values)), function(k) {
  x <- ifelse(d$below[k, ], d$limit[k], d$values[k, ])
  fit <- survreg(Surv(x, !d$below[k, ], type = 'left') ~ 1, dist = 'gaussian',
                 control = survreg.control(rel.tolerance = 1e-13, maxiter = 100))
  list(mean = unname(coef(fit)), sd = fit$scale)
})
# E[Z | Z < z] = -exp(log density - log probability)
conditional <- 2 - 3 * exp(dnorm(d$z, log = TRUE) - pnorm(d$z, log.p = TRUE))
exact <- loess.control(surface = 'direct', statistics = 'exact')
curves <- lapply(seq_along(d$spans), function(k)
  unname(predict(loess(d$y ~ d$x, span = d$spans[k], degree = d$degrees[k], control = exact), d$at)))
outside <- unname(predict(loess(d$y ~ d$x, span = 0.6, degree = 1, control = exact), c(-3, 103)))
qc <- d$qc == 1
curve <- loess(y ~ order, data.frame(y = d$run[qc], order = d$order[qc]), span = 0.75, degree = 2, control = exact)
level <- predict(curve, data.frame(order = pmin(max(d$order[qc]), pmax(min(d$order[qc]), d$order))))
drift <- d$run - unname(level) + median(predict(curve))
rsd <- 100 * sd(2^d$run[qc]) / mean(2^d$run[qc])
# ComBat by its formulas (Johnson 2007): data by analyte x sample
x <- t(d$batches); b <- d$batch; levels <- unique(b)
means <- sapply(levels, function(l) rowMeans(x[, b == l]))
share <- sapply(levels, function(l) mean(b == l))
centre <- as.vector(means %*% share)
sd <- sqrt(rowMeans((x - means[, match(b, levels)])^2))
z <- (x - centre) / sd
for (l in levels) {
  s <- z[, b == l]; n <- ncol(s)
  g <- rowMeans(s); v <- apply(s, 1, var)
  g0 <- mean(g); t2 <- var(g); m <- mean(v); s2 <- var(v)
  a <- (2 * s2 + m^2) / s2; r <- (m * s2 + m^3) / s2
  shift <- g; spread <- v
  for (k in 1:500) {
    shift <- (n * t2 * g + spread * g0) / (n * t2 + spread)
    spread <- (r + 0.5 * rowSums((s - shift)^2)) / (n / 2 + a - 1)
  }
  z[, b == l] <- (s - shift) / sqrt(spread)
}
result <- list(censored = censored, tails = pnorm(d$z, log.p = TRUE), conditional = conditional,
  curves = curves, outside = outside, drift = drift, rsd = rsd, combat = t(z * sd + centre),
  scaled = unname(scale(d$batches)[, ]))`;

describeWith('r', 'preprocessing of metabolomics equals R', (rscript) => {
  const random = createRandom(11);
  // shape (4, 80): from 6 % below the limit to 90 %
  const limits = [-1.5, 0, 0.8, 1.3].map((limit) => 5 + 2 * limit);
  const values = limits.map(() => Array.from({ length: 80 }, () => 5 + 2 * random.normal()));
  const below = values.map((row, k) => row.map((value) => value < (limits[k] ?? NaN)));
  const z = [-300, -40, -12, -5, -1, -0.2, 0, 0.3, 1, 3, 8, 40];
  const x = Array.from({ length: 60 }, () => 100 * random.uniform());
  const y = x.map((at) => Math.sin(at / 15) + 0.2 * random.normal());
  const at = [0.7, 13, 26.5, 50, 51, 77.7, 99];
  const spans = [0.3, 0.5, 0.75, 1, 0.4];
  const degrees: (1 | 2)[] = [1, 2, 2, 2, 1];
  const order = Array.from({ length: 40 }, (_, k) => k);
  const qc = order.map((k) => Number(k % 4 === 1));
  const run = order.map((k) => 3 + 0.02 * k + Math.sin(k / 9) + 0.1 * random.normal());
  const batch = Array.from({ length: 30 }, (_, k) => ['b', 'a', 'c'][k % 3] ?? '');
  // shape (30, 6)
  const batches = batch.map((name) =>
    Array.from(
      { length: 6 },
      (_, j) => j + (name === 'a' ? 1.5 + 0.1 * j : 0) + (1 + j / 5) * random.normal(),
    ),
  );
  let answers: Answers;

  beforeAll(async () => {
    const data = {
      values,
      below,
      limit: limits,
      z,
      x,
      y,
      at,
      spans,
      degrees,
      order,
      qc,
      run,
      batch,
      batches,
    };
    answers = await runR<Answers>(rscript, SCRIPT, data);
  }, 60_000);

  it('censored normal: survreg', () => {
    limits.forEach((limit, k) => {
      const fitted = fitCensoredNormal({
        values: Float64Array.from(values[k] ?? []),
        limits: Float64Array.from(below[k] ?? [], (censored) => (censored ? limit : NaN)),
      });
      const expected = answers.censored[k] ?? { mean: NaN, sd: NaN };
      expectAllClose([fitted.mean, fitted.sd], [expected.mean, expected.sd], 1e-8);
    });
  });

  it('tail and conditional mean: pnorm and dnorm on the log scale', () => {
    const relative = (ours: number, theirs: number): number =>
      Math.abs(ours - theirs) / Math.max(1e-300, Math.abs(theirs));
    z.forEach((each, k) => {
      const { tails, conditional } = answers;
      expect(relative(logNormalLowerTail(each), tails[k] ?? NaN)).toBeLessThan(1e-11);
      // z = (limit - mean) / sd
      const ours = conditionalMean({ mean: 2, sd: 3 }, 2 + 3 * each);
      expect(relative(ours, conditional[k] ?? NaN)).toBeLessThan(1e-11);
    });
  });

  it('loess, direct and exact', () => {
    spans.forEach((span, k) => {
      const curve = loess(Float64Array.from(x), Float64Array.from(y), { span, degree: degrees[k] ?? 2 });
      expectAllClose(at.map(curve), answers.curves[k] ?? [], 1e-8);
    });
    const line = loess(Float64Array.from(x), Float64Array.from(y), { span: 0.6, degree: 1 });
    expectAllClose([-3, 103].map(line), answers.outside, 1e-8);
  });

  it('drift through the pooled QC samples, and their RSD', () => {
    const injected = { injectionOrder: Float64Array.from(order), isPooledQc: Uint8Array.from(qc) };
    expectAllClose(correctDrift(Float64Array.from(run), 1, injected), answers.drift, 1e-8);
    const rsd = pooledQcRsd(
      Float64Array.from(run, (log) => 2 ** log),
      1,
      injected.isPooledQc,
    );
    expectAllClose(rsd, [answers.rsd].flat(), 1e-10);
  });

  it('ComBat, by its formulas', () => {
    expectAllClose(combat(Float64Array.from(batches.flat()), 6, batch), answers.combat.flat(), 1e-9);
  });

  it('autoscaling: scale', () => {
    const flat = Float64Array.from(batches.flat());
    const { centre, scale } = fitScaling(flat, 6);
    const ours = flat.map((value, k) => (value - (centre[k % 6] ?? NaN)) / (scale[k % 6] ?? NaN));
    expectAllClose(ours, answers.scaled.flat(), 1e-10);
  });
});
