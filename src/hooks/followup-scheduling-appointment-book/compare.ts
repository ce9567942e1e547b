/** Days between which a policy proposes something; YYYY-MM-DD, both included. */
export interface ProposedWindow {
  readonly windowStart: string;
  readonly windowEnd: string;
}

export interface Comparison<Item extends { readonly day: string }, Proposal extends ProposedWindow> {
  readonly today: string;
  /** What is being booked, all of one kind. */
  readonly booked: readonly Item[];
  /** Days of the same kind that are already booked. */
  readonly others: readonly string[];
  /** What the policy proposes, counted from a day. */
  readonly proposedFrom: (day: string) => Proposal | undefined;
}

export interface Late<Item, Proposal> {
  readonly item: Item;
  readonly proposal: Proposal;
  /** The day of an earlier booking from which the proposal counts, where there is one; else it counts from today. */
  readonly countedFrom?: string;
}

const byDay = (one: { readonly day: string }, other: { readonly day: string }): number =>
  one.day < other.day ? -1 : 1;

/**
 * The earliest of what is being booked, if it is later than the policy allows. Silence is the rule: a booking by the
 * end of the window is in time however early, and a late one beside another in the window is a further one.
 *
 * Something before the window does not keep to the interval by itself: of a visit tomorrow, or of two weeks from now,
 * the next one is due an interval later. So the proposal is counted anew from the last such day. Today's own visit
 * counts as today. Days are of one calendar, as text: they sort as they are.
 */
export function findLate<Item extends { readonly day: string }, Proposal extends ProposedWindow>({
  today,
  booked,
  others,
  proposedFrom,
}: Comparison<Item, Proposal>): Late<Item, Proposal> | undefined {
  const coming = booked.filter(({ day }) => day > today).sort(byDay);
  const days = [...coming.map(({ day }) => day), ...others.filter((day) => day > today)];
  const first = proposedFrom(today);
  if (first === undefined) return undefined;
  if (days.some((day) => day >= first.windowStart && day <= first.windowEnd)) return undefined;
  const countedFrom = days
    .filter((day) => day < first.windowStart)
    .sort()
    .at(-1);
  const proposal = countedFrom === undefined ? first : proposedFrom(countedFrom);
  if (proposal === undefined) return undefined;
  if (days.some((day) => day > (countedFrom ?? today) && day <= proposal.windowEnd)) return undefined;
  const item = coming.find(({ day }) => day > proposal.windowEnd);
  if (item === undefined) return undefined;
  return { item, proposal, ...(countedFrom !== undefined && { countedFrom }) };
}
