import type { Measurement, ObservationFact, ReportFact } from '../facts.ts';
import {
  calendarDay,
  codings,
  evidenceOf,
  happenedOn,
  list,
  localReference,
  record,
  text,
  type Json,
} from '../resource-reader.ts';
import { codingsOfAll, compact, references, someCodings, type Parser } from './common.ts';
import { pooledQcOf } from './quality.ts';
import { measuredQuantity } from './quantity.ts';

const someCodingsOfAll = (value: unknown): Measurement['interpretation'] => {
  const found = codingsOfAll(value);
  return found.length === 0 ? undefined : found;
};

/** Only quantities and codes are values here: every fact and feature is one of them. */
const measurementOf = (source: Json): Measurement => {
  const isAbsent = source['dataAbsentReason'] !== undefined;
  const interpretation = someCodingsOfAll(source['interpretation']);
  return compact<Measurement>({
    codings: codings(source['code']),
    quantity: isAbsent ? undefined : measuredQuantity(source['valueQuantity'], interpretation),
    valueCodings: isAbsent ? undefined : someCodings(source['valueCodeableConcept']),
    interpretation,
    pooledQc: pooledQcOf(source),
  });
};

const NO_COMPONENTS: readonly Measurement[] = [];

const componentsOf = (value: unknown): readonly Measurement[] =>
  value === undefined
    ? NO_COMPONENTS
    : list(value).flatMap((item) => {
        const component = record(item);
        return component === undefined ? [] : [measurementOf(component)];
      });

const someReferences = (value: unknown): readonly string[] | undefined => {
  const found = references(value);
  return found.length === 0 ? undefined : found;
};

export const observationFact: Parser<ObservationFact> = (resource, zone) =>
  compact<ObservationFact>({
    ...measurementOf(resource),
    source: evidenceOf(resource),
    status: text(resource['status']),
    effectiveOn: happenedOn(resource, 'effective', zone),
    issuedOn: calendarDay(resource['issued'], zone),
    components: componentsOf(resource['component']),
    members: references(resource['hasMember']),
    method: someCodings(resource['method']),
    specimen: localReference(resource['specimen']),
    derivedFrom: someReferences(resource['derivedFrom']),
  });

export const reportFact: Parser<ReportFact> = (resource, zone) =>
  compact<ReportFact>({
    source: evidenceOf(resource),
    codings: codings(resource['code']),
    status: text(resource['status']),
    effectiveOn: happenedOn(resource, 'effective', zone),
    issuedOn: calendarDay(resource['issued'], zone),
    results: references(resource['result']),
    specimens: someReferences(resource['specimen']),
  });
