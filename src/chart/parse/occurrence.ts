import { addDays } from '../../domain/index.ts';
import type { DayRange } from '../care-facts.ts';
import { calendarDay, list, record, text, type Json } from '../resource-reader.ts';

/** A day, or all days of a month or year that is all that was written. */
const daysOf = (value: unknown, zone: string): DayRange | undefined => {
  const day = calendarDay(value, zone);
  if (day !== undefined) return { from: day, to: day };
  const [year, month] = /^(\d{4})(?:-(0[1-9]|1[0-2]))?$/.exec(text(value) ?? '')?.slice(1) ?? [];
  if (year === undefined) return undefined;
  if (month === undefined) return { from: `${year}-01-01`, to: `${year}-12-31` };
  const next =
    month === '12' ? `${Number(year) + 1}-01-01` : `${year}-${String(+month + 1).padStart(2, '0')}-01`;
  return { from: `${year}-${month}-01`, to: addDays(next, -1) };
};

/** An end that is not written stands where the other one is: "from Monday" is wanted on Monday. */
const ofPeriod = (value: unknown, zone: string): DayRange | undefined => {
  const period = record(value);
  const start = daysOf(period?.['start'], zone);
  const end = daysOf(period?.['end'], zone);
  const from = (start ?? end)?.from;
  const to = (end ?? start)?.to;
  return from === undefined || to === undefined || from > to ? undefined : { from, to };
};

/** The bounds of what is repeated, else from the first of the events to the last. */
const ofTiming = (value: unknown, zone: string): DayRange | undefined => {
  const timing = record(value);
  const bounds = ofPeriod(record(timing?.['repeat'])?.['boundsPeriod'], zone);
  if (bounds !== undefined) return bounds;
  const events = list(timing?.['event']).flatMap((event) => daysOf(event, zone) ?? []);
  const from = events.map((event) => event.from).sort()[0];
  const to = events
    .map((event) => event.to)
    .sort()
    .at(-1);
  return from === undefined || to === undefined ? undefined : { from, to };
};

const READERS = {
  occurrenceDateTime: daysOf,
  occurrencePeriod: ofPeriod,
  occurrenceTiming: ofTiming,
} as const;

/**
 * When a request is wanted (`occurrence[x]`), in days of the site. `unreadable` where it says when, in a way that
 * names no days.
 */
export const occurrenceOf = (resource: Json, zone: string): DayRange | 'unreadable' | undefined => {
  const written = Object.entries(READERS).filter(([name]) => resource[name] !== undefined);
  const [first] = written.flatMap(([name, read]) => read(resource[name], zone) ?? []);
  return first ?? (written.length === 0 ? undefined : 'unreadable');
};
