import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { JWK } from 'jose';
import { CdsError } from '../../domain/index.ts';
import type { Log } from '../../platform/index.ts';
import { parseSigningKeys, type SigningAlgorithm, type SigningKey } from './signing-keys.ts';

/** Our private keys, as a file holds them now. */
export interface KeyFile {
  /**
   * The first key of an algorithm: the one that signs.
   *
   * @throws {CdsError} SMART_CONFIG_INVALID where there is none
   */
  readonly signingKey: (algorithm: SigningAlgorithm) => Promise<SigningKey>;
  /** The public parts of all keys, those too that do not sign yet or any more. */
  readonly publicKeys: () => Promise<{ readonly keys: readonly JWK[] }>;
}

const OTHERS_MAY_READ = 0o004;

/** Changes whenever the file does: editors and secret mounts replace files, so the inode counts too. */
const stampOf = async (file: string): Promise<{ stamp: string; mode: number }> => {
  const { mtimeMs, size, ino, mode } = await stat(file);
  return { stamp: `${String(ino)} ${String(mtimeMs)} ${String(size)}`, mode };
};

/**
 * Opens a JWKS file of private keys. It is looked at with every use and read again when it has changed, so that keys
 * rotate without a restart; a change that cannot be used is logged, and the keys before it go on.
 *
 * @throws {CdsError} SMART_CONFIG_INVALID
 */
export async function openKeyFile(file: string, log: Log): Promise<KeyFile> {
  const name = path.basename(file);
  const load = async (): Promise<{ stamp: string; keys: readonly SigningKey[] }> => {
    let text: string;
    let found: Awaited<ReturnType<typeof stampOf>>;
    try {
      found = await stampOf(file);
      text = await readFile(file, 'utf8');
    } catch (cause) {
      throw new CdsError('SMART_CONFIG_INVALID', `${name} cannot be read`, { cause });
    }
    const keys = await parseSigningKeys(text, name);
    if ((found.mode & OTHERS_MAY_READ) !== 0)
      log.warn({ file: name }, 'everybody on this machine can read the private keys: chmod 600');
    return { stamp: found.stamp, keys };
  };

  let current = await load();
  /** The stamp of a version that could not be used: it is told once. */
  let unusable: string | undefined;

  const latest = async (): Promise<readonly SigningKey[]> => {
    const stamp = await stampOf(file).then(
      (found) => found.stamp,
      () => 'gone',
    );
    if (stamp === current.stamp || stamp === unusable) return current.keys;
    try {
      current = await load();
      unusable = undefined;
      log.info({ kids: current.keys.map(({ kid }) => kid) }, 'signing keys read again');
    } catch (error) {
      unusable = stamp;
      log.error({ error }, 'the changed key file cannot be used; the keys before it go on');
    }
    return current.keys;
  };

  return {
    signingKey: async (algorithm) => {
      const key = (await latest()).find((each) => each.algorithm === algorithm);
      if (key === undefined) throw new CdsError('SMART_CONFIG_INVALID', `${name} holds no ${algorithm} key`);
      return key;
    },
    publicKeys: async () => ({ keys: (await latest()).map(({ publicJwk }) => publicJwk) }),
  };
}
