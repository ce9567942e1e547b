import { list, record, text, type Json } from './resource-reader.ts';

const isOutcome = (resource: unknown): boolean => record(resource)?.['resourceType'] === 'OperationOutcome';

/** Does a remark among the results say that the search failed? */
const tellsFailure = (resource: unknown): boolean =>
  isOutcome(resource) &&
  list(record(resource)?.['issue']).some((issue) =>
    ['error', 'fatal'].includes(text(record(issue)?.['severity']) ?? ''),
  );

/**
 * The resources of a searchset, remarks about the search left out. Undefined where the Bundle cannot be read as
 * the answer to a search: entries that are no list, or a remark that it failed. "No data" would be a lie then.
 */
export function bundleResources(bundle: Json): readonly unknown[] | undefined {
  const { entry = [] } = bundle as { entry?: unknown };
  if (!Array.isArray(entry)) return undefined;
  const resources = entry.map((item) => record(item)?.['resource']).filter((each) => each !== undefined);
  return resources.some(tellsFailure) ? undefined : resources.filter((each) => !isOutcome(each));
}

/** More matches than it holds, by its own count: a part of the answer. */
export function isPartial(bundle: Json): boolean {
  const { total } = bundle;
  const matches = list(bundle['entry']).filter((item) => {
    const mode = record(record(item)?.['search'])?.['mode'];
    return mode === undefined || mode === 'match';
  });
  return typeof total === 'number' && total > matches.length;
}
