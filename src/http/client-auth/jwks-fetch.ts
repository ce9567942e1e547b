import type { FetchImplementation } from 'jose';
import type { Log } from '../../platform/index.ts';
import { sortKeys } from './key-rules.ts';

/** A JWKS of twenty RSA keys with their certificates is some 80 KiB. */
export const MAX_JWKS_BYTES = 256 * 1024;

/** Why a JWKS could not be had, in words of ours: an answer of theirs is not repeated. */
export class JwksUnavailable extends Error {
  override readonly name = 'JwksUnavailable';
  readonly why: string;

  constructor(why: string) {
    super(why);
    this.why = why;
  }
}

/** Bytes as they are unpacked: what a header tells of the size is only told. */
const readBounded = async (response: Response): Promise<string> => {
  const parts: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels the stream.
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > MAX_JWKS_BYTES) throw new JwksUnavailable('too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new JwksUnavailable('not JSON');
  }
};

/**
 * What createRemoteJWKSet fetches with: the answer is bounded, no redirect is followed, and only usable keys are passed
 * on. Keys that must not be there are left out and logged by position.
 */
export const jwksFetch =
  (host: string, allowSandbox: boolean, log: Log): FetchImplementation =>
  async (url, { headers, signal }) => {
    const response = await fetch(url, { headers, signal, redirect: 'manual' });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new JwksUnavailable(`status ${String(response.status)}`);
    }
    const sorted = await sortKeys(parsed(await readBounded(response)), allowSandbox);
    if (sorted === undefined) throw new JwksUnavailable('no JWKS');
    for (const { position, why } of sorted.bad)
      log.error({ host, position, why }, "a client's key is not used");
    if (sorted.usable.length === 0) log.warn({ host }, "a client's JWKS holds no key that can be used");
    return Response.json({ keys: sorted.usable });
  };
