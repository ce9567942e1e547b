import {
  cardTemplate,
  renderAppointmentCard,
  renderAppointmentWaitingCard,
  type AppointmentKind,
  type CardTemplate,
  type RenderContext,
} from '../../cards/index.ts';
import { prefetchTemplate, text } from '../../chart/index.ts';
import type { FollowUpProposal } from '../../policy/index.ts';
import {
  CARD_SOURCE,
  hookRequests,
  proposalsFor,
  type CdsService,
  type Decision,
  type HookDependencies,
  type ServiceDefinition,
  type Visit,
} from '../common/index.ts';
import { bookedOf, isHeld, otherDays, type Booked } from './booked.ts';
import { findLate, type Late } from './compare.ts';
import { earlierRequest } from './earlier-request.ts';
import { isUnsaid, proposalOf } from './kinds.ts';
import { appointmentBookContext } from './schema.ts';

const DEFINITION: Omit<ServiceDefinition, 'hook' | 'prefetch'> = {
  id: 'followup-scheduling-appointment-book',
  title: 'Follow-up dates after resection of lung cancer',
  description:
    'Compares the date of a follow-up visit or chest CT that is being booked with the date that the follow-up policy ' +
    'proposes for the patient’s risk of recurrence, and says so where it is later. Silent otherwise.',
  usageRequirements:
    'FHIR R4. Send every prefetch key, or a fhirServer to read the missing ones from. Appointments that say in codes ' +
    'what they are for are told apart; without any they are compared as visits.',
};

type RiskDecision = Extract<Decision, { kind: 'risk' }>;
type LateBooking = Late<Booked, FollowUpProposal> & { readonly kind: AppointmentKind };
type Answer = readonly [outcome: string, cards: readonly CardTemplate[]];

const KINDS: readonly AppointmentKind[] = ['visit', 'chest-ct'];

/** Of an appointment that is late by two counts, the stricter one. */
const oncePerBooking = (found: readonly LateBooking[]): readonly LateBooking[] =>
  found.filter(
    ({ item, proposal }, index) =>
      !found.some(
        (other, at) =>
          other.item === item &&
          at !== index &&
          (other.proposal.windowEnd < proposal.windowEnd ||
            (other.proposal.windowEnd === proposal.windowEnd && at < index)),
      ),
  );

/**
 * Patients and their relatives book too. What a model says of a risk is a clinician's to tell them, and a card that asks
 * for an earlier date tells it.
 */
const isLay = ({ userId }: { readonly userId: string }): boolean => /^(Patient|RelatedPerson)\//.test(userId);

/** CDS service `followup-scheduling-appointment-book` (CDS Hooks 2.0, hook appointment-book 1.0). */
export function createAppointmentBookService(dependencies: HookDependencies): CdsService {
  const { visits, answers, queries, careQueries, codes, policy, translators } = dependencies;
  const requests = hookRequests('appointment-book', appointmentBookContext);
  const read = [...queries, ...careQueries.filter(({ key }) => key === 'appointments')];

  const lateOnes = (
    { assessment }: RiskDecision,
    { care, today }: Visit,
    booked: readonly Booked[],
    language: string,
  ): readonly LateBooking[] => {
    const found = KINDS.flatMap((kind): LateBooking[] => {
      const late = findLate({
        today,
        booked: booked.filter(({ kinds }) => kinds.includes(kind)),
        others: otherDays(care?.appointments ?? [], booked, kind, codes),
        // The stratum is today's; the time since surgery is that of the day.
        proposedFrom: (day) =>
          proposalOf(codes, proposalsFor(policy, { ...assessment, landmarkDate: day }, language), kind),
      });
      return late === undefined ? [] : [{ ...late, kind }];
    });
    return oncePerBooking(found);
  };

  const lateCard = (
    { item, kind, proposal, countedFrom }: LateBooking,
    { care }: Visit,
    context: RenderContext,
  ): CardTemplate => {
    const description = text(item.resource['description']);
    return cardTemplate(
      renderAppointmentCard({
        ...context,
        kind,
        bookedOn: item.day,
        isRequested: item.fact.startsOn === undefined,
        ...(description !== undefined && { description }),
        isGuess: isUnsaid(item.fact),
        proposal,
        ...(countedFrom !== undefined && { countedFrom }),
        otherBookingsRead: care?.unread.has('appointments') === false,
        request: earlierRequest(item.resource, proposal, { asNew: isHeld(item, care?.appointments ?? []) }),
      }),
    );
  };

  const compared = (
    decision: RiskDecision,
    visit: Visit,
    booked: readonly Booked[],
    base: RenderContext,
  ): Answer => {
    const { assessment, rechecked, ageDays } = decision;
    const context = { ...base, simulated: base.simulated || assessment.model.simulated };
    // Its dates would count from another day, or from what may not hold any more.
    if (!rechecked || ageDays > 0) {
      const not = { reason: 'not-rechecked', resultOf: assessment.landmarkDate } as const;
      return [not.reason, [cardTemplate(renderAppointmentWaitingCard({ ...context, ...not }))]];
    }
    const { language } = context.translator;
    // No risk could be estimated, or the policy has nothing for it.
    if (proposalsFor(policy, assessment, language).length === 0) return ['no-proposal', []];
    const late = lateOnes(decision, visit, booked, language);
    return [late.length === 0 ? 'in-time' : 'late', late.map((each) => lateCard(each, visit, context))];
  };

  const answerOf = (visit: Visit, booked: readonly Booked[], context: RenderContext): Answer => {
    const { decision } = visit;
    switch (decision.kind) {
      case 'out-of-scope':
      case 'not-eligible':
      case 'barred':
        // Who books can do nothing about it, and no date is proposed.
        return [decision.kind, []];
      case 'pending':
        return ['pending', [cardTemplate(renderAppointmentWaitingCard({ ...context, reason: 'pending' }))]];
      case 'unavailable': {
        // Neither whose lung was operated on nor what is booked is known: while a server is down, this would be said of
        // every booking of a hospital that sends no codes.
        if (visit.care === undefined && booked.every(({ fact }) => isUnsaid(fact)))
          return ['unavailable', []];
        const { kind: reason, code: errorCode } = decision;
        return [reason, [cardTemplate(renderAppointmentWaitingCard({ ...context, reason, errorCode }))]];
      }
      case 'risk':
        return compared(decision, visit, booked, context);
    }
  };

  return {
    definition: {
      hook: requests.hook,
      ...DEFINITION,
      prefetch: Object.fromEntries(read.map((query) => [query.key, prefetchTemplate(query)])),
    },
    requestSchema: requests.schema,
    handle: async (received, requestContext) => {
      const request = requests.parse(received);
      const tenant = await visits.open(request, requestContext);
      const { patientId } = request.context;
      const asked = { tenant: tenant.id, service: DEFINITION.id, patientId };
      const booked = bookedOf(request.context, tenant, codes);
      // Most bookings of a hospital are for something else: nobody's chart is read for them.
      if (booked.length === 0) return { body: answers.respond(asked, []), outcome: 'not-follow-up' };
      if (isLay(request.context)) return { body: answers.respond(asked, []), outcome: 'booked-by-patient' };
      const visit = await visits.see(request, tenant, requestContext, ['appointments']);
      const translator = translators(requestContext.acceptLanguage);
      const [outcome, cards] = answerOf(visit, booked, {
        translator,
        source: CARD_SOURCE,
        simulated: dependencies.simulated,
      });
      const { decision } = visit;
      const of = {
        ...asked,
        ...(decision.kind === 'risk' && { fingerprint: decision.assessment.fingerprint }),
      };
      return { body: answers.respond(of, cards), outcome };
    },
  };
}
