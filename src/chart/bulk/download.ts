import { rm } from 'node:fs/promises';
import path from 'node:path';
import PQueue from 'p-queue';
import { CdsError } from '../../domain/index.ts';
import { text, type Json } from '../resource-reader.ts';
import { asExportError, discard, isFileError, readRefusal } from './answers.ts';
import { linesOf } from './body.ts';
import type { BulkFile, Manifest } from './manifest.ts';
import { backoffMs, retryAfterMs } from './pacing.ts';
import { BadLine, saveNdjson, type SavedFile } from './save.ts';
import { request, type Session } from './session.ts';
import { isIntact, sha256Of, type ExportState } from './state.ts';
import { failed } from './types.ts';

/** One output of the manifest and the file it becomes. */
export interface PlannedFile extends BulkFile {
  /** `<Type>.ndjson`, `<Type>.1.ndjson`... in the order of the manifest. */
  readonly file: string;
  /** Digest of the address. */
  readonly key: string;
}

/** Names for the outputs of the wanted types; one that is there already keeps its own. */
export function planFiles(
  output: readonly BulkFile[],
  types: readonly string[],
  kept: ExportState['files'],
): PlannedFile[] {
  const taken = new Set(output.flatMap(({ url }) => kept[sha256Of(url)]?.file ?? []));
  const freeName = (type: string): string => {
    for (let part = 0; ; part++) {
      const name = part === 0 ? `${type}.ndjson` : `${type}.${part}.ndjson`;
      if (!taken.has(name)) {
        taken.add(name);
        return name;
      }
    }
  };
  // An address that is listed twice is one file.
  const once = new Map(output.map((each) => [each.url, each])).values();
  return [...once]
    .filter(({ type }) => types.includes(type))
    .map((each) => {
      const key = sha256Of(each.url);
      return { ...each, key, file: kept[key]?.file ?? freeName(each.type) };
    });
}

const ATTEMPTS = 4;

/** An answer that may be another one in a while; `afterMs` is when the server says. */
class Postponed extends Error {
  readonly afterMs: number | undefined;
  readonly reason: unknown;

  constructor(reason: unknown, afterMs?: number) {
    super('another attempt may help');
    this.reason = reason;
    this.afterMs = afterMs;
  }
}

const REDIRECTS: ReadonlySet<number> = new Set([302, 303, 307, 308]);
const isTemporary = (status: number): boolean => status === 401 || status === 429 || status >= 500;

/** Thrown as they are: no further attempt helps. Anything else is the network's. */
const isFinal = (error: unknown): boolean =>
  isFileError(error) ||
  (error instanceof BadLine ? !error.mayBeCut : error instanceof CdsError && !error.kind.retryable);

const MAX_REDIRECTS = 3;

/**
 * The answer at the end of redirects: some servers send from the file's address on to a signed one at a store. Each
 * address has to be an allowed one, and the token stays with the FHIR server.
 */
const follow = async (session: Session, planned: PlannedFile, withToken: boolean): Promise<Response> => {
  let url = session.addresses.check(planned.url, 'download');
  for (let redirects = 0; ; redirects++) {
    const response = await request(session, url, {
      accept: 'application/fhir+ndjson',
      withToken: withToken && (redirects === 0 || session.addresses.isOwn(url)),
    });
    const location = response.headers.get('location');
    if (!REDIRECTS.has(response.status) || location === null || redirects === MAX_REDIRECTS) return response;
    await discard(response);
    url = session.addresses.check(location, 'download', url);
  }
};

/** @throws Postponed, and CdsError where another attempt is of no use */
const openFile = async (session: Session, planned: PlannedFile, withToken: boolean): Promise<Response> => {
  const response = await follow(session, planned, withToken);
  if (response.status === 200) return response;
  const error = failed('download', `${planned.file}: ${(await readRefusal(response)).text}`);
  if (!isTemporary(response.status)) throw error;
  throw new Postponed(error, retryAfterMs(response.headers.get('retry-after'), new Date()));
};

/** @throws Postponed, and CdsError where another attempt is of no use */
const fetchOnce = async (
  session: Session,
  planned: PlannedFile,
  { folder, withToken, keep }: Target,
): Promise<SavedFile> => {
  const response = await openFile(session, planned, withToken);
  let received = 0;
  const lines = linesOf(response, planned.file, session.maxLineBytes);
  const file = path.join(folder, planned.file);
  const saved = await saveNdjson(lines, file, planned.type, (resource) => {
    received++;
    return keep(planned.type, resource);
  });
  if (planned.count === undefined || planned.count === received) return saved;
  await rm(file);
  throw new Postponed(
    failed('download', `${planned.file} came with ${received} resources instead of ${planned.count}`),
  );
};

const fetchFile = async (session: Session, planned: PlannedFile, target: Target): Promise<SavedFile> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await fetchOnce(session, planned, target);
    } catch (error) {
      const { reason, afterMs } = error instanceof Postponed ? error : new Postponed(error);
      if (session.signal.aborted || isFinal(error) || attempt === ATTEMPTS)
        throw asExportError(reason, 'download');
      await session.pacing.sleep(afterMs ?? backoffMs(session.pacing, attempt - 1), session.signal);
    }
  }
};

interface Target {
  readonly folder: string;
  readonly withToken: boolean;
  readonly keep: (type: string, resource: Json) => boolean;
}

export interface Download {
  readonly session: Session;
  readonly manifest: Manifest;
  readonly planned: readonly PlannedFile[];
  /** `<cohort>/fhir` */
  readonly folder: string;
  readonly concurrency: number;
  /** Ids by type that must not be in any file. */
  readonly deleted: ReadonlyMap<string, ReadonlySet<string>>;
  /** Files of an earlier attempt. */
  readonly kept: ExportState['files'];
  /** Called one at a time. */
  readonly saved: (files: ExportState['files']) => Promise<void>;
}

/**
 * Downloads what is not there yet, several files at a time; the first that fails for good ends the others.
 *
 * @returns the files that are there, by the digest of their address
 * @throws {CdsError} BULK_EXPORT_FAILED; COHORT_INVALID with file and line
 */
export async function downloadFiles(download: Download): Promise<ExportState['files']> {
  const { session, manifest, planned, folder, concurrency, kept } = download;
  const broken = new AbortController();
  const signal = AbortSignal.any([session.signal, broken.signal]);
  const target: Target = {
    folder,
    withToken: manifest.requiresAccessToken,
    keep: (type, resource) => download.deleted.get(type)?.has(text(resource['id']) ?? '') !== true,
  };
  const files: ExportState['files'] = {};
  let recording = Promise.resolve();
  let done = 0;
  const one = async (each: PlannedFile): Promise<void> => {
    const earlier = kept[each.key];
    const intact = earlier !== undefined && (await isIntact(path.join(folder, each.file), earlier));
    const saved = intact ? earlier : await fetchFile({ ...session, signal }, each, target);
    const { bytes, sha256, count } = saved;
    files[each.key] = { file: each.file, bytes, sha256, count };
    recording = recording.then(() => download.saved({ ...files }));
    await recording;
    done++;
    session.report({
      step: 'downloading',
      file: each.file,
      resources: count,
      done,
      total: planned.length,
    });
  };
  const queue = new PQueue({ concurrency });
  let first: { error: unknown } | undefined;
  const tasks = planned.map((each) =>
    queue.add(async () => {
      if (signal.aborted) return;
      try {
        await one(each);
      } catch (error) {
        first ??= { error };
        broken.abort();
      }
    }),
  );
  await Promise.all(tasks);
  if (first !== undefined) throw first.error;
  session.signal.throwIfAborted();
  return files;
}
