import type { CardContext, CardTemplate } from '../../cards/index.ts';
import { prefetchTemplate, type ChartQuery } from '../../chart/index.ts';
import { asCdsError } from '../../domain/index.ts';
import { calendarDate, type Clock, type Log, type TenantConfig } from '../../platform/index.ts';
import {
  hookRequestParser,
  type CdsService,
  type ChartReader,
  type HandledRequest,
  type RequestContext,
} from '../common/index.ts';
import { responseFor, type CardDependencies } from './cards.ts';
import { withDeadline } from './deadline.ts';
import { createDecide, type Decision, type DecideDependencies } from './decide.ts';
import { createRecent } from './recent.ts';
import { patientViewContext } from './schema.ts';

export interface PatientViewDependencies extends DecideDependencies, Omit<CardDependencies, 'rendered'> {
  readonly reader: ChartReader;
  readonly queries: readonly ChartQuery[];
  readonly translators: (acceptLanguage: string | undefined) => CardContext['translator'];
  readonly clock: Clock;
  readonly log: Log;
  readonly deadlineMs: number;
}

/** A morning's clinic, in every language. */
const KEPT_CARDS = 300;

/** Failures of what stands behind the hook become a card; those of the request itself become its status. */
const isUpstream = (code: string): boolean => /^(FHIR_(?!PATIENT_UNKNOWN)|QUEUE_|STORE_|MODEL_)/.test(code);

/** CDS service `recurrence-risk-patient-view` (CDS Hooks 2.0, hook patient-view 1.0). */
export function createPatientViewService(dependencies: PatientViewDependencies): CdsService {
  const { reader, assessor, clock, log } = dependencies;
  const decide = createDecide(dependencies);
  const cardDependencies = { ...dependencies, rendered: createRecent<CardTemplate>(KEPT_CARDS) };

  const decisionFor = async (
    request: ReturnType<typeof parseRequest>,
    tenant: TenantConfig,
    deadline: AbortSignal,
  ): Promise<Decision> => {
    try {
      const read = await reader.read(request, tenant, request.context.patientId, deadline);
      const site = { tenant: tenant.id, fhirBaseUrl: tenant.fhirBaseUrl };
      const plan = assessor.plan(site, read.chart, calendarDate(clock.now(), tenant.timeZone));
      return await decide({ plan, read, backgroundAccess: tenant.backgroundAccess, deadline });
    } catch (error) {
      const failure = asCdsError(error);
      if (!isUpstream(failure.code)) throw failure;
      return { kind: 'unavailable', code: failure.code };
    }
  };

  return {
    definition: {
      hook: 'patient-view',
      id: 'recurrence-risk-patient-view',
      title: 'Recurrence risk after resection of lung cancer',
      description:
        'Risk of recurrence or death over the next 6, 12 and 24 months after neoadjuvant chemo-immunotherapy and ' +
        'radical resection of stage IB-IIIA non-small-cell lung cancer, from plasma metabolomics, CT and cfDNA, ' +
        'with follow-up to order.',
      prefetch: Object.fromEntries(dependencies.queries.map((query) => [query.key, prefetchTemplate(query)])),
      usageRequirements: 'FHIR R4. Send every prefetch key, or a fhirServer to read the missing ones from.',
    },
    handle: async (received: unknown, { acceptLanguage }: RequestContext): Promise<HandledRequest> => {
      const request = parseRequest(received);
      const tenant = reader.tenantOf(request);
      const decision = await withDeadline<Decision>(
        dependencies.deadlineMs,
        (deadline) => decisionFor(request, tenant, deadline),
        // Everything else that waits has a limit of its own and heard of the deadline; the store may be frozen.
        () => ({ kind: 'unavailable', code: 'STORE_UNAVAILABLE' }),
      );
      if (decision.kind === 'unavailable')
        log.warn({ hookInstance: request.hookInstance, code: decision.code }, 'no assessment could be shown');
      const body = responseFor(decision, dependencies.translators(acceptLanguage), cardDependencies);
      return { body, outcome: decision.kind };
    },
  };
}

const parseRequest = hookRequestParser('patient-view', patientViewContext);
