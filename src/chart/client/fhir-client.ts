import { Client, type FhirResponse } from 'fhir-kit-client';
import { CdsError } from '../../domain/index.ts';
import type { Log } from '../../platform/index.ts';
import { record, type Json } from '../resource-reader.ts';
import { MAX_BODY_BYTES } from './bounded-body.ts';
import { readError, type Failure } from './failure.ts';
import { createRaw } from './raw.ts';
import { systemJitter } from './retry.ts';
import { expectType, searchAll } from './search.ts';
import { createSender, type Exchange, type Outcome } from './sending.ts';
import { serverLimit } from './server-limit.ts';
import { useTransport } from './transport.ts';
import type { FhirClient, SearchParameters, TokenSource } from './types.ts';
import { versionOf, withVersion } from './version.ts';
import { createWrites } from './writes.ts';

export interface FhirClientOptions {
  /** With or without a trailing slash. */
  readonly baseUrl: string;
  readonly tokens: TokenSource;
  /** Requests at a time to the server's origin, of all clients of this process together. */
  readonly concurrency: number;
  /** Further attempts of one request. */
  readonly retries: number;
  /** Pages that one search may have; more is an error, never half a chart. */
  readonly maxPages: number;
  /** Milliseconds that one request may take, body included; then it counts as lost. */
  readonly requestTimeoutMs?: number;
  /** Bytes that one answer may have, unpacked; 64 MiB unless said. `raw` answers are read by who asks for them. */
  readonly maxBodyBytes?: number;
  /** Milliseconds before the first repetition; the waits double. */
  readonly backoffMs?: number;
  /** Milliseconds: the longest wait; a Retry-After beyond it ends the request at once with FHIR_THROTTLED. */
  readonly maxWaitMs?: number;
  /** Among the requests that wait for a slot, higher first. */
  readonly priority?: number;
  /** Uniform on [0, 1): spreads the waits. */
  readonly jitter?: () => number;
  /** Is told of repetitions and of a server that asks to be called later. */
  readonly log?: Log;
}

const REQUEST_TIMEOUT_MS = 30_000;
const BACKOFF_MS = 250;
const MAX_WAIT_MS = 20_000;

/** Of a read: the server says by an OperationOutcome that there is no such resource (or none any more). */
const tellsNone = (failure: Failure): boolean =>
  failure.kind === 'answered' &&
  (failure.status === 404 || failure.status === 410) &&
  // Any other 404 comes from a proxy or a wrong base URL, not from a FHIR server.
  record(failure.data)?.['resourceType'] === 'OperationOutcome';

const ONLY_DOTS = /^\.{1,2}$/;

/** @throws {CdsError} CONFIG_INVALID */
const parsedBase = (baseUrl: string): URL => {
  if (!URL.canParse(baseUrl)) throw new CdsError('CONFIG_INVALID', 'fhirBaseUrl is no URL');
  const url = new URL(baseUrl);
  // fetch refuses such addresses, and they would end up in logs.
  if (url.username !== '') throw new CdsError('CONFIG_INVALID', 'fhirBaseUrl holds a user name');
  return url;
};

const etagOf = (answer: FhirResponse): string | null =>
  Client.httpFor(answer).response?.headers.get('etag') ?? null;

/**
 * A client of one FHIR R4 server on fhir-kit-client, which makes the requests and reads the answers; tokens, slots,
 * waits and repetitions, origin checks, pages and errors are here.
 *
 * @throws {CdsError} CONFIG_INVALID where the base URL is none
 */
export function createFhirClient(options: FhirClientOptions): FhirClient {
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const { origin } = parsedBase(baseUrl);
  const kit = new Client({ baseUrl });
  useTransport(kit, { origin, maxBodyBytes: options.maxBodyBytes ?? MAX_BODY_BYTES });
  const limit = serverLimit(origin, options.concurrency);
  const { requestTimeoutMs = REQUEST_TIMEOUT_MS, priority = 0 } = options;
  const send = createSender({
    tokens: options.tokens,
    limit,
    requestTimeoutMs,
    priority,
    log: options.log,
    policy: {
      retries: options.retries,
      backoffMs: options.backoffMs ?? BACKOFF_MS,
      maxWaitMs: options.maxWaitMs ?? MAX_WAIT_MS,
      jitter: options.jitter ?? systemJitter,
    },
  });
  const reading = <T>(ask: Exchange<T>['ask']): Exchange<T> => ({ idempotent: true, ask });

  const searchPage = (
    type: string,
    parameters: SearchParameters,
    post: boolean,
    signal: AbortSignal,
  ): Promise<Outcome<unknown>> => {
    const searchParams = parameters as Record<string, string | number | string[]>;
    return send(
      reading((request) =>
        kit.search({ resourceType: type, searchParams, options: { ...request, postSearch: post } }),
      ),
      { signal },
    );
  };

  return {
    baseUrl,
    read: async (type, id, { signal }) => {
      // An address ends a path's segment of dots by going up: what is there is no resource of that id.
      if (ONLY_DOTS.test(id)) return undefined;
      // The client writes the id into the path as it is.
      const address = { resourceType: type, id: encodeURIComponent(id) };
      const outcome = await send(
        reading(async (request): Promise<Json> => {
          const answer = await kit.read({ ...address, options: request });
          return withVersion(answer, versionOf(etagOf(answer)));
        }),
        { signal },
      );
      if (outcome.ok) return expectType(outcome.answer, type);
      if (tellsNone(outcome.failure)) return undefined;
      throw readError(outcome.failure);
    },
    search: (type, parameters, { signal }) =>
      searchAll(type, parameters, {
        baseUrl,
        maxPages: options.maxPages,
        withoutPostSearch: limit.withoutPostSearch,
        first: (...[, , { post }]) => searchPage(type, parameters, post, signal),
        following: (url) =>
          send(
            reading((request) => kit.request(url, { options: request })),
            { signal, underWay: true },
          ),
      }),
    ...createWrites(kit, send),
    raw: createRaw({ baseUrl, origin, send }),
  };
}
