import type { Measurement, ObservationFact, QuantityValue, ReportFact } from '../facts.ts';
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
import { batchOf, pooledQcOf } from './quality.ts';

const COMPARATORS: ReadonlySet<unknown> = new Set(['<', '<=', '>', '>=']);

const quantityOf = (value: unknown): QuantityValue | undefined => {
  const quantity = record(value);
  const amount = quantity?.['value'];
  if (quantity === undefined || typeof amount !== 'number' || !Number.isFinite(amount)) return undefined;
  const comparator = quantity['comparator'];
  return compact<QuantityValue>({
    value: amount,
    unit: text(quantity['code']) ?? text(quantity['unit']),
    comparator: COMPARATORS.has(comparator)
      ? (comparator as NonNullable<QuantityValue['comparator']>)
      : undefined,
  });
};

/** Only quantities and codes are values here: every fact and feature is one of them. */
const measurementOf = (source: Json): Measurement => {
  const isAbsent = source['dataAbsentReason'] !== undefined;
  return compact<Measurement>({
    codings: codings(source['code']),
    quantity: isAbsent ? undefined : quantityOf(source['valueQuantity']),
    valueCodings: isAbsent ? undefined : someCodings(source['valueCodeableConcept']),
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

const someCodingsOfAll = (value: unknown): ObservationFact['interpretation'] => {
  const found = codingsOfAll(value);
  return found.length === 0 ? undefined : found;
};

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
    interpretation: someCodingsOfAll(resource['interpretation']),
    specimen: localReference(resource['specimen']),
    batch: batchOf(resource),
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
  });
