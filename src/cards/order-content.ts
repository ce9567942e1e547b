import type { Assessment } from '../domain/index.ts';
import type { Translator } from '../i18n/index.ts';
import type { FollowUpProposal } from '../policy/index.ts';

/** The tests that follow-up is about. */
export const ORDER_KINDS = ['chest-ct', 'ctdna'] as const;
export type OrderKind = (typeof ORDER_KINDS)[number];

/** Days from the first to the last, YYYY-MM-DD, both meant. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

/** The same test elsewhere: ordered, booked, being ordered, or proposed by this service and accepted. */
export interface StandingTest {
  /** `Type/id` */
  readonly reference: string;
  readonly as: 'order' | 'appointment' | 'draft' | 'proposal';
  readonly wanted: Days;
}

/** What there is to say of an order; `fits` is silence. */
export type OrderVerdict =
  | { readonly kind: 'fits' }
  | { readonly kind: 'too-early' | 'too-late' | 'recent' }
  | { readonly kind: 'duplicate' | 'already-proposed'; readonly of: StandingTest };

/** An order with something to say about it. */
export interface OrderCardContent {
  readonly test: OrderKind;
  readonly verdict: Exclude<OrderVerdict, { readonly kind: 'fits' }>;
  /** `ServiceRequest/id` of the draft. */
  readonly reference: string;
  /** The draft as the client sent it: what a suggestion changes is given back whole. */
  readonly draft: Readonly<Record<string, unknown>> & { readonly resourceType: string; readonly id: string };
  /** The draft's own words for what is ordered. */
  readonly title?: string;
  readonly wanted: Days;
  /** False: it names no date, and `wanted` is today. */
  readonly dated: boolean;
  /** Everything of the same test that the order was compared with. */
  readonly standing: readonly StandingTest[];
  /** The follow-up it was compared with, or why there is none. */
  readonly proposal: FollowUpProposal | 'none-proposed' | 'no-stratum';
  /** The last time it was done, as far as the chart tells. */
  readonly lastOn?: string;
  /** Counted from the last time, the next one was due before today. */
  readonly isOverdue: boolean;
  /** What could not be read: nothing is said of it. */
  readonly unseen: readonly ('orders' | 'appointments')[];
  readonly assessment: Assessment;
  /** False where this request could not see whether newer evidence exists. */
  readonly rechecked: boolean;
}

/** One day, or from the first to the last. */
export const daysText = ({ t, date }: Translator, { from, to }: Days): string =>
  from === to ? date(from) : t('format.range', { from: date(from), to: date(to) });
