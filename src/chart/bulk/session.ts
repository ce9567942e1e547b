import type { FhirClient, TokenSource } from '../client/types.ts';
import { createAddresses, type Addresses } from './addresses.ts';
import { PACING } from './pacing.ts';
import type { BulkExportOptions, BulkProgress, Pacing } from './types.ts';

/** What the parts of one export share. */
export interface Session {
  readonly client: Pick<FhirClient, 'baseUrl' | 'raw'>;
  readonly addresses: Addresses;
  readonly tokens: TokenSource | undefined;
  readonly pacing: Pacing;
  readonly maxLineBytes: number | undefined;
  readonly report: (progress: BulkProgress) => void;
  /** The caller's, the deadline's, or that of a file that failed. */
  readonly signal: AbortSignal;
}

export const createSession = (options: BulkExportOptions, signal: AbortSignal): Session => ({
  client: options.client,
  addresses: createAddresses(options.client.baseUrl, options.allowedOrigins ?? []),
  tokens: options.tokens,
  pacing: options.pacing ?? PACING,
  maxLineBytes: options.maxLineBytes,
  report: options.report,
  signal,
});

/**
 * GET or DELETE at an address that the server named and {@link Addresses.check} let pass. The client's token goes
 * only to the server's own origin, and only where it is needed; a redirect is the caller's to judge.
 */
export async function request(
  { client, addresses, tokens, signal }: Pick<Session, 'client' | 'addresses' | 'tokens' | 'signal'>,
  url: URL,
  { method = 'GET', accept, withToken }: { method?: string; accept: string; withToken: boolean },
): Promise<Response> {
  const headers: Record<string, string> = { accept };
  if (withToken && addresses.isOwn(url)) return client.raw(url.href, { method, headers }, { signal });
  const token = withToken ? await tokens?.token(signal) : undefined;
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  const response = await fetch(url, { method, headers, redirect: 'manual', signal });
  if (response.status === 401 && token !== undefined) tokens?.refused(token);
  return response;
}
