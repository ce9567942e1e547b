import { CdsError } from '../domain/index.ts';
import type { CareFacts } from './care-facts.ts';
import type { Chart } from './facts.ts';
import { allergyFact } from './parse/allergy.ts';
import { appointmentFact, carePlanFact, encounterFact, serviceRequestFact } from './parse/care.ts';
import type { Parser } from './parse/common.ts';
import { conditionFact } from './parse/condition.ts';
import { consentFact } from './parse/consent.ts';
import { documentFact } from './parse/document.ts';
import { imagingStudyFact } from './parse/imaging.ts';
import { medicationFact, medicationRequestFact, type Medications } from './parse/medication.ts';
import { observationFact, reportFact } from './parse/observation.ts';
import { patientFact } from './parse/patient.ts';
import { procedureFact } from './parse/procedure.ts';
import { byType, isVoid } from './parse/select.ts';
import { specimenFact } from './parse/specimen.ts';
import type { CareQueryKey, ChartQueryKey } from './queries.ts';
import { text, type Json } from './resource-reader.ts';

/** Resources by the query that brought them; a key that could not be read is absent. */
export type ResourceSets = Partial<Record<ChartQueryKey, readonly unknown[]>>;
export type CareResourceSets = Partial<Record<CareQueryKey, readonly unknown[]>>;

const isNotDone = (resource: Json): boolean => resource['status'] === 'not-done';

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
  const resources = byType(Object.values(sets));
  const ofType = (type: string): readonly Json[] => resources.get(type) ?? [];
  const facts = <T>(type: string, parse: Parser<T>): T[] =>
    ofType(type)
      .filter((resource) => !isVoid(resource))
      .map((resource) => parse(resource, timeZone));
  const [patient] = facts('Patient', patientFact);
  if (patient === undefined) throw new CdsError('CHART_PATIENT_MISSING');
  const medications: Medications = new Map(
    ofType('Medication')
      .filter((resource) => !isVoid(resource))
      .map((resource) => [`Medication/${text(resource['id']) ?? ''}`, resource]),
  );
  return {
    patient,
    conditions: facts('Condition', conditionFact),
    procedures: facts('Procedure', procedureFact),
    notDone: ofType('Procedure')
      .filter(isNotDone)
      .map((resource) => procedureFact(resource, timeZone)),
    medications: facts('MedicationAdministration', medicationFact(medications)),
    medicationRequests: facts('MedicationRequest', medicationRequestFact(medications)),
    observations: facts('Observation', observationFact),
    reports: facts('DiagnosticReport', reportFact),
    consents: facts('Consent', consentFact),
    specimens: facts('Specimen', specimenFact),
    imaging: facts('ImagingStudy', imagingStudyFact),
    allergies: facts('AllergyIntolerance', allergyFact),
    unread: new Set(expected.filter((key) => sets[key] === undefined)),
  };
}

/**
 * What the care queries brought, as facts; resources taken back are left out, cancelled ones too. Not encounters: a
 * hook is about one, and has to know that it was cancelled.
 *
 * @param timeZone the site's; instants become its calendar dates
 */
export function careFacts(sets: CareResourceSets, timeZone: string): CareFacts {
  const resources = byType(Object.values(sets));
  const facts = <T>(type: string, parse: Parser<T>): T[] =>
    (resources.get(type) ?? [])
      .filter((resource) => !isVoid(resource))
      .map((resource) => parse(resource, timeZone));
  return {
    encounters: (resources.get('Encounter') ?? []).map((resource) => encounterFact(resource, timeZone)),
    appointments: facts('Appointment', appointmentFact),
    serviceRequests: facts('ServiceRequest', serviceRequestFact),
    carePlans: facts('CarePlan', carePlanFact),
    documents: facts('DocumentReference', documentFact),
  };
}
