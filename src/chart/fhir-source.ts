import { Client } from 'fhir-kit-client';
import { CdsError } from '../domain/index.ts';
import { bundleResources } from './bundle.ts';
import { allOfPatient } from './identity.ts';
import type { ResourceSets } from './parse.ts';
import { searchParameters, type ChartQuery, type ChartQueryKey } from './queries.ts';
import { list, record, text, type Json } from './resource-reader.ts';
import type { ChartSource } from './source.ts';

export interface FhirSourceOptions {
  readonly baseUrl: string;
  readonly queries: readonly ChartQuery[];
  readonly timeoutMs: number;
  readonly maxPages: number;
  /** Sent to the base URL's origin only. */
  readonly bearerToken?: string;
}

/** What fhir-kit-client throws; its message holds the search URL, so it never leaves this file. */
interface ClientError {
  readonly response?: { readonly status: number; readonly data: unknown };
}

const codeOf = (error: unknown, signal: AbortSignal): CdsError => {
  if (error instanceof CdsError) return error;
  if (signal.aborted) return new CdsError('FHIR_TIMEOUT');
  const response = (error as ClientError).response;
  if (response === undefined) return new CdsError('FHIR_UNREACHABLE');
  if (response.status === 401 || response.status === 403) return new CdsError('FHIR_REFUSED');
  if (response.status >= 500 || response.status === 429)
    return new CdsError('FHIR_UNREACHABLE', `It answered ${String(response.status)}.`);
  return new CdsError('FHIR_ANSWER_INVALID', `It answered ${String(response.status)}.`);
};

const fhirJson = (answer: unknown, expected: string): Json => {
  const resource = record(answer);
  if (resource?.['resourceType'] !== expected)
    throw new CdsError('FHIR_ANSWER_INVALID', `A ${expected} was expected.`);
  return resource;
};

const resourcesOf = (bundle: Json): readonly unknown[] => {
  const resources = bundleResources(bundle);
  if (resources === undefined) throw new CdsError('FHIR_ANSWER_INVALID', 'A search failed.');
  return resources;
};

const nextLink = (bundle: Json): string | undefined =>
  text(
    list(bundle['link'])
      .map(record)
      .find((link) => link?.['relation'] === 'next')?.['url'],
  );

/**
 * Reads charts from a FHIR R4 server with fhir-kit-client. All its traffic passes one signer, which refuses any
 * other origin: the client itself would follow a `next` link to any host with the token attached.
 */
export function createFhirSource(options: FhirSourceOptions): ChartSource {
  const { origin } = new URL(options.baseUrl);
  const client = new Client({
    baseUrl: options.baseUrl,
    // Not followed: it could lead to another origin, past the signer. It ends as an answer that is not FHIR.
    requestOptions: { redirect: 'manual' },
    requestSigner: (url, request) => {
      if (new URL(url).origin !== origin) throw new CdsError('FHIR_FOREIGN_LINK');
      // Else HAPI answers a search it has seen in the last minute with the resources it found then, and no newer.
      (request.headers as Headers).set('cache-control', 'no-cache');
      if (options.bearerToken !== undefined)
        (request.headers as Headers).set('authorization', `Bearer ${options.bearerToken}`);
    },
  });
  const byKey = new Map(options.queries.map((query) => [query.key, query]));

  const readPatient = async (id: string, signal: AbortSignal): Promise<unknown[]> => {
    try {
      // The client writes the id into the path as it is.
      const address = { resourceType: 'Patient', id: encodeURIComponent(id) };
      return [fhirJson(await client.read({ ...address, options: { signal } }), 'Patient')];
    } catch (error) {
      const status = (error as ClientError).response?.status;
      const body = record((error as ClientError).response?.data);
      // A 404 that is no OperationOutcome comes from a proxy or a wrong base URL, not from a FHIR server.
      if ((status === 404 || status === 410) && body?.['resourceType'] === 'OperationOutcome')
        throw new CdsError('FHIR_PATIENT_UNKNOWN');
      throw error;
    }
  };

  const readSearch = async (query: ChartQuery, id: string, signal: AbortSignal): Promise<unknown[]> => {
    const resources: unknown[] = [];
    let page: unknown = await client.search({
      resourceType: query.resourceType,
      searchParams: { ...searchParameters(query, id), _count: 200 },
      options: { signal },
    });
    for (let pages = 1; ; pages++) {
      const bundle = fhirJson(page, 'Bundle');
      resources.push(...resourcesOf(bundle));
      const next = nextLink(bundle);
      if (next === undefined) return resources;
      // Half a chart would give a wrong number without a sign of it.
      if (pages >= options.maxPages)
        throw new CdsError('FHIR_ANSWER_INVALID', `More than ${String(pages)} pages.`);
      page = await client.request(next, { options: { signal } });
    }
  };

  const readOne = async (key: ChartQueryKey, id: string, signal: AbortSignal): Promise<unknown[]> => {
    const query = byKey.get(key);
    if (query === undefined) throw new CdsError('INTERNAL', `no query ${key}`);
    return key === 'patient' ? readPatient(id, signal) : readSearch(query, id, signal);
  };

  return {
    read: async (patientId, keys, outer) => {
      const failed = new AbortController();
      const signal = AbortSignal.any([outer, AbortSignal.timeout(options.timeoutMs)]);
      const either = AbortSignal.any([signal, failed.signal]);
      try {
        const sets = await Promise.all(
          keys.map(async (key) => [key, await readOne(key, patientId, either)] as const),
        );
        const read: ResourceSets = Object.fromEntries(sets);
        if (!allOfPatient(read, patientId, options.baseUrl))
          throw new CdsError('FHIR_ANSWER_INVALID', 'It sent resources of another patient.');
        return read;
      } catch (error) {
        throw codeOf(error, signal);
      } finally {
        failed.abort(); // one failed query ends its siblings
      }
    },
  };
}
