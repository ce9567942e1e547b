/** A FhirClient as small as can be, over fetch: no retries, no limit, no tokens. */
import type { FhirResource } from 'fhir/r4.js';
import type { FhirClient } from '../../src/chart/index.ts';
import { CdsError, type ErrorCode } from '../../src/domain/index.ts';

type Json = Record<string, unknown>;

const failure = (status: number, writing: boolean): ErrorCode => {
  if (status === 409 || status === 412) return 'FHIR_CONFLICT';
  if (status === 429) return 'FHIR_THROTTLED';
  if (status >= 500) return 'FHIR_UNREACHABLE';
  return writing && status !== 401 && status !== 403 ? 'FHIR_WRITE_REFUSED' : 'FHIR_REFUSED';
};

export const plainFhirClient = (baseUrl: string): FhirClient => {
  const call = async (path: string, init: RequestInit, signal: AbortSignal): Promise<Response> => {
    try {
      return await fetch(`${baseUrl}/${path}`, { ...init, signal });
    } catch (cause) {
      throw new CdsError(signal.aborted ? 'FHIR_TIMEOUT' : 'FHIR_UNREACHABLE', undefined, { cause });
    }
  };
  const json = async <T>(response: Response): Promise<T> => {
    try {
      return (await response.json()) as T;
    } catch (cause) {
      throw new CdsError('FHIR_ANSWER_INVALID', undefined, { cause });
    }
  };
  const query = (parameters: Record<string, unknown>): string =>
    Object.entries(parameters)
      .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
      .join('&');
  const get = async (path: string, signal: AbortSignal): Promise<Json | undefined> => {
    const response = await call(path, {}, signal);
    if (response.status === 404 || response.status === 410) return undefined;
    if (!response.ok) throw new CdsError(failure(response.status, false));
    return json<Json>(response);
  };
  const write = async (
    method: string,
    path: string,
    resource: FhirResource,
    signal: AbortSignal,
    ifMatch?: string,
  ) => {
    const headers = {
      'content-type': 'application/fhir+json',
      ...(ifMatch !== undefined && { 'if-match': `W/"${ifMatch}"` }),
    };
    const response = await call(path, { method, headers, body: JSON.stringify(resource) }, signal);
    if (!response.ok) throw new CdsError(failure(response.status, true));
    const { id = '', meta } = await json<{ id?: string; meta?: { versionId?: string } }>(response);
    return {
      id,
      created: response.status === 201,
      ...(meta?.versionId !== undefined && { versionId: meta.versionId }),
    };
  };
  return {
    baseUrl,
    read: (type, id, { signal }) => get(`${type}/${id}`, signal),
    search: async (type, parameters, { signal }) => {
      const bundle = await get(`${type}?${query(parameters)}`, signal);
      return ((bundle?.['entry'] ?? []) as { resource: Json }[]).map(({ resource }) => resource);
    },
    put: (resource, { signal, ifMatch }) =>
      write('PUT', `${resource.resourceType}/${resource.id}`, resource, signal, ifMatch),
    putBy: (resource, parameters, { signal }) =>
      write('PUT', `${resource.resourceType}?${query(parameters)}`, resource, signal),
    create: (resource, { signal }) => write('POST', resource.resourceType, resource, signal),
    raw: (address, init, { signal }) => call(address, init, signal),
  };
};
