import { fitCox } from '../src/survival/index.ts';
import { createRandom } from '../src/numerics/index.ts';
import { findOnPath } from '../tests/setup/programs.ts';
import { R_PACKAGES, runR } from '../tests/setup/r.ts';
import type { Benchmark } from './lib/benchmark.ts';

const ROWS = 10_000;
const COLUMNS = 50;
/** Fits of one measurement, on either side; the figure is the mean. */
const FITS = 3;

/** 10,000 patients: correlated covariates, exponential times in whole days (so some tie), a third censored. */
const cohort = () => {
  const random = createRandom(20240501);
  const x = new Float64Array(ROWS * COLUMNS);
  const time = new Float64Array(ROWS);
  const event = new Uint8Array(ROWS);
  for (let row = 0; row < ROWS; row++) {
    const common = random.normal();
    let eta = 0;
    for (let j = 0; j < COLUMNS; j++) {
      const value = 0.5 * common + random.normal();
      x[row * COLUMNS + j] = value;
      if (j < 10) eta += (j % 2 === 0 ? 0.2 : -0.15) * value;
    }
    const [death, censoring] = [random.exponential() * Math.exp(-eta), random.exponential() * 2];
    time[row] = Math.ceil(3650 * Math.min(death, censoring));
    event[row] = death <= censoring ? 1 : 0;
  }
  return { x, columns: COLUMNS, data: { time, event }, ties: 'efron' as const };
};

// Matrix and response are made before the clock starts; coxph reads its formula inside it, which costs it little.
const SCRIPT = `library(survival)
x <- matrix(d$x, ncol = d$columns, byrow = TRUE)
y <- Surv(d$time, d$event)
fit <- coxph(y ~ x, method = "efron")
elapsed <- system.time(for (i in seq_len(d$fits)) fit <- coxph(y ~ x, method = "efron"))[["elapsed"]]
result <- list(ms = 1000 * elapsed / d$fits, coefficients = unname(coef(fit)))`;

/** One Cox fit by ours and by R's coxph, the fit alone; both must give the same coefficients. */
export const benchmark: Benchmark = {
  name: 'cox',
  question: 'What does a Cox fit cost (10,000 rows, 50 covariates, Efron), beside R coxph?',
  unit: 'ms/fit',
  limit: 1.5,
  peer: {
    name: 'survival::coxph',
    find: () => findOnPath('Rscript'),
    aptPackage: R_PACKAGES,
  },
  setup: () => {
    const input = cohort();
    const { time, event } = input.data;
    const forR = { x: [...input.x], columns: COLUMNS, time: [...time], event: [...event], fits: FITS };
    let coefficients = new Float64Array(COLUMNS);
    return Promise.resolve({
      ours: () => {
        const start = performance.now();
        for (let i = 0; i < FITS; i++) coefficients = new Float64Array(fitCox(input).coefficients);
        return Promise.resolve((performance.now() - start) / FITS);
      },
      peer: async () => {
        const rscript = findOnPath('Rscript') ?? 'Rscript';
        const answer = await runR<{ ms: number; coefficients: number[] }>(rscript, SCRIPT, forR);
        const worst = Math.max(...coefficients.map((b, j) => Math.abs(b - (answer.coefficients[j] ?? NaN))));
        if (!(worst < 1e-6)) throw new Error(`coefficients differ from R's by ${String(worst)}`);
        return answer.ms;
      },
      teardown: () => Promise.resolve(),
    });
  },
};
