import {
  allOfPatient,
  CARE_QUERY_KEYS,
  careFacts,
  createFhirClient,
  createFhirSource,
  parseChart,
  staticToken,
  type CareFacts,
  type CareQueryKey,
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
const CORE_KEYS: readonly (ChartQueryKey | CareQueryKey)[] = [
  'patient',
  'conditions',
  'procedures',
  'medications',
  'staging',
  'diseaseStatus',
];

/**
 * Somebody waits: before the workers at the server's slots, one quick repetition for a connection that was closed
 * meanwhile, and no waiting for a server that asks for it. And others wait: parsing what is larger would take longer than
 * a hook has.
 */
const HURRIED = {
  priority: 10,
  retries: 1,
  backoffMs: 50,
  maxWaitMs: 200,
  maxBodyBytes: 8 * 1024 * 1024,
} as const;

/** What goes on around the patient, as far as this service asks for it. */
export interface ReadCare extends CareFacts {
  /** Keys that were asked for and could not be read: nothing can be said of what they would hold. */
  readonly unread: ReadonlySet<CareQueryKey>;
}

/** The chart as this request can see it. */
export interface ReadChart {
  readonly chart: Chart;
  readonly care: ReadCare;
  /** Why the rest could not be read, where prefetch alone had to do. */
  readonly failure?: CdsError;
}

export interface ChartReaderDependencies {
  readonly tenants: Config['tenants'];
  readonly queries: readonly ChartQuery[];
  /** What services may ask for beside the chart. */
  readonly careQueries: readonly ChartQuery<CareQueryKey>[];
  readonly fhir: Config['fhir'];
  /** Told of each chart of which something was read from the FHIR server; returns at once, never throws. */
  readonly onRead?: (tenant: string, patientId: string) => void;
}

/** Whose chart is to be read, and what beside it. */
export interface Reading {
  readonly patientId: string;
  readonly encounterId?: string;
  readonly care?: readonly CareQueryKey[];
}

type Key = ChartQueryKey | CareQueryKey;
type Sets = Partial<Record<Key, readonly unknown[]>>;

/**
 * Whose site a request is of: of those its caller may speak for, the one whose server its fhirServer is (else anybody
 * could send this service, and a token, anywhere); without one, the only one.
 *
 * @param allowed ids of the tenants that the caller may speak for
 * @throws {CdsError} CDS_FHIR_SERVER_UNKNOWN; CDS_UNAUTHENTICATED where it is a tenant's, but not for this caller
 */
export function tenantOf(
  { fhirServer }: Pick<HookRequest<unknown>, 'fhirServer'>,
  tenants: Config['tenants'],
  allowed: ReadonlySet<string>,
): TenantConfig {
  const mine = tenants.filter(({ id }) => allowed.has(id));
  const found =
    fhirServer === undefined
      ? mine.length === 1
        ? mine[0]
        : undefined
      : tenants.find((tenant) => tenant.fhirBaseUrl === fhirServer);
  if (found === undefined) throw new CdsError('CDS_FHIR_SERVER_UNKNOWN');
  if (!allowed.has(found.id)) throw new CdsError('CDS_UNAUTHENTICATED');
  return found;
}

const requireSamePatient = (
  request: Pick<HookRequest<unknown>, 'tokenPatient'>,
  tenant: TenantConfig,
  sets: Sets,
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

const isCareKey = (key: Key): key is CareQueryKey => (CARE_QUERY_KEYS as readonly string[]).includes(key);

/** Reads a request's chart: prefetch first, what is missing from the request's FHIR server with its own token. */
export function createChartReader({ tenants, queries, careQueries, fhir, onRead }: ChartReaderDependencies) {
  const chartKeys = queries.map((query) => query.key);
  const allQueries: readonly ChartQuery<Key>[] = [...queries, ...careQueries];
  const optionalKeys = new Set(allQueries.flatMap((query) => (query.optional === true ? [query.key] : [])));

  const pull = (
    request: HookRequest<unknown>,
    tenant: TenantConfig,
    { patientId, encounterId }: Reading,
    missing: readonly Key[],
    signal: AbortSignal,
  ): Promise<Sets> =>
    createFhirSource<Key>({
      client: createFhirClient({
        baseUrl: tenant.fhirBaseUrl,
        // The request's own token or none: a caller without one gets no more than the server gives anybody.
        tokens: staticToken(request.accessToken),
        concurrency: fhir.concurrency,
        maxPages: fhir.maxPages,
        ...HURRIED,
      }),
      queries: allQueries,
      timeoutMs: fhir.timeoutMs,
      ...(encounterId !== undefined && { encounterId }),
    }).read(patientId, missing, signal);

  /** A Patient is among them; one that cannot be read as such is a fault of who sent it, not of ours. */
  const chartOf = (sets: ResourceSets, timeZone: string): Chart => {
    try {
      return parseChart(sets, timeZone, chartKeys);
    } catch (error) {
      if (asCdsError(error).code !== 'CHART_PATIENT_MISSING') throw error;
      throw new CdsError('FHIR_ANSWER_INVALID', 'The Patient cannot be read.', { cause: error });
    }
  };

  const parse = (sets: Sets, { timeZone }: TenantConfig, care: readonly CareQueryKey[]): ReadChart => {
    const chart = Object.fromEntries(Object.entries(sets).filter(([key]) => !isCareKey(key as Key)));
    const around = Object.fromEntries(Object.entries(sets).filter(([key]) => isCareKey(key as Key)));
    return {
      chart: refuseReplaced(chartOf(chart, timeZone)),
      care: {
        ...careFacts(around, timeZone),
        unread: new Set(care.filter((key) => sets[key] === undefined)),
      },
    };
  };

  return {
    tenantOf: (request: Pick<HookRequest<unknown>, 'fhirServer'>, allowed: ReadonlySet<string>) =>
      tenantOf(request, tenants, allowed),
    /**
     * @throws {CdsError} CDS_PATIENT_MISMATCH, CDS_PREFETCH_MISSING, FHIR_PATIENT_UNKNOWN; FHIR_* where the
     *   server failed and prefetch does not hold enough
     */
    read: async (
      request: HookRequest<unknown>,
      tenant: TenantConfig,
      reading: Reading,
      signal: AbortSignal,
    ): Promise<ReadChart> => {
      const { patientId, care = [] } = reading;
      const { sets, missing } = readPrefetch<Key>(request.prefetch, [...chartKeys, ...care]);
      requireSamePatient(request, tenant, sets, patientId);
      /** Prefetch alone, when nothing more can be read: enough only with every core key. */
      const withoutPull = (failure: CdsError): ReadChart => {
        if (missing.some((key) => CORE_KEYS.includes(key))) throw failure;
        return { ...parse(sets, tenant, care), failure };
      };
      if (missing.length === 0) return parse(sets, tenant, care);
      if (request.fhirServer === undefined) {
        const needed = missing.filter((key) => !optionalKeys.has(key));
        // What few EHRs have is unknown without them; no reason to refuse, or to call the rest incomplete.
        if (needed.length === 0) return parse(sets, tenant, care);
        const failure = new CdsError('CDS_PREFETCH_MISSING', `Missing: ${needed.join(', ')}.`);
        // A site that allows no callback is assessed on what prefetch holds; elsewhere a gap is a mistake.
        if (tenant.backgroundAccess) throw failure;
        return withoutPull(failure);
      }
      try {
        const pulled = await pull(request, tenant, reading, missing, signal);
        onRead?.(tenant.id, patientId);
        return parse({ ...sets, ...pulled }, tenant, care);
      } catch (error) {
        const failure = asCdsError(error);
        // Refused is refused: what this token may not read, the last result must not tell either.
        if (!failure.kind.retryable) throw failure;
        return withoutPull(failure);
      }
    },
  };
}

export type ChartReader = ReturnType<typeof createChartReader>;
