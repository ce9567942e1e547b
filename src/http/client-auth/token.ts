import { decodeJwt, decodeProtectedHeader, type JWTPayload, type ProtectedHeaderParameters } from 'jose';
import { Refused } from './refused.ts';

/** Of the whole header. A JWT with a certificate chain in it has some 6 KiB; Node allows 16 KiB for all headers. */
export const MAX_HEADER_LENGTH = 8192;
const MAX_KID_LENGTH = 512;

export const ALGORITHMS = ['RS384', 'ES384'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** A JWT that was read, and not verified. */
export interface UnverifiedToken {
  readonly compact: string;
  readonly algorithm: Algorithm;
  readonly kid: string | undefined;
  readonly jku: unknown;
  readonly issuer: string;
  readonly claims: JWTPayload;
}

const BEARER = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;

const compactOf = (headers: readonly string[]): string => {
  const [header = '', ...others] = headers;
  if (others.length > 0) throw new Refused('several-headers');
  if (header.length > MAX_HEADER_LENGTH) throw new Refused('too-large');
  const compact = BEARER.exec(header)?.[1];
  if (compact === undefined) throw new Refused(/^Bearer(?: |$)/i.test(header) ? 'malformed' : 'not-bearer');
  return compact;
};

const decoded = <T>(decode: () => T): T => {
  try {
    return decode();
  } catch {
    // jose's error says which part; the bytes are not ours to repeat.
    throw new Refused('malformed');
  }
};

const isAlgorithm = (value: unknown): value is Algorithm => ALGORITHMS.some((each) => each === value);

/** `jwk`, `x5c`, `x5u` are let be: keys come from what is configured, and from nowhere else. */
const checkHeader = (
  header: ProtectedHeaderParameters,
): { algorithm: Algorithm; kid: string | undefined } => {
  const { alg, kid, typ } = header;
  if (!isAlgorithm(alg)) throw new Refused('algorithm');
  if (header.crit !== undefined || header.b64 !== undefined) throw new Refused('unsupported-header');
  if (typeof typ !== 'string' || typ.toUpperCase() !== 'JWT') throw new Refused('type');
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_KID_LENGTH))
    throw new Refused('unknown-key');
  return { algorithm: alg, kid };
};

/**
 * Reads what is needed to look for a key; all of it is still the caller's word.
 *
 * @param headers every Authorization header of the request
 * @throws {Refused}
 */
export function readToken(headers: readonly string[]): UnverifiedToken {
  const compact = compactOf(headers);
  const header = decoded(() => decodeProtectedHeader(compact));
  const { algorithm, kid } = checkHeader(header);
  const claims = decoded(() => decodeJwt(compact));
  if (typeof claims.iss !== 'string') throw new Refused('missing-claim');
  return { compact, algorithm, kid, jku: header.jku, issuer: claims.iss, claims };
}
