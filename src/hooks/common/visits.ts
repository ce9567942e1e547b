import type { AssessmentQueue, Assessor, ResultStore } from '../../assessment/index.ts';
import type { CareQueryKey } from '../../chart/index.ts';
import { asCdsError } from '../../domain/index.ts';
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
    deadline: AbortSignal,
  ): Promise<Visit> => {
    const today = calendarDate(clock.now(), tenant.timeZone);
    const { patientId, encounterId } = request.context;
    try {
      const reading = { patientId, care, ...(encounterId !== undefined && { encounterId }) };
      const read = await reader.read(request, tenant, reading, deadline);
      const plan = assessor.plan({ tenant: tenant.id, fhirBaseUrl: tenant.fhirBaseUrl }, read.chart, today);
      const decision = await decide({ plan, read, backgroundAccess: tenant.backgroundAccess, deadline });
      return { decision, care: read.care, today };
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
      const visit = await withDeadline<Visit>(
        Math.max(LEAST_MS, deadlineMs - (performance.now() - receivedAt)),
        (deadline) => look(request, tenant, care, deadline),
        // Everything else that waits has a limit of its own and heard of the deadline; the store may be frozen.
        () => ({
          decision: { kind: 'unavailable', code: 'STORE_UNAVAILABLE' },
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
