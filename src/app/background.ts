import {
  createAssessHandler,
  createBullTasks,
  createCatchUpHandler,
  createFindPatientHandler,
  createInProcessTasks,
  createNotificationDoor,
  createSweepHandler,
  startTaskWorkers,
  type AssessmentQueue,
  type NotificationDoor,
  type TaskHandlers,
  type TaskQueue,
} from '../assessment/index.ts';
import { CHART_QUERY_KEYS } from '../chart/index.ts';
import type { Config, TenantConfig } from '../platform/index.ts';
import type { Core } from './core.ts';

export interface BackgroundOptions {
  readonly core: Core;
  /** Where assessments are queued. */
  readonly queue: AssessmentQueue;
  /** What else is done in the background: replaces the handlers of its kinds, and is closed with the rest. */
  readonly extend?: (tasks: Pick<TaskQueue, 'add'>) => {
    readonly handlers: Partial<TaskHandlers>;
    close(): Promise<void>;
  };
  /** Queues what was stored and not written back: part of each sweep. */
  readonly resumeWriteBacks?: (tenant: string, signal: AbortSignal) => Promise<unknown>;
}

/** Where the site allows the service's own reading: only there can anything be done without a hook. */
const readable = ({ tenants }: Config): readonly TenantConfig[] =>
  tenants.filter(({ backgroundAccess }) => backgroundAccess);

/** Handlers of one process, and the end of what they hold. */
interface Work {
  readonly handlers: TaskHandlers;
  close(): Promise<void>;
}

const workOf = (
  { core, queue, extend, resumeWriteBacks }: BackgroundOptions,
  tasks: Pick<TaskQueue, 'add'>,
): Work => {
  const { config, assessor, workerSites, models, queries, terminology, clock, log, metrics } = core;
  const clients = new Map([...core.sites].map(([id, { client }]) => [id, client]));
  const shared = { clients, tasks, clock, log, metrics };
  const extension = extend?.(tasks);
  const handlers: TaskHandlers = {
    assess: createAssessHandler({
      assessor,
      queue,
      sites: workerSites,
      queryKeys: CHART_QUERY_KEYS,
      modelDigest: models.identity.digest,
      clock,
      log,
      metrics,
    }),
    sweep: createSweepHandler({
      ...shared,
      terminology,
      sites: new Map(
        readable(config)
          .filter(({ sweep }) => sweep.enabled)
          .map(({ id, timeZone, sweep: { daysAhead } }) => [id, { timeZone, daysAhead }]),
      ),
      ...(resumeWriteBacks !== undefined && { resume: resumeWriteBacks }),
    }),
    'find-patient': createFindPatientHandler(shared),
    'catch-up': createCatchUpHandler({ ...shared, queries }),
    // Nothing is written to a FHIR server unless the extension does it.
    'write-back': () => Promise.resolve(),
    audit: () => Promise.resolve(),
    ...extension?.handlers,
  };
  return { handlers, close: () => extension?.close() ?? Promise.resolve() };
};

const doorOf = ({ config, queries, clock, log, metrics }: Core, tasks: TaskQueue): NotificationDoor =>
  createNotificationDoor({
    tenants: new Map(
      readable(config).flatMap(({ id, fhirBaseUrl, subscriptions: { secret, quietMs } }) =>
        secret === undefined ? [] : [[id, { fhirBaseUrl, secret, quietMs }]],
      ),
    ),
    types: new Set(queries.map(({ resourceType }) => resourceType)),
    tasks,
    clock,
    log,
    metrics,
  });

/** What goes on without a hook. */
export interface Background {
  readonly tasks: TaskQueue;
  readonly door: NotificationDoor;
  close(): Promise<void>;
}

/** Milliseconds between two attempts to plan the sweeps, while Redis is away. */
const PLAN_AGAIN_MS = 30_000;

/**
 * Plans each tenant's sweep. A Redis that is away at the start does not keep the service from answering hooks: it is
 * asked again until it takes them.
 */
const planSweeps = (config: Config, tasks: TaskQueue, log: Core['log']): { stop(): void } => {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const plan = async (): Promise<void> => {
    for (const { id: tenant, timeZone, sweep } of readable(config))
      if (sweep.enabled) await tasks.schedule({ kind: 'sweep', tenant }, { cron: sweep.cron, timeZone });
  };
  const attempt = (): void => {
    plan().catch((error: unknown) => {
      if (stopped) return;
      log.warn({ error }, 'sweeps could not be planned; asked again');
      timer = setTimeout(attempt, PLAN_AGAIN_MS).unref();
    });
  };
  attempt();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
};

/**
 * Opens what leads to assessments without a hook. Without Redis its tasks run here; with it they wait for `worker`
 * processes.
 */
export function openBackground(options: BackgroundOptions): Background {
  const { config, log } = options.core;
  const { redisUrl, prefix, concurrency } = config.queue;
  // Handlers add tasks to the queue that runs them.
  const add: TaskQueue['add'] = (task, when) => tasks.add(task, when);
  const work = redisUrl === undefined ? workOf(options, { add }) : undefined;
  const tasks: TaskQueue =
    work === undefined
      ? createBullTasks({ connection: redisUrl ?? '', prefix })
      : createInProcessTasks(work.handlers, { concurrency, log });
  const sweeps = planSweeps(config, tasks, log);
  return {
    tasks,
    door: doorOf(options.core, tasks),
    close: async () => {
      sweeps.stop();
      await tasks.close();
      await work?.close();
    },
  };
}

/** The worker's side of it. */
export interface BackgroundWorkers extends Pick<Background, 'tasks' | 'close'> {
  /** Takes no more tasks and lets those that run end; to be called before `close`. More can be added till then. */
  stop(): Promise<void>;
}

/** The worker's side: takes tasks from Redis. It may be asked to plan nothing, `serve` does that. */
export function startBackgroundWorkers(options: BackgroundOptions, redisUrl: string): BackgroundWorkers {
  const { prefix, concurrency } = options.core.config.queue;
  const tasks = createBullTasks({ connection: redisUrl, prefix });
  const work = workOf(options, tasks);
  const { handlers } = work;
  const { log } = options.core;
  const workers = startTaskWorkers({ connection: redisUrl, prefix, concurrency, handlers, log });
  return {
    tasks,
    stop: () => workers.close(),
    close: async () => {
      await tasks.close();
      await work.close();
    },
  };
}
