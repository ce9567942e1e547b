import { SYSTEMS, type Coded } from '../../terminology/index.ts';
import type { ConsentFact } from '../facts.ts';
import { calendarDay, codings, evidenceOf, list, record, text, type Json } from '../resource-reader.ts';
import { codingsOfAll, compact, type Parser } from './common.ts';

const policyUris = (resource: Json): readonly Coded[] =>
  list(resource['policy']).flatMap((item) => {
    const uri = text(record(item)?.['uri']);
    return uri === undefined ? [] : [{ system: SYSTEMS.uri, code: uri }];
  });

export const consentFact: Parser<ConsentFact> = (resource, zone) => {
  const provision = record(resource['provision']);
  const period = record(provision?.['period']);
  const [validFrom, validTo] = [calendarDay(period?.['start'], zone), calendarDay(period?.['end'], zone)];
  return compact<ConsentFact>({
    source: evidenceOf(resource),
    status: text(resource['status']),
    codings: [
      ...codings(resource['scope']),
      ...codingsOfAll(resource['category']),
      ...codings(resource['policyRule']),
      ...policyUris(resource),
    ],
    decision: provision?.['type'] === undefined ? undefined : (text(provision['type']) ?? 'unreadable'),
    givenOn: calendarDay(resource['dateTime'], zone),
    validFrom,
    validTo,
    periodUnreadable:
      (period?.['start'] !== undefined && validFrom === undefined) ||
      (period?.['end'] !== undefined && validTo === undefined),
  });
};
