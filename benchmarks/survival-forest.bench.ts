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
/** Of the comparison on two threads, on both sides. */
const FEW_TREES = 50;
const SETTINGS = { featuresPerSplit: 10, minimumNodeSize: 3 };
/** Follow-up ends here. */
const MONTHS = 120;

/** Arguments: trees, threads. Prints the seconds of CPU and of wall time that the fit took. */
const SCRIPT = `suppressMessages({ library(ranger); library(survival) })
given <- as.integer(commandArgs(trailingOnly = TRUE))
d <- read.csv('data.csv')
took <- system.time(ranger(Surv(time, event) ~ ., data = d, num.trees = given[1], num.threads = given[2], seed = 1,
  mtry = ${SETTINGS.featuresPerSplit}, min.node.size = ${SETTINGS.minimumNodeSize}, verbose = FALSE))
cat(took[['user.self']] + took[['sys.self']], took[['elapsed']])`;

interface Took {
  /** Seconds, of all threads. */
  readonly cpu: number;
  readonly wall: number;
}

/**
 * Times in whole months, as follow-up is written down (about 90 different ones with an event), an event in about 0.3
 * of the rows, three features that matter. ranger's time grows with the number of different times; ours hardly does.
 */
const made = () => {
  const random = createRandom(1);
  const x = new Float64Array(ROWS * COLUMNS).map(() => random.normal());
  const time = new Float64Array(ROWS);
  const event = new Uint8Array(ROWS);
  for (let row = 0; row < ROWS; row++) {
    const [a = 0, b = 0, c = 0] = x.subarray(row * COLUMNS);
    const until = 150 * random.exponential() * Math.exp(-(a + b / 2 - c / 2));
    const seen = Math.min(MONTHS, 52 * random.exponential());
    time[row] = Math.ceil(Math.min(until, seen));
    event[row] = Number(until <= seen);
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

const timed = async (work: () => Promise<unknown>): Promise<Took> => {
  const [before, start] = [process.cpuUsage(), performance.now()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1e6, wall: (performance.now() - start) / 1000 };
};

const ranger = async (folder: string, trees: number, threads: number): Promise<Took> => {
  const given = ['--vanilla', 'fit.R', String(trees), String(threads)];
  const { stdout } = await promisify(execFile)('Rscript', given, { cwd: folder });
  const [cpu = NaN, wall = NaN] = stdout.split(' ').map(Number);
  if (!(cpu > 0 && wall > 0)) throw new Error(`R told no time: ${stdout}`);
  return { cpu, wall };
};

/**
 * The whole fit, out-of-bag error too, with as many trees here as there; ranger's time is told by R, without its start.
 * One round, and none to warm up: ranger takes minutes.
 */
export const benchmark: Benchmark = {
  name: 'survival-forest',
  question: `What does a survival forest cost (${ROWS} rows, ${COLUMNS} features, ${TREES} trees, 1 thread)?`,
  unit: 's CPU',
  limit: 1.5,
  rounds: 1,
  warmUp: false,
  peer: { name: 'ranger, 1 thread', find: () => findOnPath('Rscript'), aptPackage: R_PACKAGES },
  setup: () => {
    const input = made();
    const folder = mkdtempSync(path.join(tmpdir(), 'forest-'));
    writeFileSync(path.join(folder, 'data.csv'), csv(input));
    writeFileSync(path.join(folder, 'fit.R'), SCRIPT);
    const fit = (trees: number, threads: number): Promise<Took> =>
      timed(() => fitSurvivalForest({ ...input, ...SETTINGS, trees, threads, random: createRandom(1) }));
    const none: Took = { cpu: NaN, wall: NaN };
    const [alone, pair] = [
      { ours: none, theirs: none },
      { ours: none, theirs: none },
    ];
    return Promise.resolve({
      ours: async () => {
        alone.ours = await fit(TREES, 1);
        pair.ours = await fit(FEW_TREES, 2);
        return alone.ours.cpu;
      },
      peer: async () => {
        alone.theirs = await ranger(folder, TREES, 1);
        pair.theirs = await ranger(folder, FEW_TREES, 2);
        return alone.theirs.cpu;
      },
      figures: () => [
        { what: `${TREES} trees, 1 thread`, value: alone.ours.wall, unit: 's', limit: 60 },
        {
          what: `${TREES} trees, 1 thread: wall time`,
          value: alone.ours.wall / alone.theirs.wall,
          unit: "of ranger's",
          limit: 1.5,
        },
        {
          what: `${FEW_TREES} trees, 2 threads: wall time`,
          value: pair.ours.wall / pair.theirs.wall,
          unit: "of ranger's",
          limit: 1.5,
        },
      ],
      teardown: () => {
        rmSync(folder, { recursive: true, force: true });
        return Promise.resolve();
      },
    });
  },
};
