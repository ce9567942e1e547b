import { createPublicKey } from 'node:crypto';
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type CryptoKey,
  type JWK,
} from 'jose';
import { z } from 'zod';
import { CdsError } from '../../domain/index.ts';

/** What SMART Backend Services requires of servers; no symmetric one, no RS256. */
export const SIGNING_ALGORITHMS = ['RS384', 'ES384'] as const;
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

/** One of our private keys. */
export interface SigningKey {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly privateKey: CryptoKey;
  /** The public members only, as published. */
  readonly publicJwk: JWK;
}

const MIN_RSA_BITS = 2048;
/** Of keys that we make. NIST SP 800-57: 3072 bits until after 2030. */
const RSA_BITS = 3072;

const common = { kid: z.string().min(1), use: z.literal('sig').optional() };
/** Members that are not named here (key_ops, x5c, ...) are let be and not published. */
const jwkSchema = z.discriminatedUnion('kty', [
  z.object({
    ...common,
    kty: z.literal('RSA'),
    alg: z.literal('RS384'),
    n: z.string(),
    e: z.string(),
    d: z.string(),
    p: z.string(),
    q: z.string(),
    dp: z.string(),
    dq: z.string(),
    qi: z.string(),
  }),
  z.object({
    ...common,
    kty: z.literal('EC'),
    alg: z.literal('ES384'),
    crv: z.literal('P-384'),
    x: z.string(),
    y: z.string(),
    d: z.string(),
  }),
]);
type PrivateJwk = z.infer<typeof jwkSchema>;

const jwksSchema = z.object({ keys: z.array(z.unknown()).min(1) });

const invalid = (detail: string, cause?: unknown): CdsError =>
  new CdsError('SMART_CONFIG_INVALID', detail, cause === undefined ? undefined : { cause });

const publicPart = (jwk: PrivateJwk): JWK => {
  const { kid, alg, kty } = jwk;
  const said = { kid, alg, use: 'sig', key_ops: ['verify'] };
  return kty === 'RSA'
    ? { ...said, kty, n: jwk.n, e: jwk.e }
    : { ...said, kty, crv: jwk.crv, x: jwk.x, y: jwk.y };
};

/** What is wrong with a key that the schema refuses: the member's name, never its value. */
const whatIsWrong = (raw: unknown, error: z.ZodError): string => {
  if ((raw as { kty?: unknown } | null)?.kty === 'oct') return 'kty oct is symmetric: it cannot be published';
  const [issue] = error.issues;
  return issue === undefined ? 'it is not valid' : `${issue.path.join('.')}: ${issue.message}`;
};

const importKey = async (raw: unknown, where: string): Promise<SigningKey> => {
  const parsed = jwkSchema.safeParse(raw);
  if (!parsed.success) throw invalid(`${where}: ${whatIsWrong(raw, parsed.error)}`);
  const jwk = parsed.data;
  const publicJwk = publicPart(jwk);
  try {
    const bits = createPublicKey({ key: publicJwk, format: 'jwk' }).asymmetricKeyDetails?.modulusLength;
    if (bits !== undefined && bits < MIN_RSA_BITS)
      throw invalid(`${where}: RSA of ${String(bits)} bits, at least ${String(MIN_RSA_BITS)} are needed`);
    // Both kinds are asymmetric: never the bytes that jose gives for kty oct.
    const privateKey = (await importJWK(jwk as JWK, jwk.alg)) as CryptoKey;
    return { kid: jwk.kid, algorithm: jwk.alg, privateKey, publicJwk };
  } catch (error) {
    throw error instanceof CdsError ? error : invalid(`${where}: it is no key`, error);
  }
};

/**
 * The private keys of a JWKS, in its order.
 *
 * @param name of the file, for messages
 * @throws {CdsError} SMART_CONFIG_INVALID naming the key and its member, never a value
 */
export async function parseSigningKeys(text: string, name: string): Promise<readonly SigningKey[]> {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    // The parser's message quotes the text.
    throw invalid(`${name} is not JSON`, cause instanceof Error ? new Error(cause.name) : undefined);
  }
  const parsed = jwksSchema.safeParse(raw);
  if (!parsed.success) throw invalid(`${name} is no JWKS: { "keys": [...] } with at least one key`);
  const keys = await Promise.all(
    parsed.data.keys.map((key, index) => importKey(key, `${name}, key ${String(index + 1)}`)),
  );
  if (new Set(keys.map(({ kid }) => kid)).size !== keys.length) throw invalid(`${name}: a kid repeats`);
  return keys;
}

/**
 * A new private key as a JWK; its kid is its thumbprint (RFC 7638), so that no two keys share one.
 */
export async function generateSigningKey(algorithm: SigningAlgorithm): Promise<JWK> {
  const pair = await generateKeyPair(algorithm, {
    extractable: true,
    ...(algorithm === 'RS384' && { modulusLength: RSA_BITS }),
  });
  const jwk = await exportJWK(pair.privateKey);
  return { kid: await calculateJwkThumbprint(jwk), alg: algorithm, use: 'sig', ...jwk };
}
