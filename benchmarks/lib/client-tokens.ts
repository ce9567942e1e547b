/** An EHR's client: a key of its own, and JWTs as CDS Hooks 2.0 asks for them ("Trusting CDS Clients"). */
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';

export type ClientAlgorithm = 'ES384' | 'RS384';

export const CLIENT_ISSUER = 'https://ehr.example.org';
/** What clients call the service: `aud` begins with it, wherever it really listens. */
export const PUBLIC_BASE_URL = 'https://cds.example.org';

const LIFETIME = '30m';

export interface BenchClient {
  readonly jwks: { readonly keys: readonly JWK[] };
  /** A JWT with a `jti` of its own, for that address and no other. */
  token(path: string): Promise<string>;
}

export async function createClient(alg: ClientAlgorithm): Promise<BenchClient> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const kid = `bench-${alg}`;
  return {
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }] },
    token: (path) =>
      new SignJWT()
        .setProtectedHeader({ alg, kid, typ: 'JWT' })
        .setIssuer(CLIENT_ISSUER)
        .setAudience(PUBLIC_BASE_URL + path)
        .setIssuedAt()
        .setExpirationTime(LIFETIME)
        .setJti(randomUUID())
        .sign(privateKey),
  };
}
