import { Command, CommanderError } from 'commander';
import { asCdsError, CdsError } from '../domain/index.ts';
import type { CliContext } from './context.ts';
import { addDemo } from './demo.ts';
import { addErase } from './erase.ts';
import { addEvaluate } from './evaluate.ts';
import { addExport } from './export.ts';
import { addExtract } from './extract.ts';
import { addFeedback } from './feedback.ts';
import { addKeys } from './keys.ts';
import { addServe, addWorker } from './serve.ts';
import { addSimulate } from './simulate.ts';
import { addSubscribe } from './subscribe.ts';
import { addTrain } from './train.ts';

export type { CliContext } from './context.ts';

export function createProgram(context: CliContext): Command {
  const program = new Command('recurrence-cds')
    .description(
      'Recurrence risk and follow-up after neoadjuvant chemo-immunotherapy and resection of lung cancer,\n' +
        'as a CDS Hooks service beside a FHIR R4 server.',
    )
    .showHelpAfterError()
    .exitOverride()
    .configureOutput({ writeOut: context.out, writeErr: context.note });
  const commands = [
    addServe,
    addWorker,
    addSubscribe,
    addDemo,
    addSimulate,
    addExport,
    addTrain,
    addEvaluate,
    addExtract,
    addKeys,
    addFeedback,
    addErase,
  ];
  for (const add of commands) add(program, context);
  // Commands inherit these only when set before they are added; commander leaves it to us afterwards.
  const inherit = (parent: Command): void => {
    for (const command of parent.commands) inherit(command.copyInheritedSettings(parent));
  };
  inherit(program);
  return program;
}

/** How a command that threw ends the process: what to print, and the exit code. */
export function exitCodeOf(error: unknown): { readonly code: number; readonly text?: string } {
  // Commander has printed its own text (help, or what was wrong with the arguments).
  if (error instanceof CommanderError) return { code: error.exitCode === 0 ? 0 : 2 };
  const ours = asCdsError(error);
  const foreign = error instanceof CdsError ? '' : ` (${error instanceof Error ? error.name : typeof error})`;
  const code = ours.code === 'COMMAND_INVALID' ? 2 : 1;
  return { code, text: `${ours.code}: ${ours.message}${foreign}\n${ours.kind.remedy}` };
}
