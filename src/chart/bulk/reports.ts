import { asExportError, readRefusal } from './answers.ts';
import { linesOf } from './body.ts';
import type { BulkFile, Manifest } from './manifest.ts';
import { issuesOf } from './outcomes.ts';
import { request, type Session } from './session.ts';
import { failed, type BulkStep } from './types.ts';
import { jsonOfLine } from '../ndjson-lines.ts';
import { list, record, text, type Json } from '../resource-reader.ts';

/** The lines of a file that goes with the export, one after another, never all in memory. */
async function* resourcesOf(
  session: Session,
  { url }: Pick<BulkFile, 'url'>,
  step: BulkStep,
  withToken: boolean,
): AsyncGenerator<Json | undefined> {
  const address = session.addresses.check(url, step);
  try {
    const response = await request(session, address, { accept: 'application/fhir+ndjson', withToken });
    if (response.status !== 200) throw failed(step, (await readRefusal(response)).text);
    for await (const line of linesOf(response, step, session.maxLineBytes)) yield jsonOfLine(line);
  } catch (error) {
    throw asExportError(error, step);
  }
}

/**
 * What went wrong while the server exported: how often each issue was reported, as `severity code`. The texts stay
 * unread, they may name a patient.
 *
 * @throws {CdsError} BULK_EXPORT_FAILED where a report cannot be read
 */
export async function summariseErrors(
  session: Session,
  { error, requiresAccessToken }: Manifest,
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const file of error)
    for await (const resource of resourcesOf(session, file, 'errors', requiresAccessToken))
      for (const { severity, code } of issuesOf(resource)) {
        const name = `${severity} ${code}`;
        counts[name] = (counts[name] ?? 0) + 1;
      }
  return counts;
}

/** Whether one of the issues ended the server's work. */
export const isFatal = (issues: Readonly<Record<string, number>>): boolean =>
  Object.keys(issues).some((name) => name.startsWith('fatal '));

const DELETED = /^([A-Z][A-Za-z]{1,63})\/([A-Za-z0-9\-.]{1,64})$/;

const deletedBy = (entry: unknown): [type: string, id: string] | undefined => {
  const asked = record(record(entry)?.['request']);
  const [, type, id] = DELETED.exec(text(asked?.['url']) ?? '') ?? [];
  return asked?.['method'] === 'DELETE' && type !== undefined && id !== undefined ? [type, id] : undefined;
};

/**
 * What was deleted since `_since`: ids by resource type, of the types that were asked for.
 *
 * @throws {CdsError} BULK_EXPORT_FAILED where a line is no Bundle of deletions: a resource that should be gone would stay
 */
export async function readDeleted(
  session: Session,
  { deleted, requiresAccessToken }: Manifest,
  types: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const ids = new Map(types.map((type) => [type, new Set<string>()]));
  for (const file of deleted)
    for await (const resource of resourcesOf(session, file, 'deleted', requiresAccessToken)) {
      if (resource?.['resourceType'] !== 'Bundle') throw failed('deleted', 'a line is no Bundle');
      for (const entry of list(resource['entry'])) {
        const deletion = deletedBy(entry);
        if (deletion === undefined) throw failed('deleted', 'an entry is no deletion of a resource');
        ids.get(deletion[0])?.add(deletion[1]);
      }
    }
  return ids;
}
