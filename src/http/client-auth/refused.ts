/**
 * Why a caller was refused, as the log and the metric say it; the caller is never told.
 * docs/client-authentication.md explains each.
 */
export const REFUSALS = [
  'no-token',
  'several-headers',
  'not-bearer',
  'too-large',
  'malformed',
  'unsupported-header',
  'algorithm',
  'type',
  'unknown-issuer',
  'unknown-tenant',
  'jku',
  'missing-claim',
  'jti',
  'audience',
  'expired',
  'not-yet-valid',
  'lifetime',
  'keys-unavailable',
  'unknown-key',
  'signature',
  'replayed',
] as const;

export type Refusal = (typeof REFUSALS)[number];

/** Ends the verification of one token; does not leave this folder. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly reason: Refusal;

  constructor(reason: Refusal) {
    super(reason);
    this.reason = reason;
  }
}
