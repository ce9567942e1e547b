import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  createAssessor,
  createFingerprint,
  createResultStore,
  createSqliteRecords,
  type AssessmentQueue,
  type CardLedger,
} from '../assessment/index.ts';
import { asCdsError } from '../domain/index.ts';
import { DEFAULT_ELIGIBILITY } from '../eligibility/index.ts';
import type { CdsService } from '../hooks/index.ts';
import { LANGUAGES } from '../i18n/index.ts';
import { createLog, fixedClock, PACKAGE_ROOT, type TenantConfig } from '../platform/index.ts';
import type { Core } from './core.ts';

/** When the published examples are of: on that day their patient has a risk. */
const EXAMPLES_CLOCK = fixedClock('2026-11-23T10:00:00Z');

/** A start is not put off for longer: what is not compiled by then is compiled by the first requests. */
const LIMIT_MS = 3000;
const ROUNDS = 20;
/** A round in which a request takes no longer has nothing left to compile. */
const WARM_MS = 4;

/** Nobody listens there, and nobody is asked: the examples bring all that is read. */
const NO_SERVER = 'http://127.0.0.1:9/fhir';

/** One that is never worked off. */
const IDLE_QUEUE: AssessmentQueue = {
  submit: () => Promise.resolve(),
  wait: () => Promise.resolve({ state: 'pending' }),
  close: () => Promise.resolve(),
};

/** One that forgets. */
const NO_LEDGER: CardLedger = {
  uuid: () => randomUUID(),
  isOurs: () => false,
  last: () => Promise.resolve(undefined),
  find: () => Promise.resolve(undefined),
  record: () => undefined,
  idle: () => Promise.resolve(),
};

/** What came of one request, for tests. */
export interface WarmedUp {
  readonly service: string;
  readonly outcome: string;
}

export interface WarmUpOptions {
  readonly core: Core;
  /** The site's services, on another core. */
  readonly openServices: (core: Core, queue: AssessmentQueue) => readonly CdsService[];
  readonly limitMs?: number;
}

/** Answers from prefetch alone, and, at the other, with a job that is waited for. */
const warmTenants = (tenant: TenantConfig): readonly TenantConfig[] =>
  [false, true].map((backgroundAccess) => ({
    ...tenant,
    id: `warm-up-${String(backgroundAccess)}`,
    fhirBaseUrl: NO_SERVER,
    backgroundAccess,
  }));

/** A core of its own where anything would be stored, counted, logged or queued; models and settings are the site's. */
const apart = (core: Core, tenants: readonly TenantConfig[], deadlineMs: number): Core => {
  const { config, terminology, modalities, models } = core;
  const key = randomBytes(32);
  const store = createResultStore(createSqliteRecords(':memory:'), { key, ttlSeconds: 3600 });
  return {
    ...core,
    config: { ...config, tenants: [...tenants], hook: { ...config.hook, deadlineMs } },
    clock: EXAMPLES_CLOCK,
    log: createLog('silent'),
    store,
    ledger: NO_LEDGER,
    assessor: createAssessor({
      ...{ terminology, modalities, models, store },
      clock: EXAMPLES_CLOCK,
      fingerprint: createFingerprint(key),
      eligibilityOf: () => tenants[0]?.eligibility ?? DEFAULT_ELIGIBILITY,
    }),
  };
};

const exampleOf = (id: string): string =>
  readFileSync(path.join(PACKAGE_ROOT, 'cds-hooks', id, 'request.json'), 'utf8');

/** Every service's example, in every language, at every tenant; until nothing gets faster or the time is over. */
async function replay(
  services: readonly CdsService[],
  tenants: readonly TenantConfig[],
  limitMs: number,
): Promise<readonly WarmedUp[]> {
  const endsAt = performance.now() + limitMs;
  const requests = services.flatMap((service) => {
    const example = exampleOf(service.definition.id);
    return tenants.flatMap(({ id }) =>
      LANGUAGES.map((acceptLanguage) => async (): Promise<WarmedUp> => {
        const { outcome } = await service.handle(JSON.parse(example), {
          acceptLanguage,
          tenants: new Set([id]),
          receivedAt: performance.now(),
          requestId: 'warm-up',
          admit: () => Promise.resolve(),
        });
        return { service: service.definition.id, outcome };
      }),
    );
  });
  let answered: WarmedUp[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const startedAt = performance.now();
    answered = [];
    for (const request of requests) {
      answered.push(await request());
      if (performance.now() >= endsAt) return answered;
    }
    if (performance.now() - startedAt < WARM_MS * requests.length) break;
  }
  return answered;
}

/**
 * Answers the published examples before the first real request comes, so that code, schemas and models are compiled
 * and loaded by then: else the first requests after a start take as long as a deadline. It leaves nothing behind, and a
 * service that cannot be warmed up starts all the same.
 *
 * @returns the answers of the last round; none where it failed
 */
export async function warmUp({
  core,
  openServices,
  limitMs = LIMIT_MS,
}: WarmUpOptions): Promise<readonly WarmedUp[]> {
  const [tenant] = core.config.tenants;
  if (tenant === undefined) return [];
  const tenants = warmTenants(tenant);
  let warm: Core | undefined;
  try {
    warm = apart(core, tenants, limitMs);
    return await replay(openServices(warm, IDLE_QUEUE), tenants, limitMs);
  } catch (error) {
    core.log.warn({ error: asCdsError(error) }, 'not warmed up: the first requests will be slower');
    return [];
  } finally {
    await warm?.store.close();
  }
}
