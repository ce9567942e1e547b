import type { FhirResource, Group } from 'fhir/r4.js';
import { patientCompartment } from '../definitions.ts';
import type { Store } from '../store.ts';
import { referencesOf, searchValues } from '../values.ts';
import type { ExportParameters } from './parameters.ts';

type StoredResource = FhirResource & { id: string };

/** What an export holds: resources by type as they were at its beginning, and what was deleted since `since`. */
export interface Selection {
  readonly resources: ReadonlyMap<string, readonly StoredResource[]>;
  /** `Type/id` */
  readonly deleted: readonly string[];
}

/** The `Patient/id` of a Group's active members. */
export const membersOf = (group: Group): ReadonlySet<string> =>
  new Set(
    (group.member ?? [])
      .filter(({ inactive }) => inactive !== true)
      .flatMap(({ entity }) => entity.reference ?? []),
  );

/** Whether a resource is one of these patients or in the compartment of one; undefined stands for all patients. */
const belongsTo = (patients: ReadonlySet<string> | undefined) => {
  const compartment = patientCompartment();
  return (resource: StoredResource): boolean => {
    if (resource.resourceType === 'Patient') return patients?.has(`Patient/${resource.id}`) !== false;
    const parameters = compartment.get(resource.resourceType) ?? [];
    return parameters.some((code) =>
      referencesOf(searchValues(resource, code)).some((reference) =>
        patients === undefined ? reference.startsWith('Patient/') : patients.has(reference),
      ),
    );
  };
};

/** @param patients `Patient/id`; undefined for all; 'system' for every resource, a patient's or not */
export const select = (
  store: Store,
  patients: ReadonlySet<string> | undefined | 'system',
  { types, since = -Infinity }: ExportParameters,
): Selection => {
  const wanted = patients === 'system' ? () => true : belongsTo(patients);
  const resources = new Map<string, StoredResource[]>();
  const deleted: string[] = [];
  for (const type of types ?? store.types().sort()) {
    const living = [...store.all(type)].filter(
      (resource) => Date.parse(resource.meta?.lastUpdated ?? '') > since && wanted(resource),
    );
    if (living.length > 0) resources.set(type, living);
    if (since > -Infinity)
      for (const { last, at } of store.deleted(type))
        if (Date.parse(at) > since && wanted(last)) deleted.push(`${type}/${last.id}`);
  }
  return { resources, deleted };
};
