import path from 'node:path';
import type { Command } from 'commander';
import { createReading } from '../app/index.ts';
import { train, type TrainProgress, type TrainResult } from '../learning/index.ts';
import { PACKAGE_ROOT } from '../platform/index.ts';
import { wholeNumber, type CliContext } from './context.ts';

interface TrainCommandOptions {
  readonly cohort: string;
  readonly out: string;
  readonly seed: number;
  readonly modelVersion: string;
  readonly description?: string;
  readonly quick?: true;
}

const STAGES: Readonly<Record<TrainProgress['stage'], string>> = {
  extract: 'patients read',
  score: 'modality scores fitted',
  layer: 'risk layers fitted',
  evaluate: 'held-out patients evaluated',
};

const interval = ({ c, lower, upper }: { c: number; lower: number; upper: number }): string =>
  `${c.toFixed(3)}  (95 % interval ${lower.toFixed(3)} to ${upper.toFixed(3)})`;

/** The held-out concordance beside the oracle's: what there is to know, and what could be known at best. */
export const trainingReport = ({ evaluation, ...result }: TrainResult): string => {
  const lines = [
    `trained on ${String(result.trainingPatients)} patients, ${String(result.trainingEvents)} with an event; ` +
      `${String(result.landmarkRows)} patient-landmarks; left out: ${String(result.leftOut.notEligible)} not ` +
      `eligible, ${String(result.leftOut.noOutcome)} without an outcome`,
  ];
  if (evaluation === undefined)
    return [...lines, 'too few events among the held-out patients to evaluate'].join('\n');
  lines.push(
    `held-out C-index, ${String(evaluation.patients)} patients, landmark ${String(evaluation.landmarkMonths)} months, ` +
      `next ${String(evaluation.horizonMonths)} months:`,
    `  fused risk           ${interval(evaluation.fused)}`,
    ...Object.entries(evaluation.byModality).map(([id, each]) => `  ${id.padEnd(20)} ${interval(each)}`),
  );
  if (evaluation.oracle !== undefined) lines.push(`  oracle (true hazard) ${interval(evaluation.oracle)}`);
  lines.push(`  calibration slope    ${evaluation.calibrationSlope.toFixed(2)}`);
  return lines.join('\n');
};

export const addTrain = (program: Command, context: CliContext): void => {
  program
    .command('train')
    .description('fit the models on a cohort and write them as ONNX with manifest, evaluation and model card')
    .requiredOption('--cohort <directory>', 'cohort as `simulate` writes it: fhir/<Type>.ndjson')
    .option('-o, --out <directory>', 'models folder to write to', path.join(PACKAGE_ROOT, 'models'))
    .option('-s, --seed <number>', 'seed of folds and bootstraps', wholeNumber('--seed'), 7)
    .option('--model-version <version>', 'version to give the models', '1.0.0')
    .option('--description <text>', 'what cohort it is, for the model card; needed for real patients')
    .option('--quick', 'fewer penalties and bootstraps: to see that it works, not to serve')
    .action(async ({ cohort, out, seed, modelVersion, quick, description }: TrainCommandOptions) => {
      const result = await train(
        {
          cohort,
          out,
          seed,
          version: modelVersion,
          quick: quick === true,
          ...(description !== undefined && { description }),
        },
        createReading({ terminology: [path.join(PACKAGE_ROOT, 'fhir-profiles')] }),
        ({ stage, done, total }) => {
          if (done === total || done % 50 === 0)
            context.note(`${STAGES[stage].padEnd(28)} ${String(done)}/${String(total)}`);
        },
      );
      context.out(`${trainingReport(result)}\n`);
      for (const { id, version, sha256 } of result.manifests)
        context.out(`${id}/${version} sha256 ${sha256}\n`);
    });
};
