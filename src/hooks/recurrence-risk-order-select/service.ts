import { cardTemplate, renderOrderCard, type CardTemplate } from '../../cards/index.ts';
import { prefetchTemplate, type CareQueryKey } from '../../chart/index.ts';
import {
  CARD_SOURCE,
  hookRequests,
  renderWaiting,
  type CdsService,
  type HookDependencies,
  type HandledRequest,
  type Visit,
} from '../common/index.ts';
import { followUpDrafts, refuseControlCharacters, refuseForeign, type Draft } from './drafts.ts';
import { findingsOf } from './findings.ts';
import { createCovers, createKindOf } from './kinds.ts';
import { orderSelectContext } from './schema.ts';

const ID = 'recurrence-risk-order-select';
const CARE: readonly CareQueryKey[] = ['serviceRequests', 'appointments'];

/**
 * CDS service `recurrence-risk-order-select` (CDS Hooks 2.0, hook order-select 1.0): compares an order for a chest CT
 * or a ctDNA test with the proposed follow-up, and with what is ordered or booked already. The hook fires at each
 * click of whoever writes orders: of anything else the chart is not even read, and an order that fits gets silence.
 */
export function createOrderSelectService(dependencies: HookDependencies): CdsService {
  const { visits, answers, queries, careQueries, translators, policy, codes, simulated } = dependencies;
  const requests = hookRequests('order-select', orderSelectContext);
  const kindOf = createKindOf(codes);
  const covers = createCovers(codes);
  const read = [...queries, ...careQueries.filter(({ key }) => CARE.includes(key))];

  const cardsOf = (
    visit: Visit,
    drafts: readonly Draft[],
    acceptLanguage: string | undefined,
  ): readonly CardTemplate[] => {
    const { decision } = visit;
    const translator = translators(acceptLanguage);
    const context = { translator, source: CARD_SOURCE, simulated };
    switch (decision.kind) {
      case 'out-of-scope':
      case 'not-eligible':
      case 'barred':
        // The proposals are not for this patient, and the chart's own services say why.
        return [];
      case 'pending':
      case 'unavailable':
        return [cardTemplate(renderWaiting(decision, context))];
      case 'risk': {
        const { language } = translator;
        const findings = findingsOf(drafts, { decision, visit }, { policy, kindOf, covers, language });
        return findings.map((finding) => cardTemplate(renderOrderCard({ ...context, ...finding })));
      }
    }
  };

  return {
    definition: {
      hook: requests.hook,
      id: ID,
      title: 'Chest CT and ctDNA orders after resection of lung cancer',
      description:
        'While an order is written: whether a chest CT or ctDNA test is already ordered, booked or proposed, and ' +
        'whether its date is earlier or later than the follow-up proposed for the recurrence risk. Silent where it ' +
        'fits, and of orders that are urgent or name another reason.',
      prefetch: Object.fromEntries(read.map((query) => [query.key, prefetchTemplate(query)])),
      usageRequirements:
        'FHIR R4. Send every prefetch key, or a fhirServer to read the missing ones from. Codes of orders: ' +
        'ValueSets chest-ct-order and ctdna-test-order.',
    },
    requestSchema: requests.schema,
    handle: async (received, context): Promise<HandledRequest> => {
      const request = requests.parse(received);
      const tenant = await visits.open(request, context);
      const { patientId } = request.context;
      refuseForeign(request.context, tenant);
      const asked = { tenant: tenant.id, service: ID, patientId };
      const draftsOn = (today: string): readonly Draft[] =>
        followUpDrafts(request.context, { kindOf, codes }, { timeZone: tenant.timeZone, today });
      // Which orders matter does not depend on the day; when they are wanted may.
      const drafts = draftsOn(ANY_DAY);
      if (!drafts.some(({ concerns }) => concerns))
        return { body: answers.respond(asked, []), outcome: 'not-follow-up' };
      refuseControlCharacters(drafts);
      const visit = await visits.see(request, tenant, context, CARE);
      const { decision, today } = visit;
      const templates = cardsOf(visit, draftsOn(today), context.acceptLanguage);
      const body = answers.respond(
        { ...asked, ...(decision.kind === 'risk' && { fingerprint: decision.assessment.fingerprint }) },
        templates,
      );
      return { body, outcome: decision.kind };
    },
  };
}

const ANY_DAY = '1970-01-01';
