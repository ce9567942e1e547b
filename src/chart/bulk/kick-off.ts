import { CdsError } from '../../domain/index.ts';
import { asExportError, discard, readRefusal } from './answers.ts';
import { backoffMs, retryAfterMs } from './pacing.ts';
import type { Session } from './session.ts';
import { failed, type BulkScope } from './types.ts';

/** The operation's path below the base URL. */
export const exportPath = (scope: BulkScope): string => {
  switch (scope.level) {
    case 'group':
      return `Group/${encodeURIComponent(scope.groupId)}/$export`;
    case 'patient':
      return 'Patient/$export';
    case 'system':
      return '$export';
  }
};

const BUSY: ReadonlySet<number> = new Set([429, 503]);
const ATTEMPTS = 10;

/** A server that is busy, with this client or altogether. */
interface Busy {
  readonly afterMs: number | undefined;
  readonly error: CdsError;
}

const askOnce = async (session: Session, address: string): Promise<Response | Busy> => {
  const headers = { accept: 'application/fhir+json', prefer: 'respond-async' };
  try {
    const response = await session.client.raw(address, { headers }, { signal: session.signal });
    if (response.status === 202) return response;
    const afterMs = retryAfterMs(response.headers.get('retry-after'), new Date());
    const error = failed('kick-off', (await readRefusal(response)).text);
    if (!BUSY.has(response.status)) throw error;
    return { afterMs, error };
  } catch (caught) {
    const error = asExportError(caught, 'kick-off');
    if (caught instanceof CdsError && caught.code === 'FHIR_THROTTLED') return { afterMs: undefined, error };
    throw error;
  }
};

const statusUrlOf = (response: Response, { addresses }: Session): URL => {
  const location = response.headers.get('content-location');
  if (location === null) throw failed('kick-off', 'the server accepted, and named no status address');
  return addresses.check(location, 'kick-off');
};

/**
 * Asks for an export. A server that is busy with others is asked again, when it says or ever later.
 *
 * @returns the status address
 * @throws {CdsError} BULK_EXPORT_FAILED, SMART_*
 * @see http://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-kick-off-request
 */
export async function kickOff(
  session: Session,
  scope: BulkScope,
  { types, since }: { readonly types: readonly string[]; readonly since?: string | undefined },
): Promise<URL> {
  const query = new URLSearchParams({
    _type: types.join(','),
    _outputFormat: 'application/fhir+ndjson',
    ...(since !== undefined && { _since: since }),
  });
  const address = `${session.client.baseUrl}/${exportPath(scope)}?${query.toString()}`;
  for (let attempt = 0; ; attempt++) {
    const answer = await askOnce(session, address);
    if (answer instanceof Response) {
      await discard(answer);
      session.report({ step: 'requested' });
      return statusUrlOf(answer, session);
    }
    if (attempt + 1 === ATTEMPTS) throw answer.error;
    await session.pacing.sleep(answer.afterMs ?? backoffMs(session.pacing, attempt), session.signal);
  }
}
