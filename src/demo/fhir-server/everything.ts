import { allOk } from '@medplum/core';
import type { FhirRouteHandler } from '@medplum/fhir-router';
import type { FhirResource } from 'fhir/r4.js';
import { patientCompartment } from './definitions.ts';
import { answer, baseUrlOf, toFhir } from './medplum.ts';
import { invalidRequest } from './outcomes.ts';
import { collectPairs, pairsOf } from './query.ts';
import { pageLinks, withAddresses } from './paging.ts';
import { DemoRepository } from './repository.ts';
import { searchBundle } from './search.ts';
import type { Store } from './store.ts';
import { referencesOf, searchValues } from './values.ts';

type StoredResource = FhirResource & { id: string };
const PARAMETERS: ReadonlySet<string> = new Set([
  '_type',
  '_since',
  '_count',
  '_offset',
  '_format',
  '_pretty',
]);
/** What a patient's record points at that no compartment holds. */
const SUPPORTING: ReadonlySet<string> = new Set([
  'Organization',
  'Practitioner',
  'PractitionerRole',
  'Location',
  'Medication',
  'Device',
]);
const REFERENCE = /^([A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})$/;

function* referencesIn(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, child] of Object.entries(value)) {
    if (name === 'reference' && typeof child === 'string') yield child;
    else yield* referencesIn(child);
  }
}

const inCompartment = (store: Store, patient: string): StoredResource[] =>
  [...patientCompartment()].flatMap(([type, parameters]) =>
    [...store.all(type)].filter((resource) =>
      parameters.some((code) => referencesOf(searchValues(resource, code)).includes(patient)),
    ),
  );

/** Patient, compartment, and the supporting resources these point to; each once. */
const gather = (repository: DemoRepository, patient: StoredResource): StoredResource[] => {
  const found = new Map<string, StoredResource>();
  const add = (resource: StoredResource): void => {
    found.set(`${resource.resourceType}/${resource.id}`, resource);
  };
  add(patient);
  for (const resource of inCompartment(repository.store, `Patient/${patient.id}`)) add(resource);
  for (const resource of [...found.values()])
    for (const reference of referencesIn(resource)) {
      const [, type = '', id = ''] = REFERENCE.exec(reference) ?? [];
      const target = SUPPORTING.has(type) ? repository.current(type, id) : undefined;
      if (target) add(target);
    }
  return [...found.values()];
};

const wholeNumber = (values: readonly string[] | undefined, name: string): number | undefined => {
  const text = values?.at(-1);
  if (text !== undefined && !/^\d{1,9}$/.test(text))
    throw invalidRequest(`${name} is not a whole number`, name);
  return text === undefined ? undefined : Number(text);
};

const select = (all: readonly StoredResource[], query: Record<string, string[]>): StoredResource[] => {
  const types = query['_type']?.flatMap((value) => value.split(','));
  const since = query['_since']?.map((value) => Date.parse(value)).at(-1) ?? -Infinity;
  if (Number.isNaN(since)) throw invalidRequest('_since is not an instant', '_since');
  return all.filter(
    ({ resourceType, meta }) =>
      types?.includes(resourceType) !== false && Date.parse(meta?.lastUpdated ?? '') >= since,
  );
};

/**
 * Patient/:id/$everything: all on one page unless _count says otherwise.
 *
 * @see http://hl7.org/fhir/R4/operation-patient-everything.html
 */
export const everything: FhirRouteHandler = async (request, repository) => {
  if (!(repository instanceof DemoRepository)) throw new TypeError('Not the repository of this server');
  const query = collectPairs(pairsOf(request.query));
  const unknownName = Object.keys(query).find((name) => !PARAMETERS.has(name));
  if (unknownName !== undefined)
    throw invalidRequest(`Unknown parameter ${unknownName} of $everything`, unknownName);
  const id = request.params['id'] ?? '';
  const patient = toFhir(await repository.readResource('Patient', id)) as StoredResource;
  const all = select(gather(repository, patient), query);
  const offset = wholeNumber(query['_offset'], '_offset') ?? 0;
  const count = wholeNumber(query['_count'], '_count') ?? all.length;
  const page = all.slice(offset, offset + count);
  const bundle = searchBundle(
    all.length,
    page.map((resource) => ({ resource, mode: SUPPORTING.has(resource.resourceType) ? 'include' : 'match' })),
  );
  const baseUrl = baseUrlOf(request);
  const links = pageLinks(`${baseUrl}/Patient/${id}/$everything`, query, {
    offset,
    count,
    total: all.length,
  });
  return answer(allOk, withAddresses(bundle, baseUrl, links));
};
