import path from 'node:path';
import type { Command } from 'commander';
import { exportCohort, type BulkProgress, type ExportedCohort } from '../chart/index.ts';
import { CdsError } from '../domain/index.ts';
import { wholeNumber, type CliContext } from './context.ts';
import {
  addFhirAccessOptions,
  configuredTenant,
  openFhir,
  readingOf,
  type FhirAccessOptions,
} from './fhir-access.ts';

export interface BulkCommandOptions extends FhirAccessOptions {
  readonly group: string;
  readonly since?: string;
  readonly fresh?: true;
  readonly allowOrigin?: readonly string[];
  readonly deadlineMinutes: number;
}

const MINUTE_MS = 60_000;

const instantOption = (written: string): string => {
  if (
    !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(written) ||
    Number.isNaN(Date.parse(written))
  )
    throw new CdsError('COMMAND_INVALID', '--since must be an instant such as 2026-11-23T00:00:00Z.');
  return written;
};

const originOption = (written: string, others: readonly string[] = []): string[] => {
  const url = URL.parse(written);
  if (url === null || url.origin === 'null')
    throw new CdsError('COMMAND_INVALID', '--allow-origin must be an origin such as https://files.example.');
  return [...others, url.origin];
};

/** What `export` and `train --fhir` have in common. */
export const addBulkOptions = (command: Command): Command =>
  addFhirAccessOptions(command)
    .option('--fresh', 'export anew, where the folder holds a finished or an unfinished export')
    .option(
      '--allow-origin <origin>',
      'a further origin that may serve the files; may be repeated',
      originOption,
    )
    .option(
      '--deadline-minutes <number>',
      'how long the whole export may take',
      wholeNumber('--deadline-minutes', 1),
      360,
    );

const describe = (progress: BulkProgress): string => {
  switch (progress.step) {
    case 'requested':
      return 'export requested';
    case 'preparing': {
      const percent = progress.percent === undefined ? '' : `, ${progress.percent} %`;
      return `the server prepares it: ${Math.round(progress.waitedMs / 1000)} s${percent}`;
    }
    case 'downloading':
      return `${progress.file.padEnd(34)} ${String(progress.resources).padStart(9)}   file ${progress.done}/${progress.total}`;
  }
};

const summary = ({ output, transactionTime, issues, otherTypes, reused }: ExportedCohort): string[] => [
  ...(reused ? ['the folder holds this export already; --fresh exports anew'] : []),
  `${output.reduce((sum, { count }) => sum + count, 0)} resources in ${output.length} files, as of ${transactionTime}`,
  ...Object.entries(issues).map(([issue, count]) => `reported by the server: ${issue}, ${count} times`),
  ...(otherTypes.length > 0 ? [`not asked for and left there: ${otherTypes.join(', ')}`] : []),
];

/**
 * Exports a Group into the folder, or finds it there.
 *
 * @throws {CdsError} BULK_EXPORT_FAILED, COHORT_INVALID, COMMAND_INVALID, CONFIG_INVALID, SMART_*
 */
export async function exportGroup(
  options: BulkCommandOptions,
  directory: string,
  { env, note, stopped }: CliContext,
): Promise<void> {
  const access = await openFhir(options, env);
  const { queries } = readingOf(configuredTenant(options, env));
  const stop = new AbortController();
  void stopped.then(() => {
    stop.abort();
  });
  const cohort = await exportCohort({
    ...access,
    scope: { level: 'group', groupId: options.group },
    types: [...new Set(queries.map(({ resourceType }) => resourceType))],
    directory,
    fresh: options.fresh === true,
    allowedOrigins: options.allowOrigin ?? [],
    deadlineMs: options.deadlineMinutes * MINUTE_MS,
    signal: stop.signal,
    report: (progress) => {
      note(describe(progress));
    },
    ...(options.since !== undefined && { since: options.since }),
  });
  for (const line of summary(cohort)) note(line);
}

export const addExport = (program: Command, context: CliContext): void => {
  const command = program
    .command('export')
    .description('read a whole Group from a FHIR server by Bulk Data export, as a cohort folder to train on')
    .requiredOption('--group <id>', 'the id of the Group')
    .requiredOption('-o, --out <directory>', 'folder to write to; it will hold patient data')
    .option('--since <instant>', 'only what changed after it', instantOption);
  addBulkOptions(command).action(
    async ({ out, ...options }: BulkCommandOptions & { readonly out: string }) => {
      await exportGroup(options, out, context);
      context.out(`${path.resolve(out)}\n`);
    },
  );
};
