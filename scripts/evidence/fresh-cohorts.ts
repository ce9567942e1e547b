/**
 * The shipped models on fresh simulated patients, five seeds of 1,000, against the true risk; docs/training.md says
 * how to read it. The models' digests alone do not tell that the code before and after them changed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createReading } from '../../src/app/index.ts';
import { readCohort } from '../../src/learning/pipeline/cohort.ts';
import { evaluateHeldOut, type HeldOutEvaluation } from '../../src/learning/pipeline/evaluate.ts';
import { readOracle } from '../../src/learning/pipeline/oracle.ts';
import { loadModels } from '../../src/model-registry/index.ts';
import { createRandom } from '../../src/numerics/index.ts';
import { PACKAGE_ROOT } from '../../src/platform/index.ts';
import { measureTargets, simulateCohort, writeCohort } from '../../src/simulation/index.ts';
import type { EvidencePart, StartedPart } from './part.ts';

const SEEDS = [101, 102, 103, 104, 105];
const PATIENTS = 1000;

interface SeedResult {
  readonly seed: number;
  /** C of a Cox model on the informative signals, fitted on 5,000 other patients: what a model could reach. */
  readonly attainableC: number;
  /** (C - .5) / (attainable C - .5). */
  readonly efficiency: number;
  readonly evaluation: HeldOutEvaluation;
}

const start = async (): Promise<StartedPart> => {
  const reading = createReading({ terminology: [path.join(PACKAGE_ROOT, 'fhir-profiles')] });
  const models = await loadModels(path.join(PACKAGE_ROOT, 'models'), 'recurrence-risk');
  const step = async (name: string, note: (text: string) => void): Promise<SeedResult> => {
    const seed = Number(name.replace('seed ', ''));
    const folder = mkdtempSync(path.join(tmpdir(), 'evidence-'));
    try {
      await writeCohort(simulateCohort({ patients: PATIENTS, seed }), folder);
      note(`${name}: cohort written`);
      const { patients } = await readCohort(folder, reading);
      note(`${name}: cohort read`);
      const oracle = readOracle(folder);
      if (oracle === undefined) throw new Error('no oracle');
      const random = createRandom(seed);
      const evaluation = await evaluateHeldOut(patients, models, reading, { oracle, random });
      if (evaluation === undefined) throw new Error('too few events');
      note(`${name}: evaluated`);
      const attainableC = measureTargets(seed, PATIENTS).attainableFusedConcordance;
      const efficiency = (evaluation.fused.c - 0.5) / (attainableC - 0.5);
      return { seed, attainableC, efficiency, evaluation };
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  return { header: { modelDigest: models.identity.digest }, step, close: () => models.close() };
};

const summary = (given: readonly object[]): string[] => {
  const results = given as readonly SeedResult[];
  const mean = (of: (result: SeedResult) => number): string =>
    (results.reduce((sum, result) => sum + of(result), 0) / results.length).toFixed(3);
  const bias = ({ evaluation }: SeedResult): number =>
    evaluation.meanPredictedRisk - (evaluation.meanTrueRisk ?? NaN);
  return [
    `fused C                ${mean(({ evaluation }) => evaluation.fused.c)}`,
    `attainable C           ${mean(({ attainableC }) => attainableC)}`,
    `efficiency             ${mean(({ efficiency }) => efficiency)}   (at least .80 wanted)`,
    `oracle C               ${mean(({ evaluation }) => evaluation.oracle?.c ?? NaN)}`,
    `calibration slope      ${mean(({ evaluation }) => evaluation.calibrationSlope)}   (.8 to 1.2 wanted)`,
    `predicted - true risk  ${mean(bias)}   (within .03 wanted)`,
  ];
};

export const FRESH_COHORTS: EvidencePart = {
  name: 'fresh-cohorts',
  title: 'the shipped models on five fresh simulated cohorts of 1,000',
  sources: ['src', 'models'],
  needsData: false,
  steps: SEEDS.map((seed) => `seed ${String(seed)}`),
  start,
  summary,
};
