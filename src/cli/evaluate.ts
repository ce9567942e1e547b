import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { CdsError } from '../domain/index.ts';
import { type Evaluation, PUBLISHED_DATA_SETS, type PublishedDataSet } from '../learning/index.ts';
import { type CliContext, wholeNumber } from './context.ts';
import { COLUMNS, tableLines, wrap } from './terminal.ts';

interface EvaluateCommandOptions {
  readonly out?: string;
  readonly seeds: number;
  readonly threads: number;
  readonly quick?: true;
  readonly json?: true;
}

const IDS = PUBLISHED_DATA_SETS.map(({ id }) => id);

const dataSetNamed = (id: string): PublishedDataSet => {
  const found = PUBLISHED_DATA_SETS.find((each) => each.id === id.toLowerCase());
  if (found === undefined)
    throw new CdsError('COMMAND_INVALID', `There is no data set ${id}; there is ${IDS.join(', ')}.`);
  return found;
};

const dataFolder = (context: CliContext, { id, source }: PublishedDataSet): string => {
  const folder = context.env['RECURRENCE_DATA'];
  if (folder === undefined || folder === '')
    throw new CdsError(
      'DATA_SET_INVALID',
      `RECURRENCE_DATA is not set: it must name the folder of reference data that holds ${id}. Source: ${source}.`,
    );
  return folder;
};

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** Ours beside published, as a terminal shows it. */
export const evaluationText = ({ figures, notes }: Pick<Evaluation, 'figures' | 'notes'>): string => {
  const rows = figures.map(({ figure, ours, published, definition }) =>
    [figure, ours, published, definition].map(cell),
  );
  const markdown = [['figure (AUC)', 'ours', 'published', 'definition'], ...rows].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
  return [...tableLines(markdown, COLUMNS), '', ...notes.flatMap((note) => wrap(`- ${note}`, COLUMNS))].join(
    '\n',
  );
};

const writeOut = async (directory: string, { pictures, html }: Evaluation): Promise<number> => {
  await mkdir(directory, { recursive: true });
  for (const [name, { svg, png }] of Object.entries(pictures)) {
    await writeFile(path.join(directory, `${name}.svg`), svg);
    await writeFile(path.join(directory, `${name}.png`), png);
  }
  await writeFile(path.join(directory, 'report.html'), html);
  return Object.keys(pictures).length;
};

export const addEvaluate = (program: Command, context: CliContext): void => {
  program
    .command('evaluate')
    .description('hold the learning against a published data set: our figures beside the published ones')
    .argument('<data-set>', IDS.join(', '))
    .option('-o, --out <directory>', 'write pictures (SVG, PNG) and report.html there')
    .option('-s, --seeds <number>', "seeds of the published recipe's forest", wholeNumber('--seeds', 1), 50)
    .option(
      '--threads <number>',
      'worker threads for cross-validation; the figures are the same for any number',
      wholeNumber('--threads', 1),
      availableParallelism(),
    )
    .option('--quick', 'one repeat, few permutations, no choice inside the folds: to see that it works')
    .option('--json', 'print the numbers as JSON')
    .addHelpText(
      'after',
      `\nReads the folder that RECURRENCE_DATA names. Takes about three minutes of processor time, shared by the threads;\n` +
        `--quick ten seconds.\n` +
        PUBLISHED_DATA_SETS.map(({ id, title, source }) => `\n${id}: ${title}.\n  ${source}`).join('\n'),
    )
    .action(async (id: string, { out, seeds, threads, quick, json }: EvaluateCommandOptions) => {
      const dataSet = dataSetNamed(id);
      const evaluation = await dataSet.evaluate(dataFolder(context, dataSet), {
        seeds,
        threads,
        quick: quick === true,
        pictures: out !== undefined,
        progress: (what, done, total) => {
          if (done === total || done % 5 === 0)
            context.note(`${what.padEnd(28)} ${String(done)}/${String(total)}`);
        },
      });
      if (out !== undefined) {
        const count = await writeOut(out, evaluation);
        context.note(`${String(count)} pictures and report.html in ${path.resolve(out)}`);
      }
      context.out(
        json === true ? `${JSON.stringify(evaluation.json, null, 2)}\n` : `${evaluationText(evaluation)}\n`,
      );
    });
};
