import { createHash } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { CdsError } from '../../domain/index.ts';
import { jsonOfLine, type Line } from '../ndjson-lines.ts';
import type { Json } from '../resource-reader.ts';

/** Patient data: for the user who runs the export, and nobody else on the machine. */
export const FILE_MODE = 0o600;
export const FOLDER_MODE = 0o700;

export interface SavedFile {
  readonly bytes: number;
  /** Of the file as it is on disk. */
  readonly sha256: string;
  /** Resources in it. */
  readonly count: number;
}

const WRITE_BYTES = 256 * 1024;
const END = Buffer.from('\n');

/** Gathers lines into writes of a fair size, and hashes what it writes. */
class NdjsonWriter {
  readonly #handle: FileHandle;
  readonly #hash = createHash('sha256');
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #bytes = 0;
  #count = 0;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async add(line: Buffer): Promise<void> {
    this.#pending.push(line, END);
    this.#pendingBytes += line.length + 1;
    this.#count++;
    if (this.#pendingBytes >= WRITE_BYTES) await this.#write();
  }

  async end(): Promise<SavedFile> {
    await this.#write();
    // A file that was renamed must be whole even after a power cut: its digest says that it is.
    await this.#handle.sync();
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex'), count: this.#count };
  }

  async #write(): Promise<void> {
    const block = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#hash.update(block);
    this.#bytes += block.length;
    await this.#handle.writeFile(block);
  }
}

/** A line that is no resource of the type. */
export class BadLine extends CdsError {
  /** The stream may have been cut off: nothing ends the line. */
  readonly mayBeCut: boolean;

  constructor(file: string, { number, ended }: Line, type: string) {
    super('COHORT_INVALID', `${path.basename(file)}, line ${number} is not a resource of type ${type}`);
    this.mayBeCut = !ended;
  }
}

/**
 * Writes the lines that `keep` keeps, one resource each, under another name until all are there; then renames.
 *
 * @param type what each line's resourceType has to be
 * @throws {CdsError} COHORT_INVALID with file and line, and what the lines throw; nothing is left of the file then
 */
export async function saveNdjson(
  lines: AsyncIterable<Line>,
  file: string,
  type: string,
  keep: (resource: Json) => boolean = () => true,
): Promise<SavedFile> {
  const part = `${file}.part`;
  await rm(part, { force: true });
  const handle = await open(part, 'wx', FILE_MODE);
  try {
    const writer = new NdjsonWriter(handle);
    for await (const line of lines) {
      const resource = jsonOfLine(line);
      if (resource?.['resourceType'] !== type) throw new BadLine(file, line, type);
      if (keep(resource)) await writer.add(line.bytes);
    }
    const saved = await writer.end();
    await handle.close();
    await rename(part, file);
    return saved;
  } catch (error) {
    await handle.close();
    await rm(part, { force: true });
    throw error;
  }
}
