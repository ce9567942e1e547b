import { CdsError } from '../../domain/index.ts';
import { record, type Json } from '../resource-reader.ts';
import { issuesOf, type Issue } from './outcomes.ts';
import { failed, type BulkStep } from './types.ts';

/** A manifest of a hundred thousand files is below this. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Leaves the body unread and lets go of the connection. */
export const discard = async (response: Response): Promise<void> => {
  await response.body?.cancel().catch(() => undefined);
};

/** The body as a JSON object; undefined where it is none, or larger than any manifest. */
export async function readJson(response: Response): Promise<Json | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > MAX_BODY_BYTES) return undefined;
    parts.push(part);
  }
  try {
    return record(JSON.parse(Buffer.concat(parts).toString('utf8')));
  } catch {
    return undefined;
  }
}

/** What a refusal says of itself: its status, and the issue codes of its OperationOutcome. */
export interface Refusal {
  readonly issues: readonly Issue[];
  readonly text: string;
}

export async function readRefusal(response: Response): Promise<Refusal> {
  const issues = issuesOf(await readJson(response).catch(() => undefined));
  const codes = [...new Set(issues.map(({ code }) => code))].join(', ');
  return { issues, text: `the server answered ${response.status}${codes === '' ? '' : ` (${codes})`}` };
}

/** Credentials have errors of their own, which say what to do. */
const isAboutCredentials = ({ code }: CdsError): boolean => code.startsWith('SMART_');

/** Of errors about files, as node:fs names what it was doing; those of connections have others. */
const FILE_CALLS: ReadonlySet<unknown> = new Set(
  'open close read write fsync rename unlink mkdir chmod scandir stat lstat rm'.split(' '),
);

/** A disk that is full, a folder that may not be written to: nothing a server could mend. */
export const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && FILE_CALLS.has((error as NodeJS.ErrnoException).syscall);

/** What failed as an error of this export: its step, and the code of the client's or the system's error. */
export const asExportError = (error: unknown, step: BulkStep): CdsError => {
  if (isFileError(error)) return failed('folder', `it cannot be written (${error.code ?? 'EIO'})`, error);
  if (!(error instanceof CdsError)) return failed(step, 'FHIR_UNREACHABLE', error);
  return error.code === 'BULK_EXPORT_FAILED' || error.code === 'COHORT_INVALID' || isAboutCredentials(error)
    ? error
    : failed(step, error.code, error);
};
