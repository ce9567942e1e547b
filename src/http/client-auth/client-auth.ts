import { jwtVerify } from 'jose';
import type { ReplayGuard } from '../../assessment/index.ts';
import { CdsError } from '../../domain/index.ts';
import {
  needsClient,
  type Clock,
  type Config,
  type Log,
  type Metrics,
  type TenantConfig,
} from '../../platform/index.ts';
import { refusedClaim, type ClaimRules } from './claims.ts';
import { openClients, type Registered } from './clients.ts';
import { thumbprintOf, type KeySet } from './key-set.ts';
import { Refused, type Refusal } from './refused.ts';
import type { RemoteLimits } from './remote-keys.ts';
import { readToken, type UnverifiedToken } from './token.ts';

export interface ClientAuthOptions {
  readonly tenants: readonly TenantConfig[];
  /** What clients call, without a trailing slash; see {@link ClientAuth.listeningAt} where there is none. */
  readonly publicBaseUrl?: string | undefined;
  readonly environment: Config['environment'];
  readonly replay: ReplayGuard;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics?: Pick<Metrics, 'clientAuth'>;
  readonly remoteLimits?: Partial<RemoteLimits>;
}

/** For whom a caller may speak, by tenant id. */
export interface Permission {
  /** Those that its JWT proves, and those that ask nobody for one. */
  readonly tenants: ReadonlySet<string>;
  /** Those that its JWT proves. */
  readonly proven: ReadonlySet<string>;
}

/** Who may call: CDS Hooks 2.0, "Trusting CDS Clients". */
export interface ClientAuth {
  /**
   * For whom a caller may speak. A token is used up by it.
   *
   * @param authorization every Authorization header; one that is there is verified, needed or not
   * @param path of the address that is called, as published: `aud` is the public base URL and this
   * @param options.discovery it shows no patient: without a token it is refused only where a tenant protects it
   * @param options.requestId for the log line of a refusal
   * @throws {CdsError} CDS_UNAUTHENTICATED
   */
  authenticate(
    authorization: string | readonly string[] | undefined,
    path: string,
    options?: { readonly discovery?: boolean; readonly requestId?: string },
  ): Promise<Permission>;
  /**
   * Outside production the address that the service listens on stands in for a public base URL that is not
   * configured. Never an address that a request names.
   */
  listeningAt(url: string): void;
}

const headersOf = (authorization: string | readonly string[] | undefined): readonly string[] =>
  typeof authorization === 'string' ? [authorization] : (authorization ?? []);

/** A candidate whose client may have sent this token, by all that can be told without its key. */
interface Candidate extends Registered {
  readonly rules: ClaimRules;
}

const rulesOf = ({ tenant, client }: Registered, address: string): ClaimRules => {
  const { clockSkewSeconds, maxLifetimeSeconds } = tenant.clientAuth;
  return { audiences: [address, ...client.audience], clockSkewSeconds, maxLifetimeSeconds };
};

/** `jku` is never followed; where it could be meant, at a client whose keys lie at an address, it must be that one. */
const refusedJku = ({ jku }: UnverifiedToken, { client }: Registered): boolean =>
  jku !== undefined && client.jwksUrl !== undefined && jku !== client.jwksUrl;

const refusalOf = (token: UnverifiedToken, candidate: Candidate, now: number): Refusal | undefined => {
  if (!candidate.client.algorithms.includes(token.algorithm)) return 'algorithm';
  if (refusedJku(token, candidate)) return 'jku';
  return refusedClaim(token.claims, candidate.rules, now);
};

/** The first refusal of all, or those that passed. */
const passing = <T>(all: readonly T[], refusal: (one: T) => Refusal | undefined): readonly T[] => {
  const refusals = all.map(refusal);
  const [first] = refusals;
  if (first !== undefined && refusals.every((each) => each !== undefined)) throw new Refused(first);
  return all.filter((_, index) => refusals[index] === undefined);
};

const maximum = (candidates: readonly Candidate[], of: (rules: ClaimRules) => number): number =>
  Math.max(...candidates.map(({ rules }) => of(rules)));

/** By which key a token was signed, or why by none of a set. */
type Proof = { readonly thumbprint: string } | { readonly refusal: Refusal };

/** Is the signature by a key of this set? jose asks for the claims once more. */
const proofBy = async (
  token: UnverifiedToken,
  keys: KeySet,
  candidates: readonly Candidate[],
  now: Date,
): Promise<Proof> => {
  try {
    const key = await keys.keyFor(token);
    await jwtVerify(token.compact, key, {
      algorithms: [token.algorithm],
      typ: 'JWT',
      issuer: token.issuer,
      audience: candidates.flatMap(({ rules }) => rules.audiences),
      requiredClaims: ['iss', 'aud', 'exp', 'iat', 'jti'],
      clockTolerance: maximum(candidates, ({ clockSkewSeconds }) => clockSkewSeconds),
      currentDate: now,
    });
    return { thumbprint: await thumbprintOf(key) };
  } catch (error) {
    // Whatever went wrong: it is not proven.
    return { refusal: error instanceof Refused ? error.reason : 'signature' };
  }
};

/**
 * Opens the clients' keys and verifies by them. What is cheap is asked first: a stranger's bytes cost two JSON.parse,
 * and a signature is computed only for a token of a known issuer that is made out to this address and alive.
 *
 * @throws {CdsError} CONFIG_INVALID for a key file that cannot be used, or an address that is not https in production
 */
export async function createClientAuth(options: ClientAuthOptions): Promise<ClientAuth> {
  const { tenants, environment, replay, clock, log, metrics } = options;
  const clients = await openClients(options);
  const open = tenants.filter((tenant) => !needsClient(tenant)).map(({ id }) => id);
  const discoveryIsOpen = !tenants.some(({ clientAuth }) => clientAuth.protectDiscovery);
  let baseUrl = options.publicBaseUrl;

  const candidatesOf = (token: UnverifiedToken, path: string): readonly Candidate[] => {
    const ofIssuer = clients.get(token.issuer);
    if (ofIssuer === undefined) throw new Refused('unknown-issuer');
    const { tenant } = token.claims;
    const ofTenant = ofIssuer.filter(({ client }) => client.tenant === tenant);
    if (ofTenant.length === 0) throw new Refused('unknown-tenant');
    if (baseUrl === undefined) throw new Refused('audience');
    const address = baseUrl + path;
    return ofTenant.map((each) => ({ ...each, rules: rulesOf(each, address) }));
  };

  /** Tenants may share a key set; its signature is computed once. */
  const prove = async (
    token: UnverifiedToken,
    candidates: readonly Candidate[],
    now: Date,
  ): Promise<{ readonly proven: readonly Candidate[]; readonly signer: string }> => {
    const sets = [...new Set(candidates.map(({ keys }) => keys))];
    const proofs = new Map(
      await Promise.all(
        sets.map(async (keys) => {
          const using = candidates.filter((each) => each.keys === keys);
          return [keys, await proofBy(token, keys, using, now)] as const;
        }),
      ),
    );
    const refusal = ({ keys }: Candidate): Refusal | undefined => {
      const proof = proofs.get(keys);
      return proof !== undefined && 'refusal' in proof ? proof.refusal : undefined;
    };
    const signers = [...proofs.values()].flatMap((proof) =>
      'thumbprint' in proof ? [proof.thumbprint] : [],
    );
    return { proven: passing(candidates, refusal), signer: signers[0] ?? '' };
  };

  const verify = async (headers: readonly string[], path: string): Promise<readonly string[]> => {
    const token = readToken(headers);
    const now = clock.now();
    const seconds = Math.floor(now.getTime() / 1000);
    const candidates = passing(candidatesOf(token, path), (each) => refusalOf(token, each, seconds));
    const { proven, signer } = await prove(token, candidates, now);
    // Last: only who holds the key uses a jti up, and of several with one issuer only its own.
    const { exp = 0, jti = '' } = token.claims;
    const rememberSeconds = exp - seconds + maximum(proven, ({ clockSkewSeconds }) => clockSkewSeconds) + 1;
    if (!(await replay.firstUse(`${token.issuer} ${signer}`, jti, rememberSeconds)))
      throw new Refused('replayed');
    return proven.map(({ tenant }) => tenant.id);
  };

  const admit = async (
    headers: readonly string[],
    path: string,
    discovery: boolean,
  ): Promise<readonly string[]> => {
    if (headers.length > 0) return verify(headers, path);
    if (discovery ? !discoveryIsOpen : open.length === 0) throw new Refused('no-token');
    return [];
  };

  return {
    authenticate: async (authorization, path, { discovery = false, requestId } = {}) => {
      const headers = headersOf(authorization);
      try {
        const proven = await admit(headers, path, discovery);
        metrics?.clientAuth.inc({ outcome: headers.length === 0 ? 'anonymous' : 'verified' });
        return { tenants: new Set([...open, ...proven]), proven: new Set(proven) };
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        const { reason } = error;
        metrics?.clientAuth.inc({ outcome: reason });
        log.info({ requestId, reason }, 'client refused');
        throw new CdsError('CDS_UNAUTHENTICATED');
      }
    },
    listeningAt: (url) => {
      if (environment !== 'production') baseUrl ??= url;
    },
  };
}
