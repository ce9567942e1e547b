import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { rankSumColumns } from '../src/learning/hypothesis/index.ts';
import { createRandom } from '../src/numerics/index.ts';
import { findOnPath, run } from '../tests/setup/programs.ts';
import { R_PACKAGES } from '../tests/setup/r.ts';
import type { Benchmark } from './lib/benchmark.ts';

const SAMPLES = 300;
const FEATURES = 20_000;
/** How many of them R is given: it takes as long for each. */
const R_FEATURES = 400;
const LIMIT_MS = 1000;

// Two groups of 150, so that both take the normal approximation. Only the tests are timed.
const SCRIPT = `x <- matrix(readBin('x.bin', 'double', ${SAMPLES * R_FEATURES}), ncol = ${R_FEATURES}, byrow = TRUE)
g <- rep(c(1, 0), length.out = nrow(x))
took <- sum(system.time(p <- apply(x, 2, function(v) wilcox.test(v ~ g)$p.value))[c('user.self', 'sys.self')])
cat(sprintf('%.17g %.17g', took, p[[1]]))
`;

/** CPU time that one feature takes (one thread, so the time it takes where nothing else runs), of a whole matrix at once here and of a loop over its columns in R. */
export const benchmark: Benchmark = {
  name: 'wilcoxon',
  question: `What does a rank-sum test of a feature cost, of ${FEATURES} features x ${SAMPLES} samples at once?`,
  unit: 'us CPU/feature',
  limit: 0.2,
  peer: {
    name: "R's apply(x, 2, wilcox.test)",
    find: () => findOnPath('Rscript'),
    aptPackage: R_PACKAGES,
  },
  setup: () => {
    const random = createRandom(1);
    const x = Float64Array.from({ length: SAMPLES * FEATURES }, () => random.normal());
    const group = Uint8Array.from({ length: SAMPLES }, (_, row) => 1 - (row % 2));
    const folder = mkdtempSync(path.join(tmpdir(), 'wilcoxon-'));
    const some = Float64Array.from(
      { length: SAMPLES * R_FEATURES },
      (_, at) => x[Math.floor(at / R_FEATURES) * FEATURES + (at % R_FEATURES)] ?? Number.NaN,
    );
    writeFileSync(path.join(folder, 'x.bin'), new Uint8Array(some.buffer));
    writeFileSync(path.join(folder, 'script.R'), `setwd(${JSON.stringify(folder)})\n${SCRIPT}`);
    const rscript = findOnPath('Rscript') ?? 'Rscript';
    const tookMs: number[] = [];
    let first = Number.NaN;
    return Promise.resolve({
      ours: () => {
        const before = process.cpuUsage();
        const { pValue } = rankSumColumns(x, FEATURES, group);
        const { user, system } = process.cpuUsage(before);
        tookMs.push((user + system) / 1000);
        first = pValue[0] ?? Number.NaN;
        return Promise.resolve((1000 * (tookMs.at(-1) ?? Number.NaN)) / FEATURES);
      },
      peer: async () => {
        const { ok, said } = await run(rscript, ['--vanilla', path.join(folder, 'script.R')], 120_000);
        if (!ok) throw new Error(`R: ${said.trim()}`);
        const [seconds = Number.NaN, p = Number.NaN] = said.trim().split(' ').map(Number);
        if (!(Math.abs(p - first) < 1e-9)) throw new Error(`R's p-value is ${p}, ours ${first}`);
        return (seconds * 1e6) / R_FEATURES;
      },
      figures: () => {
        const sorted = Float64Array.from(tookMs).sort();
        const value = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
        return [{ what: 'the whole matrix', value, unit: 'ms CPU', limit: LIMIT_MS }];
      },
      teardown: () => {
        rmSync(folder, { recursive: true, force: true });
        return Promise.resolve();
      },
    });
  },
};
