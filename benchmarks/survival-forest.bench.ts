import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { fitSurvivalForest } from '../src/learning/forests/index.ts';
import { createRandom } from '../src/numerics/index.ts';
import { findOnPath } from '../tests/setup/programs.ts';
import { R_PACKAGES } from '../tests/setup/r.ts';
import type { Benchmark } from './lib/benchmark.ts';

const ROWS = 2000;
const COLUMNS = 100;
const TREES = 500;
/** ranger takes seconds a tree here, and trees cost it alike: it grows few, and the figure is per tree. */
const PEER_TREES = 3;
const SETTINGS = { featuresPerSplit: 10, minimumNodeSize: 3 };

const SCRIPT = `suppressMessages({ library(ranger); library(survival) })
d <- read.csv('data.csv')
time <- system.time(ranger(Surv(time, event) ~ ., data = d, num.trees = ${PEER_TREES}, mtry = ${SETTINGS.featuresPerSplit},
  min.node.size = ${SETTINGS.minimumNodeSize}, num.threads = 1, seed = 1, verbose = FALSE))
cat(1000 * (time[['user.self']] + time[['sys.self']]) / ${PEER_TREES})`;

/** Continuous times, an event in about 0.3 of the rows, three features that matter. */
const made = () => {
  const random = createRandom(1);
  const x = new Float64Array(ROWS * COLUMNS).map(() => random.normal());
  const time = new Float64Array(ROWS);
  const event = new Uint8Array(ROWS);
  for (let row = 0; row < ROWS; row++) {
    const [a = 0, b = 0, c = 0] = x.subarray(row * COLUMNS);
    const until = random.exponential() * Math.exp(-(a + b / 2 - c / 2));
    const censored = 0.35 * random.exponential();
    time[row] = Math.min(until, censored);
    event[row] = Number(until <= censored);
  }
  return { x, columns: COLUMNS, data: { time, event } };
};

const csv = ({ x, data: { time, event } }: ReturnType<typeof made>): string => {
  const lines = Array.from(time, (t, row) =>
    [t, event[row], ...x.subarray(row * COLUMNS, (row + 1) * COLUMNS)].join(','),
  );
  return [['time', 'event', ...Array.from({ length: COLUMNS }, (_, j) => `x${j}`)].join(','), ...lines].join(
    '\n',
  );
};

/** The whole fit, out-of-bag error too, on one thread; ranger's time is told by R, without its start. */
export const benchmark: Benchmark = {
  name: 'survival-forest',
  question: `What does a tree of a survival forest cost (${ROWS} rows, ${COLUMNS} features), beside ranger's?`,
  unit: 'ms CPU/tree',
  limit: 1.5,
  rounds: 3,
  peer: { name: 'ranger, 1 thread', find: () => findOnPath('Rscript'), aptPackage: R_PACKAGES },
  setup: () => {
    const input = made();
    const folder = mkdtempSync(path.join(tmpdir(), 'forest-'));
    writeFileSync(path.join(folder, 'data.csv'), csv(input));
    writeFileSync(path.join(folder, 'fit.R'), SCRIPT);
    let seed = 0;
    let whole = Infinity;
    return Promise.resolve({
      ours: async () => {
        const before = process.cpuUsage();
        await fitSurvivalForest({ ...input, ...SETTINGS, trees: TREES, random: createRandom(seed++) });
        const { user, system } = process.cpuUsage(before);
        whole = Math.min(whole, (user + system) / 1e6);
        return (user + system) / 1000 / TREES;
      },
      peer: async () => {
        const { stdout } = await promisify(execFile)('Rscript', ['--vanilla', 'fit.R'], { cwd: folder });
        const milliseconds = Number(stdout);
        if (!(milliseconds > 0)) throw new Error(`R told no time: ${stdout}`);
        return milliseconds;
      },
      figures: () => [{ what: `${TREES} trees, quickest round`, value: whole, unit: 's CPU', limit: 60 }],
      teardown: () => {
        rmSync(folder, { recursive: true, force: true });
        return Promise.resolve();
      },
    });
  },
};
