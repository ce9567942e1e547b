import { CdsError } from '../domain/index.ts';
import { SYSTEMS } from '../terminology/index.ts';
import type {
  Chart,
  ConditionFact,
  Measurement,
  MedicationFact,
  ObservationFact,
  PatientFact,
  ProcedureFact,
  QuantityValue,
  ReportFact,
} from './facts.ts';
import type { ChartQueryKey } from './queries.ts';
import {
  calendarDay,
  codeIn,
  codings,
  evidenceOf,
  happenedOn,
  list,
  localReference,
  record,
  text,
  type Json,
} from './resource-reader.ts';

/** Resources by the query that brought them; a key that could not be read is absent. */
export type ResourceSets = Partial<Record<ChartQueryKey, readonly unknown[]>>;

/** Drops the members that are undefined: optional facts are absent, never `undefined`. */
const compact = <T extends object>(fact: { [K in keyof T]: T[K] | undefined }): T => {
  const kept: Partial<T> = {};
  // Not by deletion: that would turn each of a chart's thousands of facts into a slow object.
  for (const key in fact) if (fact[key] !== undefined) kept[key] = fact[key];
  return kept as T;
};

const patientFact = (resource: Json, zone: string): PatientFact => {
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

const conditionFact = (resource: Json, zone: string): ConditionFact =>
  compact<ConditionFact>({
    source: evidenceOf(resource),
    codings: codings(resource['code']),
    clinicalStatus: codeIn(resource['clinicalStatus'], SYSTEMS.conditionClinical),
    verificationStatus: codeIn(resource['verificationStatus'], SYSTEMS.conditionVerification),
    onsetOn: happenedOn(resource, 'onset', zone),
    recordedOn: calendarDay(resource['recordedDate'], zone),
  });

const procedureFact = (resource: Json, zone: string): ProcedureFact =>
  compact<ProcedureFact>({
    source: evidenceOf(resource),
    codings: codings(resource['code']),
    status: text(resource['status']),
    performedOn: happenedOn(resource, 'performed', zone),
  });

const medicationFact = (resource: Json, zone: string): MedicationFact =>
  compact<MedicationFact>({
    source: evidenceOf(resource),
    codings: codings(resource['medicationCodeableConcept']),
    status: text(resource['status']),
    givenOn: happenedOn(resource, 'effective', zone),
  });

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

const measurementOf = (source: Json): Measurement => {
  const valueCodings = codings(source['valueCodeableConcept']);
  return compact<Measurement>({
    codings: codings(source['code']),
    quantity: quantityOf(source['valueQuantity']),
    valueCodings: valueCodings.length === 0 ? undefined : valueCodings,
  });
};

const references = (value: unknown): string[] =>
  list(value).flatMap((item) => {
    const reference = localReference(item);
    return reference === undefined ? [] : [reference];
  });

const observationFact = (resource: Json, zone: string): ObservationFact =>
  compact<ObservationFact>({
    ...measurementOf(resource),
    source: evidenceOf(resource),
    status: text(resource['status']),
    effectiveOn: happenedOn(resource, 'effective', zone),
    issuedOn: calendarDay(resource['issued'], zone),
    components: list(resource['component']).flatMap((item) => {
      const component = record(item);
      return component === undefined ? [] : [measurementOf(component)];
    }),
    members: references(resource['hasMember']),
  });

const reportFact = (resource: Json, zone: string): ReportFact =>
  compact<ReportFact>({
    source: evidenceOf(resource),
    codings: codings(resource['code']),
    status: text(resource['status']),
    effectiveOn: happenedOn(resource, 'effective', zone),
    issuedOn: calendarDay(resource['issued'], zone),
    results: references(resource['result']),
  });

/** Results taken back or never meant: none of them may count as a fact. */
const VOID_STATUSES: ReadonlySet<unknown> = new Set([
  'entered-in-error',
  'cancelled',
  'not-done',
  'nullified',
]);

const isVoid = (resource: Json): boolean =>
  VOID_STATUSES.has(resource['status']) ||
  ['refuted', 'entered-in-error'].includes(
    codeIn(resource['verificationStatus'], SYSTEMS.conditionVerification) ?? '',
  );

const updatedAt = (resource: Json): number =>
  Date.parse(text(record(resource['meta'])?.['lastUpdated']) ?? '') || 0;

/**
 * The resources of one type over all sets. Of the same id the last updated counts, else the first: one that was
 * edited between two queries may have been taken back. Void ones are dropped.
 */
const ofType = (sets: ResourceSets, type: string): Json[] => {
  const byId = new Map<string, Json>();
  for (const set of Object.values(sets))
    for (const item of set) {
      const resource = record(item);
      const id = text(resource?.['id']);
      if (resource?.['resourceType'] !== type || id === undefined) continue;
      const known = byId.get(id);
      if (known === undefined || updatedAt(resource) > updatedAt(known)) byId.set(id, resource);
    }
  return [...byId.values()].filter((resource) => !isVoid(resource));
};

/**
 * Resources as facts. Never throws on a strange resource: what cannot be read is not a fact.
 *
 * @param timeZone the site's; instants become its calendar dates
 * @throws {CdsError} CHART_PATIENT_MISSING where no Patient is among them
 */
export function parseChart(
  sets: ResourceSets,
  timeZone: string,
  expected: readonly ChartQueryKey[] = [],
): Chart {
  const facts = <T>(type: string, parse: (resource: Json, zone: string) => T): T[] =>
    ofType(sets, type).map((resource) => parse(resource, timeZone));
  const [patient] = facts('Patient', patientFact);
  if (patient === undefined) throw new CdsError('CHART_PATIENT_MISSING');
  return {
    patient,
    conditions: facts('Condition', conditionFact),
    procedures: facts('Procedure', procedureFact),
    medications: facts('MedicationAdministration', medicationFact),
    observations: facts('Observation', observationFact),
    reports: facts('DiagnosticReport', reportFact),
    unread: new Set(expected.filter((key) => sets[key] === undefined)),
  };
}
