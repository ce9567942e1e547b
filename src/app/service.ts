import {
  closeRedis,
  connectRedis,
  createBullQueue,
  createInProcessQueue,
  startBullWorkers,
  type AssessmentQueue,
  type AssessmentWorkers,
  type FeedbackInbox,
  type TaskQueue,
} from '../assessment/index.ts';
import { CdsError, MODALITY_IDS, type ModalityId } from '../domain/index.ts';
import { careQueries } from '../chart/index.ts';
import { createAnswers, createChartReader, createServices, createVisits } from '../hooks/index.ts';
import {
  authenticateClients,
  createApp,
  createClientAuth,
  createMonitoringApp,
  type ClientAuth,
} from '../http/index.ts';
import { chooseLanguage, createTranslator, LANGUAGES } from '../i18n/index.ts';
import {
  createRateLimiter,
  listen,
  type Config,
  type Listening,
  type RateLimiter,
} from '../platform/index.ts';
import { openBackground, startBackgroundWorkers, type BackgroundOptions } from './background.ts';
import { createCore, type Core, type CoreOptions } from './core.ts';
import { warmUp } from './warm-up.ts';
import { openWriteBack, startWriteBack } from './write-back.ts';

/** The running service. */
export interface Service extends Listening {
  readonly core: Core;
  /** Where tasks are queued that no schedule and no notification asked for. */
  readonly tasks: Pick<TaskQueue, 'add'>;
}

const openQueue = ({ config, handlers, log }: Core): AssessmentQueue => {
  const { redisUrl, prefix, concurrency } = config.queue;
  return redisUrl === undefined
    ? createInProcessQueue(handlers, { concurrency, log })
    : createBullQueue({ connection: redisUrl, prefix });
};

/** Writing back, as part of what goes on in the background. */
const writingBack = (core: Core): Pick<BackgroundOptions, 'extend' | 'resumeWriteBacks'> => ({
  extend: (tasks) => openWriteBack({ core, tasks }),
  resumeWriteBacks: (tenant) => core.writeBacks.resume(tenant),
});

const translatorsFor = (language: Config['hook']['language']) => {
  const translators = new Map(LANGUAGES.map((each) => [each, createTranslator(each)]));
  return (acceptLanguage: string | undefined) =>
    translators.get(chooseLanguage(acceptLanguage, language)) ?? createTranslator(language);
};

/** Ready: the store answers. */
const readyOf =
  ({ store }: Core) =>
  async (): Promise<void> => {
    await store.history('readiness', 'readiness');
  };

/** How long a hook waits to be counted: then its process counts alone. */
const COUNT_LIMIT_MS = 100;

/** How often each tenant may call, counted over all processes where there is Redis. */
const openLimiter = ({ config }: Core): { limiter: RateLimiter; close: () => Promise<void> } => {
  const { redisUrl, prefix } = config.queue;
  const perMinute = config.http.requestsPerMinute;
  if (redisUrl === undefined || perMinute === 0)
    return { limiter: createRateLimiter({ perMinute }), close: () => Promise.resolve() };
  const redis = connectRedis(redisUrl, COUNT_LIMIT_MS);
  return {
    limiter: createRateLimiter({ perMinute, shared: { redis, prefix: `${prefix}-rate` } }),
    close: () => closeRedis(redis),
  };
};

export const openServices = (core: Core, queue: AssessmentQueue) => {
  const { config, queries, models, clock, log } = core;
  const care = careQueries();
  const reader = createChartReader({
    tenants: config.tenants,
    queries,
    careQueries: care,
    fhir: config.fhir,
    onRead: (tenant, patientId) => {
      core.audit.record(tenant, patientId, 'hook-read');
    },
  });
  return createServices({
    visits: createVisits({
      ...{ reader, assessor: core.assessor, store: core.store, queue, clock, log },
      modelDigest: models.identity.digest,
      maxStaleDays: config.hook.maxStaleDays,
      deadlineMs: config.hook.deadlineMs,
    }),
    answers: createAnswers({ ledger: core.ledger, clock }),
    queries,
    careQueries: care,
    policy: core.policy,
    codes: core.terminology,
    simulated: models.identity.simulated,
    explainOutOfScope: config.hook.explainOutOfScope,
    writeIds: core.writeIds,
    clock,
    translators: translatorsFor(config.hook.language),
  });
};

/**
 * What may find the configuration wrong, opened before anything runs.
 *
 * @throws {CdsError} CONFIG_INVALID for keys of clients, or a spool, that cannot be used
 */
const openDoors = async (core: Core): Promise<{ clientAuth: ClientAuth; inbox: FeedbackInbox }> => {
  const { config, replay, clock, log, metrics } = core;
  const { tenants, environment, http } = config;
  try {
    const clientAuth = await createClientAuth({
      ...{ tenants, environment, replay, clock, log, metrics },
      publicBaseUrl: http.publicBaseUrl,
    });
    return { clientAuth, inbox: core.openInbox() };
  } catch (error) {
    await core.close();
    throw error;
  }
};

/**
 * Starts the hook service. Without REDIS_URL its queue and workers are in this process; with it, jobs wait in
 * BullMQ for `worker` processes.
 *
 * @throws {CdsError} CONFIG_INVALID, SMART_CONFIG_INVALID, POLICY_INVALID, MODEL_*
 */
export async function startService(options: CoreOptions): Promise<Service> {
  const core = await createCore(options);
  const { config } = core;
  const { clientAuth, inbox } = await openDoors(core);
  const queue = openQueue(core);
  const background = openBackground({ core, queue, ...writingBack(core) });
  startWriteBack(core, background.tasks);
  const services = openServices(core, queue);
  const { limiter, close: closeLimiter } = openLimiter(core);
  const ready = readyOf(core);
  let stopping = false;
  const app = createApp({
    services,
    inbox,
    notifications: background.door,
    authenticate: authenticateClients(clientAuth),
    settings: config.http,
    limiter,
    log: core.log,
    metrics: core.metrics,
    ready: async () => {
      if (stopping) throw new CdsError('CDS_STOPPING');
      await ready();
    },
    discoveryIsProtected: config.tenants.some(({ clientAuth: { protectDiscovery } }) => protectDiscovery),
    ...(core.signingKeys !== undefined && { publicKeys: core.signingKeys.publicKeys }),
  });
  if (
    config.environment === 'production' &&
    config.queue.redisUrl === undefined &&
    config.store.file === ':memory:'
  )
    core.log.warn('store.file is :memory: and there is no Redis: results end with this process');
  const closeAll = async (): Promise<void> => {
    await core.handOver();
    await background.close();
    await queue.close();
    await inbox.close();
    await closeLimiter();
    await core.close();
  };
  let closing: Promise<void> | undefined;
  const stop = async (listening: Listening): Promise<void> => {
    stopping = true;
    await listening.close();
    await closeAll();
  };
  try {
    // Both before anybody is let in; a store that is away keeps nobody from starting.
    await Promise.all([warmUp({ core, openServices }), ready().catch(() => undefined)]);
    const listening = await listen(app, config.http.host, config.http.port, config.http);
    clientAuth.listeningAt(listening.url);
    return {
      core,
      tasks: background.tasks,
      url: listening.url,
      // However often it is asked for.
      close: () => (closing ??= stop(listening)),
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Workers in a process of their own. */
export interface RunningWorker extends AssessmentWorkers {
  readonly core: Core;
  /** Where its health and metrics are, when a port was given. */
  readonly url?: string;
}

export interface WorkerOptions extends CoreOptions {
  /** The modality queues to take from: GPU workers take radiomics, CPU workers the rest. */
  readonly modalities?: readonly ModalityId[];
  /** For /health and /metrics; without one there is no port. */
  readonly monitoringPort?: number;
}

/**
 * Takes jobs from BullMQ.
 *
 * @throws {CdsError} CONFIG_INVALID where there is no Redis to take jobs from, or the port is taken
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { redisUrl, prefix, concurrency } = options.config.queue;
  if (redisUrl === undefined)
    throw new CdsError(
      'CONFIG_INVALID',
      'queue.redisUrl: a worker needs Redis (REDIS_URL); without it `serve` works alone',
    );
  const core = await createCore(options);
  const modalities = options.modalities ?? MODALITY_IDS;
  let monitoring: Listening | undefined;
  try {
    // Networks are opened before jobs are taken: no patient waits for them, and what is wrong with them shows at once.
    if (modalities.includes('radiomics')) await core.models.warm();
    if (options.monitoringPort !== undefined) {
      const app = createMonitoringApp({ log: core.log, metrics: core.metrics, ready: readyOf(core) });
      monitoring = await listen(app, options.config.http.host, options.monitoringPort);
    }
  } catch (error) {
    await core.close();
    throw error;
  }
  const workers = startBullWorkers({
    connection: redisUrl,
    prefix,
    concurrency,
    modalities,
    handlers: core.handlers,
    log: core.log,
  });
  // Whoever fuses also looks at patients: those who are looked at are queued for assessment.
  const queue = createBullQueue({ connection: redisUrl, prefix });
  const background = startBackgroundWorkers({ core, queue, ...writingBack(core) }, redisUrl);
  startWriteBack(core, background.tasks);
  return {
    core,
    ...(monitoring !== undefined && { url: monitoring.url }),
    close: async () => {
      // What the last jobs computed is queued before there is no queue: another worker writes it.
      await Promise.all([workers.close(), background.stop()]);
      await core.handOver();
      await background.close();
      await queue.close();
      await monitoring?.close();
      await core.close();
    },
  };
}
