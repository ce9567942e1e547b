import { list, localReference, record, text, type Json } from './resource-reader.ts';

/**
 * Of this server? A relative reference is; an absolute one only right below the server's own base URL: what lies
 * further down, up by dots, or begins with another host (`//`) may be another server's.
 */
const isOfServer = (reference: unknown, baseUrl: string): boolean => {
  const written = text(record(reference)?.['reference']) ?? '';
  const local = localReference(reference);
  if (local === undefined) return false;
  if (/^[a-z][a-z0-9+.-]*:/i.test(written)) return written.startsWith(`${baseUrl}/${local}`);
  return written.startsWith(local) || written.startsWith(`/${local}`);
};

/** The one patient of an Appointment; undefined where none takes part, or another. */
const participantOf = (resource: Json, baseUrl: string): string | undefined => {
  const patients = list(resource['participant'])
    .map((item) => record(item)?.['actor'])
    .filter((actor) => localReference(actor)?.startsWith('Patient/'));
  const reference = localReference(patients[0]);
  const isOne = patients.every((actor) => isOfServer(actor, baseUrl) && localReference(actor) === reference);
  return isOne ? reference?.slice('Patient/'.length) : undefined;
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
  if (resource['resourceType'] === 'Patient') return text(resource['id']);
  return resource['resourceType'] === 'Appointment'
    ? participantOf(resource, baseUrl)
    : subjectOf(resource, baseUrl);
};

/**
 * Is every resource this patient's? One that names no patient counts as foreign, and so does one of a patient of
 * another server: ids repeat between servers, and a number about the wrong person is the worst this service could
 * show.
 *
 * @param baseUrl the FHIR server's, without a trailing slash
 */
export const allOfPatient = (
  sets: Readonly<Record<string, readonly unknown[] | undefined>>,
  patientId: string,
  baseUrl: string,
): boolean =>
  Object.values(sets).every((set = []) =>
    set.every((resource) => patientIdOf(resource, baseUrl) === patientId),
  );
