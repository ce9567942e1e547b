import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { createLocalJWKSet } from 'jose';
import { CdsError } from '../../domain/index.ts';
import type { Log } from '../../platform/index.ts';
import { lookUp, type KeySet, type Lookup } from './key-set.ts';
import { sortKeys } from './key-rules.ts';
import { Refused } from './refused.ts';

export interface PinnedKeysOptions {
  readonly file: string;
  /** The setting, for messages. */
  readonly setting: string;
  readonly allowSandbox: boolean;
  readonly log: Log;
  /** Milliseconds between two looks whether the file has changed. */
  readonly lookEveryMs?: number;
}

/** A second: a new key is there before anybody who put it there has signed with it. */
const LOOK_EVERY_MS = 1000;

const stampOf = async (file: string): Promise<string> => {
  const { mtimeMs, size, ino } = await stat(file);
  return `${String(ino)} ${String(mtimeMs)} ${String(size)}`;
};

const readJson = async (file: string, invalid: (why: string) => CdsError): Promise<unknown> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw invalid('it cannot be read');
  }
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text.
    throw invalid('it is not JSON');
  }
};

/**
 * Opens a JWKS file of a client's public keys. It is read again when it has changed, so that keys rotate without a
 * restart; a change that cannot be used is logged, and the keys before it go on.
 *
 * @throws {CdsError} CONFIG_INVALID naming the setting, the file and the key, never a value
 */
export async function openPinnedKeys(options: PinnedKeysOptions): Promise<KeySet> {
  const { file, setting, allowSandbox, log, lookEveryMs = LOOK_EVERY_MS } = options;
  const invalid = (why: string): CdsError =>
    new CdsError('CONFIG_INVALID', `${setting}: ${path.basename(file)}: ${why}`);

  const load = async (): Promise<{ stamp: string; lookup: Lookup }> => {
    const stamp = await stampOf(file).catch(() => {
      throw invalid('it cannot be read');
    });
    const sorted = await sortKeys(await readJson(file, invalid), allowSandbox);
    if (sorted === undefined) throw invalid('it is no JWKS: { "keys": [...] }');
    const [bad] = sorted.bad;
    if (bad !== undefined) throw invalid(`key ${String(bad.position)}: ${bad.why}`);
    if (sorted.usable.length === 0) throw invalid('it holds no RSA and no P-384 key for signatures');
    return { stamp, lookup: createLocalJWKSet({ keys: [...sorted.usable] }) };
  };

  let current = await load();
  let lookedAt = performance.now();
  /** The stamp of a version that could not be used: it is told once. */
  let unusable: string | undefined;

  const reload = async (): Promise<void> => {
    const stamp = await stampOf(file).catch(() => 'gone');
    if (stamp === current.stamp || stamp === unusable) return;
    try {
      current = await load();
      unusable = undefined;
      log.info({ file: path.basename(file) }, "a client's keys read again");
    } catch (error) {
      unusable = stamp;
      log.error({ error }, "a client's changed key file cannot be used; the keys before it go on");
    }
  };

  return {
    keyFor: async (token) => {
      if (performance.now() - lookedAt >= lookEveryMs) {
        lookedAt = performance.now();
        await reload();
      }
      const key = await lookUp(current.lookup, token);
      if (key === undefined) throw new Refused('unknown-key');
      return key;
    },
  };
}
