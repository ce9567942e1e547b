import type { Coded } from '../../terminology/index.ts';
import type { ProcedureFact } from '../facts.ts';
import {
  codings,
  evidenceOf,
  happenedIn,
  happenedOn,
  list,
  record,
  text,
  type Json,
} from '../resource-reader.ts';
import { codingsOfAll, compact, type Parser } from './common.ts';

/** mCODE STU4. */
const INTENT = 'http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-procedure-intent';

const intentsOf = (resource: Json): readonly Coded[] =>
  list(resource['extension']).flatMap((item) => {
    const extension = record(item);
    return extension?.['url'] === INTENT ? codings(extension['valueCodeableConcept']) : [];
  });

export const procedureFact: Parser<ProcedureFact> = (resource, zone) =>
  compact<ProcedureFact>({
    source: evidenceOf(resource),
    codings: codings(resource['code']),
    status: text(resource['status']),
    performedOn: happenedOn(resource, 'performed', zone),
    performedIn: happenedIn(resource, 'performed'),
    statusReasons: codings(resource['statusReason']),
    reasons: codingsOfAll(resource['reasonCode']),
    intents: intentsOf(resource),
    bodySites: codingsOfAll(resource['bodySite']),
  });
