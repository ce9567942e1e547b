import { randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';

/** Who the demo EHR says it is, and the keys that prove it. */
export interface EhrIdentity {
  readonly issuer: string;
  /** Its public keys, as it publishes them. */
  readonly jwks: { readonly keys: readonly JWK[] };
  /** A JWT for one call of one address, as CDS Hooks 2.0 has it ("Trusting CDS Clients"). */
  tokenFor(url: string): Promise<string>;
}

/** The spec advises five minutes; a call takes less than a second. */
const LIFETIME_SECONDS = 120;

/** A key pair that lives as long as the demo: its private part is nowhere but in this process. */
export async function createEhrIdentity(issuer: string): Promise<EhrIdentity> {
  const { publicKey, privateKey } = await generateKeyPair('ES384');
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return {
    issuer,
    jwks: { keys: [{ ...jwk, kid, alg: 'ES384', use: 'sig' }] },
    tokenFor: (url) =>
      new SignJWT()
        .setProtectedHeader({ alg: 'ES384', typ: 'JWT', kid })
        .setIssuer(issuer)
        .setAudience(url)
        .setIssuedAt()
        .setExpirationTime(`${String(LIFETIME_SECONDS)}s`)
        .setJti(randomUUID())
        .sign(privateKey),
  };
}
