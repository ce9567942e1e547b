import { list, record, text, type Json } from '../../chart/index.ts';
import { withoutEmpty } from '../common/index.ts';
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

/** What is one Appointment's alone. */
const ITS_OWN: ReadonlySet<string> = new Set(['id', 'meta', 'identifier']);

/**
 * The same appointment as a request for an earlier date: `proposed`, without a start and an end (R4's app-3), between
 * the days the policy proposes. Everything else is as it came, the id with it.
 *
 * @param options `asNew`: the booking stays, and this is another Appointment
 */
export const earlierRequest = (
  appointment: Json,
  { windowStart, windowEnd }: ProposedWindow,
  { asNew = false }: { readonly asNew?: boolean } = {},
): { readonly resourceType: string } & Json => {
  const isNew = asNew || !ID.test(text(appointment['id']) ?? '');
  const kept = Object.entries(appointment).filter(([name]) => {
    const plain = name.replace(/^_/, '');
    return !OF_THE_DATE.has(plain) && !(isNew && ITS_OWN.has(plain));
  });
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
