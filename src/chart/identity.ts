import { localReference, record, text } from './resource-reader.ts';
import type { ResourceSets } from './parse.ts';

/** Whose a resource says it is: the patient's id; undefined where it does not say so by a literal reference. */
const patientIdOf = (value: unknown): string | undefined => {
  const resource = record(value);
  if (resource?.['resourceType'] === 'Patient') return text(resource['id']);
  const reference = localReference(resource?.['subject']) ?? localReference(resource?.['patient']);
  return reference?.startsWith('Patient/') === true ? reference.slice('Patient/'.length) : undefined;
};

/**
 * Is every resource this patient's? One that names no patient counts as foreign: a number about the wrong person
 * is the worst this service could show.
 */
export const allOfPatient = (sets: ResourceSets, patientId: string): boolean =>
  Object.values(sets).every((set) => set.every((resource) => patientIdOf(resource) === patientId));
