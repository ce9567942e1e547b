/** The part of a FHIR client that an export uses, as small as can be: its server's origin, one token, no retries. */
import type { FhirClient } from '../../../src/chart/index.ts';
import type { Pacing } from '../../../src/chart/bulk/types.ts';
import { CdsError } from '../../../src/domain/index.ts';

export const bulkClient = (baseUrl: string, token?: string): Pick<FhirClient, 'baseUrl' | 'raw'> => ({
  baseUrl,
  raw: async (address, init, { signal }) => {
    const url = new URL(address, `${baseUrl}/`);
    if (url.origin !== new URL(baseUrl).origin) throw new CdsError('FHIR_FOREIGN_LINK');
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    try {
      return await fetch(url, {
        ...init,
        headers: { ...init.headers, ...authorization },
        redirect: 'manual',
        signal,
      });
    } catch (cause) {
      throw new CdsError('FHIR_UNREACHABLE', undefined, { cause });
    }
  },
});

/** Waits for nothing, and remembers what it would have waited for. */
export const instantPacing = (): Pacing & { readonly waits: number[] } => {
  const waits: number[] = [];
  return {
    firstMs: 1000,
    longestMs: 60_000,
    waits,
    sleep: async (ms, signal) => {
      waits.push(ms);
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    },
  };
};
