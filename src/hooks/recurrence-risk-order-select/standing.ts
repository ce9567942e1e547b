import type { Days, StandingTest } from '../../cards/index.ts';
import type { AppointmentFact, CareFacts, ServiceRequestFact } from '../../chart/index.ts';
import type { Draft } from './drafts.ts';
import type { Covers, KindOf } from './kinds.ts';

/** Will be carried out. Of an order that is a draft, or on hold, nobody knows: it is none to leave another out for. */
const OPEN = {
  order: new Set(['active']),
  proposal: new Set(['draft', 'active', 'on-hold']),
} satisfies Record<'order' | 'proposal', ReadonlySet<string>>;

/** Somebody asked for it; a plan or a proposal of others is no order yet, an option and a directive never are. */
const ORDERED: ReadonlySet<string | undefined> = new Set([
  'order',
  'original-order',
  'reflex-order',
  'filler-order',
  'instance-order',
]);

/** Appointments that will take place; one that is only asked for may not. */
const TO_COME: ReadonlySet<string | undefined> = new Set(['pending', 'booked', 'arrived', 'checked-in']);

export interface StandingOptions {
  readonly kindOf: KindOf;
  readonly covers: Covers;
  /** The canonical of the policy; other versions of it proposed the same. */
  readonly canonical: string;
  readonly today: string;
  /** The last time the test was done, as far as the chart tells. */
  readonly lastOn?: string;
  /** All that are being written: of those the chart's own copies say nothing new. */
  readonly drafts: readonly Draft[];
}

const urlOf = (canonical: string): string => canonical.split('|')[0] ?? canonical;

const roleOf = (fact: ServiceRequestFact, canonical: string): 'order' | 'proposal' | undefined => {
  if (ORDERED.has(fact.intent)) return 'order';
  const isOurs = fact.instantiates.some((each) => urlOf(each) === urlOf(canonical));
  return isOurs && fact.intent === 'proposal' ? 'proposal' : undefined;
};

/** An order without a date was wanted when it was written, and stays so until somebody carries it out. */
const wantedOf = ({ wanted, authoredOn }: ServiceRequestFact, today: string): Days => {
  if (wanted !== undefined && wanted !== 'unreadable') return wanted;
  const day = authoredOn ?? today;
  return { from: day, to: day };
};

/** Its days are over. Whether it was done then is not known: it is no reason to leave the next one out. */
const isPast = ({ wanted }: ServiceRequestFact, today: string): boolean =>
  wanted !== undefined && wanted !== 'unreadable' && wanted.to < today;

const ofOrders = (
  facts: readonly ServiceRequestFact[],
  { test, fact: asked }: Draft,
  { kindOf, covers, canonical, today, drafts }: StandingOptions,
): StandingTest[] => {
  const written = new Set(drafts.map(({ reference }) => reference));
  return facts.flatMap((fact): StandingTest[] => {
    const { reference } = fact.source;
    const as = roleOf(fact, canonical);
    if (as === undefined || !OPEN[as].has(fact.status ?? '') || fact.doNotPerform === true) return [];
    if (written.has(reference) || isPast(fact, today) || kindOf(fact.codings) !== test) return [];
    return covers(asked.codings, fact.codings) ? [{ reference, as, wanted: wantedOf(fact, today) }] : [];
  });
};

/** One of a day before today was missed, or done and not closed. One made for the order itself is its own. */
const ofAppointments = (
  facts: readonly AppointmentFact[],
  { test, fact: asked, reference }: Draft,
  { kindOf, covers, today }: StandingOptions,
): StandingTest[] =>
  facts.flatMap(({ status, startsOn, serviceTypes, basedOn, source }): StandingTest[] =>
    TO_COME.has(status) &&
    ![reference, ...asked.replaces].some((each) => basedOn.includes(each)) &&
    startsOn !== undefined &&
    startsOn >= today &&
    kindOf(serviceTypes) === test &&
    covers(asked.codings, serviceTypes)
      ? [{ reference: source.reference, as: 'appointment', wanted: { from: startsOn, to: startsOn } }]
      : [],
  );

/** Other drafts of the same test. Of two that are both asked about, the first is let stand. */
const ofDrafts = (draft: Draft, { drafts, covers }: StandingOptions): StandingTest[] => {
  const position = drafts.indexOf(draft);
  return drafts.flatMap((other, index): StandingTest[] =>
    other.test === draft.test &&
    other.reference !== draft.reference &&
    other.wanted !== undefined &&
    (!other.concerns || index < position) &&
    covers(draft.fact.codings, other.fact.codings)
      ? [{ reference: other.reference, as: 'draft', wanted: other.wanted }]
      : [],
  );
};

/**
 * The same test elsewhere: in the chart, in the calendar, and among the orders that are being written. Left out: what
 * has been done since the first day it was wanted on, since charts seldom close orders.
 */
export const standingOf = (
  draft: Draft,
  care: Pick<CareFacts, 'serviceRequests' | 'appointments'>,
  options: StandingOptions,
): readonly StandingTest[] => {
  const replaced = new Set(draft.fact.replaces);
  const { lastOn = '' } = options;
  return [
    ...ofDrafts(draft, options),
    ...[
      ...ofOrders(care.serviceRequests, draft, options),
      ...ofAppointments(care.appointments, draft, options),
    ].filter(({ wanted }) => wanted.from > lastOn),
  ].filter(({ reference }) => !replaced.has(reference));
};
