import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Command } from 'commander';
import { train, type TrainProgress, type TrainResult } from '../learning/index.ts';
import { CdsError } from '../domain/index.ts';
import { analyteName } from '../i18n/index.ts';
import { PACKAGE_ROOT } from '../platform/index.ts';
import { wholeNumber, type CliContext } from './context.ts';
import { addBulkOptions, exportGroup, type BulkCommandOptions } from './export.ts';
import { configuredTenant, openFhir, readingOf } from './fhir-access.ts';

interface TrainCommandOptions extends Omit<BulkCommandOptions, 'group' | 'since'> {
  readonly cohort?: string;
  readonly group?: string;
  readonly cache: string;
  readonly out: string;
  readonly seed: number;
  readonly modelVersion: string;
  readonly description?: string;
  readonly folds?: string;
  readonly threads: number;
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

/** `<group>-<digest of server and group>`: the same request finds its folder again, no two share one. */
const cacheName = (group: string, baseUrl: string): string => {
  const digest = createHash('sha256')
    .update(JSON.stringify([baseUrl, group]))
    .digest('hex');
  return `${group.replace(/[^A-Za-z0-9.-]/g, '_')}-${digest.slice(0, 12)}`;
};

/** The cohort's folder: the one named, or the one a server's Group is exported into. */
const cohortFolder = async (options: TrainCommandOptions, context: CliContext): Promise<string> => {
  const { cohort, group, cache, fhir, config, tenant } = options;
  // A configuration beside a cohort lends its codes and its eligibility settings.
  if (cohort !== undefined && fhir === undefined && group === undefined) return cohort;
  if (cohort !== undefined || (fhir ?? config ?? tenant) === undefined || group === undefined)
    throw new CdsError('COMMAND_INVALID', 'Give either --cohort, or --group with --fhir or --config.');
  const { client } = await openFhir(options, context.env);
  const directory = path.join(cache, cacheName(group, client.baseUrl));
  await exportGroup({ ...options, group }, directory, context);
  context.note(`cohort kept in ${path.resolve(directory)}; it holds patient data`);
  return directory;
};

export const addTrain = (program: Command, context: CliContext): void => {
  const command = program
    .command('train')
    .description('fit the models on a cohort and write them as ONNX with manifest, evaluation and model card')
    .option('--cohort <directory>', 'cohort as `simulate` and `export` write it: fhir/<Type>.ndjson')
    .option('--group <id>', 'instead of --cohort: a Group of a FHIR server, exported first')
    .option('--cache <directory>', 'where cohorts of a server are kept', path.join('.cache', 'cohorts'))
    .option('-o, --out <directory>', 'models folder to write to', path.join(PACKAGE_ROOT, 'models'))
    .option('-s, --seed <number>', 'seed of folds and bootstraps', wholeNumber('--seed'), 7)
    .option('--model-version <version>', 'version to give the models', '1.0.0')
    .option('--description <text>', 'what cohort it is, for the model card; needed for real patients')
    .option(
      '--folds <file>',
      'the folds that all rooms share; folds.json in the cohort by default, made where absent',
    )
    .option('--threads <number>', 'threads that forests are grown on', wholeNumber('--threads'), 1)
    .option('--quick', 'fewer trees, penalties and bootstraps: to see that it works, not to serve');
  addBulkOptions(command).action(async (options: TrainCommandOptions) => {
    const { out, seed, modelVersion, quick, description, folds, threads } = options;
    const configured = configuredTenant(options, context.env);
    const result = await train(
      {
        cohort: await cohortFolder(options, context),
        out,
        seed,
        version: modelVersion,
        quick: quick === true,
        threads,
        nameOf: (analyte) => analyteName(analyte, 'en'),
        ...(folds !== undefined && { folds }),
        ...(description !== undefined && { description }),
        ...(configured !== undefined && { eligibility: configured.tenant.eligibility }),
      },
      readingOf(configured),
      ({ stage, done, total }) => {
        if (done === total || done % 50 === 0 || total < 50)
          context.note(`${STAGES[stage].padEnd(28)} ${String(Math.round(done * 10) / 10)}/${String(total)}`);
      },
    );
    for (const warning of result.warnings) context.note(`warning: ${warning}`);
    context.out(`${trainingReport(result)}\n`);
    for (const { id, version, sha256 } of result.manifests)
      context.out(`${id}/${version} sha256 ${sha256}\n`);
  });
};
