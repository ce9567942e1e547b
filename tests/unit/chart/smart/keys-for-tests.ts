import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JWK } from 'jose';
import { createLog, type Log } from '../../../../src/platform/index.ts';

export interface Folder {
  readonly path: string;
  /** Writes a JWKS of private keys as an operator would; the path of the file. */
  write(keys: readonly (JWK | object)[], mode?: number): Promise<string>;
  remove(): Promise<void>;
}

export async function makeFolder(): Promise<Folder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'keys-'));
  const file = path.join(folder, 'keys.jwks.json');
  return {
    path: folder,
    write: async (keys, mode = 0o600) => {
      await rm(file, { force: true });
      await writeFile(file, JSON.stringify({ keys }), { mode });
      return file;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A log whose lines can be read. */
export function readableLog(): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = [];
  return { log: createLog('trace', { write: (line: string) => void lines.push(line) }), lines };
}
