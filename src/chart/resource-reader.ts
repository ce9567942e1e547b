import { createHash } from 'node:crypto';
import type { EvidenceRef } from '../domain/index.ts';
import { calendarDate } from '../platform/index.ts';
import type { Coded } from '../terminology/index.ts';

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

/** The codings of a CodeableConcept. */
export const codings = (value: unknown): readonly Coded[] =>
  list(record(value)?.['coding']).flatMap((item) => {
    const coding = record(item);
    const code = text(coding?.['code']);
    return code === undefined ? [] : [{ system: text(coding?.['system']), code }];
  });

/** The first code of a CodeableConcept. */
export const firstCode = (value: unknown): string | undefined => codings(value)[0]?.code;

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/;

/**
 * A FHIR date or dateTime as a calendar date of the site. A date known only to the month or the year has no day
 * and is undefined.
 */
export const calendarDay = (value: unknown, timeZone: string): string | undefined => {
  const written = text(value);
  if (written === undefined) return undefined;
  const instant = new Date(DATE.test(written) ? `${written}T00:00:00Z` : written);
  if (Number.isNaN(instant.getTime())) return undefined;
  if (DATE.test(written)) return instant.toISOString().startsWith(written) ? written : undefined;
  return INSTANT.test(written) ? calendarDate(instant, timeZone) : undefined;
};

/** The day something happened: of `<stem>DateTime`, `<stem>Instant` or the end (else the start) of `<stem>Period`. */
export const happenedOn = (resource: Json, stem: string, timeZone: string): string | undefined => {
  const period = record(resource[`${stem}Period`]);
  return (
    calendarDay(resource[`${stem}DateTime`], timeZone) ??
    calendarDay(resource[`${stem}Instant`], timeZone) ??
    calendarDay(period?.['end'], timeZone) ??
    calendarDay(period?.['start'], timeZone)
  );
};

/** `Type/id` of a literal reference, absolute or relative, any version dropped. */
export const localReference = (value: unknown): string | undefined => {
  const written = text(record(value)?.['reference']);
  return written === undefined
    ? undefined
    : /(?:^|\/)([A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64})(?:\/_history\/[^/]+)?$/.exec(written)?.[1];
};

const withoutMeta = (resource: Json): Json =>
  Object.fromEntries(Object.entries(resource).filter(([key]) => key !== 'meta' && key !== 'text'));

const stable = (_key: string, value: unknown): unknown => {
  const object = record(value);
  return object === undefined
    ? value
    : Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** The version a fact rests on: versionId, else a hash of the content (meta and narrative aside). */
export const evidenceOf = (resource: Json): EvidenceRef => {
  const version = text(record(resource['meta'])?.['versionId']);
  return {
    reference: `${text(resource['resourceType']) ?? 'Resource'}/${text(resource['id']) ?? ''}`,
    version:
      version ??
      `sha256:${createHash('sha256')
        .update(JSON.stringify(withoutMeta(resource), stable))
        .digest('hex')
        .slice(0, 24)}`,
  };
};
