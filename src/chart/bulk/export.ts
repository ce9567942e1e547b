import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { asExportError } from './answers.ts';
import { downloadFiles, planFiles } from './download.ts';
import { exportPath, kickOff } from './kick-off.ts';
import type { Manifest } from './manifest.ts';
import { awaitManifest, endExport } from './poll.ts';
import { isFatal, readDeleted, summariseErrors } from './reports.ts';
import { FOLDER_MODE } from './save.ts';
import { createSession, type Session } from './session.ts';
import {
  isIntact,
  readChecked,
  readState,
  requestDigest,
  stateFile,
  writePrivate,
  writeState,
  type ExportState,
} from './state.ts';
import { failed, type BulkExportOptions, type BulkProgress, type BulkStep } from './types.ts';

const DEADLINE_MS = 6 * 3_600_000;
const CONCURRENCY = 4;

const cohortSchema = z.object({
  generator: z.object({ name: z.literal('recurrence-cds export') }),
  /** Whose resources, of which server, changed after when. */
  source: z.object({ fhirBaseUrl: z.string(), export: z.string(), since: z.string().optional() }),
  /** Digest of what was asked for. */
  request: z.string(),
  /** Instant as of which the server exported. */
  transactionTime: z.string(),
  output: z.array(
    z.object({
      type: z.string(),
      url: z.string(),
      count: z.number(),
      bytes: z.number(),
      sha256: z.string(),
    }),
  ),
  /** What the server reports of resources it could not export: how often, by `severity code`. */
  issues: z.record(z.string(), z.number()),
  /** Types that were not asked for; their files were left there. */
  otherTypes: z.array(z.string()),
});

/** `manifest.json` of an exported cohort, and what an export answers. Holds nothing of a patient. */
export type ExportedCohort = z.infer<typeof cohortSchema> & {
  /** Nothing was asked of the server: the folder held this export already. */
  readonly reused: boolean;
};

const manifestFile = (directory: string): string => path.join(directory, 'manifest.json');
const fhirFolder = (directory: string): string => path.join(directory, 'fhir');

/** What the folder holds already, if it is the export that is asked for, and whole. */
const finished = async (
  { directory }: BulkExportOptions,
  request: string,
): Promise<ExportedCohort | undefined> => {
  const cohort = await readChecked(manifestFile(directory), cohortSchema);
  if (cohort?.request !== request) return undefined;
  for (const { url, ...written } of cohort.output)
    if (!(await isIntact(path.join(directory, url), written))) return undefined;
  return { ...cohort, reused: true };
};

/** A folder of this program's making may be written over; any other may be somebody's only copy. */
const prepareFolder = async ({ directory }: BulkExportOptions): Promise<void> => {
  const ours =
    (await readState(directory)) !== undefined ||
    (await readChecked(manifestFile(directory), cohortSchema)) !== undefined;
  const files = await readdir(fhirFolder(directory)).catch(() => []);
  if (files.length > 0 && !ours) throw failed('folder', 'it holds files that no export wrote; name another');
  await mkdir(directory, { recursive: true, mode: FOLDER_MODE });
  await mkdir(fhirFolder(directory), { recursive: true, mode: FOLDER_MODE });
  await chmod(fhirFolder(directory), FOLDER_MODE);
};

interface Prepared {
  readonly state: ExportState;
  readonly manifest: Manifest;
}

/** Waits for the server; what it prepares for nobody is given back. */
const prepared = async (session: Session, statusUrl: URL): Promise<Manifest | undefined> => {
  try {
    return await awaitManifest(session, statusUrl);
  } catch (error) {
    await endExport(session, statusUrl);
    throw error;
  }
};

/** Goes on with the export that the folder's state names, while the server still has it. */
const resumed = async (
  options: BulkExportOptions,
  session: Session,
  request: string,
): Promise<Prepared | undefined> => {
  const state = await readState(options.directory);
  if (state === undefined) return undefined;
  const statusUrl = session.addresses.check(state.statusUrl, 'status');
  if (state.request !== request || options.fresh === true) {
    await endExport(session, statusUrl);
    return undefined;
  }
  const manifest = await prepared(session, statusUrl);
  if (manifest === undefined) return undefined;
  // Files of another moment would not fit together with the rest.
  const files = manifest.transactionTime === state.transactionTime ? state.files : {};
  return { state: { ...state, transactionTime: manifest.transactionTime, files }, manifest };
};

const started = async (options: BulkExportOptions, session: Session, request: string): Promise<Prepared> => {
  const statusUrl = await kickOff(session, options.scope, options);
  const state: ExportState = { request, statusUrl: statusUrl.href, files: {} };
  await writeState(options.directory, state);
  // The folder is no cohort from here on until all of the new one is there.
  await rm(manifestFile(options.directory), { force: true });
  const manifest = await prepared(session, statusUrl);
  if (manifest === undefined) throw failed('status', 'the server does not know the export it began');
  return { state: { ...state, transactionTime: manifest.transactionTime }, manifest };
};

/** Files in the folder that are no part of this export: of an earlier one, or a name that changed. */
const removeOthers = async (folder: string, names: readonly string[]): Promise<void> => {
  for (const name of await readdir(folder))
    if (!names.includes(name)) await rm(path.join(folder, name), { force: true });
};

const collect = async (
  options: BulkExportOptions,
  session: Session,
  { state, manifest }: Prepared,
): Promise<ExportedCohort> => {
  const { directory, types, since } = options;
  const folder = fhirFolder(directory);
  const issues = await summariseErrors(session, manifest);
  if (isFatal(issues)) {
    await endExport(session, session.addresses.check(state.statusUrl, 'status'));
    throw failed('errors', `the server reports ${JSON.stringify(issues)}`);
  }
  const deleted = await readDeleted(session, manifest, types);
  const planned = planFiles(manifest.output, types, state.files);
  if (since === undefined && !planned.some(({ type }) => type === 'Patient'))
    throw failed('manifest', 'it lists no Patient: the Group is empty, or the scopes leave them out');
  await writeState(directory, state);
  await removeOthers(
    folder,
    planned.map(({ file }) => file),
  );
  const files = await downloadFiles({
    session,
    manifest,
    planned,
    folder,
    concurrency: options.concurrency ?? CONCURRENCY,
    deleted,
    kept: state.files,
    saved: (there) => writeState(directory, { ...state, files: { ...state.files, ...there } }),
  });
  const output = planned.flatMap(({ type, key }) => {
    const saved = files[key];
    return saved === undefined
      ? []
      : [{ type, url: `fhir/${saved.file}`, count: saved.count, bytes: saved.bytes, sha256: saved.sha256 }];
  });
  const otherTypes = new Set(manifest.output.map(({ type }) => type).filter((type) => !types.includes(type)));
  return {
    generator: { name: 'recurrence-cds export' },
    source: {
      fhirBaseUrl: session.client.baseUrl,
      export: exportPath(options.scope),
      ...(since !== undefined && { since }),
    },
    request: state.request,
    transactionTime: manifest.transactionTime,
    output,
    issues,
    otherTypes: [...otherTypes].sort(),
    reused: false,
  };
};

const run = async (
  options: BulkExportOptions,
  session: Session,
  request: string,
): Promise<ExportedCohort> => {
  await prepareFolder(options);
  const ready = (await resumed(options, session, request)) ?? (await started(options, session, request));
  const cohort = await collect(options, session, ready);
  const { reused: _, ...kept } = cohort;
  await writePrivate(manifestFile(options.directory), kept);
  await rm(stateFile(options.directory), { force: true });
  await endExport(session, session.addresses.check(ready.state.statusUrl, 'status'));
  return cohort;
};

/**
 * Exports a cohort into a folder by FHIR Bulk Data Access: asks, polls, and streams the files to
 * `fhir/<Type>.ndjson`, memory independent of their size. `manifest.json` comes last, so that a folder with one is
 * complete. An export that broke off goes on where it stopped when it is called again with the same options: whole
 * files are not downloaded again. One that is complete is not asked for again, unless `fresh`.
 *
 * While the server prepares, a failure or the caller's abort tells it to stop (DELETE); once there are files to
 * download, they are left for the next attempt.
 *
 * @throws {CdsError} BULK_EXPORT_FAILED naming the step; COHORT_INVALID naming file and line; SMART_*
 * @see http://hl7.org/fhir/uv/bulkdata/STU2/export.html
 */
export async function exportCohort(options: BulkExportOptions): Promise<ExportedCohort> {
  const request = requestDigest(options);
  const there = options.fresh === true ? undefined : await finished(options, request);
  if (there !== undefined) return there;
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  const deadline = AbortSignal.timeout(deadlineMs);
  const signal = AbortSignal.any([options.signal, deadline]);
  let step: BulkStep = 'kick-off';
  const report = (progress: BulkProgress): void => {
    step = progress.step === 'downloading' ? 'download' : 'status';
    options.report(progress);
  };
  try {
    return await run(options, createSession({ ...options, report }, signal), request);
  } catch (error) {
    if (options.signal.aborted) throw failed(step, 'the export was stopped', error);
    if (deadline.aborted) throw failed(step, `not done within ${deadlineMs} ms`, error);
    throw asExportError(error, step);
  }
}
