/**
 * `npm run evidence`: what takes too long for the tests. The shipped models on fresh simulated patients, five seeds
 * of 1,000, against the true risk; docs/training.md says how to read it. Goes on where it was broken off; a seed
 * is not done again only for the same models and the same committed source: the models' digests alone do not tell
 * that the code before and after them changed.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createReading } from '../src/app/index.ts';
import { readCohort } from '../src/learning/pipeline/cohort.ts';
import { evaluateHeldOut, type HeldOutEvaluation } from '../src/learning/pipeline/evaluate.ts';
import { readOracle } from '../src/learning/pipeline/oracle.ts';
import { loadModels } from '../src/model-registry/index.ts';
import { createRandom } from '../src/numerics/index.ts';
import { PACKAGE_ROOT } from '../src/platform/index.ts';
import { measureTargets, simulateCohort, writeCohort } from '../src/simulation/index.ts';

const SEEDS = [101, 102, 103, 104, 105];
const PATIENTS = 1000;
const FILE = path.join(PACKAGE_ROOT, 'evidence/fresh-cohorts.json');

interface SeedResult {
  readonly seed: number;
  /** C of a Cox model on the informative signals, fitted on 5,000 other patients: what a model could reach. */
  readonly attainableC: number;
  /** (C - .5) / (attainable C - .5). */
  readonly efficiency: number;
  readonly evaluation: HeldOutEvaluation;
}

interface Evidence {
  readonly modelDigest: string;
  /** git's hash of src/ and models/ at that commit. */
  readonly source: string;
  readonly commit: string;
  readonly date: string;
  readonly results: SeedResult[];
}

const reading = createReading({ terminology: [path.join(PACKAGE_ROOT, 'fhir-profiles')] });
const models = await loadModels(path.join(PACKAGE_ROOT, 'models'), 'recurrence-risk');
const kept = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Evidence) : undefined;
const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim();
if (git('status', '--porcelain', 'src', 'models') !== '')
  throw new Error('commit src and models first: evidence names a commit');
const source = `${git('rev-parse', 'HEAD:src')} ${git('rev-parse', 'HEAD:models')}`;
const results = kept?.source === source ? kept.results : [];

const evaluateSeed = async (seed: number): Promise<SeedResult> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'evidence-'));
  try {
    await writeCohort(simulateCohort({ patients: PATIENTS, seed }), folder);
    const { patients } = await readCohort(folder, reading);
    const oracle = readOracle(folder);
    if (oracle === undefined) throw new Error('no oracle');
    const evaluation = await evaluateHeldOut(patients, models, reading, {
      oracle,
      random: createRandom(seed),
    });
    if (evaluation === undefined) throw new Error('too few events');
    const attainableC = measureTargets(seed, PATIENTS).attainableFusedConcordance;
    const efficiency = (evaluation.fused.c - 0.5) / (attainableC - 0.5);
    return { seed, attainableC, efficiency, evaluation };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

for (const seed of SEEDS) {
  if (results.some((result) => result.seed === seed)) continue;
  results.push(await evaluateSeed(seed));
  const evidence: Evidence = {
    modelDigest: models.identity.digest,
    source,
    commit: git('rev-parse', '--short', 'HEAD'),
    date: new Date().toISOString().slice(0, 10),
    results,
  };
  writeFileSync(FILE, `${JSON.stringify(evidence, null, 2)}\n`);
  console.log(`seed ${String(seed)} done, ${String(results.length)}/${String(SEEDS.length)}`);
}
await models.close();

const mean = (of: (result: SeedResult) => number): string =>
  (results.reduce((sum, result) => sum + of(result), 0) / results.length).toFixed(3);
console.log(`fused C                ${mean(({ evaluation }) => evaluation.fused.c)}`);
console.log(`attainable C           ${mean(({ attainableC }) => attainableC)}`);
console.log(`efficiency             ${mean(({ efficiency }) => efficiency)}   (at least .80 wanted)`);
console.log(`oracle C               ${mean(({ evaluation }) => evaluation.oracle?.c ?? NaN)}`);
console.log(
  `calibration slope      ${mean(({ evaluation }) => evaluation.calibrationSlope)}   (.8 to 1.2 wanted)`,
);
console.log(
  `predicted - true risk  ${mean(({ evaluation }) => evaluation.meanPredictedRisk - (evaluation.meanTrueRisk ?? NaN))}   (within .03 wanted)`,
);
