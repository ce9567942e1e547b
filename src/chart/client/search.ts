import { CdsError } from '../../domain/index.ts';
import { bundleResources } from '../bundle.ts';
import { list, record, text, type Json } from '../resource-reader.ts';
import { readError } from './failure.ts';
import type { Outcome } from './sending.ts';
import type { SearchParameters } from './types.ts';

/** Addresses longer than this are cut or refused by proxies and servers on the way. */
const MAX_URL_LENGTH = 2000;

/** How a server says that it has no POST _search there. */
const NO_POST_SEARCH: ReadonlySet<number> = new Set([404, 405, 415, 501]);

/** The requests that a search is made of. */
export interface SearchRequests {
  /** The server's base URL, without a trailing slash. */
  readonly baseUrl: string;
  readonly maxPages: number;
  readonly withoutPostSearch: Set<string>;
  first(type: string, parameters: SearchParameters, options: { post: boolean }): Promise<Outcome<unknown>>;
  following(url: string): Promise<Outcome<unknown>>;
}

/** Parameters as they stand in an address. */
export function queryOf(parameters: SearchParameters): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    for (const each of Array.isArray(value) ? (value as readonly string[]) : [value])
      query.append(name, String(each));
  return query;
}

/** @throws {CdsError} FHIR_ANSWER_INVALID */
export const expectType = (answer: unknown, expected: string): Json => {
  const resource = record(answer);
  if (resource?.['resourceType'] !== expected)
    throw new CdsError('FHIR_ANSWER_INVALID', `A ${expected} was expected.`);
  return resource;
};

const pageOf = (outcome: Outcome<unknown>): Json => {
  if (!outcome.ok) throw readError(outcome.failure);
  return expectType(outcome.answer, 'Bundle');
};

const resourcesOf = (bundle: Json): readonly Json[] => {
  const resources = bundleResources(bundle)?.map(record);
  if (resources === undefined) throw new CdsError('FHIR_ANSWER_INVALID', 'A search failed.');
  return resources.map((resource) => {
    // "No data" would be a lie: something was there that cannot be read.
    if (resource === undefined) throw new CdsError('FHIR_ANSWER_INVALID', 'An entry is no resource.');
    return resource;
  });
};

/** @throws {CdsError} FHIR_FOREIGN_LINK, FHIR_ANSWER_INVALID */
const nextLink = (bundle: Json, type: string, baseUrl: string): string | undefined => {
  const link = list(bundle['link'])
    .map(record)
    .find((each) => each?.['relation'] === 'next');
  const written = text(link?.['url']);
  if (written === undefined) return undefined;
  const base = `${baseUrl}/${type}`;
  if (!URL.canParse(written, base)) throw new CdsError('FHIR_ANSWER_INVALID', 'A next link is no address.');
  const url = new URL(written, base);
  if (url.origin !== new URL(baseUrl).origin || url.username !== '') throw new CdsError('FHIR_FOREIGN_LINK');
  return url.href;
};

/** GET, or POST where the address would be too long; GET all the same where the server has no POST _search. */
const firstPage = async (
  type: string,
  parameters: SearchParameters,
  requests: SearchRequests,
): Promise<Outcome<unknown>> => {
  const { baseUrl, withoutPostSearch } = requests;
  const length = `${baseUrl}/${type}?${queryOf(parameters).toString()}`.length;
  if (length <= MAX_URL_LENGTH || withoutPostSearch.has(baseUrl))
    return requests.first(type, parameters, { post: false });
  const posted = await requests.first(type, parameters, { post: true });
  if (posted.ok || posted.failure.kind !== 'answered' || !NO_POST_SEARCH.has(posted.failure.status))
    return posted;
  const got = await requests.first(type, parameters, { post: false });
  // Only an answer shows that it was the POST: a type the server does not have is 404 either way.
  if (got.ok) withoutPostSearch.add(baseUrl);
  return got;
};

/**
 * All resources of a search, over all its pages.
 *
 * @throws {CdsError} FHIR_ANSWER_INVALID (also where pages go in circles or are too many), FHIR_FOREIGN_LINK, ...
 */
export async function searchAll(
  type: string,
  parameters: SearchParameters,
  requests: SearchRequests,
): Promise<readonly Json[]> {
  const pages: (readonly Json[])[] = [];
  const seen = new Set<string>();
  let bundle = pageOf(await firstPage(type, parameters, requests));
  for (;;) {
    pages.push(resourcesOf(bundle));
    const next = nextLink(bundle, type, requests.baseUrl);
    if (next === undefined) return pages.flat();
    // Half a chart would give a wrong number without a sign of it.
    if (pages.length >= requests.maxPages)
      throw new CdsError('FHIR_ANSWER_INVALID', `More than ${String(pages.length)} pages.`);
    if (seen.has(next)) throw new CdsError('FHIR_ANSWER_INVALID', 'Its pages go in circles.');
    seen.add(next);
    bundle = pageOf(await requests.following(next));
  }
}
