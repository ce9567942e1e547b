import path from 'node:path';
import type { Command } from 'commander';
import { wholeNumber, type CliContext } from './context.ts';

interface SimulateOptions {
  readonly patients: number;
  readonly seed: number;
  readonly out: string;
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
    .action(async ({ patients, seed, out }: SimulateOptions) => {
      // Not at the top: commands that do not simulate, `serve` for one, never load the room.
      const { simulateCohort, writeCohort } = await import('../simulation/index.ts');
      const manifest = await writeCohort(simulateCohort({ patients, seed }), out);
      for (const { type, count } of manifest.output)
        context.note(`${type.padEnd(26)} ${String(count).padStart(7)}`);
      context.note(
        `${String(manifest.patients)} patients, ${String(manifest.eligible)} of them eligible, data cut ${manifest.dataCut}`,
      );
      context.out(`${path.resolve(out)}\n`);
    });
};
