import type { Command } from 'commander';
import { openStored } from '../app/index.ts';
import { CdsError } from '../domain/index.ts';
import { loadConfig } from '../platform/index.ts';
import type { CliContext } from './context.ts';

interface EraseOptions {
  readonly config?: string;
  readonly tenant: string;
  readonly patient: string;
  readonly yes?: true;
}

const erase = async ({ config: file, tenant, patient, yes }: EraseOptions, context: CliContext) => {
  const config = loadConfig(context.env, file === undefined ? {} : { file });
  if (!config.tenants.some(({ id }) => id === tenant))
    throw new CdsError('COMMAND_INVALID', '--tenant names none of the configuration.');
  if (yes !== true) throw new CdsError('COMMAND_INVALID', 'This cannot be undone; add --yes.');
  const { store } = openStored(config);
  try {
    const erased = await store.erasePatient(tenant, patient);
    context.note(
      erased === 0
        ? 'Nothing was stored of that patient: check the id and the store.key if you expected something.'
        : 'Results, cards and feedback of the patient are erased. What was written to the FHIR server is still there.',
    );
    context.out(`${erased}\n`);
  } finally {
    await store.close();
  }
};

export const addErase = (program: Command, context: CliContext): void => {
  program
    .command('erase')
    .description(
      'remove all that is stored of a patient: results, what waits to be written back, cards, feedback; prints how many records',
    )
    .option(
      '-c, --config <file>',
      'YAML file of settings; default: RECURRENCE_CONFIG, else defaults and environment variables',
    )
    .requiredOption('--tenant <id>', "the patient's tenant, as in the configuration")
    .requiredOption('--patient <id>', 'FHIR id of the patient')
    .option('--yes', 'needed: it cannot be undone')
    .action((options: EraseOptions) => erase(options, context));
};
