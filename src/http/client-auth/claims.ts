import type { JWTPayload } from 'jose';
import type { Refusal } from './refused.ts';

const MAX_JTI_LENGTH = 256;

/** What a site asks of a token's claims. */
export interface ClaimRules {
  /** Any one of them. */
  readonly audiences: readonly string[];
  readonly clockSkewSeconds: number;
  readonly maxLifetimeSeconds: number;
}

const isAudience = (aud: unknown, accepted: readonly string[]): boolean =>
  (Array.isArray(aud) ? (aud as unknown[]) : [aud]).some((each) => accepted.some((one) => one === each));

const refusedTime = (
  { exp, iat, nbf }: { exp: number; iat: number; nbf: unknown },
  { clockSkewSeconds, maxLifetimeSeconds }: ClaimRules,
  now: number,
): Refusal | undefined => {
  if (exp <= now - clockSkewSeconds) return 'expired';
  if (iat > now + clockSkewSeconds) return 'not-yet-valid';
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf <= now + clockSkewSeconds))
    return 'not-yet-valid';
  return exp - iat > maxLifetimeSeconds ? 'lifetime' : undefined;
};

/**
 * What is wrong with a token's claims; undefined where nothing is. Asked before the signature is verified, which is
 * what costs, and true of the verified token too: its bytes are the same.
 *
 * @param now seconds since 1970
 */
export function refusedClaim(claims: JWTPayload, rules: ClaimRules, now: number): Refusal | undefined {
  const { aud, exp, iat, jti, nbf } = claims;
  if (typeof exp !== 'number' || typeof iat !== 'number' || aud === undefined || jti === undefined)
    return 'missing-claim';
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI_LENGTH) return 'jti';
  if (!isAudience(aud, rules.audiences)) return 'audience';
  return refusedTime({ exp, iat, nbf }, rules, now);
}
