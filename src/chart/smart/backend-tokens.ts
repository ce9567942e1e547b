import { CdsError } from '../../domain/index.ts';
import type { Clock, Log } from '../../platform/index.ts';
import type { TokenSource } from '../client/types.ts';
import { discoverTokenEndpoint } from './endpoint.ts';
import type { KeyFile } from './key-file.ts';
import type { SigningAlgorithm } from './signing-keys.ts';
import { requestToken, type Granted } from './token-request.ts';

export interface BackendTokensOptions {
  /** The FHIR base URL, without a trailing slash: where discovery asks. */
  readonly baseUrl: string;
  readonly clientId: string;
  /** Space-separated. */
  readonly scope: string;
  readonly algorithm: SigningAlgorithm;
  /** Where discovery is not offered. */
  readonly tokenUrl?: string;
  readonly keys: KeyFile;
  /** May a discovered token endpoint be http elsewhere than on this machine? Never in production. */
  readonly allowHttp: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** Of discovery and token request together. */
const TIMEOUT_MS = 10_000;
const DISCOVERY_LIFE_MS = 3_600_000;
/** A token is renewed so long before it ends, at most; of short-lived ones a fifth of their life. */
const SKEW_MS = 30_000;
/** After a refusal nothing is asked for so long, doubling to the maximum: it takes a person to heal it. */
const REFUSAL_MS = 10_000;
const MAX_REFUSAL_MS = 300_000;

const growing = (times: number): number => Math.min(MAX_REFUSAL_MS, REFUSAL_MS * 2 ** (times - 1));

/** Waits for what all wait for, but no longer than this caller's signal. */
const within = <T>(shared: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const leave = (): void => {
      reject(new CdsError('SMART_TOKEN_UNAVAILABLE', 'It did not answer in time.'));
    };
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    void shared.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', leave);
    });
  });

/** The scopes asked for that were not granted. */
export const missingScopes = (asked: string, granted: string | undefined): readonly string[] => {
  if (granted === undefined) return [];
  const given = new Set(granted.split(/\s+/));
  return asked.split(/\s+/).filter((scope) => scope !== '' && !given.has(scope));
};

/**
 * Access tokens by SMART Backend Services: one request at a time however many ask, renewed before they end.
 *
 * @see http://hl7.org/fhir/smart-app-launch/backend-services.html
 */
export function createBackendTokens(options: BackendTokensOptions): TokenSource {
  const { clock, keys, log, algorithm, clientId, scope } = options;
  const now = (): number => clock.now().getTime();
  let held: { readonly token: string; readonly until: number } | undefined;
  let pending: Promise<string> | undefined;
  let discovered: { readonly url: string; readonly until: number } | undefined;
  /** The authorization server's refusal, repeated to whoever asks until it may be asked again. */
  let refusal: { error: CdsError; until: number; times: number; kid: string } | undefined;
  /** The FHIR server's refusals of tokens that had just been renewed. */
  let rejected = { times: 0, renewedAt: Number.NEGATIVE_INFINITY };
  let warnedOf = '';

  const endpoint = async (signal: AbortSignal): Promise<string> => {
    if (options.tokenUrl !== undefined) return options.tokenUrl;
    if (discovered === undefined || now() >= discovered.until) {
      const url = await discoverTokenEndpoint(options.baseUrl, { allowHttp: options.allowHttp, signal });
      discovered = { url, until: now() + DISCOVERY_LIFE_MS };
    }
    return discovered.url;
  };

  const tellMissing = (granted: Granted): void => {
    const missing = missingScopes(scope, granted.scope);
    // Once, not with every renewal.
    if (missing.length > 0 && missing.join(' ') !== warnedOf)
      log.warn({ clientId, missing }, 'the authorization server granted fewer scopes than asked for');
    warnedOf = missing.join(' ');
  };

  const obtain = async (): Promise<string> => {
    const key = await keys.signingKey(algorithm);
    if (refusal !== undefined && now() < refusal.until && refusal.kid === key.kid) throw refusal.error;
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const asked = clock.now();
    try {
      const url = await endpoint(signal);
      const granted = await requestToken({ endpoint: url, clientId, scope, key, now: asked, signal });
      refusal = undefined;
      tellMissing(granted);
      const lifeMs = granted.expiresInSeconds * 1000;
      held = { token: granted.token, until: asked.getTime() + lifeMs - Math.min(SKEW_MS, lifeMs / 5) };
      return granted.token;
    } catch (error) {
      // The endpoint may have moved: next time it is looked up again.
      discovered = undefined;
      if (error instanceof CdsError && error.code === 'SMART_TOKEN_REFUSED') {
        const times = (refusal?.times ?? 0) + 1;
        refusal = { error, until: now() + growing(times), times, kid: key.kid };
        log.error({ error, clientId, kid: key.kid }, 'no access token');
      }
      throw error;
    }
  };

  return {
    token: (signal) => {
      if (held !== undefined && now() < held.until) return Promise.resolve(held.token);
      pending ??= obtain().finally(() => {
        pending = undefined;
      });
      return within(pending, signal);
    },
    refused: (token) => {
      // Somebody else's request has brought about a newer one already.
      if (held?.token !== token) return true;
      const since = now() - rejected.renewedAt;
      // A new one was got a moment ago and is refused too: it is not the token's fault, and no third one helps.
      if (since < growing(rejected.times + 1) / 2) return false;
      rejected = { times: since > MAX_REFUSAL_MS ? 0 : rejected.times + 1, renewedAt: now() };
      held = undefined;
      return true;
    },
  };
}
