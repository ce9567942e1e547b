import type { CardTemplate } from '../../cards/index.ts';
import { prefetchTemplate, type CareQueryKey } from '../../chart/index.ts';
import type { ReadCare } from './chart-reader.ts';
import type { HookDependencies } from './dependencies.ts';
import { replacementOf, type RiskServiceId } from './replaced.ts';
import type { HookRequest, HookRequests } from './request.ts';
import { createRecent } from './risk/recent.ts';
import { riskCards } from './risk/response.ts';
import { systemActions } from './risk/system-actions.ts';
import type { CdsService, ServiceDefinition } from './service.ts';

/** A morning's clinic, in every language. */
const KEPT_CARDS = 300;

/** The context of the hooks that show the risk. */
export interface RiskContext {
  readonly userId: string;
  readonly patientId: string;
  readonly encounterId?: string | undefined;
}

export interface RiskServiceOptions<Context extends RiskContext> {
  readonly definition: Pick<ServiceDefinition, 'title' | 'description'> & { readonly id: RiskServiceId };
  readonly requests: HookRequests<Context>;
  /** Prefetched beside the chart. */
  readonly care?: readonly CareQueryKey[];
  /** A visit begins: the card says what it should bring. */
  readonly atVisit?: boolean;
  /**
   * Is there still anything to say? Asked where the chart could be read.
   *
   * @throws {CdsError} CDS_REQUEST_INVALID where what was read contradicts the request
   */
  readonly concerns?: (context: Context, care: ReadCare) => boolean;
}

const USAGE = 'FHIR R4. Send every prefetch key, or a fhirServer to read the missing ones from.';

/** A service whose card is the patient's risk. */
export function createRiskService<Context extends RiskContext>(
  { definition, requests, care = [], atVisit = false, concerns }: RiskServiceOptions<Context>,
  dependencies: HookDependencies,
): CdsService {
  const { visits, answers, queries, careQueries, translators, clock } = dependencies;
  const cardDependencies = { ...dependencies, rendered: createRecent<CardTemplate>(KEPT_CARDS), atVisit };
  const actionDependencies = { ...dependencies, kept: createRecent<Buffer>(KEPT_CARDS) };
  const read = [...queries, ...careQueries.filter(({ key }) => care.includes(key))];

  const handle = async (
    request: HookRequest<Context>,
    context: Parameters<CdsService['handle']>[1],
  ): ReturnType<CdsService['handle']> => {
    const tenant = await visits.open(request, context);
    const { patientId } = request.context;
    const asked = { tenant: tenant.id, service: definition.id, patientId };
    const lastAsked = answers.last(asked);
    const { decision, care: around } = await visits.see(request, tenant, context, care);
    if (around !== undefined && concerns?.(request.context, around) === false)
      return { body: answers.respond(asked, []), outcome: 'visit-over' };
    const translator = translators(context.acceptLanguage);
    const templates = riskCards(decision, { translator, links: tenant.cards.links }, cardDependencies);
    const last = templates.length === 0 ? undefined : await lastAsked;
    const reader = { translator, timeZone: tenant.timeZone, now: clock.now() };
    const actions = systemActions(decision, tenant, translator, actionDependencies);
    const body = answers.respond(
      {
        ...asked,
        ...(decision.kind === 'risk' && { fingerprint: decision.assessment.fingerprint }),
      },
      templates,
      {
        replaces: (template) => replacementOf(last, template, reader),
        ...(actions !== undefined && { systemActions: actions }),
      },
    );
    return { body, outcome: decision.kind };
  };

  return {
    definition: {
      hook: requests.hook,
      ...definition,
      prefetch: Object.fromEntries(read.map((query) => [query.key, prefetchTemplate(query)])),
      usageRequirements: USAGE,
    },
    requestSchema: requests.schema,
    handle: async (received, context) => handle(requests.parse(received), context),
  };
}
