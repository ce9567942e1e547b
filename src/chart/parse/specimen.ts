import type { SpecimenFact } from '../facts.ts';
import { calendarDay, codings, evidenceOf, happenedOn, record, text } from '../resource-reader.ts';
import { codingsOfAll, compact, someCodings, type Parser } from './common.ts';
import { quantityOf } from './quantity.ts';

export const specimenFact: Parser<SpecimenFact> = (resource, zone) =>
  compact<SpecimenFact>({
    source: evidenceOf(resource),
    status: text(resource['status']),
    types: codings(resource['type']),
    collectedOn: happenedOn(record(resource['collection']) ?? {}, 'collected', zone),
    receivedOn: calendarDay(resource['receivedTime'], zone),
    conditions: codingsOfAll(resource['condition']),
    fastingStatus: someCodings(record(resource['collection'])?.['fastingStatusCodeableConcept']),
    fastingDuration: quantityOf(record(resource['collection'])?.['fastingStatusDuration']),
  });
