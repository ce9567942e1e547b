/** The logistic elastic net equals glmnet 4.1-6's, path and cross-validation; PLS-DA is what its definition says. */
import { beforeAll, expect, it } from 'vitest';
import {
  crossValidatedLogisticElasticNet,
  logisticElasticNet,
  plsDiscriminant,
} from '../../src/learning/linear/index.ts';
import { createRandom } from '../../src/numerics/index.ts';
import { runR } from '../setup/r.ts';
import { describeWith } from '../setup/requires.ts';

interface Case {
  readonly x: number[][];
  readonly y: number[];
  readonly alpha: number;
  readonly weights: number[];
  readonly fold: number[];
  readonly standardise: boolean;
  /** glmnet's. */
  readonly threshold: number;
}
interface Pls {
  readonly x: number[][];
  readonly y: number[];
  readonly components: number;
  readonly standardise: boolean;
}
interface Answer {
  readonly lambda: number[];
  readonly intercept: number[];
  readonly beta: number[][];
  readonly ratio: number[];
  readonly cvm: number[];
  readonly cvsd: number[];
  readonly indexMin: number;
  readonly index1se: number;
}

/** Rows whose label follows from the first three columns; the last two are near copies, and one is constant. */
const simulated = (seed: number, n: number, p: number, rest: Partial<Case>, apart = 0.5): Case => {
  const random = createRandom(seed);
  const x = Array.from({ length: n }, () => {
    const row = Array.from({ length: p }, (_, j) => random.normal() * (1 + (j % 7)) + j);
    row[p - 1] = row[p - 2]! + apart * random.normal();
    row[p - 3] = 4;
    return row;
  });
  const y = x.map((row) =>
    row[0]! + 0.4 * (row[1]! - 1) - 0.3 * (row[2]! - 2) + random.normal() > 0 ? 1 : 0,
  );
  const weights = Array.from({ length: n }, () => 0.5 + random.uniform());
  const fold = Array.from({ length: n }, (_, row) => 1 + (row % 5));
  return { x, y, alpha: 0.5, weights, fold, standardise: true, threshold: 1e-14, ...rest };
};

const ones = (n: number): number[] => new Array<number>(n).fill(1);
const CASES: Record<string, Case> = {
  'elastic net': simulated(1, 100, 12, { weights: ones(100) }),
  lasso: simulated(2, 90, 20, { alpha: 1, weights: ones(90) }),
  ridge: simulated(3, 80, 10, { alpha: 0, weights: ones(80) }),
  'more columns than rows': simulated(4, 50, 120, { weights: ones(50) }),
  weighted: simulated(5, 80, 12, {}),
  'not standardised': simulated(6, 80, 12, { standardise: false, weights: ones(80) }),
  // Columns of correlation 0.9999: at 1e-14 glmnet stops 4e-5 away from the optimum, at 1e-22 it gets there.
  'nearly equal columns': simulated(7, 90, 12, { threshold: 1e-22, weights: ones(90) }, 0.05),
};
const PLS: Pls[] = [
  { ...simulated(8, 60, 8, {}), components: 5, standardise: true },
  { ...simulated(9, 30, 45, {}), components: 4, standardise: true },
  { ...simulated(10, 40, 6, {}), components: 3, standardise: false },
].map(({ x, y, components, standardise }) => ({ x, y, components, standardise }));

// The package's own example of two classes, and paths at a threshold that leaves nothing to chance.
const SCRIPT = `
suppressMessages(library(glmnet))
data(BinomialExample, package = 'glmnet')
fit <- function(x, y, alpha, weights, fold, standardise, threshold = 1e-14, n = 30) {
  one <- function(...) glmnet(x, y, family = 'binomial', alpha = alpha, weights = weights,
    standardize = standardise, thresh = threshold, maxit = 1e8, ...)
  path <- one(nlambda = n)
  cv <- cv.glmnet(x, y, family = 'binomial', alpha = alpha, weights = weights, standardize = standardise,
    foldid = fold, lambda = path$lambda, thresh = threshold, maxit = 1e8)
  # A ridge path of glmnet's own begins at an endless penalty, whatever it says: so the fit at the lambdas given.
  path <- cv$glmnet.fit
  list(lambda = path$lambda, intercept = unname(path$a0), beta = t(as.matrix(path$beta)), ratio = path$dev.ratio,
    cvm = cv$cvm, cvsd = cv$cvsd, indexMin = which(cv$lambda == cv$lambda.min), index1se = which(cv$lambda == cv$lambda.1se))
}
# PLS1 by its definition: NIPALS with deflation of X, coefficients W (P'W)^-1 q.
nipals <- function(x, y, components, standardise) {
  keep <- apply(x, 2, sd) > 0
  z <- scale(x[, keep], scale = standardise)
  spread <- if (standardise) attr(z, 'scaled:scale') else rep(1, sum(keep))
  e <- z; f <- y - mean(y)
  W <- P <- NULL; q <- NULL
  for (a in seq_len(components)) {
    w <- crossprod(e, f); w <- w / sqrt(sum(w^2)); t <- e %*% w; tt <- sum(t^2)
    p <- crossprod(e, t) / tt; W <- cbind(W, w); P <- cbind(P, p); q <- c(q, sum(f * t) / tt)
    e <- e - t %*% t(p)
  }
  lapply(seq_len(components), function(a) {
    b <- W[, 1:a, drop = FALSE] %*% solve(crossprod(P[, 1:a, drop = FALSE], W[, 1:a, drop = FALSE]), q[1:a]) / spread
    beta <- numeric(ncol(x)); beta[keep] <- b
    list(beta = beta, intercept = mean(y) - sum(beta * colMeans(x)))
  })
}
x <- BinomialExample$x; y <- BinomialExample$y
fold <- rep(1:5, length.out = nrow(x))
result <- list(cases = lapply(d$cases, function(one)
    fit(one$x, one$y, one$alpha, one$weights, one$fold, one$standardise, one$threshold)),
  pls = lapply(d$pls, function(one) nipals(one$x, one$y, one$components, one$standardise)),
  example = c(fit(x, y, 0.5, rep(1, nrow(x)), fold, TRUE), list(x = x, y = y, fold = fold)))`;

interface Answers {
  readonly cases: Record<string, Answer>;
  /** By case, then by number of components. */
  readonly pls: { readonly beta: number[]; readonly intercept: number }[][];
  readonly example: Answer & { readonly x: number[][]; readonly y: number[]; readonly fold: number[] };
}

const close = (ours: ArrayLike<number>, theirs: ArrayLike<number>, within: number): void => {
  expect(ours.length).toBe(theirs.length);
  for (let at = 0; at < theirs.length; at++)
    expect(Math.abs(ours[at]! - theirs[at]!) / Math.max(1, Math.abs(theirs[at]!))).toBeLessThan(within);
};

const check = (given: Case, answer: Answer): void => {
  const input = {
    x: Float64Array.from(given.x.flat()),
    columns: given.x[0]!.length,
    labels: Uint8Array.from(given.y),
    alpha: given.alpha,
    weights: Float64Array.from(given.weights),
    standardise: given.standardise,
    tolerance: 1e-10,
  };
  const lambdas = Float64Array.from(answer.lambda);
  const result = crossValidatedLogisticElasticNet({ ...input, lambdas, foldIds: given.fold });
  close(result.path.intercepts, answer.intercept, 1e-4);
  answer.beta.forEach((row, k) => {
    close(result.path.coefficients[k]!, row, 1e-4);
  });
  close(result.path.devianceRatios, answer.ratio, 1e-6);
  close(result.deviance, answer.cvm, 1e-4);
  close(result.standardError, answer.cvsd, 1e-4);
  expect([result.indexMin + 1, result.index1se + 1]).toEqual([answer.indexMin, answer.index1se]);
  // A path of our own has the same lambdas, and ends where glmnet's does.
  close(logisticElasticNet({ ...input, lambdaCount: 30 }).lambdas, answer.lambda, 1e-9);
};

describeWith('r', 'the logistic elastic net equals glmnet', (rscript) => {
  let answers: Answers;
  beforeAll(async () => {
    // As fromJSON would make a frame of the list of cases.
    const script = `d <- fromJSON('data.json', simplifyDataFrame = FALSE)\n${SCRIPT}`;
    answers = await runR<Answers>(rscript, script, { cases: CASES, pls: PLS });
  }, 60_000);

  it.each(Object.keys(CASES))('%s', (name) => {
    check(CASES[name]!, answers.cases[name]!);
  });

  it("the package's example of two classes", () => {
    const { x, y, fold } = answers.example;
    const given = { x, y, fold, alpha: 0.5, weights: ones(y.length), standardise: true, threshold: 1e-14 };
    check(given, answers.example);
  });

  it.each(PLS.map((_, at) => at))('PLS-DA is NIPALS as defined: case %i', (at) => {
    const { x, y, components, standardise } = PLS[at]!;
    const input = { x: Float64Array.from(x.flat()), columns: x[0]!.length, labels: y };
    const model = plsDiscriminant({ ...input, components, standardise });
    const theirs = answers.pls[at]!;
    expect(model.coefficients.length).toBe(components);
    model.coefficients.forEach((beta, k) => {
      close(beta, theirs[k]!.beta, 1e-9);
      expect(model.intercepts[k]).toBeCloseTo(theirs[k]!.intercept, 9);
    });
  });
});
