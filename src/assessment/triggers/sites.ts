import type { FhirClient } from '../../chart/index.ts';
import { CdsError } from '../../domain/index.ts';
import { calendarDate } from '../../platform/index.ts';

/** @throws {CdsError} CONFIG_INVALID */
export function clientOf(clients: ReadonlyMap<string, FhirClient>, tenant: string): FhirClient {
  const client = clients.get(tenant);
  if (client === undefined)
    throw new CdsError('CONFIG_INVALID', 'a task names a tenant that is not configured');
  return client;
}

/**
 * An error that will be the same again: the server has no such search, or not for us. Its "answer invalid" counts
 * here too, though it may heal elsewhere: a search that has too many pages has them at the next attempt as well.
 */
export const isLasting = (error: CdsError): boolean =>
  !error.kind.retryable || error.code === 'FHIR_ANSWER_INVALID';

/** All zones' offsets are whole quarters of an hour, and none is further from UTC than this. */
const QUARTER_MS = 900_000;
const FURTHEST_MS = 15 * 3_600_000;

/**
 * The first instant of a calendar date in a time zone; also where that day begins at one o'clock.
 *
 * @param date YYYY-MM-DD
 * @param timeZone IANA name
 */
export function startOfDay(date: string, timeZone: string): Date {
  let at = Date.parse(`${date}T00:00:00Z`) - FURTHEST_MS;
  while (calendarDate(new Date(at), timeZone) < date) at += QUARTER_MS;
  return new Date(at);
}

/** So far apart are the tasks that one search leads to: a server's load, not a burst. */
const SPREAD_MS = 200;

export const spread = (index: number): { readonly delayMs: number } => ({ delayMs: index * SPREAD_MS });
