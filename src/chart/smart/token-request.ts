import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { CdsError } from '../../domain/index.ts';
import { readBounded } from '../client/bounded-body.ts';
import { record, text, type Json } from '../resource-reader.ts';
import type { SigningKey } from './signing-keys.ts';

export interface TokenRequest {
  readonly endpoint: string;
  readonly clientId: string;
  readonly scope: string;
  readonly key: SigningKey;
  readonly now: Date;
  readonly signal: AbortSignal;
}

/** A token as the authorization server gave it. */
export interface Granted {
  readonly token: string;
  readonly expiresInSeconds: number;
  /** Undefined: it does not say, which means as asked for (RFC 6749 5.1). */
  readonly scope?: string;
}

/**
 * An assertion may live 5 minutes. Half of that leaves room on both sides: the server's clock may be 2 minutes ahead
 * (it has not expired yet) or behind (it is not too long).
 */
const ASSERTION_SECONDS = 150;
/** Where a server does not say how long its token lives, although it must. A 401 renews it in any case. */
const UNSTATED_LIFE_SECONDS = 60;

/** Tokens with all their claims are a few KiB. */
const MAX_ANSWER_BYTES = 256 * 1024;

/** Error codes of RFC 6749 5.2: of the server's own words only these are repeated. */
const OAUTH_ERRORS: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
]);

/** @see http://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html#authenticating-to-the-token-endpoint */
const assertionOf = ({ endpoint, clientId, key, now }: TokenRequest): Promise<string> => {
  const seconds = Math.floor(now.getTime() / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: 'JWT' })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(endpoint)
    .setJti(randomUUID())
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + ASSERTION_SECONDS)
    .sign(key.privateKey);
};

/** A clock that is wrong is the commonest reason why an assertion is refused, and the hardest to see. */
const clockRemark = (response: Response, now: Date): string => {
  const theirs = Date.parse(response.headers.get('date') ?? '');
  const aheadSeconds = Math.round((theirs - now.getTime()) / 1000);
  if (Number.isNaN(theirs) || Math.abs(aheadSeconds) < 60) return '';
  const way = aheadSeconds > 0 ? 'ahead of' : 'behind';
  return ` Its clock is ${String(Math.abs(aheadSeconds))} s ${way} ours.`;
};

/** Statuses below 500 that say nothing about the client. */
const PASSING: ReadonlySet<number> = new Set([408, 429]);

const oauthErrorOf = (body: Json | undefined): string | undefined => {
  const said = text(body?.['error']) ?? '';
  return OAUTH_ERRORS.has(said) ? said : undefined;
};

const errorOf = (response: Response, body: Json | undefined, now: Date): CdsError => {
  const { status } = response;
  const said = oauthErrorOf(body);
  const refused = said !== undefined || (status >= 400 && status < 500 && !PASSING.has(status));
  const answered = `It answered ${[status, said].join(' ').trim()}.`;
  return refused
    ? new CdsError('SMART_TOKEN_REFUSED', `${answered}${clockRemark(response, now)}`)
    : new CdsError('SMART_TOKEN_UNAVAILABLE', answered);
};

const lifeOf = (body: Json): number => {
  // Some write it as text.
  const life = Number(body['expires_in'] ?? Number.NaN);
  return Number.isFinite(life) && life > 0 ? life : UNSTATED_LIFE_SECONDS;
};

const grantedOf = (body: Json = {}): Granted => {
  const token = text(body['access_token']);
  if (token === undefined || text(body['token_type'])?.toLowerCase() !== 'bearer')
    throw new CdsError('SMART_TOKEN_UNAVAILABLE', 'Its answer holds no bearer token.');
  const scope = text(body['scope']);
  return { token, expiresInSeconds: lifeOf(body), ...(scope !== undefined && { scope }) };
};

/**
 * Asks an authorization server for an access token, by client_credentials with a signed assertion.
 *
 * @throws {CdsError} SMART_TOKEN_REFUSED, SMART_TOKEN_UNAVAILABLE
 * @see http://hl7.org/fhir/smart-app-launch/backend-services.html#request-1
 */
export async function requestToken(request: TokenRequest): Promise<Granted> {
  const assertion = await assertionOf(request);
  let response: Response;
  let body: Json | undefined;
  try {
    response = await fetch(request.endpoint, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        scope: request.scope,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      }),
      // The assertion goes where it was signed for, and nowhere else.
      redirect: 'manual',
      signal: request.signal,
    });
    const written = await readBounded(response, MAX_ANSWER_BYTES);
    body = record(parseJson(written));
  } catch (cause) {
    throw new CdsError('SMART_TOKEN_UNAVAILABLE', undefined, { cause });
  }
  if (!response.ok) throw errorOf(response, body, request.now);
  return grantedOf(body);
}

const parseJson = (written: string): unknown => {
  try {
    return JSON.parse(written) as unknown;
  } catch {
    return undefined;
  }
};
