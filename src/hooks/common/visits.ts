import type { AssessmentQueue, Assessor, ResultStore } from '../../assessment/index.ts';
import type { CareQueryKey, ClinicalFacts } from '../../chart/index.ts';
import { asCdsError, type ErrorCode } from '../../domain/index.ts';
import { calendarDate, type Clock, type Log, type TenantConfig } from '../../platform/index.ts';
import type { ChartReader, ReadCare } from './chart-reader.ts';
import { withDeadline } from './deadline.ts';
import type { HookRequest } from './request.ts';
import { createDecide, type Decision } from './risk/decide.ts';
import type { RequestContext } from './service.ts';

export interface VisitDependencies {
  readonly reader: ChartReader;
  readonly assessor: Assessor;
  readonly store: ResultStore;
  readonly queue: AssessmentQueue;
  readonly modelDigest: string;
  readonly maxStaleDays: number;
  readonly deadlineMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** What every service's context has. */
interface VisitContext {
  readonly patientId: string;
  readonly encounterId?: string | undefined;
}

/** What is known of a patient at this moment: the risk, or why there is none, and what goes on around it. */
export interface Visit {
  readonly decision: Decision;
  /** Absent where the chart could not be read. */
  readonly care?: ReadCare;
  /** Absent where the chart could not be read. */
  readonly clinical?: ClinicalFacts;
  /** YYYY-MM-DD at the site. */
  readonly today: string;
}

/** Of a deadline that has nearly passed when the request is read: enough to say so in order. */
const LEAST_MS = 50;

/** Failures of what stands behind the hook become a card; those of the request itself become its status. */
const isUpstream = (code: string): boolean => /^(FHIR_(?!PATIENT_UNKNOWN)|QUEUE_|STORE_|MODEL_)/.test(code);

/** Looks at a patient for any of the services: identity, chart, eligibility, risk, all within the deadline. */
export function createVisits(dependencies: VisitDependencies) {
  const { reader, assessor, clock, log, deadlineMs } = dependencies;
  const decide = createDecide(dependencies);

  const look = async (
    request: HookRequest<VisitContext>,
    tenant: TenantConfig,
    care: readonly CareQueryKey[],
    { deadline, chartRead }: { readonly deadline: AbortSignal; readonly chartRead: () => void },
  ): Promise<Visit> => {
    const today = calendarDate(clock.now(), tenant.timeZone);
    const { patientId, encounterId } = request.context;
    try {
      const reading = { patientId, care, ...(encounterId !== undefined && { encounterId }) };
      const read = await reader.read(request, tenant, reading, deadline);
      chartRead();
      const plan = assessor.plan({ tenant: tenant.id, fhirBaseUrl: tenant.fhirBaseUrl }, read.chart, today);
      const decision = await decide({ plan, read, backgroundAccess: tenant.backgroundAccess, deadline });
      return { decision, care: read.care, clinical: plan.clinical, today };
    } catch (error) {
      const failure = asCdsError(error);
      if (!isUpstream(failure.code)) throw failure;
      return { decision: { kind: 'unavailable', code: failure.code }, today };
    }
  };

  return {
    /**
     * Whose request it is, if it may call now.
     *
     * @throws {CdsError} CDS_FHIR_SERVER_UNKNOWN, CDS_UNAUTHENTICATED, CDS_RATE_LIMITED
     */
    open: async (
      request: Pick<HookRequest<unknown>, 'fhirServer'>,
      { tenants, admit }: Pick<RequestContext, 'tenants' | 'admit'>,
    ): Promise<TenantConfig> => {
      const tenant = reader.tenantOf(request, tenants);
      await admit(tenant.id);
      return tenant;
    },
    /**
     * Never later than the deadline, which counts from when the request came.
     *
     * @throws {CdsError} for what is wrong with the request: CDS_PATIENT_MISMATCH, CDS_PREFETCH_MISSING,
     *   FHIR_PATIENT_UNKNOWN
     */
    see: async (
      request: HookRequest<VisitContext>,
      tenant: TenantConfig,
      { receivedAt, requestId }: Pick<RequestContext, 'receivedAt' | 'requestId'>,
      care: readonly CareQueryKey[] = [],
    ): Promise<Visit> => {
      // What is waited for: if that ends in nothing at all, it is what the answer names.
      let awaited: ErrorCode = 'FHIR_TIMEOUT';
      const chartRead = (): void => {
        awaited = 'STORE_UNAVAILABLE';
      };
      const visit = await withDeadline<Visit>(
        Math.max(LEAST_MS, deadlineMs - (performance.now() - receivedAt)),
        (deadline) => look(request, tenant, care, { deadline, chartRead }),
        // The store's limit may end after the deadline; what else waits has heard of it, and may not have had its turn.
        () => ({
          decision: { kind: 'unavailable', code: awaited },
          today: calendarDate(clock.now(), tenant.timeZone),
        }),
      );
      const { decision } = visit;
      if (decision.kind === 'unavailable')
        log.warn(
          { requestId, hookInstance: request.hookInstance, code: decision.code },
          'no assessment could be shown',
        );
      return visit;
    },
  };
}

export type Visits = ReturnType<typeof createVisits>;
