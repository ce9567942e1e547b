import { SYSTEMS } from '../../terminology/index.ts';
import type { AllergyFact } from '../facts.ts';
import {
  calendarDay,
  codeIn,
  codings,
  evidenceOf,
  happenedOn,
  list,
  record,
  text,
} from '../resource-reader.ts';
import { compact, type Parser } from './common.ts';

export const allergyFact: Parser<AllergyFact> = (resource, zone) =>
  compact<AllergyFact>({
    source: evidenceOf(resource),
    codings: [
      ...codings(resource['code']),
      ...list(resource['reaction']).flatMap((item) => codings(record(item)?.['substance'])),
    ],
    clinicalStatus: codeIn(resource['clinicalStatus'], SYSTEMS.allergyClinical),
    verificationStatus: codeIn(resource['verificationStatus'], SYSTEMS.allergyVerification),
    criticality: text(resource['criticality']),
    onsetOn: happenedOn(resource, 'onset', zone),
    recordedOn: calendarDay(resource['recordedDate'], zone),
  });
