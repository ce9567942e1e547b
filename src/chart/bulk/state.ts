import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { BulkExportOptions } from './types.ts';
import { FILE_MODE, type SavedFile } from './save.ts';

/** While an export is not finished; then `manifest.json` takes its place. */
const STATE_FILE = 'export-state.json';

const savedSchema = z.object({
  bytes: z.number(),
  sha256: z.string(),
  count: z.number(),
});

const stateSchema = z.object({
  /** Digest of what was asked for, and of whom. */
  request: z.string(),
  statusUrl: z.string(),
  transactionTime: z.string().optional(),
  /** Files that are there, by the digest of their address: addresses may hold signatures. */
  files: z.record(z.string(), savedSchema.extend({ file: z.string() })),
});

export type ExportState = z.infer<typeof stateSchema>;

export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What two exports have in common when one may go on where the other stopped. */
export const requestDigest = ({ client, scope, types, since }: BulkExportOptions): string =>
  sha256Of(JSON.stringify([client.baseUrl, scope, [...types].sort(), since ?? null]));

/** A JSON file as the schema reads it; undefined where it is not there or something else. */
export async function readChecked<T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

export const writePrivate = async (file: string, value: unknown): Promise<void> => {
  await writeFile(`${file}.part`, `${JSON.stringify(value, undefined, 2)}\n`, { mode: FILE_MODE });
  await rename(`${file}.part`, file);
};

export const stateFile = (directory: string): string => path.join(directory, STATE_FILE);

export const readState = (directory: string): Promise<ExportState | undefined> =>
  readChecked(stateFile(directory), stateSchema);

export const writeState = (directory: string, state: ExportState): Promise<void> =>
  writePrivate(stateFile(directory), state);

/** Whether the file is as it was written. */
export async function isIntact(
  file: string,
  { bytes, sha256 }: Pick<SavedFile, 'bytes' | 'sha256'>,
): Promise<boolean> {
  try {
    if ((await stat(file)).size !== bytes) return false;
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    return hash.digest('hex') === sha256;
  } catch {
    return false;
  }
}
