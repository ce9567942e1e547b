import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  auditedSource,
  connectRedis,
  createAssessor,
  createAuditTrail,
  createCardLedger,
  createFeedbackInbox,
  createFingerprint,
  createHandlers,
  createOutbox,
  createReplayGuard,
  createRedisRecords,
  createResultStore,
  createSqliteRecords,
  createWriteBacks,
  requireRule,
  watchRecords,
  type Assessor,
  type AuditTrail,
  type CardLedger,
  type FeedbackInbox,
  type JobHandlers,
  type Outbox,
  type RecordStore,
  type ReplayGuard,
  type ResultStore,
  type WriteBacks,
  type WorkerSite,
} from '../assessment/index.ts';
import {
  CHART_QUERY_KEYS,
  chartQueries,
  createWriteIds,
  type ChartQuery,
  type KeyFile,
  type WriteIds,
} from '../chart/index.ts';
import { OVERRIDE_REASON_SYSTEM, OVERRIDE_REASONS } from '../cards/index.ts';
import { CdsError } from '../domain/index.ts';
import { DEFAULT_ELIGIBILITY } from '../eligibility/index.ts';
import { createModalities, type Modality } from '../modalities/index.ts';
import { loadModels, type Models } from '../model-registry/index.ts';
import {
  createMetrics,
  type Clock,
  type Config,
  type Log,
  type Metrics,
  type TenantConfig,
} from '../platform/index.ts';
import { loadPolicy, type FollowUpPolicy } from '../policy/index.ts';
import { createUnitConverter, loadTerminology, type Terminology } from '../terminology/index.ts';
import { openImages } from './images.ts';
import { createSites, openSigningKeys, type Site } from './sites.ts';

/** What the service and the worker have in common. */
export interface Core {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly terminology: Terminology;
  readonly queries: readonly ChartQuery[];
  readonly modalities: readonly Modality[];
  readonly models: Models;
  readonly store: ResultStore;
  readonly outbox: Outbox;
  /** The account of the cards that were given. */
  readonly ledger: CardLedger;
  /** Remembers the tokens of those who call. */
  readonly replay: ReplayGuard;
  /** Where feedback is taken, with its spool; closed by who opened it, before the core. @throws {CdsError} CONFIG_INVALID */
  readonly openInbox: () => FeedbackInbox;
  readonly writeBacks: WriteBacks;
  readonly audit: AuditTrail;
  readonly writeIds: WriteIds;
  readonly assessor: Assessor;
  readonly handlers: JobHandlers;
  /** Each tenant as workers see it. */
  readonly workerSites: ReadonlyMap<string, WorkerSite>;
  readonly policy: FollowUpPolicy;
  /** By tenant id. */
  readonly sites: ReadonlyMap<string, Site>;
  /** Our private keys for SMART Backend Services, where they are configured. */
  readonly signingKeys: KeyFile | undefined;
  /** Resolves when what results and accesses lead to is queued, or was given up: before the queue is closed. */
  handOver(): Promise<void>;
  close(): Promise<void>;
}

export interface CoreOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
}

/** The words a site writes into models.allowSimulated to serve a simulated model in production. */
export const ALLOW_SIMULATED = 'serve a model trained on simulated patients';

const refuseSimulated = (config: Config, models: Models): void => {
  if (config.environment === 'production' && models.identity.simulated)
    if (config.models.allowSimulated !== ALLOW_SIMULATED)
      throw new CdsError('MODEL_NOT_FOR_PRODUCTION', `models.allowSimulated: "${ALLOW_SIMULATED}"`);
};

export const readPolicy = (file: string): FollowUpPolicy => {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new CdsError('POLICY_INVALID', `${path.basename(file)} is not readable JSON`, { cause });
  }
  return loadPolicy(raw);
};

const openRecords = ({ queue, store }: Config): RecordStore =>
  queue.redisUrl === undefined
    ? createSqliteRecords(store.file)
    : createRedisRecords(connectRedis(queue.redisUrl), `${queue.prefix}-store`);

/** Whose server is written to: only where the site allows us an access of our own. */
const tenantsWith = (config: Config, setting: (tenant: TenantConfig) => boolean): ReadonlySet<string> =>
  new Set(config.tenants.filter((each) => each.backgroundAccess && setting(each)).map(({ id }) => id));

/** @throws {CdsError} CONFIG_INVALID for a sweep's rule that is none */
const requireSweepRules = ({ tenants }: Config): void => {
  for (const { backgroundAccess, sweep, timeZone } of tenants)
    if (backgroundAccess && sweep.enabled) requireRule({ cron: sweep.cron, timeZone });
};

/** The chart's vocabulary and shapes: all that reading one needs, without a model or a store. */
export function createReading({
  terminology: directories,
  modalities: settings,
}: Pick<Config, 'terminology'> & Partial<Pick<Config, 'modalities'>>) {
  const terminology = loadTerminology(directories);
  const units = createUnitConverter();
  return {
    terminology,
    queries: chartQueries(terminology),
    modalities: createModalities({ terminology, units, ...(settings !== undefined && { settings }) }),
  };
}

/**
 * Builds everything but the queue.
 *
 * @throws {CdsError} CONFIG_INVALID, SMART_CONFIG_INVALID, POLICY_INVALID, MODEL_*
 */
export async function createCore({ config, clock, log }: CoreOptions): Promise<Core> {
  requireSweepRules(config);
  const { terminology, queries, modalities } = createReading(config);
  const policy = readPolicy(config.policy);
  const signingKeys = await openSigningKeys(config, log);
  const sites = await createSites(config, { queries, signingKeys, clock, log });
  const models = await loadModels(config.models.directory, config.models.riskLayer, {
    inference: config.models.inference,
    onPassedOver: ({ provider, reason }, used) => {
      log.warn({ provider, used, reason }, 'execution provider cannot be had; image models run on another');
    },
  });
  try {
    refuseSimulated(config, models);
  } catch (error) {
    await models.close();
    throw error;
  }
  // Outside production a process may have a key of its own: what it stored ends with it.
  const key = config.store.key === undefined ? randomBytes(32) : Buffer.from(config.store.key, 'base64');
  const records = openRecords(config);
  const kept = { key, ttlSeconds: config.store.ttlDays * 86_400 };
  const store = createResultStore(records, kept);
  const outbox = createOutbox(records, kept);
  const metrics = createMetrics();
  const replay = createReplayGuard({
    ...{ records, key, log },
    onUnchecked: () => {
      metrics.replaysUnchecked.inc();
    },
  });
  const watched = watchRecords(records);
  const ledger = createCardLedger({
    ...{ records: watched.records, key, log, metrics },
    ttlSeconds: config.feedback.acceptDays * 86_400,
    tallyTtlSeconds: kept.ttlSeconds,
  });
  const openInbox = (): FeedbackInbox =>
    createFeedbackInbox({
      ...{ ...watched, ...kept, ledger, clock, log, metrics },
      spoolFile: config.feedback.spoolFile,
      reasons: { system: OVERRIDE_REASON_SYSTEM, codes: OVERRIDE_REASONS },
    });
  const rules = new Map(config.tenants.map(({ id, eligibility }) => [id, eligibility]));
  const writeBacks = createWriteBacks({
    outbox,
    tenants: tenantsWith(config, ({ writeBack }) => writeBack.enabled),
    log,
  });
  const audit = createAuditTrail({
    tenants: tenantsWith(config, ({ writeBack }) => writeBack.auditEvents),
    clock,
    log,
    metrics,
  });
  const images = openImages(sites, log);
  const assessor = createAssessor({
    terminology,
    imagesOf: images.of,
    modalities,
    models,
    store,
    clock,
    fingerprint: createFingerprint(key),
    eligibilityOf: (tenant) => rules.get(tenant) ?? DEFAULT_ELIGIBILITY,
    beforeStored: (assessment) => writeBacks.record(assessment),
    onStored: (assessment) => {
      writeBacks.stored(assessment);
    },
  });
  const workerSites = new Map<string, WorkerSite>(
    [...sites].map(([id, { tenant, source }]) => [
      id,
      {
        fhirBaseUrl: tenant.fhirBaseUrl,
        timeZone: tenant.timeZone,
        source: auditedSource(source, (patientId) => {
          audit.record(id, patientId, 'worker-read');
        }),
      },
    ]),
  );
  const handOver = async (): Promise<void> => {
    await Promise.all([writeBacks.idle(), audit.close(), ledger.idle()]);
  };
  const handlers = createHandlers({
    assessor,
    store,
    log,
    metrics,
    modelDigest: models.identity.digest,
    queryKeys: CHART_QUERY_KEYS,
    sites: workerSites,
  });
  return {
    config,
    clock,
    log,
    metrics,
    terminology,
    queries,
    modalities,
    models,
    store,
    outbox,
    ledger,
    replay,
    openInbox,
    writeBacks,
    audit,
    writeIds: createWriteIds(key),
    assessor,
    handlers,
    workerSites,
    policy,
    sites,
    signingKeys,
    handOver,
    close: async () => {
      await handOver();
      await store.close();
      await models.close();
      await images.close();
    },
  };
}
