import { allOk, badRequest, OperationOutcomeError, parseSearchRequest } from '@medplum/core';
import { processBatch } from '@medplum/fhir-router';
import type { FhirRequest, FhirResponse, FhirRouteHandler, FhirRouter } from '@medplum/fhir-router';
import type { Bundle, BundleEntry, BundleEntryResponse, FhirResource, OperationOutcome } from 'fhir/r4.js';
import { answer, toFhir, toMedplumOutcome } from './medplum.ts';
import type { MedplumResource } from './medplum.ts';
import { invalidRequest } from './outcomes.ts';
import { DemoRepository } from './repository.ts';
import { runSearch } from './search.ts';
import { checkCriteria, collectPairs } from './query.ts';
import type { Search } from './search.ts';

const CONDITIONAL = /^([A-Za-z]+)\?(.+)$/;

const process = async (
  request: FhirRequest,
  repository: DemoRepository,
  router: FhirRouter,
  bundle: Bundle,
): Promise<Bundle> => {
  type MedplumBundle = Extract<MedplumResource, { resourceType: 'Bundle' }>;
  // Without its `transactions` switch Medplum runs a transaction like a batch, and has no limits of size.
  return toFhir(
    await processBatch(request, repository, router, bundle as unknown as MedplumBundle),
  ) as Bundle;
};

/** No two entries may write the same resource (http.html#trules); Medplum would let the last one win. */
const checkIdentities = (bundle: Bundle): void => {
  const seen = new Set<string>();
  for (const { fullUrl, request } of bundle.entry ?? []) {
    if (request === undefined || request.method === 'GET' || request.method === 'HEAD') continue;
    const names = new Set([fullUrl, request.method === 'POST' ? undefined : request.url]);
    for (const name of names) {
      if (name === undefined) continue;
      if (seen.has(name)) throw invalidRequest('Two entries of the transaction write the same resource');
      seen.add(name);
    }
  }
};

const resolve = (repository: DemoRepository, type: string, criteria: string): string => {
  const query = collectPairs(new URLSearchParams(criteria));
  const search = parseSearchRequest(type, checkCriteria(type, query)) as Search;
  const { total, page } = runSearch(repository.store, search);
  const [match] = page;
  if (total !== 1 || !match)
    throw invalidRequest(`A conditional reference to ${type} matches ${total} resources`);
  return `${type}/${match.id}`;
};

/** Conditional references (`Practitioner?identifier=...`) become literal; each must match exactly one resource. */
const resolveReferences = (value: unknown, repository: DemoRepository): unknown => {
  if (Array.isArray(value)) return value.map((each) => resolveReferences(each, repository));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, child]): [string, unknown] => {
    const reference = name === 'reference' && typeof child === 'string' ? child : '';
    const [, type, criteria] = CONDITIONAL.exec(reference) ?? [];
    if (type !== undefined && criteria !== undefined) return [name, resolve(repository, type, criteria)];
    return [name, resolveReferences(child, repository)];
  });
  return Object.fromEntries(entries);
};

const failureOf = (entry: BundleEntry, index: number): OperationOutcomeError | undefined => {
  if (!/^[45]/.test(entry.response?.status ?? '')) return undefined;
  const outcome = entry.response?.outcome as OperationOutcome | undefined;
  if (!outcome) return new OperationOutcomeError(badRequest('An entry failed'));
  const issue = outcome.issue.map((each) => ({ ...each, diagnostics: `Bundle.entry[${index}]` }));
  return new OperationOutcomeError(toMedplumOutcome({ ...outcome, issue }));
};

/** All entries or none: they run on a fork, which the store adopts when each has succeeded. */
const transaction = async (
  request: FhirRequest,
  repository: DemoRepository,
  router: FhirRouter,
  bundle: Bundle,
): Promise<Bundle> => {
  checkIdentities(bundle);
  const fork = repository.fork();
  const entry = bundle.entry?.map((each) =>
    each.resource ? { ...each, resource: resolveReferences(each.resource, fork) as FhirResource } : each,
  );
  const response = await process(request, fork, router, { ...bundle, ...(entry && { entry }) });
  for (const [index, each] of (response.entry ?? []).entries()) {
    const failure = failureOf(each, index);
    if (failure) throw failure;
  }
  repository.store.adopt(fork.store);
  return response;
};

const stampsOf = (resource: BundleEntry['resource']): Partial<BundleEntryResponse> => {
  const { versionId, lastUpdated } = resource?.meta ?? {};
  if (resource?.id === undefined || versionId === undefined || lastUpdated === undefined) return {};
  const location = `${resource.resourceType}/${resource.id}/_history/${versionId}`;
  return { location, etag: `W/"${versionId}"`, lastModified: lastUpdated };
};

/** Entries as R4 wants them: status, location, etag and lastModified, an outcome only of a failure. */
const tidy = ({ resource, response }: BundleEntry): BundleEntry => {
  const status = response?.status ?? '500';
  if (!status.startsWith('2'))
    return { response: { status, ...(response?.outcome && { outcome: response.outcome }) } };
  return { ...(resource && { resource }), response: { status, ...stampsOf(resource) } };
};

/** POST [base]: a batch, or a transaction; never one inside another. */
export const postBundle: FhirRouteHandler = async (
  request,
  repository,
  router,
  options,
): Promise<FhirResponse> => {
  if (!(repository instanceof DemoRepository)) throw new TypeError('Not the repository of this server');
  if (options?.batch === true) throw invalidRequest('A Bundle inside a Bundle is not run');
  const body = request.body as FhirResource | undefined;
  if (body?.resourceType !== 'Bundle') throw invalidRequest('Not a Bundle', 'resourceType');
  const run = body.type === 'transaction' ? transaction : process;
  const response = await run(request, repository, router, body);
  return answer(allOk, { ...response, ...(response.entry && { entry: response.entry.map(tidy) }) });
};
