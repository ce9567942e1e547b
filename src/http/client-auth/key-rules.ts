import { createPublicKey, type KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import { z } from 'zod';
import { publisherOf, SANDBOX_PUBLISHER } from './known-keys.ts';

const MIN_RSA_BITS = 2048;
/** Verifying costs more with every bit; nobody signs with more than 4096. */
const MAX_RSA_BITS = 8192;
/** FIPS 186-5, 5.1: 2^16 < e. */
const MIN_RSA_EXPONENT = 65_537n;
const MAX_KEYS = 100;

/** Members of RFC 7518 that only a private or a symmetric key has. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const;

/** For signatures, as it says itself: RFC 7517, 4.2 and 4.3. */
const purpose = {
  kid: z.string().optional(),
  use: z.literal('sig').optional(),
  key_ops: z
    .array(z.unknown())
    .refine((operations) => operations.includes('verify'))
    .optional(),
};

/** What RS384 or ES384 can be verified with. Members that are not named here are dropped. */
const ourKeySchema = z.discriminatedUnion('kty', [
  z.object({
    ...purpose,
    kty: z.literal('RSA'),
    alg: z.literal('RS384').default('RS384'),
    n: z.string(),
    e: z.string(),
  }),
  z.object({
    ...purpose,
    kty: z.literal('EC'),
    alg: z.literal('ES384').default('ES384'),
    crv: z.literal('P-384'),
    x: z.string(),
    y: z.string(),
  }),
]);

const jwksSchema = z.object({ keys: z.array(z.record(z.string(), z.unknown())).max(MAX_KEYS) });

/** A key that must not be there, and why: no part of its value. */
export interface BadKey {
  /** From 1. */
  readonly position: number;
  readonly why: string;
}

/** What a set holds for us. Keys of other kinds and for other purposes are neither: EHRs publish such beside. */
export interface SortedKeys {
  readonly usable: readonly JWK[];
  readonly bad: readonly BadKey[];
}

const weakRsa = ({ asymmetricKeyDetails }: KeyObject): string | undefined => {
  const { modulusLength, publicExponent } = asymmetricKeyDetails ?? {};
  if (modulusLength === undefined) return undefined;
  if (modulusLength < MIN_RSA_BITS || modulusLength > MAX_RSA_BITS)
    return `RSA of ${String(modulusLength)} bits; between ${String(MIN_RSA_BITS)} and ${String(MAX_RSA_BITS)} are needed`;
  return publicExponent === undefined || publicExponent < MIN_RSA_EXPONENT || publicExponent % 2n === 0n
    ? 'RSA with a weak exponent'
    : undefined;
};

/** What should not have left its owner. */
const secrecy = (jwk: Readonly<Record<string, unknown>>): string | undefined => {
  if (jwk['kty'] === 'oct') return 'it is symmetric';
  return PRIVATE_MEMBERS.some((member) => member in jwk)
    ? 'it is a private key; only public parts belong here'
    : undefined;
};

const weakness = async (jwk: JWK, allowSandbox: boolean): Promise<string | undefined> => {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return 'it is no key';
  }
  const publisher = await publisherOf(key);
  if (publisher !== undefined && !(allowSandbox && publisher === SANDBOX_PUBLISHER))
    return `its private part is public (${publisher})`;
  return weakRsa(key);
};

/**
 * Sorts the keys of a JWKS (RFC 7517, 5).
 *
 * @param allowSandbox the published key of the CDS Hooks sandbox is usable
 * @returns undefined where it is no JWKS
 */
export async function sortKeys(raw: unknown, allowSandbox: boolean): Promise<SortedKeys | undefined> {
  const parsed = jwksSchema.safeParse(raw);
  if (!parsed.success) return undefined;
  const usable: JWK[] = [];
  const bad: BadKey[] = [];
  for (const [index, jwk] of parsed.data.keys.entries()) {
    const ours = ourKeySchema.safeParse(jwk);
    // Said by us, so that jose takes no other purpose out of it.
    const key = ours.success ? ({ ...ours.data, use: 'sig', key_ops: ['verify'] } as JWK) : undefined;
    const why = secrecy(jwk) ?? (key === undefined ? undefined : await weakness(key, allowSandbox));
    if (why !== undefined) bad.push({ position: index + 1, why });
    else if (key !== undefined) usable.push(key);
  }
  return { usable, bad };
}
