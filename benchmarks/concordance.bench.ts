import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createRandom } from '../src/numerics/index.ts';
import { concordanceIndex } from '../src/survival/index.ts';
import { findOnPath } from '../tests/setup/programs.ts';
import { R_PACKAGES } from '../tests/setup/r.ts';
import type { Benchmark } from './lib/benchmark.ts';

const ROWS = 100_000;

/** R times the call alone, once it has warmed up, and says what it found. */
const SCRIPT = `
suppressMessages(library(survival))
d <- read.csv('data.csv')
y <- Surv(d$time, d$event)
invisible(concordance(y[1:1000] ~ d$score[1:1000], reverse = TRUE))
took <- system.time(fit <- concordance(y ~ d$score, reverse = TRUE))[['elapsed']]
cat(sprintf('%.6f %.12f %.12f', 1000 * took, fit$concordance, sqrt(fit$var)))
`;

/** Half of the rows censored, one in ten tied in time, scores rounded so that they tie too. */
const cohort = () => {
  const random = createRandom(5);
  const score = Float64Array.from({ length: ROWS }, () => Math.round(random.normal() * 1e4) / 1e4);
  const days = (rate: number): number => 1e-5 * Math.ceil((random.exponential() / rate) * 1e5);
  const event = new Uint8Array(ROWS);
  const time = score.map((value, row) => {
    const [own, end] = [days(Math.exp(value / 2)), days(1)];
    event[row] = Number(own <= end);
    return Math.min(own, end);
  });
  return { data: { time, event }, score };
};

export const benchmark: Benchmark = {
  name: 'concordance',
  question: `What does Harrell's C of ${String(ROWS)} rows take, its standard error included?`,
  unit: 'ms',
  limit: 1.5,
  peer: {
    name: "R's survival::concordance",
    find: () => findOnPath('Rscript'),
    aptPackage: R_PACKAGES,
  },
  setup: () => {
    const { data, score } = cohort();
    const folder = mkdtempSync(path.join(tmpdir(), 'concordance-'));
    const lines = Array.from(score, (value, row) => `${data.time[row]},${data.event[row]},${value}`);
    writeFileSync(path.join(folder, 'data.csv'), ['time,event,score', ...lines].join('\n'));
    const found = concordanceIndex(data, score);
    return Promise.resolve({
      ours: () => {
        const start = performance.now();
        concordanceIndex(data, score);
        return Promise.resolve(performance.now() - start);
      },
      peer: () => {
        const said = execFileSync('Rscript', ['--vanilla', '-e', SCRIPT], { cwd: folder, encoding: 'utf8' });
        const [ms, concordance, standardError] = said.split(' ').map(Number) as [number, number, number];
        const same =
          Math.abs(concordance - found.concordance) < 1e-9 &&
          Math.abs(standardError - found.standardError) < 1e-9;
        return same ? Promise.resolve(ms) : Promise.reject(new Error(`R found something else: ${said}`));
      },
      teardown: () => {
        rmSync(folder, { recursive: true, force: true });
        return Promise.resolve();
      },
    });
  },
};
