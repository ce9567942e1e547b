import type { Days, OrderVerdict, StandingTest } from '../../cards/index.ts';
import { addDays, daysBetween } from '../../domain/index.ts';
import { addInterval, windowAround, type FollowUpProposal } from '../../policy/index.ts';

/**
 * Two of the same test within so many days of one another are one test ordered twice. No guideline says so; it is
 * about half of the narrowest window that the shipped policy proposes (a month around three months).
 */
export const SAME_OCCASION_DAYS = 14;

/** Where the policy proposes nothing to compare with, a test repeated within so many days is pointed at: our choice. */
export const RECENT_DAYS = 28;

/** What of a proposal an order is compared with. */
export type Proposed = Pick<FollowUpProposal, 'windowStart' | 'windowEnd' | 'interval'>;

/** One order, and everything of the same test that it is held against. */
export interface OrderQuestion {
  readonly today: string;
  readonly wanted: Days;
  /** False: the order names no time, and `wanted` is today. */
  readonly dated: boolean;
  /** `Type/id` of what the order says it carries out. */
  readonly basedOn: readonly string[];
  readonly standing: readonly StandingTest[];
  readonly proposal?: Proposed;
  /** The last time the test was done, as far as the chart tells; never after today. */
  readonly lastOn?: string;
}

const overlap = (one: Days, other: Days): boolean => one.from <= other.to && other.from <= one.to;

const windowOf = ({ windowStart, windowEnd }: Proposed): Days => ({ from: windowStart, to: windowEnd });

const later = (one: string, other: string): string => (one > other ? one : other);
const earlier = (one: string, other: string): string => (one < other ? one : other);

/** The days on which the next one is due, by the last one and the proposal's interval. */
const dueSince = (lastOn: string, { interval }: Proposed): { windowStart: string; windowEnd: string } =>
  windowAround(addInterval(lastOn, interval), lastOn);

/**
 * Where an order and another test are the same one: near each other, or both in the proposed window. An order without
 * a date may be meant for any time until the window ends; not where the next one is due already, by the last one: then
 * it is meant for now, and one that stands weeks from now does not stand for it.
 */
const isSameOccasion =
  ({ wanted, dated, today, proposal, lastOn }: OrderQuestion) =>
  (other: StandingTest): boolean => {
    const near = (days: Days): Days => ({
      from: addDays(days.from, -SAME_OCCASION_DAYS),
      to: addDays(days.to, SAME_OCCASION_DAYS),
    });
    if (overlap(near(wanted), other.wanted)) return true;
    if (proposal === undefined) return false;
    const window = windowOf(proposal);
    if (dated) return overlap(window, wanted) && overlap(window, other.wanted);
    const isDue = lastOn !== undefined && dueSince(lastOn, proposal).windowStart <= today;
    return !isDue && overlap({ from: today, to: later(today, window.to) }, other.wanted);
  };

/**
 * Is the order before its time? The policy counts from the day of the assessment, as if the test were done on that day.
 * Only where the chart tells when it was done last can an order be early, and then the same interval from that day is
 * early enough: who had the last CT five months ago is not told to wait for six more. Many charts hold no studies at
 * all; in those every CT would be early, the overdue one too.
 */
const isEarly = ({ wanted, lastOn }: OrderQuestion, proposal: Proposed): boolean =>
  lastOn !== undefined && wanted.to < earlier(proposal.windowStart, dueSince(lastOn, proposal).windowStart);

/** By the last one, the days on which the next was due are over: the proposed dates, counted from today, are too late. */
export const isOverdue = (today: string, lastOn: string | undefined, proposal: Proposed): boolean =>
  lastOn !== undefined && dueSince(lastOn, proposal).windowEnd < today;

const byDate = (question: OrderQuestion): OrderVerdict => {
  const { wanted, proposal, lastOn, standing, basedOn } = question;
  if (proposal === undefined) {
    const isRecent = lastOn !== undefined && daysBetween(lastOn, wanted.to) <= RECENT_DAYS;
    return { kind: isRecent ? 'recent' : 'fits' };
  }
  // An accepted proposal keeps its dates; today's policy counts from today and would move them at each visit.
  const carriesOut = standing.some(
    ({ as, reference, wanted: then }) =>
      as === 'proposal' && basedOn.includes(reference) && overlap(then, wanted),
  );
  if (carriesOut) return { kind: 'fits' };
  const window = windowOf(proposal);
  if (isEarly(question, proposal)) return { kind: 'too-early' };
  if (wanted.from <= window.to) return { kind: 'fits' };
  // With another in the window this is the one after it. A proposal is none: nobody has ordered it.
  const isNext = standing.some(({ as, wanted: then }) => as !== 'proposal' && overlap(window, then));
  return { kind: isNext ? 'fits' : 'too-late' };
};

/**
 * What there is to say of an order, the gravest first: it stands already; it was proposed already; its date. Exactly
 * one verdict for any input.
 */
export function compareOrder(question: OrderQuestion): OrderVerdict {
  const { standing, basedOn } = question;
  const same = standing.filter(
    (other) => !basedOn.includes(other.reference) && isSameOccasion(question)(other),
  );
  const duplicate = same.find(({ as }) => as !== 'proposal');
  if (duplicate !== undefined) return { kind: 'duplicate', of: duplicate };
  const proposed = same.find(({ as }) => as === 'proposal');
  if (proposed !== undefined) return { kind: 'already-proposed', of: proposed };
  return byDate(question);
}
