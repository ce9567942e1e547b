import type { CardTemplate } from '../../cards/index.ts';
import { prefetchTemplate, type CareQueryKey } from '../../chart/index.ts';
import type { HookDependencies } from './dependencies.ts';
import type { HookRequests } from './request.ts';
import { createRecent } from './risk/recent.ts';
import { riskCards } from './risk/response.ts';
import type { CdsService, ServiceDefinition } from './service.ts';

/** A morning's clinic, in every language. */
const KEPT_CARDS = 300;

/** The context of the hooks that show the risk. */
export interface RiskContext {
  readonly userId: string;
  readonly patientId: string;
  readonly encounterId?: string | undefined;
}

export interface RiskServiceOptions {
  readonly definition: Pick<ServiceDefinition, 'id' | 'title' | 'description'>;
  readonly requests: HookRequests<RiskContext>;
  /** Prefetched beside the chart. */
  readonly care?: readonly CareQueryKey[];
}

const USAGE = 'FHIR R4. Send every prefetch key, or a fhirServer to read the missing ones from.';

/** A service whose card is the patient's risk. */
export function createRiskService(
  { definition, requests, care = [] }: RiskServiceOptions,
  dependencies: HookDependencies,
): CdsService {
  const { visits, answers, queries, careQueries, translators } = dependencies;
  const cardDependencies = { ...dependencies, rendered: createRecent<CardTemplate>(KEPT_CARDS) };
  const read = [...queries, ...careQueries.filter(({ key }) => care.includes(key))];
  return {
    definition: {
      hook: requests.hook,
      ...definition,
      prefetch: Object.fromEntries(read.map((query) => [query.key, prefetchTemplate(query)])),
      usageRequirements: USAGE,
    },
    requestSchema: requests.schema,
    handle: async (received, context) => {
      const request = requests.parse(received);
      const tenant = await visits.open(request, context);
      const { decision } = await visits.see(request, tenant, context, care);
      const { patientId } = request.context;
      const asked = {
        tenant: tenant.id,
        service: definition.id,
        patientId,
        ...(decision.kind === 'risk' && { fingerprint: decision.assessment.fingerprint }),
      };
      const templates = riskCards(decision, translators(context.acceptLanguage), cardDependencies);
      return { body: answers.respond(asked, templates), outcome: decision.kind };
    },
  };
}
