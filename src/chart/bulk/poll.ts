import { CdsError } from '../../domain/index.ts';
import { asExportError, discard, readJson, readRefusal } from './answers.ts';
import { parseManifest, type Manifest } from './manifest.ts';
import { isTransient } from './outcomes.ts';
import { backoffMs, retryAfterMs } from './pacing.ts';
import { request, type Session } from './session.ts';
import { failed } from './types.ts';

/** Failures on end that do not mean that the export failed: the network's, and those a server calls transient. */
const MAX_FAILURES = 5;

type Answer =
  | { readonly kind: 'ready'; readonly manifest: Manifest }
  /** The server has no such export any more. */
  | { readonly kind: 'gone'; readonly text: string }
  | { readonly kind: 'wait'; readonly afterMs: number | undefined; readonly percent?: number }
  | { readonly kind: 'trouble'; readonly afterMs: number | undefined; readonly error: CdsError };

/** A percentage out of X-Progress, which is free text: nothing else of it is passed on. */
const percentOf = (header: string | null): number | undefined => {
  const percent = Number(/(?:^|[^\d.])(\d{1,3}(?:\.\d{1,3})?)\s?%/.exec(header?.slice(0, 200) ?? '')?.[1]);
  return percent <= 100 ? percent : undefined;
};

const refusal = async (response: Response, afterMs: number | undefined): Promise<Answer> => {
  const { issues, text } = await readRefusal(response);
  if (response.status === 404 || response.status === 410) return { kind: 'gone', text };
  const error = failed('status', text);
  // 503 is a proxy's or a restart's; a server that means the export says so with another status or code.
  if (response.status === 503 || (response.status >= 500 && isTransient(issues)))
    return { kind: 'trouble', afterMs, error };
  throw error;
};

const judge = async (response: Response): Promise<Answer> => {
  const afterMs = retryAfterMs(response.headers.get('retry-after'), new Date());
  if (response.status === 202 || response.status === 429) {
    await discard(response);
    const percent = percentOf(response.headers.get('x-progress'));
    return { kind: 'wait', afterMs, ...(percent !== undefined && { percent }) };
  }
  if (response.status !== 200) return refusal(response, afterMs);
  const body = await readJson(response);
  if (body === undefined) throw failed('manifest', 'it is not JSON');
  return { kind: 'ready', manifest: parseManifest(body) };
};

const ask = async (session: Session, statusUrl: URL): Promise<Answer> => {
  try {
    return await judge(await request(session, statusUrl, { accept: 'application/json', withToken: true }));
  } catch (caught) {
    // The client was told to call later, and would have had to wait longer than it does.
    if (caught instanceof CdsError && caught.code === 'FHIR_THROTTLED')
      return { kind: 'wait', afterMs: undefined };
    const retryable = !(caught instanceof CdsError) || caught.kind.retryable;
    const error = asExportError(caught, 'status');
    if (!retryable || session.signal.aborted) throw error;
    return { kind: 'trouble', afterMs: undefined, error };
  }
};

/**
 * Polls until the server has prepared the files: when it says (Retry-After), else at intervals that double.
 *
 * @returns undefined where the server knows no such export (404, 410)
 * @throws {CdsError} BULK_EXPORT_FAILED, SMART_*
 * @see http://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-status-request
 */
export async function awaitManifest(session: Session, statusUrl: URL): Promise<Manifest | undefined> {
  const started = performance.now();
  let failures = 0;
  for (let polls = 1; ; polls++) {
    const answer = await ask(session, statusUrl);
    if (answer.kind === 'ready') return answer.manifest;
    if (answer.kind === 'gone') return undefined;
    if (answer.kind === 'trouble') {
      failures++;
      if (failures > MAX_FAILURES) throw answer.error;
    } else {
      failures = 0;
      const waitedMs = Math.round(performance.now() - started);
      const { percent } = answer;
      session.report({ step: 'preparing', polls, waitedMs, ...(percent !== undefined && { percent }) });
    }
    await session.pacing.sleep(answer.afterMs ?? backoffMs(session.pacing, polls - 1), session.signal);
  }
}

/** How long an export that is not wanted any more may hold up who gave it up. */
const GOODBYE_MS = 5000;

/** Tells the server that its files are not needed (any more). Best effort: it deletes them in time by itself. */
export async function endExport(session: Omit<Session, 'signal'>, statusUrl: URL): Promise<void> {
  const signal = AbortSignal.timeout(GOODBYE_MS);
  await request({ ...session, signal }, statusUrl, {
    method: 'DELETE',
    accept: 'application/json',
    withToken: true,
  }).then(discard, () => undefined);
}
