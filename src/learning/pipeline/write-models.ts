import { createHash } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ModelManifest } from '../../model-registry/index.ts';
import type { ReportFile } from '../metabolomics/index.ts';

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export const modelFolder = (
  directory: string,
  { id, version }: Pick<ModelManifest, 'id' | 'version'>,
): string => path.join(directory, id, version);

/** The ONNX files of a model, in the order of their bytes. */
const filesOf = (manifest: ModelManifest): readonly string[] =>
  manifest.kind === 'image-score' ? manifest.folds.map(({ file }) => file) : [manifest.file];

/** Writes beside, then renames: a reader never sees half a model. */
export async function writeModel(
  directory: string,
  manifest: ModelManifest,
  parts: readonly Uint8Array[],
): Promise<void> {
  const folder = modelFolder(directory, manifest);
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  for (const [index, file] of filesOf(manifest).entries())
    await writeFile(path.join(fresh, file), parts[index] ?? new Uint8Array());
  await writeFile(path.join(fresh, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
}

/** A report beside the model it is of; read by people only. */
export async function writeReport(folder: string, files: readonly ReportFile[]): Promise<void> {
  const report = path.join(folder, 'report');
  await mkdir(report, { recursive: true });
  for (const { name, content } of files) await writeFile(path.join(report, name), content);
}
