import type { Days, OrderKind, StandingTest } from '../../cards/index.ts';
import type { AppointmentFact, CareFacts, ServiceRequestFact } from '../../chart/index.ts';
import type { Draft } from './drafts.ts';
import type { KindOf } from './kinds.ts';

/** Still to be carried out. */
const OPEN: ReadonlySet<string | undefined> = new Set(['draft', 'active', 'on-hold']);

/** Somebody asked for it; a plan or a proposal of others is no order yet, an option and a directive never are. */
const ORDERED: ReadonlySet<string | undefined> = new Set([
  'order',
  'original-order',
  'reflex-order',
  'filler-order',
  'instance-order',
]);

const TO_COME: ReadonlySet<string | undefined> = new Set([
  'proposed',
  'pending',
  'booked',
  'waitlist',
  'arrived',
  'checked-in',
]);

export interface StandingOptions {
  readonly kindOf: KindOf;
  /** The canonical of the policy; other versions of it proposed the same. */
  readonly canonical: string;
  readonly today: string;
  /** All that are being written: of those the chart's own copies say nothing new. */
  readonly drafts: readonly Draft[];
}

const urlOf = (canonical: string): string => canonical.split('|')[0] ?? canonical;

const roleOf = (fact: ServiceRequestFact, canonical: string): 'order' | 'proposal' | undefined => {
  if (ORDERED.has(fact.intent)) return 'order';
  const isOurs = fact.instantiates.some((each) => urlOf(each) === urlOf(canonical));
  return isOurs && fact.intent === 'proposal' ? 'proposal' : undefined;
};

/** An order without a date was wanted when it was written. */
const wantedOf = ({ wanted, authoredOn }: ServiceRequestFact, today: string): Days => {
  if (wanted !== undefined && wanted !== 'unreadable') return wanted;
  const day = authoredOn ?? today;
  return { from: day, to: day };
};

const ofOrders = (
  facts: readonly ServiceRequestFact[],
  test: OrderKind,
  { kindOf, canonical, today, drafts }: StandingOptions,
): StandingTest[] => {
  const written = new Set(drafts.map(({ reference }) => reference));
  return facts.flatMap((fact): StandingTest[] => {
    const { reference } = fact.source;
    const as = roleOf(fact, canonical);
    const counts = OPEN.has(fact.status) && fact.doNotPerform !== true && !written.has(reference);
    return counts && as !== undefined && kindOf(fact.codings) === test
      ? [{ reference, as, wanted: wantedOf(fact, today) }]
      : [];
  });
};

const ofAppointments = (
  facts: readonly AppointmentFact[],
  test: OrderKind,
  { kindOf }: StandingOptions,
): StandingTest[] =>
  facts.flatMap(({ status, startsOn, serviceTypes, source }): StandingTest[] =>
    TO_COME.has(status) && startsOn !== undefined && kindOf(serviceTypes) === test
      ? [{ reference: source.reference, as: 'appointment', wanted: { from: startsOn, to: startsOn } }]
      : [],
  );

/** Other drafts of the same test. Of two that are both selected, the first is let stand. */
const ofDrafts = (draft: Draft, drafts: readonly Draft[]): StandingTest[] => {
  const position = drafts.indexOf(draft);
  return drafts.flatMap((other, index): StandingTest[] =>
    other.test === draft.test &&
    other.reference !== draft.reference &&
    other.wanted !== undefined &&
    (!other.selected || index < position)
      ? [{ reference: other.reference, as: 'draft', wanted: other.wanted }]
      : [],
  );
};

/** The same test elsewhere: in the chart, in the calendar, and among the orders that are being written. */
export const standingOf = (
  draft: Draft,
  care: Pick<CareFacts, 'serviceRequests' | 'appointments'>,
  options: StandingOptions,
): readonly StandingTest[] => {
  const replaced = new Set(draft.fact.replaces);
  return [
    ...ofDrafts(draft, options.drafts),
    ...ofOrders(care.serviceRequests, draft.test, options),
    ...ofAppointments(care.appointments, draft.test, options),
  ].filter(({ reference }) => !replaced.has(reference));
};
