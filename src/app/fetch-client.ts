import { bundleResources, list, record, text, type FhirClient, type Json } from '../chart/index.ts';
import { CdsError } from '../domain/index.ts';
import type { Config } from '../platform/index.ts';

interface FetchClientOptions {
  readonly baseUrl: string;
  readonly bearerToken?: string;
  readonly maxPages: number;
}

const parameterPairs = (parameters: Parameters<FhirClient['search']>[1]): [string, string][] =>
  Object.entries(parameters).flatMap(([name, value]) =>
    (typeof value === 'object' ? value : [String(value)]).map((each): [string, string] => [name, each]),
  );

/** The least of a FhirClient: no retries, no limit. */
function createFetchClient({ baseUrl, bearerToken, maxPages }: FetchClientOptions): FhirClient {
  const { origin } = new URL(baseUrl);
  const raw: FhirClient['raw'] = async (address, init, { signal }) => {
    const url = new URL(address, `${baseUrl}/`);
    if (url.origin !== origin) throw new CdsError('FHIR_FOREIGN_LINK');
    const headers = {
      accept: 'application/fhir+json',
      ...(init.body !== undefined && { 'content-type': 'application/fhir+json' }),
      ...(bearerToken !== undefined && { authorization: `Bearer ${bearerToken}` }),
      ...init.headers,
    };
    return fetch(url, { ...init, headers, redirect: 'manual', signal }).catch(() => {
      throw new CdsError(signal.aborted ? 'FHIR_TIMEOUT' : 'FHIR_UNREACHABLE');
    });
  };
  const judged = (response: Response): Response => {
    if (response.ok) return response;
    if (response.status >= 500) throw new CdsError('FHIR_UNREACHABLE');
    throw new CdsError([401, 403].includes(response.status) ? 'FHIR_REFUSED' : 'FHIR_ANSWER_INVALID');
  };
  const json = async (response: Response): Promise<Json> => {
    const body = record(
      await judged(response)
        .json()
        .catch(() => undefined),
    );
    if (body === undefined) throw new CdsError('FHIR_ANSWER_INVALID');
    return body;
  };
  const write = async (address: string, method: string, resource: object, signal: AbortSignal) => {
    const response = await raw(address, { method, body: JSON.stringify(resource) }, { signal });
    if (!response.ok) throw new CdsError('FHIR_WRITE_REFUSED', `It answered ${String(response.status)}.`);
    const body = await json(response);
    return { id: text(body['id']) ?? '', created: response.status === 201 };
  };
  return {
    baseUrl,
    raw,
    read: async (type, id, { signal }) => {
      const response = await raw(`${type}/${id}`, {}, { signal });
      return [404, 410].includes(response.status) ? undefined : json(response);
    },
    search: async (type, parameters, { signal }) => {
      const found: Json[] = [];
      let address: string | undefined =
        `${type}?${new URLSearchParams(parameterPairs(parameters)).toString()}`;
      for (let pages = 0; address !== undefined; pages++) {
        if (pages === maxPages) throw new CdsError('FHIR_ANSWER_INVALID', 'Too many pages.');
        const bundle: Json = await json(await raw(address, {}, { signal }));
        found.push(...(bundleResources(bundle) ?? []).map(record).filter((each) => each !== undefined));
        const links = list(bundle['link']).map(record);
        address = text(links.find((link) => link?.['relation'] === 'next')?.['url']);
      }
      return found;
    },
    put: (resource, { signal }) => write(`${resource.resourceType}/${resource.id}`, 'PUT', resource, signal),
    putBy: (resource, parameters, { signal }) =>
      write(
        `${resource.resourceType}?${new URLSearchParams(parameterPairs(parameters)).toString()}`,
        'PUT',
        resource,
        signal,
      ),
    create: (resource, { signal }) => write(resource.resourceType, 'POST', resource, signal),
  };
}

/** Each tenant's FHIR server, with the service's own access. */
export const createClients = ({
  tenants,
  fhir,
}: Pick<Config, 'tenants' | 'fhir'>): ReadonlyMap<string, FhirClient> =>
  new Map(
    tenants.map(({ id, fhirBaseUrl, bearerToken }) => [
      id,
      createFetchClient({
        baseUrl: fhirBaseUrl,
        maxPages: fhir.maxPages,
        ...(bearerToken !== undefined && { bearerToken }),
      }),
    ]),
  );
