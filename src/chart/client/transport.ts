import { RESPONSE_KEY, type Client, type FhirResponse } from 'fhir-kit-client';
import { CdsError } from '../../domain/index.ts';
import { readBounded } from './bounded-body.ts';
import { AttemptFailed } from './failure.ts';

export interface TransportOptions {
  /** The server's own: nothing is sent anywhere else. */
  readonly origin: string;
  /** Of one answer, unpacked. */
  readonly maxBodyBytes: number;
}

const parsed = (written: string): unknown => {
  if (written === '') return {};
  try {
    return JSON.parse(written);
  } catch {
    return undefined;
  }
};

const bodyOf = (body: unknown): string | undefined =>
  body === undefined || typeof body === 'string' ? body : JSON.stringify(body);

/**
 * Puts our own transport under a client. fhir-kit-client's reads bodies of any size into one string, and its errors
 * hold the address; the rest of it (addresses, methods, headers of each interaction) is used as it is.
 *
 * Failures are {@link AttemptFailed}, FHIR_FOREIGN_LINK, FHIR_ANSWER_INVALID (too large), or what fetch throws.
 */
export function useTransport({ httpClient }: Client, { origin, maxBodyBytes }: TransportOptions): void {
  httpClient.request = async (method, address, { headers, signal } = {}, body): Promise<FhirResponse> => {
    const url = httpClient.expandUrl(address);
    // All traffic passes here last, links too: with the token attached it goes to no other host.
    if (new URL(url).origin !== origin) throw new CdsError('FHIR_FOREIGN_LINK');
    const sent = bodyOf(body);
    const response = await fetch(url, {
      method,
      headers: { accept: 'application/fhir+json', ...headers },
      // Not followed: it could lead to another origin. It ends as an answer that is not FHIR.
      redirect: 'manual',
      signal: signal as AbortSignal,
      ...(sent !== undefined && { body: sent }),
    });
    const data = parsed(await readBounded(response, maxBodyBytes));
    const { ok, status } = response;
    if (!ok || data === undefined)
      throw new AttemptFailed({ kind: 'answered', status, headers: response.headers, data });
    if (typeof data !== 'object' || data === null) throw new AttemptFailed({ kind: 'unreadable' });
    // Where Client.httpFor finds it; not enumerable, so that no copy of the resource carries it along.
    return Object.defineProperty(data as FhirResponse, RESPONSE_KEY, { value: response, enumerable: false });
  };
}
