import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CdsError } from '../domain/index.ts';
import { parseManifest, VERSION, type ModelManifest } from './manifest.ts';

/** A model whose file is what its manifest says. */
export interface ModelFile<M extends ModelManifest = ModelManifest> {
  readonly manifest: M;
  readonly bytes: Uint8Array;
}

const compareVersions = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

/** The versions in a model's folder, the newest last; other folders (one half written by `train`) are none. */
const versionsIn = (folder: string): string[] =>
  (existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [])
    .filter((entry) => entry.isDirectory() && VERSION.test(entry.name))
    .map((entry) => entry.name)
    .sort(compareVersions);

const newestVersion = (directory: string, id: string): string => {
  const newest = versionsIn(path.join(directory, id)).at(-1);
  if (newest === undefined) throw new CdsError('MODEL_MISSING', id);
  return newest;
};

/** Every `models/<id>/<version>` there is, by id then version. */
export const listModels = (directory: string): { readonly id: string; readonly version: string }[] =>
  (existsSync(directory) ? readdirSync(directory, { withFileTypes: true }) : [])
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: id }) => versionsIn(path.join(directory, id)).map((version) => ({ id, version })))
    .sort((a, b) => a.id.localeCompare(b.id) || compareVersions(a.version, b.version));

const readManifest = (folder: string, name: string): unknown => {
  let text: string;
  try {
    text = readFileSync(path.join(folder, 'manifest.json'), 'utf8');
  } catch (cause) {
    throw new CdsError('MODEL_MISSING', `${name} has no readable manifest.json`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CdsError('MODEL_MANIFEST_INVALID', `${name}: not JSON`, { cause });
  }
};

/**
 * Reads a model and holds its file against its manifest.
 *
 * @param version the newest where absent
 * @throws {CdsError} MODEL_MISSING, MODEL_MANIFEST_INVALID, MODEL_DIGEST_MISMATCH
 */
export function readModel(directory: string, id: string, version?: string): ModelFile {
  const chosen = version ?? newestVersion(directory, id);
  const folder = path.join(directory, id, chosen);
  const name = `${id}/${chosen}`;
  const manifest = parseManifest(readManifest(folder, name), name);
  // What cards and provenance name is what was asked for.
  if (manifest.id !== id || manifest.version !== chosen)
    throw new CdsError('MODEL_MANIFEST_INVALID', `${name}: id and version are not those of its folder`);
  const file = path.join(folder, manifest.file);
  if (!existsSync(file)) throw new CdsError('MODEL_MISSING', `${name}/${manifest.file}`);
  const bytes = readFileSync(file);
  if (createHash('sha256').update(bytes).digest('hex') !== manifest.sha256)
    throw new CdsError('MODEL_DIGEST_MISMATCH', name);
  return { manifest, bytes };
}
