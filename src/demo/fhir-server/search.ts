import { getSearchParameter } from '@medplum/core';
import type { Bundle, BundleEntry, FhirResource } from 'fhir/r4.js';
import { isKnownType } from './definitions.ts';
import { selectElements } from './elements.ts';
import { compileCriterion } from './filters.ts';
import type { Criterion } from './filters.ts';
import { invalidRequest, unknown } from './outcomes.ts';
import { MAX_COUNT } from './query.ts';
import { sortResources } from './sort.ts';
import type { Store } from './store.ts';

export const DEFAULT_COUNT = 20;

interface IncludeTarget {
  readonly resourceType: string;
  readonly searchParam: string;
}

/** The part of Medplum's SearchRequest that this server reads. */
export interface Search {
  readonly resourceType: string;
  readonly filters?: readonly Criterion[];
  readonly sortRules?: readonly { readonly code: string; readonly descending?: boolean }[];
  readonly offset?: number;
  readonly count?: number;
  readonly fields?: readonly string[];
  readonly summary?: string;
  readonly include?: readonly IncludeTarget[];
  readonly revInclude?: readonly IncludeTarget[];
}

type StoredResource = FhirResource & { id: string };

const checkIncludes = ({ include = [], revInclude = [] }: Search): void => {
  for (const { resourceType, searchParam } of [...include, ...revInclude])
    if (getSearchParameter(resourceType, searchParam)?.type !== 'reference')
      throw invalidRequest(`No reference parameter ${resourceType}:${searchParam} to include`);
};

/** Every resource that meets all criteria, in the order of writing. */
const findMatches = (store: Store, { resourceType, filters = [] }: Search): StoredResource[] => {
  if (!isKnownType(resourceType)) throw unknown();
  const tests = filters.map((criterion) => compileCriterion(resourceType, criterion));
  const matches: StoredResource[] = [];
  for (const resource of store.all(resourceType))
    if (tests.every((test) => test(resource))) matches.push(resource);
  return matches;
};

/** The page that the search asks for: `matches` in full order, `page` what is shown. */
export const runSearch = (
  store: Store,
  search: Search,
): { total: number; page: readonly StoredResource[]; offset: number; count: number } => {
  checkIncludes(search);
  const matches = sortResources(search.resourceType, findMatches(store, search), search.sortRules ?? []);
  const offset = search.offset ?? 0;
  const count = Math.min(search.count ?? DEFAULT_COUNT, MAX_COUNT);
  return { total: matches.length, page: matches.slice(offset, offset + count), offset, count };
};

/** A searchset of one page; links are the route's affair, which knows the address. */
export const searchBundle = (
  total: number,
  entries: readonly { resource: StoredResource; mode: 'match' | 'include' }[],
  search: Pick<Search, 'fields' | 'summary'> = {},
): Bundle => ({
  resourceType: 'Bundle',
  type: 'searchset',
  total,
  ...(entries.length > 0 && {
    entry: entries.map(({ resource, mode }): BundleEntry => ({
      resource: selectElements(resource, search),
      search: { mode },
    })),
  }),
});
