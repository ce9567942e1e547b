import path from 'node:path';
import type { Command } from 'commander';
import { wholeNumber, type CliContext } from './context.ts';

/** CTs from one line of progress to the next. */
const PROGRESS_STUDIES = 50;

interface SimulateOptions {
  readonly patients: number;
  readonly seed: number;
  readonly out: string;
  readonly images: boolean;
}

export const addSimulate = (program: Command, context: CliContext): void => {
  program
    .command('simulate')
    .description(
      'write a simulated cohort with a known hazard, as FHIR NDJSON; the same seed gives the same bytes',
    )
    .option('-n, --patients <number>', 'how many patients', wholeNumber('--patients', 1), 300)
    .option('-s, --seed <number>', 'seed of the random numbers', wholeNumber('--seed'), 7)
    .requiredOption(
      '-o, --out <directory>',
      'folder to write to; files of an earlier cohort in it are replaced',
    )
    .option('--no-images', 'leave out the CTs (about 2.3 MB each)')
    .action(async ({ patients, seed, out, images }: SimulateOptions) => {
      // Not at the top: commands that do not simulate, `serve` for one, never load the room.
      const { simulateCohort, writeCohort } = await import('../simulation/index.ts');
      const manifest = await writeCohort(simulateCohort({ patients, seed }), out, {
        images,
        onStudy: (studies) => {
          if (studies % PROGRESS_STUDIES === 0) context.note(`${String(studies)} CTs`);
        },
      });
      for (const { type, count } of manifest.output)
        context.note(`${type.padEnd(26)} ${String(count).padStart(7)}`);
      context.note(
        `${String(manifest.patients)} patients, ${String(manifest.eligible)} of them eligible, data cut ${manifest.dataCut}`,
      );
      if (manifest.images !== undefined)
        context.note(
          `${String(manifest.images.studies)} CTs, ${String(manifest.images.files)} files, ${String(Math.round(manifest.images.bytes / 1e6))} MB`,
        );
      context.out(`${path.resolve(out)}\n`);
    });
};
