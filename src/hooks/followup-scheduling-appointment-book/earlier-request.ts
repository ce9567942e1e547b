import { list, record, text, type Json } from '../../chart/index.ts';
import type { ProposedWindow } from './compare.ts';

/** What belongs to the date that was booked: a request for another has none of it. The narrative tells the old one. */
const OF_THE_DATE: ReadonlySet<string> = new Set([
  'text',
  'status',
  'start',
  'end',
  'slot',
  'requestedPeriod',
  'minutesDuration',
  'participant',
]);

const MS_PER_MINUTE = 60_000;

/** Its length stays as it was booked; said where both ends were. */
const minutesOf = (appointment: Json): number | undefined => {
  const said = appointment['minutesDuration'];
  if (Number.isSafeInteger(said) && Number(said) > 0) return Number(said);
  const [start, end] = [appointment['start'], appointment['end']].map((each) => Date.parse(text(each) ?? ''));
  const minutes = Math.round(((end ?? NaN) - (start ?? NaN)) / MS_PER_MINUTE);
  return minutes > 0 ? minutes : undefined;
};

/** Nothing of JSON that FHIR does not allow goes into a card: null and empty members. Depth: see schema.ts. */
const withoutEmpty = (value: unknown): unknown => {
  if (typeof value !== 'object') return value === '' ? undefined : value;
  if (Array.isArray(value)) {
    const items = value.map(withoutEmpty).filter((each) => each !== undefined);
    return items.length === 0 ? undefined : items;
  }
  const members = Object.entries(value ?? {})
    .map(([name, inner]) => [name, withoutEmpty(inner)] as const)
    .filter(([, inner]) => inner !== undefined);
  return members.length === 0 ? undefined : Object.fromEntries(members);
};

/** Who had accepted the booked date has not accepted another. */
const askedAnew = (participants: unknown): Json[] =>
  list(participants).flatMap((each) => {
    const participant = record(withoutEmpty(each));
    if (participant === undefined) return [];
    const { status: _, _status: __, ...kept } = participant;
    return [{ ...kept, status: 'needs-action' }];
  });

/** A FHIR id; another one names nothing that an EHR could update. */
const ID = /^[A-Za-z0-9.-]{1,64}$/;

/**
 * The same appointment as a request for an earlier date: `proposed`, without a start and an end (R4's app-3), between
 * the days the policy proposes. Everything else is as it came, the id with it.
 */
export const earlierRequest = (
  appointment: Json,
  { windowStart, windowEnd }: ProposedWindow,
): { readonly resourceType: string } & Json => {
  const kept = Object.entries(appointment).filter(
    ([name, value]) =>
      !OF_THE_DATE.has(name.replace(/^_/, '')) && (name !== 'id' || ID.test(text(value) ?? '')),
  );
  const minutes = minutesOf(appointment);
  return {
    ...record(withoutEmpty(Object.fromEntries(kept))),
    resourceType: 'Appointment',
    status: 'proposed',
    ...(minutes !== undefined && { minutesDuration: minutes }),
    participant: askedAnew(appointment['participant']),
    requestedPeriod: [{ start: windowStart, end: windowEnd }],
  };
};
