import type { FhirResource } from 'fhir/r4.js';
import type { Json } from '../resource-reader.ts';

/** Where access tokens come from: SMART Backend Services, a static token, a hook request's own. */
export interface TokenSource {
  /**
   * The token to send; undefined for none.
   *
   * @throws {CdsError} SMART_DISCOVERY_FAILED, SMART_TOKEN_REFUSED, SMART_TOKEN_UNAVAILABLE
   */
  token(signal: AbortSignal): Promise<string | undefined>;
  /** The server answered 401 to this token: forget it. True where another one can be had, so that one retry helps. */
  refused(token: string): boolean;
}

export interface FhirRequestOptions {
  readonly signal: AbortSignal;
}

/** A resource as the server has it now. */
export interface Written {
  readonly id: string;
  readonly versionId?: string;
  readonly created: boolean;
}

export type SearchParameters = Readonly<Record<string, string | number | readonly string[]>>;

/**
 * One FHIR R4 server: every request of this service to it. At most so many at a time (of all clients of that origin in
 * this process), retried with backoff where that can help and is safe, only to the server's own origin, within the
 * caller's signal.
 *
 * All methods throw {@link CdsError} FHIR_UNREACHABLE (nothing, or 408 and 5xx, after the repetitions), FHIR_TIMEOUT
 * (the signal fired), FHIR_THROTTLED (429, or a Retry-After longer than is waited for: at once), FHIR_ANSWER_INVALID,
 * FHIR_REFUSED (401 with a renewed token too, 403), FHIR_FOREIGN_LINK, SMART_*. No message holds an address or an id.
 */
export interface FhirClient {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  /**
   * Undefined where the server says by an OperationOutcome that there is none (404, 410). A resource without
   * `meta.versionId` has the one of its ETag.
   */
  read(type: string, id: string, options: FhirRequestOptions): Promise<Json | undefined>;
  /**
   * The resources of all pages, remarks about the search left out. By POST _search where the address would be too
   * long for servers and proxies.
   *
   * @throws {CdsError} FHIR_ANSWER_INVALID also where the pages are too many or go in circles: never a part of them
   */
  search(type: string, parameters: SearchParameters, options: FhirRequestOptions): Promise<readonly Json[]>;
  /**
   * PUT Type/id: makes it or replaces it.
   *
   * @param options.ifMatch the version that is to be replaced
   * @throws {CdsError} FHIR_CONFLICT, FHIR_WRITE_REFUSED
   */
  put(
    resource: FhirResource & { readonly id: string },
    options: FhirRequestOptions & { readonly ifMatch?: string },
  ): Promise<Written>;
  /**
   * PUT Type?parameters: makes the one match or replaces it, for servers that refuse client ids.
   *
   * @throws {CdsError} FHIR_CONFLICT (more than one match too), FHIR_WRITE_REFUSED
   */
  putBy(resource: FhirResource, parameters: SearchParameters, options: FhirRequestOptions): Promise<Written>;
  /** POST Type. Not retried after an answer was lost: it may have been taken. */
  create(resource: FhirResource, options: FhirRequestOptions): Promise<Written>;
  /**
   * Any other request, as fetch answers it, for what is no resource ($export, files, `metadata`). Token, origin
   * check, retries of 429 and 503 and the limit apply; the status is the caller's to judge.
   *
   * @param address below the base URL, or absolute at the same origin
   */
  raw(
    address: string,
    init: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string },
    options: FhirRequestOptions,
  ): Promise<Response>;
}
