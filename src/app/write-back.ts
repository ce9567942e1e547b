import {
  connectRedis,
  createAuditHandler,
  createLocalExclusively,
  createRedisExclusively,
  createWriteBackHandler,
  type TaskHandlers,
  type TaskQueue,
} from '../assessment/index.ts';
import { CHART_QUERY_KEYS, createResultWriter, type Exclusively } from '../chart/index.ts';
import type { Config } from '../platform/index.ts';
import type { Core } from './core.ts';

export interface WriteBackOptions {
  readonly core: Core;
  /** Where events that could not be recorded are queued again, and patients whose result was overtaken. */
  readonly tasks: Pick<TaskQueue, 'add'>;
}

export interface WriteBackWork {
  readonly handlers: Pick<TaskHandlers, 'write-back' | 'audit'>;
  close(): Promise<void>;
}

/** One attempt at a result: four resources, each read and written, with what the client waits between attempts. */
const limitOf = ({ fhir }: Config): number => 3 * fhir.timeoutMs;

const oneWriter = (config: Config): { exclusively: Exclusively; close: () => Promise<void> } => {
  const { redisUrl, prefix } = config.queue;
  if (redisUrl === undefined)
    return { exclusively: createLocalExclusively(), close: () => Promise.resolve() };
  const redis = connectRedis(redisUrl);
  return {
    exclusively: createRedisExclusively(redis, prefix, 2 * limitOf(config)),
    close: () => {
      redis.disconnect();
      return Promise.resolve();
    },
  };
};

/** From now on results and accesses are queued there; what earlier processes left is taken up. */
export const startWriteBack = ({ writeBacks, audit }: Core, tasks: Pick<TaskQueue, 'add'>): void => {
  writeBacks.start(tasks);
  audit.start(tasks);
};

/** What the process that runs tasks does for results and accesses; `core.writeBacks` and `core.audit` queue them. */
export function openWriteBack({ core, tasks }: WriteBackOptions): WriteBackWork {
  const { config, sites, workerSites, assessor, store, outbox, audit, clock, log, metrics, writeIds } = core;
  const limitMs = limitOf(config);
  const { exclusively, close } = oneWriter(config);
  const clients = new Map([...sites].map(([id, { client }]) => [id, client]));
  const writers = new Map(
    [...sites].flatMap(([id, { client, tenant }]) => {
      if (!tenant.backgroundAccess || !tenant.writeBack.enabled) return [];
      const { diagnosticReport } = tenant.writeBack;
      return [[id, createResultWriter({ client, ids: writeIds, diagnosticReport, exclusively })] as const];
    }),
  );
  return {
    handlers: {
      'write-back': createWriteBackHandler({
        ...{ assessor, sites: workerSites, queryKeys: CHART_QUERY_KEYS },
        ...{ store, outbox, writers, audit, tasks, limitMs, log, metrics },
      }),
      audit: createAuditHandler({ clients, tasks, limitMs, clock, log, metrics }),
    },
    close,
  };
}
