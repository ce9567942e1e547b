import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FhirResource, StructureDefinition } from 'fhir/r4.js';
import { startService, startWorker, type Service } from '../app/index.ts';
import {
  createDemoEhr,
  createDicomWebServer,
  createEhrIdentity,
  createFhirServer,
  type CriteriaPanel,
  DICOMWEB_PATH,
  type EhrIdentity,
  type HookTarget,
  type Story,
} from '../demo/index.ts';
import { CdsError } from '../domain/index.ts';
import { SANDBOX_CLIENT } from '../http/index.ts';
import {
  calendarDate,
  createLog,
  listen,
  LOOPBACK,
  PACKAGE_ROOT,
  parseConfig,
  systemClock,
  type Config,
  type Listening,
  type Metrics,
} from '../platform/index.ts';
import { demoPacs, simulateDemoCts, simulateDemoPatients, type DemoCase } from '../simulation/index.ts';
import type { CliContext } from './context.ts';
import { criteriaPanel } from './demo-criteria.ts';
import { subscribeDemo } from './demo-new-data.ts';
import { createPlanner, rememberPreviousVisit } from './demo-plans.ts';
import { removeKeys } from './demo-redis.ts';

export interface DemoOptions {
  readonly port: number;
  readonly once?: true;
  readonly json?: string;
  readonly language: 'en' | 'zh-CN';
  readonly explainOutOfScope?: true;
}

/** The CDS services, by what is done in a chart. */
export const SERVICES = {
  chart: 'recurrence-risk-patient-view',
  visit: 'recurrence-risk-encounter-start',
  book: 'followup-scheduling-appointment-book',
  order: 'recurrence-risk-order-select',
} as const;

/** The official CDS Hooks sandbox calls from a browser; its key is taken in a demo only. */
const SANDBOX_ORIGIN = SANDBOX_CLIENT.issuer;

/** The demo EHR, by the name in its JWTs. */
const EHR_ISSUER = 'https://demo-ehr.recurrence-cds.org';
const TIME_ZONE = 'UTC';

interface Addresses {
  readonly fhirBaseUrl: string;
  /** The PACS's DICOMweb services. */
  readonly dicomWebRoot: string;
  readonly redisUrl: string | undefined;
  /** The demo EHR's public keys. */
  readonly jwksFile: string;
}

const demoConfig = (
  { fhirBaseUrl, dicomWebRoot, redisUrl, jwksFile }: Addresses,
  options: DemoOptions,
): Config =>
  parseConfig({
    environment: 'demo',
    http: { port: options.once === true ? 0 : options.port + 1, corsOrigins: [SANDBOX_ORIGIN] },
    hook: { explainOutOfScope: options.explainOutOfScope === true, language: options.language },
    tenants: [
      {
        id: 'demo',
        fhirBaseUrl,
        timeZone: TIME_ZONE,
        writeBack: { enabled: true, diagnosticReport: true, auditEvents: true },
        clientAuth: {
          clients: [{ issuer: EHR_ISSUER, jwksFile }, SANDBOX_CLIENT],
          // So that one can try it with curl. A JWT that is sent is verified all the same.
          required: false,
        },
        imaging: { dicomweb: [{ root: dicomWebRoot }] },
        subscriptions: { secret: randomBytes(32).toString('base64url'), quietMs: 500 },
      },
    ],
    // A prefix of its own: a demo meets neither another demo's results nor a real site's.
    queue: {
      prefix: `recurrence-demo-${randomUUID().slice(0, 8)}`,
      ...(redisUrl !== undefined && { redisUrl }),
    },
    store: { key: randomBytes(32).toString('base64'), ttlDays: 1 },
    log: { level: 'warn' },
  });

/**
 * Profiles of what the service writes, and their extensions. Those of what it reads are left to the tests: the
 * patients' 2000 resources would cost seconds at every start.
 */
const WRITTEN_PROFILES = [
  'computed-at',
  'result',
  'risk-interval',
  'recurrence-model-device',
  'recurrence-risk-assessment',
  'recurrence-risk-report',
  'recurrence-provenance',
  'recurrence-audit-event',
];

const writtenProfiles = (): StructureDefinition[] =>
  WRITTEN_PROFILES.map((id) => {
    const file = path.join(PACKAGE_ROOT, 'fhir-profiles/profiles', `StructureDefinition-${id}.json`);
    return JSON.parse(readFileSync(file, 'utf8')) as StructureDefinition;
  });

/** @throws {CdsError} STORE_UNAVAILABLE: of what the service needs, only Redis is not the demo's own */
const requireReady = async (url: string): Promise<void> => {
  const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new CdsError('STORE_UNAVAILABLE');
};

type Closers = (() => Promise<void>)[];

/** The demo EHR and its keys; the service is given the public ones in a file, as a hospital may. */
const createIdentity = async (closers: Closers): Promise<{ identity: EhrIdentity; jwksFile: string }> => {
  const identity = await createEhrIdentity(EHR_ISSUER);
  const folder = await mkdtemp(path.join(tmpdir(), 'recurrence-demo-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const jwksFile = path.join(folder, 'ehr.jwks.json');
  await writeFile(jwksFile, JSON.stringify(identity.jwks));
  return { identity, jwksFile };
};

export interface Running {
  readonly ehr: Listening;
  readonly fhirBaseUrl: string;
  readonly dicomWebRoot: string;
  readonly service: Service;
  /** How the demo EHR calls it. */
  readonly target: HookTarget;
  /** Of whoever runs tasks and jobs. */
  readonly metrics: Metrics;
  readonly cases: readonly DemoCase[];
  readonly criteriaOf: (patientId: string, language: DemoOptions['language']) => Promise<CriteriaPanel>;
  /** What happened to patients since their stories; the EHR shows it. */
  readonly news: Map<string, Story>;
  readonly today: string;
  close(): Promise<void>;
}

/** The PACS; its CTs are made when they are asked for. */
const startPacs = async (options: DemoOptions, today: string, closers: Closers): Promise<string> => {
  const server = createDicomWebServer({ studies: simulateDemoCts(today) });
  const pacs = await listen(server, LOOPBACK, options.once === true ? 0 : options.port + 3);
  closers.push(pacs.close);
  return `${pacs.url}${DICOMWEB_PATH}`;
};

const startFhir = async (
  options: DemoOptions,
  resources: readonly FhirResource[],
  closers: Closers,
): Promise<string> => {
  const fhirServer = createFhirServer({ profiles: writtenProfiles() });
  await fhirServer.load(resources);
  const fhir = await listen(fhirServer.app, LOOPBACK, options.once === true ? 0 : options.port + 2);
  closers.push(fhir.close, fhirServer.close);
  return `${fhir.url}/fhir`;
};

const startServing = async (
  config: Config,
  closers: Closers,
): Promise<{ readonly service: Service; readonly metrics: Metrics }> => {
  const { redisUrl, prefix } = config.queue;
  const runtime = { config, clock: systemClock, log: createLog(config.log.level) };
  // Redis may have gone meanwhile: then there is nothing left to do.
  if (redisUrl !== undefined) closers.push(() => removeKeys(redisUrl, prefix).catch(() => undefined));
  const service = await startService(runtime);
  closers.push(service.close);
  await requireReady(service.url);
  if (redisUrl === undefined) return { service, metrics: service.core.metrics };
  const worker = await startWorker(runtime);
  closers.push(worker.close);
  return { service, metrics: worker.core.metrics };
};

/** Starts everything on this machine. What was started is closed again where something fails. */
export async function startDemo(options: DemoOptions, { env, note }: CliContext): Promise<Running> {
  const closers: Closers = [];
  const close = async (): Promise<void> => {
    for (const each of closers.reverse()) await each();
  };
  try {
    const today = calendarDate(systemClock.now(), TIME_ZONE);
    const cases = simulateDemoPatients(today, undefined, { images: true });
    const dicomWebRoot = await startPacs(options, today, closers);
    const loaded = [demoPacs(dicomWebRoot), ...cases.flatMap(({ resources }) => resources)];
    const fhirBaseUrl = await startFhir(options, loaded, closers);
    note(`FHIR server and PACS up, ${String(cases.length)} simulated patients`);
    const redisUrl = env['REDIS_URL'] === '' ? undefined : env['REDIS_URL'];
    const { identity, jwksFile } = await createIdentity(closers);
    const config = demoConfig({ fhirBaseUrl, dicomWebRoot, redisUrl, jwksFile }, options);
    const { service, metrics } = await startServing(config, closers);
    note(
      `service up, ${redisUrl === undefined ? 'queue and worker in this process' : 'queue and worker on Redis'}`,
    );
    const planner = createPlanner(service);
    const criteriaOf: Running['criteriaOf'] = async (patientId, language) =>
      criteriaPanel(planner.planOf(await planner.chartOf(patientId), today), language);
    for (const { id } of cases) await rememberPreviousVisit(service, planner, id, today);
    note(`${String(await subscribeDemo(service))} Subscriptions active: the FHIR server tells of new data`);

    const news = new Map<string, Story>();
    const page = createDemoEhr({
      patients: cases,
      serviceUrl: service.url,
      fhirUrl: fhirBaseUrl,
      serviceId: SERVICES.chart,
      services: SERVICES,
      identity,
      criteriaOf,
      showWritten: true,
      newsOf: (patientId) => news.get(patientId),
    });
    const ehr = await listen(page, LOOPBACK, options.once === true ? 0 : options.port);
    closers.push(ehr.close);
    const target = { serviceUrl: service.url, fhirUrl: fhirBaseUrl, timeoutMs: 10_000, identity };
    return {
      ehr,
      fhirBaseUrl,
      dicomWebRoot,
      service,
      target,
      metrics,
      cases,
      criteriaOf,
      news,
      today,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
