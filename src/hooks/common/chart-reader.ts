import {
  allOfPatient,
  createFhirClient,
  createFhirSource,
  parseChart,
  staticToken,
  type Chart,
  type ChartQuery,
  type ChartQueryKey,
  type ResourceSets,
} from '../../chart/index.ts';
import { asCdsError, CdsError } from '../../domain/index.ts';
import type { Config, TenantConfig } from '../../platform/index.ts';
import { readPrefetch } from './prefetch.ts';
import type { HookRequest } from './request.ts';

/** Without these nothing can be said of a patient at all; the rest are modalities, which may be absent. */
const CORE_KEYS: readonly ChartQueryKey[] = [
  'patient',
  'conditions',
  'procedures',
  'medications',
  'staging',
  'diseaseStatus',
];

/**
 * Somebody waits: before the workers at the server's slots, one quick repetition for a connection that was closed
 * meanwhile, and no waiting for a server that asks for it.
 */
const HURRIED = { priority: 10, retries: 1, backoffMs: 50, maxWaitMs: 200 } as const;

/** The chart as this request can see it. */
export interface ReadChart {
  readonly chart: Chart;
  /** Why the rest could not be read, where prefetch alone had to do. */
  readonly failure?: CdsError;
}

export interface ChartReaderDependencies {
  readonly tenants: Config['tenants'];
  readonly queries: readonly ChartQuery[];
  readonly fhir: Config['fhir'];
  /** Told of each chart of which something was read from the FHIR server; returns at once, never throws. */
  readonly onRead?: (tenant: string, patientId: string) => void;
}

/**
 * Whose site a request is of: by its fhirServer, which must be a configured one (else anybody could send this
 * service, and a token, anywhere); without one, the only tenant.
 *
 * @throws {CdsError} CDS_FHIR_SERVER_UNKNOWN
 */
export function tenantOf(
  request: Pick<HookRequest<unknown>, 'fhirServer'>,
  tenants: Config['tenants'],
): TenantConfig {
  const found =
    request.fhirServer === undefined
      ? tenants.length === 1
        ? tenants[0]
        : undefined
      : tenants.find((tenant) => tenant.fhirBaseUrl === request.fhirServer);
  if (found === undefined) throw new CdsError('CDS_FHIR_SERVER_UNKNOWN');
  return found;
}

const requireSamePatient = (
  request: Pick<HookRequest<unknown>, 'tokenPatient'>,
  tenant: TenantConfig,
  sets: ResourceSets,
  patientId: string,
): void => {
  if (request.tokenPatient !== undefined && request.tokenPatient !== patientId)
    throw new CdsError('CDS_PATIENT_MISMATCH', 'The token is for another patient.');
  if (!allOfPatient(sets, patientId, tenant.fhirBaseUrl))
    throw new CdsError('CDS_PATIENT_MISMATCH', 'A prefetched resource is not of context.patientId.');
};

const refuseReplaced = (chart: Chart): Chart => {
  if (chart.patient.replacedBy !== undefined)
    throw new CdsError('CDS_PATIENT_MISMATCH', 'That Patient was merged into another; open the other one.');
  return chart;
};

/** Reads a request's chart: prefetch first, what is missing from the request's FHIR server with its own token. */
export function createChartReader({ tenants, queries, fhir, onRead }: ChartReaderDependencies) {
  const keys = queries.map((query) => query.key);
  const optionalKeys = new Set(queries.flatMap((query) => (query.optional === true ? [query.key] : [])));

  const pull = (
    request: HookRequest<unknown>,
    tenant: TenantConfig,
    patientId: string,
    missing: readonly ChartQueryKey[],
    signal: AbortSignal,
  ): Promise<ResourceSets> =>
    createFhirSource({
      client: createFhirClient({
        baseUrl: tenant.fhirBaseUrl,
        // The request's own token or none: a caller without one gets no more than the server gives anybody.
        tokens: staticToken(request.accessToken),
        concurrency: fhir.concurrency,
        maxPages: fhir.maxPages,
        ...HURRIED,
      }),
      queries,
      timeoutMs: fhir.timeoutMs,
    }).read(patientId, missing, signal);

  /** Prefetch alone, when nothing more can be read: enough only with every core key. */
  const withoutPull = (
    sets: ResourceSets,
    missing: readonly ChartQueryKey[],
    tenant: TenantConfig,
    failure: CdsError,
  ): ReadChart => {
    if (missing.some((key) => CORE_KEYS.includes(key))) throw failure;
    return { chart: refuseReplaced(parseChart(sets, tenant.timeZone, keys)), failure };
  };

  return {
    tenantOf: (request: Pick<HookRequest<unknown>, 'fhirServer'>) => tenantOf(request, tenants),
    /**
     * @throws {CdsError} CDS_PATIENT_MISMATCH, CDS_PREFETCH_MISSING, FHIR_PATIENT_UNKNOWN; FHIR_* where the
     *   server failed and prefetch does not hold enough
     */
    read: async (
      request: HookRequest<unknown>,
      tenant: TenantConfig,
      patientId: string,
      signal: AbortSignal,
    ): Promise<ReadChart> => {
      const { sets, missing } = readPrefetch(request.prefetch, keys);
      requireSamePatient(request, tenant, sets, patientId);
      if (missing.length === 0) return { chart: refuseReplaced(parseChart(sets, tenant.timeZone, keys)) };
      if (request.fhirServer === undefined) {
        const needed = missing.filter((key) => !optionalKeys.has(key));
        // What few EHRs have is unknown without them; no reason to refuse, or to call the rest incomplete.
        if (needed.length === 0) return { chart: refuseReplaced(parseChart(sets, tenant.timeZone, keys)) };
        const failure = new CdsError('CDS_PREFETCH_MISSING', `Missing: ${needed.join(', ')}.`);
        // A site that allows no callback is assessed on what prefetch holds; elsewhere a gap is a mistake.
        if (tenant.backgroundAccess) throw failure;
        return withoutPull(sets, missing, tenant, failure);
      }
      try {
        const pulled = await pull(request, tenant, patientId, missing, signal);
        onRead?.(tenant.id, patientId);
        return { chart: refuseReplaced(parseChart({ ...sets, ...pulled }, tenant.timeZone, keys)) };
      } catch (error) {
        const failure = asCdsError(error);
        // Refused is refused: what this token may not read, the last result must not tell either.
        if (!failure.kind.retryable) throw failure;
        return withoutPull(sets, missing, tenant, failure);
      }
    },
  };
}

export type ChartReader = ReturnType<typeof createChartReader>;
