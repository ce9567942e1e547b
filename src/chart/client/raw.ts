import { CdsError } from '../../domain/index.ts';
import { AttemptFailed, readError, type Failure } from './failure.ts';
import type { Send } from './sending.ts';
import type { FhirClient } from './types.ts';

/** Methods that may arrive twice, RFC 9110 9.2.2. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
/** Answers that are not the caller's to judge yet: the request is sent again. */
const SENT_AGAIN: ReadonlySet<number> = new Set([401, 429, 503]);

/** @throws {CdsError} FHIR_FOREIGN_LINK */
const addressOf = (address: string, baseUrl: string, origin: string): URL => {
  const written = /^https?:/i.test(address) ? address : `${baseUrl}/${address.replace(/^\/+/, '')}`;
  if (!URL.canParse(written)) throw new CdsError('FHIR_ANSWER_INVALID', 'It named an address that is none.');
  const url = new URL(written);
  if (url.origin !== origin || url.username !== '') throw new CdsError('FHIR_FOREIGN_LINK');
  return url;
};

/** The answer itself, where a status kept it from the caller; the last of them when repeating did not help. */
const keptAnswer = (failure: Failure): Response | undefined =>
  failure.kind === 'answered' && failure.status !== 429 ? (failure.data as Response) : undefined;

/**
 * Requests for what is no resource. A slot is held until the headers are there, not for the body: a file of
 * gigabytes that is read as a stream would hold it for an hour.
 */
export function createRaw({ baseUrl, origin, send }: { baseUrl: string; origin: string; send: Send }) {
  return async (...[address, init, { signal }]: Parameters<FhirClient['raw']>): Promise<Response> => {
    const url = addressOf(address, baseUrl, origin);
    const method = (init.method ?? 'GET').toUpperCase();
    let unused: Response | undefined;
    const outcome = await send(
      {
        idempotent: IDEMPOTENT.has(method),
        ask: async ({ headers, signal: attempt }) => {
          await unused?.body?.cancel();
          // The attempt's time ends with the headers; the body is read within the caller's signal alone.
          const headersOnly = new AbortController();
          const stop = (): void => {
            headersOnly.abort();
          };
          attempt.addEventListener('abort', stop, { once: true });
          try {
            const response = await fetch(url, {
              method,
              headers: { ...init.headers, ...headers },
              redirect: 'manual',
              signal: AbortSignal.any([signal, headersOnly.signal]),
              ...(init.body !== undefined && { body: init.body }),
            });
            if (!SENT_AGAIN.has(response.status)) return response;
            unused = response;
            const { status, headers: told } = response;
            throw new AttemptFailed({ kind: 'answered', status, headers: told, data: response });
          } finally {
            attempt.removeEventListener('abort', stop);
          }
        },
      },
      { signal },
    ).catch(async (error: unknown) => {
      // No token for the next attempt, say: nobody reads the answer that asked for it.
      await unused?.body?.cancel();
      throw error;
    });
    if (outcome.ok) return outcome.answer;
    const answer = keptAnswer(outcome.failure);
    if (answer !== undefined) return answer;
    await unused?.body?.cancel();
    throw readError(outcome.failure);
  };
}
