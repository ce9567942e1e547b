import { SYSTEMS, type Coded } from '../../terminology/index.ts';
import type { ConsentFact } from '../facts.ts';
import { calendarDay, codings, evidenceOf, list, record, text, type Json } from '../resource-reader.ts';
import { codingsOfAll, compact, type Parser } from './common.ts';

const policyUris = (resource: Json): readonly Coded[] =>
  list(resource['policy']).flatMap((item) => {
    const uri = text(record(item)?.['uri']);
    return uri === undefined ? [] : [{ system: SYSTEMS.uri, code: uri }];
  });

type Provision = Pick<ConsentFact, 'validFrom' | 'validTo' | 'periodUnreadable'> & {
  readonly decision: string | undefined;
};

const provisionOf = (value: unknown, zone: string): Provision => {
  const provision = record(value) ?? {};
  const period = record(provision['period']) ?? {};
  const dayOf = (name: 'start' | 'end'): string | undefined => calendarDay(period[name], zone);
  const isUnreadable = (name: 'start' | 'end'): boolean =>
    period[name] !== undefined && dayOf(name) === undefined;
  const [validFrom, validTo, type] = [dayOf('start'), dayOf('end'), provision['type']];
  return {
    decision: type === undefined ? undefined : (text(type) ?? 'unreadable'),
    ...(validFrom !== undefined && { validFrom }),
    ...(validTo !== undefined && { validTo }),
    periodUnreadable: isUnreadable('start') || isUnreadable('end'),
  };
};

export const consentFact: Parser<ConsentFact> = (resource, zone) =>
  compact<ConsentFact>({
    source: evidenceOf(resource),
    status: text(resource['status']),
    codings: [
      ...codings(resource['scope']),
      ...codingsOfAll(resource['category']),
      ...codings(resource['policyRule']),
      ...policyUris(resource),
    ],
    givenOn: calendarDay(resource['dateTime'], zone),
    ...provisionOf(resource['provision'], zone),
  });
