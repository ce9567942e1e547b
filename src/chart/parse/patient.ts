import type { PatientFact } from '../facts.ts';
import {
  calendarDay,
  evidenceOf,
  list,
  localReference,
  record,
  text,
  type Json,
} from '../resource-reader.ts';
import { compact, type Parser } from './common.ts';

/** A partial date is no day, but it has bounds; an age may be told by them. */
const bornBetween = (value: unknown): PatientFact['bornBetween'] => {
  const written = text(value) ?? '';
  if (/^\d{4}$/.test(written)) return [`${written}-01-01`, `${written}-12-31`];
  return /^\d{4}-(?:0[1-9]|1[0-2])$/.test(written) ? [`${written}-01`, `${written}-31`] : undefined;
};

const identifiersOf = (resource: Json): readonly string[] | undefined => {
  const values = list(resource['identifier']).flatMap((each) => text(record(each)?.['value'])?.trim() ?? []);
  return values.length === 0 ? undefined : values;
};

export const patientFact: Parser<PatientFact> = (resource, zone) => {
  const deceasedOn = calendarDay(resource['deceasedDateTime'], zone);
  const replacedBy = list(resource['link'])
    .map(record)
    .find((link) => link?.['type'] === 'replaced-by');
  return compact<PatientFact>({
    source: evidenceOf(resource),
    id: text(resource['id']) ?? '',
    identifiers: identifiersOf(resource),
    birthDate: calendarDay(resource['birthDate'], zone),
    bornBetween: bornBetween(resource['birthDate']),
    // Some converters write booleans as text: a number about somebody who has died is worse than none.
    deceased:
      [true, 'true'].includes(resource['deceasedBoolean'] as boolean | string) ||
      text(resource['deceasedDateTime']) !== undefined,
    deceasedOn,
    replacedBy: localReference(replacedBy?.['other']),
  });
};
