import { calculateJwkThumbprint, errors, exportJWK, type CryptoKey, type JWSHeaderParameters } from 'jose';
import { Refused } from './refused.ts';
import type { UnverifiedToken } from './token.ts';

/** The public keys of one client. */
export interface KeySet {
  /**
   * The one key that a token can have been signed with.
   *
   * @throws {Refused} keys-unavailable, unknown-key
   */
  keyFor(token: UnverifiedToken): Promise<CryptoKey>;
}

const thumbprints = new WeakMap<CryptoKey, Promise<string>>();

/** A key's RFC 7638 thumbprint; computed once for each key that is held. */
export function thumbprintOf(key: CryptoKey): Promise<string> {
  const known = thumbprints.get(key);
  if (known !== undefined) return known;
  const made = exportJWK(key).then((jwk) => calculateJwkThumbprint(jwk));
  thumbprints.set(key, made);
  return made;
}

/** What createLocalJWKSet and createRemoteJWKSet give. */
export type Lookup = (header: JWSHeaderParameters) => Promise<CryptoKey>;

/**
 * Looks in a set by algorithm and `kid`; without `kid` there must be one key of that algorithm. Undefined: there is
 * none.
 *
 * @throws {Refused} unknown-key where there are several
 */
export async function lookUp(
  lookup: Lookup,
  { algorithm, kid }: UnverifiedToken,
): Promise<CryptoKey | undefined> {
  try {
    return await lookup({ alg: algorithm, ...(kid !== undefined && { kid }) });
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return undefined;
    if (error instanceof errors.JWKSMultipleMatchingKeys) throw new Refused('unknown-key');
    throw error;
  }
}
