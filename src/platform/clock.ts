/** The time, as an argument: tests and the demo set it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

export const fixedClock = (instant: string): Clock => ({ now: () => new Date(instant) });

interface Zone {
  readonly format: Intl.DateTimeFormat;
  /** The last second that was asked for, and its date: every request of a second asks for today. */
  second: number;
  date: string;
}

const zones = new Map<string, Zone>();

/**
 * The calendar date (YYYY-MM-DD) of an instant in a time zone: a landmark is the site's date, not UTC's.
 *
 * @param timeZone IANA name
 */
export function calendarDate(instant: Date, timeZone: string): string {
  if (timeZone === 'UTC') return instant.toISOString().slice(0, 10);
  let zone = zones.get(timeZone);
  if (zone === undefined) {
    // en-CA writes ISO dates
    const format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    zone = { format, second: Number.NaN, date: '' };
    zones.set(timeZone, zone);
  }
  // Offsets from UTC are whole seconds: a date changes with a second.
  const second = Math.floor(instant.getTime() / 1000);
  if (second !== zone.second) {
    zone.date = zone.format.format(instant);
    zone.second = second;
  }
  return zone.date;
}

/** Is it a name of the IANA time zone database that this runtime knows? */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
