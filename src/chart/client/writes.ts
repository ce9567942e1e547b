import { Client, type FhirResource as KitResource, type FhirResponse } from 'fhir-kit-client';
import type { FhirResource } from 'fhir/r4.js';
import { CdsError } from '../../domain/index.ts';
import { record, text, type Json } from '../resource-reader.ts';
import { writeError } from './failure.ts';
import type { Exchange, Send } from './sending.ts';
import type { FhirClient, SearchParameters, Written } from './types.ts';
import { versionOf } from './version.ts';

/** fhir-kit-client's type of a resource is looser than R4's, with an index signature. */
const bodyOf = (resource: FhirResource): KitResource => resource as unknown as KitResource;

/** `.../Type/id/_history/version`, the version left out by some. */
const LOCATION = /\/([A-Za-z0-9.-]{1,64})(?:\/_history\/([^/]+))?$/;

/** Id and version in the address of what was written. */
const placeOf = (headers: Headers): { id?: string | undefined; version?: string | undefined } => {
  const [, id, version] =
    ['location', 'content-location']
      .map((name) => LOCATION.exec(headers.get(name) ?? ''))
      .find((match) => match !== null) ?? [];
  return { id, version };
};

const NO_HEADERS = new Headers();

/**
 * What was written, as the answer tells it: a server may send the resource, an OperationOutcome or no body.
 *
 * @param id where the request names it
 */
const writtenOf = (answer: FhirResponse, type: string, id?: string): Written => {
  const { status, headers } = Client.httpFor(answer).response ?? { status: 200, headers: NO_HEADERS };
  const place = placeOf(headers);
  const body: Json = answer.resourceType === type ? answer : {};
  const writtenId = id ?? text(body['id']) ?? place.id;
  if (writtenId === undefined)
    throw new CdsError('FHIR_ANSWER_INVALID', 'It does not tell the id of what it took.');
  // The ETag last: with an OperationOutcome as the body, a framework's own ETag is about that.
  const versionId =
    text(record(body['meta'])?.['versionId']) ?? place.version ?? versionOf(headers.get('etag'));
  return { id: writtenId, created: status === 201, ...(versionId !== undefined && { versionId }) };
};

/** The writing half of a client. */
export function createWrites(kit: Client, send: Send): Pick<FhirClient, 'put' | 'putBy' | 'create'> {
  const write = async (
    exchange: Exchange<FhirResponse>,
    type: string,
    signal: AbortSignal,
    id?: string,
  ): Promise<Written> => {
    const outcome = await send(exchange, { signal });
    if (!outcome.ok) throw writeError(outcome.failure);
    return writtenOf(outcome.answer, type, id);
  };

  return {
    put: (resource, { signal, ifMatch }) => {
      const { resourceType, id } = resource;
      const condition = ifMatch === undefined ? {} : { 'if-match': `W/"${ifMatch}"` };
      const ask: Exchange<FhirResponse>['ask'] = (request) =>
        kit.update({
          resourceType,
          id: encodeURIComponent(id),
          body: bodyOf(resource),
          options: { ...request, headers: { ...request.headers, ...condition } },
        });
      return write({ idempotent: true, ask }, resourceType, signal, id);
    },
    putBy: (resource, parameters: SearchParameters, { signal }) => {
      const { resourceType } = resource;
      const ask: Exchange<FhirResponse>['ask'] = (request) =>
        kit.update({
          resourceType,
          searchParams: parameters as Record<string, string | number | string[]>,
          body: bodyOf(resource),
          // The id is the server's: without this it need not be in the answer.
          options: { ...request, headers: { ...request.headers, prefer: 'return=representation' } },
        });
      return write({ idempotent: true, ask }, resourceType, signal);
    },
    create: (resource, { signal }) => {
      const { resourceType } = resource;
      const ask: Exchange<FhirResponse>['ask'] = (request) =>
        kit.create({ resourceType, body: bodyOf(resource), options: request });
      return write({ idempotent: false, ask }, resourceType, signal);
    },
  };
}
