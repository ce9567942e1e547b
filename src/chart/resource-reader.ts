import { hash } from 'node:crypto';
import type { EvidenceRef } from '../domain/index.ts';
import { calendarDate } from '../platform/index.ts';
import type { Coded } from '../terminology/index.ts';
import { contentVersion } from './content-version.ts';

/**
 * Readers for JSON that claims to be FHIR. Resources come from outside (prefetch, foreign servers), so nothing
 * is taken on trust: each reader answers undefined or empty where the shape is not what R4 says.
 */
export type Json = Readonly<Record<string, unknown>>;

export const record = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;

export const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as unknown[]) : [];

export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const NO_CODINGS: readonly Coded[] = [];

/** The codings of a CodeableConcept. */
export const codings = (value: unknown): readonly Coded[] =>
  // Most members that may hold one are absent: no list is made for them.
  value === undefined
    ? NO_CODINGS
    : list(record(value)?.['coding']).flatMap((item) => {
        const coding = record(item);
        const code = text(coding?.['code']);
        return code === undefined ? [] : [{ system: text(coding?.['system']), code }];
      });

/**
 * The code a CodeableConcept has in one code system; a local coding may stand before or beside it. A coding
 * without any system counts where there is none of that system: better a status too many than one unseen.
 */
export const codeIn = (value: unknown, system: string): string | undefined => {
  const all = codings(value);
  return (all.find((coding) => coding.system === system) ?? all.find((coding) => coding.system === undefined))
    ?.code;
};

const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** The offset is needed, as R4 says: without one the day would depend on where this process runs. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** Is it a day of the calendar? JavaScript reads 30 February as 2 March. */
const isCalendarDate = (date: string): boolean => {
  const midnight = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
};

/**
 * A FHIR date or dateTime as a calendar date of the site. A date known only to the month or the year has no day
 * and is undefined; so is a time without an offset.
 */
export const calendarDay = (value: unknown, timeZone: string): string | undefined => {
  const written = text(value);
  if (written === undefined || written.length > MAX_DATE_LENGTH) return undefined;
  const key = `${timeZone} ${written}`;
  if (knownDays.has(key)) return knownDays.get(key);
  if (knownDays.size >= KNOWN_DAYS) knownDays.clear();
  const day = readCalendarDay(written, timeZone);
  knownDays.set(key, day);
  return day;
};

/** A chart says the same few dates over and over, and time zones are dear to compute with. */
const knownDays = new Map<string, string | undefined>();
const KNOWN_DAYS = 20_000;
/** No FHIR dateTime is longer, fractions of a second and offset included. */
const MAX_DATE_LENGTH = 40;

const readCalendarDay = (written: string, timeZone: string): string | undefined => {
  if (!isCalendarDate(written.slice(0, 10))) return undefined;
  if (DATE.test(written)) return written;
  const instant = INSTANT.test(written) ? new Date(written) : undefined;
  if (instant === undefined || Number.isNaN(instant.getTime())) return undefined;
  const day = calendarDate(instant, timeZone);
  return DATE.test(day) ? day : undefined;
};

/**
 * The day something happened: of `<stem>DateTime`, `<stem>Instant` or the end of `<stem>Period`. The start stands
 * in only where no end is written: one that cannot be read may lie long after the start.
 */
export const happenedOn = (resource: Json, stem: string, timeZone: string): string | undefined => {
  const period = record(resource[`${stem}Period`]);
  return (
    calendarDay(resource[`${stem}DateTime`], timeZone) ??
    calendarDay(resource[`${stem}Instant`], timeZone) ??
    calendarDay(period?.['end'] ?? period?.['start'], timeZone)
  );
};

const MONTH_OR_YEAR = /^\d{4}(-(0[1-9]|1[0-2]))?$/;

/** The month or the year of what {@link happenedOn} has no day of, where it is known so far. */
export const happenedIn = (resource: Json, stem: string): string | undefined => {
  const period = record(resource[`${stem}Period`]);
  const written = text(resource[`${stem}DateTime`] ?? period?.['end'] ?? period?.['start']);
  return written !== undefined && MONTH_OR_YEAR.test(written) ? written : undefined;
};

/** `Type/id` of a literal reference, absolute or relative, any version dropped. No id is `..`: it would be a way up. */
export const localReference = (value: unknown): string | undefined => {
  const written = text(record(value)?.['reference']);
  return written === undefined
    ? undefined
    : /(?:^|\/)([A-Z][A-Za-z]+\/(?!\.\.?(?:\/|$))[A-Za-z0-9.-]{1,64})(?:\/_history\/[^/]+)?$/.exec(
        written,
      )?.[1];
};

/** R4's ids have at most 64 characters; some servers' have more. Evidence is stored with each result. */
const MAX_ID_LENGTH = 256;
/** A versionId is an id, lastUpdated an instant. */
const VERSION = /^[\x21-\x7e]{1,64}$/;

/** What would fill the store instead of naming a resource becomes a name of one length. */
const boundedId = (id: string): string =>
  id.length <= MAX_ID_LENGTH ? id : `sha256-${hash('sha256', id, 'hex').slice(0, 32)}`;

const versionText = (value: unknown): string | undefined => {
  const written = text(value);
  return written !== undefined && VERSION.test(written) ? written : undefined;
};

/**
 * The version a fact rests on: versionId (of the ETag where the resource was read alone), else when the server last
 * changed it, else a hash of the content, also where what is written is no version. The hash is made when it is first
 * asked for: most resources of a large chart are evidence of nothing.
 */
export const evidenceOf = (resource: Json): EvidenceRef => {
  const id = boundedId(text(resource['id']) ?? '');
  const reference = `${text(resource['resourceType']) ?? 'Resource'}/${id}`;
  const meta = record(resource['meta']);
  const known = versionText(meta?.['versionId']) ?? versionText(meta?.['lastUpdated']);
  if (known !== undefined) return { reference, version: known };
  let version: string | undefined;
  return {
    reference,
    get version(): string {
      return (version ??= contentVersion(resource));
    },
  };
};
