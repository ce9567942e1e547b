import { allOk, created, isOk, parseSearchRequest } from '@medplum/core';
import { FhirRouter, updateResourceImpl } from '@medplum/fhir-router';
import type { FhirRequest, FhirRouteHandler } from '@medplum/fhir-router';
import type { Bundle } from 'fhir/r4.js';
import { capabilityStatement } from './capability.ts';
import { isKnownType } from './definitions.ts';
import { everything } from './everything.ts';
import { answer, baseUrlOf, toFhir } from './medplum.ts';
import type { MedplumResource } from './medplum.ts';
import { invalidRequest, unknown } from './outcomes.ts';
import { pageLinks, withAddresses } from './paging.ts';
import { checkCriteria, checkQuery, collectPairs, MAX_COUNT, pairsOf } from './query.ts';
import { DemoRepository } from './repository.ts';
import { DEFAULT_COUNT } from './search.ts';
import { postBundle } from './transaction.ts';

const typeOf = (request: FhirRequest): string => request.params['resourceType'] ?? '';

/** GET [type] and POST [type]/_search: the query checked, the page with its links. */
const search: FhirRouteHandler = async (request, repository) => {
  const resourceType = typeOf(request);
  const baseUrl = baseUrlOf(request);
  const form = request.method === 'POST' ? ((request.body ?? {}) as FhirRequest['query']) : {};
  const merged = collectPairs([...pairsOf(request.query), ...pairsOf(form)]);
  const query = checkQuery(resourceType, merged, baseUrl);
  const parsed = parseSearchRequest(resourceType, query);
  const bundle = toFhir(await repository.search(parsed)) as Bundle;
  const page = {
    offset: parsed.offset ?? 0,
    count: Math.min(parsed.count ?? DEFAULT_COUNT, MAX_COUNT),
    total: bundle.total ?? 0,
  };
  return answer(allOk, withAddresses(bundle, baseUrl, pageLinks(`${baseUrl}/${resourceType}`, query, page)));
};

/** PUT [type]/[id]: 201 where nothing was there, which Medplum calls 200. */
const update: FhirRouteHandler = async (request, repository) => {
  const resourceType = typeOf(request) as MedplumResource['resourceType'];
  const id = request.params['id'] ?? '';
  const existed = repository instanceof DemoRepository && repository.current(resourceType, id) !== undefined;
  const ifMatch = /"([^"]+)"/.exec(request.headers?.['if-match'] ?? '')?.[1];
  const response = await updateResourceImpl(
    resourceType,
    id,
    request.body as MedplumResource,
    repository,
    ifMatch === undefined ? undefined : { ifMatch },
  );
  const [outcome, resource] = response;
  return isOk(outcome) && resource && !existed ? [created, resource] : response;
};

/** A conditional interaction, its criteria checked as a search's are. */
const conditional =
  (handler: FhirRouteHandler): FhirRouteHandler =>
  async (request, ...rest) =>
    handler({ ...request, query: checkCriteria(typeOf(request), request.query) }, ...rest);

const create =
  (handler: FhirRouteHandler): FhirRouteHandler =>
  async (request, ...rest) => {
    if (!isKnownType(typeOf(request))) throw unknown();
    const criteria = request.headers?.['if-none-exist'];
    if (criteria !== undefined) {
      const query = collectPairs(new URLSearchParams([criteria].flat().join('&')));
      checkCriteria(typeOf(request), query);
    }
    return handler(request, ...rest);
  };

const systemSearch: FhirRouteHandler = () => {
  throw invalidRequest('Search over all types is not supported');
};

const key = (method: string, path: readonly { value: string; param?: boolean }[]): string =>
  `${method} ${path.map(({ value, param }) => (param === true ? `:${value}` : value)).join('/')}`;

/** Medplum's routes, those of them replaced whose handlers are too lenient; GraphQL is not offered. */
const REPLACED: Readonly<Record<string, (handler: FhirRouteHandler) => FhirRouteHandler>> = {
  'GET ': () => systemSearch,
  'POST ': () => postBundle,
  'GET :resourceType': () => search,
  'POST :resourceType/_search': () => search,
  'POST :resourceType': create,
  'PUT :resourceType/:id': () => update,
  'PUT :resourceType': conditional,
  'DELETE :resourceType': conditional,
  'PATCH :resourceType': conditional,
};

export const createRouter = (): FhirRouter => {
  const router = new FhirRouter();
  const { routes } = router.router;
  const kept = routes.filter(({ method, path }) => key(method, path) !== 'POST $graphql');
  routes.splice(0, routes.length, ...kept);
  for (const route of routes) {
    const replace = REPLACED[key(route.method, route.path)];
    if (replace) route.handler = replace(route.handler);
  }
  router.add('GET', 'Patient/:id/$everything', everything);
  router.add('POST', 'Patient/:id/$everything', everything);
  router.add('GET', 'metadata', (request) =>
    Promise.resolve(answer(allOk, capabilityStatement(baseUrlOf(request)))),
  );
  return router;
};
