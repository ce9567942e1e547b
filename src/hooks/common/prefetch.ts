import { bundleResources, isPartial, list, record } from '../../chart/index.ts';
import { CdsError } from '../../domain/index.ts';

/** What prefetch brought, and what still has to be read. */
export interface Prefetched<Key extends string> {
  readonly sets: Partial<Record<Key, readonly unknown[]>>;
  readonly missing: readonly Key[];
}

/**
 * The most resources that are taken from one request's prefetch. Real charts have hundreds; what is made for this
 * service to choke on would hold the process up for everybody.
 */
const MAX_RESOURCES = 5000;

const hasNextPage = (bundle: Readonly<Record<string, unknown>>): boolean =>
  list(bundle['link']).some((link) => record(link)?.['relation'] === 'next');

/**
 * The resources of one prefetch value, in all its states (CDS Hooks 2.0, "Prefetch"): null is no data; an
 * OperationOutcome an error; a Bundle may be empty, or only its first page. Undefined: it has to be read.
 */
const resourcesOf = (value: unknown): readonly unknown[] | undefined => {
  if (value === null) return [];
  const resource = record(value);
  if (resource === undefined || resource['resourceType'] === 'OperationOutcome') return undefined;
  if (resource['resourceType'] !== 'Bundle') return [value];
  return hasNextPage(resource) || isPartial(resource) ? undefined : bundleResources(resource);
};

const isPatient = (resource: unknown): boolean => record(resource)?.['resourceType'] === 'Patient';

/**
 * What prefetch holds of the keys asked for.
 *
 * @throws {CdsError} CDS_PAYLOAD_TOO_LARGE, naming the key with which it got too many
 */
export function readPrefetch<Key extends string>(
  prefetch: Readonly<Record<string, unknown>>,
  keys: readonly Key[],
): Prefetched<Key> {
  const sets: Partial<Record<Key, readonly unknown[]>> = {};
  const missing: Key[] = [];
  let count = 0;
  for (const key of keys) {
    const resources = Object.hasOwn(prefetch, key) ? resourcesOf(prefetch[key]) : undefined;
    count += resources?.length ?? 0;
    if (count > MAX_RESOURCES)
      throw new CdsError(
        'CDS_PAYLOAD_TOO_LARGE',
        `prefetch.${key}: with it more than ${String(MAX_RESOURCES)} resources.`,
      );
    // Without the Patient itself there is no chart: anything else under its key means that it has to be read.
    if (resources === undefined || (key === 'patient' && !resources.some(isPatient))) missing.push(key);
    else sets[key] = resources;
  }
  return { sets, missing };
}
