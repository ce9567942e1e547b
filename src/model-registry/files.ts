import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CdsError } from '../domain/index.ts';
import { parseManifest, VERSION, type ModelManifest } from './manifest.ts';

/** A model whose file is what its manifest says. */
export interface ModelFile<M extends ModelManifest = ModelManifest> {
  readonly manifest: M;
  /** The model; of an image score its first fold. */
  readonly bytes: Uint8Array;
  /** Of an image score, in the manifest's order. */
  readonly folds: readonly Uint8Array[];
}

const sha256Of = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex');

/** The digest of an image score: of its folds' digests, a line each. */
export const digestOfFolds = (folds: readonly { readonly sha256: string }[]): string =>
  sha256Of(folds.map(({ sha256 }) => `${sha256}\n`).join(''));

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
  const read = ({ file, sha256 }: { readonly file: string; readonly sha256: string }): Uint8Array => {
    const full = path.join(folder, file);
    if (!existsSync(full)) throw new CdsError('MODEL_MISSING', `${name}/${file}`);
    const bytes = readFileSync(full);
    if (sha256Of(bytes) !== sha256) throw new CdsError('MODEL_DIGEST_MISMATCH', `${name}/${file}`);
    return bytes;
  };
  if (manifest.kind !== 'image-score') return { manifest, bytes: read(manifest), folds: [] };
  const [first, ...rest] = manifest.folds.map(read);
  if (first === undefined || digestOfFolds(manifest.folds) !== manifest.sha256)
    throw new CdsError('MODEL_DIGEST_MISMATCH', name);
  return { manifest, bytes: first, folds: [first, ...rest] };
}
