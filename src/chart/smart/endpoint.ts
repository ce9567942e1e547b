import { CdsError } from '../../domain/index.ts';
import { readBounded } from '../client/bounded-body.ts';
import { record, text } from '../resource-reader.ts';

const MAX_DOCUMENT_BYTES = 256 * 1024;

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** May an assertion and a token travel there? Encrypted, or on this machine, or where the environment is no hospital. */
export const isSafeEndpoint = (url: URL, allowHttp: boolean): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && (allowHttp || LOOPBACK.has(url.hostname)));

const failed = (detail: string, cause?: unknown): CdsError =>
  new CdsError('SMART_DISCOVERY_FAILED', detail, cause === undefined ? undefined : { cause });

const fetchDocument = async (baseUrl: string, signal: AbortSignal): Promise<unknown> => {
  let response: Response;
  try {
    response = await fetch(`${baseUrl}/.well-known/smart-configuration`, {
      headers: { accept: 'application/json' },
      // Where a redirect leads is not this server's word any more.
      redirect: 'manual',
      signal,
    });
  } catch (cause) {
    throw failed('The FHIR server could not be reached.', cause);
  }
  if (response.status !== 200) {
    await response.body?.cancel();
    throw failed(`smart-configuration: it answered ${String(response.status)}.`);
  }
  try {
    return JSON.parse(await readBounded(response, MAX_DOCUMENT_BYTES)) as unknown;
  } catch (cause) {
    throw failed('smart-configuration is not JSON.', cause);
  }
};

/**
 * The token endpoint that a FHIR server names. It may be on another origin, and mostly is: what is sent there is
 * signed for that endpoint alone (`aud`), so a wrong one learns nothing that it could use elsewhere.
 *
 * @throws {CdsError} SMART_DISCOVERY_FAILED
 * @see http://hl7.org/fhir/smart-app-launch/conformance.html#using-well-known
 */
export async function discoverTokenEndpoint(
  baseUrl: string,
  { allowHttp, signal }: { readonly allowHttp: boolean; readonly signal: AbortSignal },
): Promise<string> {
  const written = text(record(await fetchDocument(baseUrl, signal))?.['token_endpoint']);
  if (written === undefined) throw failed('smart-configuration names no token_endpoint.');
  if (!URL.canParse(written)) throw failed('token_endpoint is no absolute address.');
  if (!isSafeEndpoint(new URL(written), allowHttp)) throw failed('token_endpoint is not https.');
  return written;
}
