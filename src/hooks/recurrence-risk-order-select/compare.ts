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

/**
 * Where an order and another test are the same one: near each other, or both in the proposed window. An order without
 * a date may be meant for any time until the window ends.
 */
const isSameOccasion =
  ({ wanted, dated, today, proposal }: OrderQuestion) =>
  (other: StandingTest): boolean => {
    const near = (days: Days): Days => ({
      from: addDays(days.from, -SAME_OCCASION_DAYS),
      to: addDays(days.to, SAME_OCCASION_DAYS),
    });
    if (overlap(near(wanted), other.wanted)) return true;
    if (proposal === undefined) return false;
    const window = windowOf(proposal);
    return dated
      ? overlap(window, wanted) && overlap(window, other.wanted)
      : overlap({ from: today, to: later(today, window.to) }, other.wanted);
  };

/**
 * From which day on the test is not early. The policy counts from the day of the assessment, as if the test were done
 * on that day; where the chart tells when it was done last, the same interval from then is early enough: who had the
 * last CT five months ago is not told to wait for six more.
 */
const earliest = ({ windowStart, interval }: Proposed, lastOn: string | undefined): string =>
  lastOn === undefined
    ? windowStart
    : earlier(windowStart, windowAround(addInterval(lastOn, interval), lastOn).windowStart);

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
  if (wanted.to < earliest(proposal, lastOn)) return { kind: 'too-early' };
  if (wanted.from <= window.to) return { kind: 'fits' };
  // With another in the window this is the one after it.
  const isNext = standing.some((other) => overlap(window, other.wanted));
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
