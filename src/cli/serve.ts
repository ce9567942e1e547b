import type { Command } from 'commander';
import { startService, startWorker } from '../app/index.ts';
import { CdsError, MODALITY_IDS, type ModalityId } from '../domain/index.ts';
import { createLog, loadConfig, systemClock } from '../platform/index.ts';
import { wholeNumber, type CliContext } from './context.ts';

interface WorkerCommandOptions {
  readonly config?: string;
  readonly modalities: readonly ModalityId[];
  readonly port?: number;
}

const CONFIG_TEXT =
  'YAML file of settings; default: RECURRENCE_CONFIG, else defaults and environment variables';

const optionsOf = ({ env }: CliContext, file: string | undefined) => {
  const config = loadConfig(env, file === undefined ? {} : { file });
  return { config, clock: systemClock, log: createLog(config.log.level) };
};

const modalityList = (written: string): ModalityId[] => {
  const names = written.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !(MODALITY_IDS as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new CdsError('COMMAND_INVALID', `${unknown} is no modality; they are ${MODALITY_IDS.join(', ')}.`);
  return names as ModalityId[];
};

export const addServe = (program: Command, context: CliContext): void => {
  program
    .command('serve')
    .description(
      'answer CDS Hooks requests; with REDIS_URL the work goes to `worker` processes, else it is done here',
    )
    .option('-c, --config <file>', CONFIG_TEXT)
    .action(async ({ config: file }: { config?: string }) => {
      const service = await startService(optionsOf(context, file));
      context.note(`recurrence-cds listens on ${service.url} (discovery: ${service.url}/cds-services)`);
      await context.stopped;
      await service.close();
    });
};

export const addWorker = (program: Command, context: CliContext): void => {
  program
    .command('worker')
    .description('take assessment jobs from Redis (REDIS_URL) and compute them')
    .option('-c, --config <file>', CONFIG_TEXT)
    .option('-m, --modalities <list>', 'the modality queues to take from, comma-separated', modalityList, [
      ...MODALITY_IDS,
    ])
    .option(
      '-p, --port <number>',
      'serve /health and /metrics there; default: nowhere',
      wholeNumber('--port'),
    )
    .action(async ({ config: file, modalities, port }: WorkerCommandOptions) => {
      const worker = await startWorker({
        ...optionsOf(context, file),
        modalities,
        ...(port !== undefined && { monitoringPort: port }),
      });
      context.note(`worker takes ${modalities.join(', ')} and fusion`);
      if (worker.url !== undefined) context.note(`its health and metrics are on ${worker.url}`);
      await context.stopped;
      await worker.close();
    });
};
