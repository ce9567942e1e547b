import type { Command } from 'commander';
import { wholeNumber, type CliContext } from './context.ts';
import type { DemoOptions } from './demo-start.ts';

export const addDemo = (program: Command, context: CliContext): void => {
  program
    .command('demo')
    .description(
      'run everything on this machine: FHIR server, service, worker, a demo EHR; call the hooks as an EHR does',
    )
    .option(
      '--port <number>',
      'the demo EHR; the service takes the next port, FHIR the one after',
      wholeNumber('--port', 1),
      8080,
    )
    .option('--once', 'end after printing the cards; free ports')
    .option('--json <file>', 'keep the raw answers in a file')
    .option('--language <tag>', 'en or zh-CN', (tag) => (tag.startsWith('zh') ? 'zh-CN' : 'en'), 'en')
    .option('--explain-out-of-scope', 'a card with the reasons where the service otherwise stays silent')
    .action(async (options: DemoOptions) => {
      // Not at the top: what only the demo needs, a FHIR server for one, is loaded by no other command.
      const { runDemo } = await import('./demo-run.ts');
      await runDemo(options, context);
    });
};
