import type { Coded } from '../../terminology/index.ts';
import type { MedicationFact, MedicationRequestFact } from '../facts.ts';
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
import { compact, containedOf } from './common.ts';

/** The Medications among what was read, by `Medication/id`. */
export type Medications = ReadonlyMap<string, Json>;

/** A product is what it says it is, and what is in it. */
const codingsOfMedication = (medication: Json): readonly Coded[] => [
  ...codings(medication['code']),
  ...list(medication['ingredient']).flatMap((item) => codings(record(item)?.['itemCodeableConcept'])),
];

/**
 * What was given or ordered. `_include` is outside of what CDS Hooks recommends for prefetch, so a reference is
 * followed to a contained Medication, or to one that came along; any other leaves it unsaid.
 */
const drugOf = (resource: Json, medications: Medications): readonly Coded[] => {
  const said = codings(resource['medicationCodeableConcept']);
  const reference = resource['medicationReference'];
  if (reference === undefined) return said;
  const medication = containedOf(resource, reference) ?? medications.get(localReference(reference) ?? '');
  return medication === undefined ? said : [...said, ...codingsOfMedication(medication)];
};

export const medicationFact =
  (medications: Medications) =>
  (resource: Json, zone: string): MedicationFact =>
    compact<MedicationFact>({
      source: evidenceOf(resource),
      codings: drugOf(resource, medications),
      status: text(resource['status']),
      givenOn: happenedOn(resource, 'effective', zone),
    });

export const medicationRequestFact =
  (medications: Medications) =>
  (resource: Json, zone: string): MedicationRequestFact =>
    compact<MedicationRequestFact>({
      source: evidenceOf(resource),
      codings: drugOf(resource, medications),
      status: text(resource['status']),
      intent: text(resource['intent']),
      authoredOn: calendarDay(resource['authoredOn'], zone),
    });
