import { localReference, record, text, type Json } from './resource-reader.ts';
import type { ResourceSets } from './parse.ts';

/** Of this server? A relative reference is; an absolute one only below the server's own base URL. */
const isOfServer = (reference: unknown, baseUrl: string): boolean => {
  const written = text(record(reference)?.['reference']) ?? '';
  return !/^[a-z][a-z0-9+.-]*:/i.test(written) || written.startsWith(`${baseUrl}/`);
};

const subjectOf = (resource: Json, baseUrl: string): string | undefined => {
  const named = [resource['subject'], resource['patient']].find((each) => localReference(each) !== undefined);
  const reference = localReference(named);
  return reference?.startsWith('Patient/') === true && isOfServer(named, baseUrl)
    ? reference.slice('Patient/'.length)
    : undefined;
};

/** `Type/id` of a Reference to a resource of this server, by its configured base URL; else undefined. */
export const ownReference = (reference: unknown, baseUrl: string): string | undefined =>
  isOfServer(reference, baseUrl) ? localReference(reference) : undefined;

/** Whose a resource says it is: the patient's id; undefined where it does not say so by a literal reference. */
export const patientIdOf = (value: unknown, baseUrl: string): string | undefined => {
  const resource = record(value);
  if (resource === undefined) return undefined;
  return resource['resourceType'] === 'Patient' ? text(resource['id']) : subjectOf(resource, baseUrl);
};

/**
 * Is every resource this patient's? One that names no patient counts as foreign, and so does one of a patient of
 * another server: ids repeat between servers, and a number about the wrong person is the worst this service could
 * show.
 *
 * @param baseUrl the FHIR server's, without a trailing slash
 */
export const allOfPatient = (sets: ResourceSets, patientId: string, baseUrl: string): boolean =>
  Object.values(sets).every((set) => set.every((resource) => patientIdOf(resource, baseUrl) === patientId));
