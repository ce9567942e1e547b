import type { PatientFact } from '../facts.ts';
import { calendarDay, evidenceOf, list, localReference, record, text } from '../resource-reader.ts';
import { compact, type Parser } from './common.ts';

export const patientFact: Parser<PatientFact> = (resource, zone) => {
  const deceasedOn = calendarDay(resource['deceasedDateTime'], zone);
  const replacedBy = list(resource['link'])
    .map(record)
    .find((link) => link?.['type'] === 'replaced-by');
  return compact<PatientFact>({
    source: evidenceOf(resource),
    id: text(resource['id']) ?? '',
    birthDate: calendarDay(resource['birthDate'], zone),
    deceased: resource['deceasedBoolean'] === true || text(resource['deceasedDateTime']) !== undefined,
    deceasedOn,
    replacedBy: localReference(replacedBy?.['other']),
  });
};
