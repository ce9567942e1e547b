import { mkdir, mkdtemp, open, readdir, rm, stat, type FileHandle } from 'node:fs/promises';
import { hash } from 'node:crypto';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { CdsError } from '../../../domain/index.ts';

/** Of another process that cannot be asked for (another container's), after which its folder is left over. */
const LEFT_OVER_MS = 24 * 3600 * 1000;

const HOST = hash('sha256', hostname(), 'hex').slice(0, 8);
const OWN = `recurrence-ct-${HOST}-${String(process.pid)}-`;
const FOLDER = /^recurrence-ct-([0-9a-f]{8})-(\d+)-[A-Za-z0-9]{6}$/;

const unavailable = (cause: unknown): CdsError => {
  const { code } = cause as { code?: unknown };
  return new CdsError('SPOOL_UNAVAILABLE', typeof code === 'string' ? `(${code})` : undefined, { cause });
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and another user's.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
};

/** Is its maker gone? Process numbers come again: one of our own from before this process began is left over, too. */
const isLeftOver = (name: string, changedMs: number, now: number): boolean => {
  const [, host, pid] = FOLDER.exec(name) ?? [];
  if (host === undefined) return false;
  if (now - changedMs > LEFT_OVER_MS) return true;
  if (host !== HOST) return false;
  if (Number(pid) === process.pid) return changedMs < now - process.uptime() * 1000;
  return !isAlive(Number(pid));
};

/**
 * Removes what processes left that ended before they could: folders of this kind, of this user, and no others.
 *
 * @returns how many
 */
export async function removeLeftOvers(directory: string): Promise<number> {
  const now = Date.now();
  const own = process.getuid?.();
  let removed = 0;
  for (const name of await readdir(directory).catch(() => [])) {
    if (!FOLDER.test(name)) continue;
    const folder = path.join(directory, name);
    const found = await stat(folder).catch(() => undefined);
    if (found?.isDirectory() !== true || (own !== undefined && found.uid !== own)) continue;
    if (!isLeftOver(name, found.mtimeMs, now)) continue;
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    removed++;
  }
  return removed;
}

/** What is collected before it is written: fewer, larger writes, and little memory. */
const WRITE_BYTES = 512 * 1024;
/** However small: a sender that drips must not fill the memory with the pieces. */
const WRITE_CHUNKS = 512;

interface Waiting {
  readonly file: number;
  readonly chunks: Uint8Array[];
  ended: boolean;
}

/** writev may write less than it was given: on a disk that fills up, before the error comes. */
async function writeAll(handle: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  if (chunks.length === 0) return;
  const { bytesWritten } = await handle.writev([...chunks]);
  let written = bytesWritten;
  for (const chunk of chunks) {
    const rest = chunk.subarray(Math.min(written, chunk.length));
    written -= chunk.length - rest.length;
    if (rest.length > 0) await handle.writeFile(rest);
  }
}

/**
 * The files of one series: a folder of its own that nobody else can read (0700), files named by counters. What is put in
 * goes to disk by {@link drain}; as long as that is awaited, no more than a few chunks are held.
 */
export class Spool {
  readonly folder: string;
  readonly files: string[] = [];
  /** Written or waiting to be. */
  bytes = 0;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #handle: FileHandle | undefined;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @throws {CdsError} SPOOL_UNAVAILABLE */
  static async create(directory = tmpdir()): Promise<Spool> {
    try {
      // Not with its parents: a mistyped path shall not become one.
      await mkdir(directory, { mode: 0o700 }).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      });
      return new Spool(await mkdtemp(path.join(directory, OWN)));
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  begin(): void {
    this.files.push(path.join(this.folder, `${String(this.files.length).padStart(6, '0')}.dcm`));
    this.#waiting.push({ file: this.files.length - 1, chunks: [], ended: false });
  }

  /** Of the file that was begun last. The bytes are kept, not copied, until they are written. */
  put(bytes: Uint8Array): void {
    this.#waiting.at(-1)?.chunks.push(bytes);
    this.#waitingBytes += bytes.length;
    this.bytes += bytes.length;
  }

  end(): void {
    const last = this.#waiting.at(-1);
    if (last !== undefined) last.ended = true;
  }

  /**
   * Writes what waits, where it is enough to be worth it or has to be.
   *
   * @throws {CdsError} SPOOL_UNAVAILABLE
   */
  async drain(all = false): Promise<void> {
    const chunks = this.#waiting.reduce((sum, each) => sum + each.chunks.length, 0);
    if (!all && this.#waitingBytes < WRITE_BYTES && chunks < WRITE_CHUNKS) return;
    const waiting = this.#waiting;
    const last = waiting.at(-1);
    this.#waiting = last === undefined || last.ended ? [] : [{ ...last, chunks: [] }];
    this.#waitingBytes = 0;
    try {
      for (const each of waiting) await this.#write(each);
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  async #write({ file, chunks, ended }: Waiting): Promise<void> {
    this.#handle ??= await open(this.files[file] ?? '', 'wx', 0o600);
    await writeAll(this.#handle, chunks);
    if (ended) await this.#close();
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  /** Removes it all; more than once is no harm, and failing is not told: the next start removes what is left. */
  async remove(): Promise<void> {
    await this.#close().catch(() => undefined);
    await rm(this.folder, { recursive: true, force: true }).catch(() => undefined);
  }
}
