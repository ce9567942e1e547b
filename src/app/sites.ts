import {
  createBackendTokens,
  createFhirClient,
  createFhirSource,
  isSafeEndpoint,
  openKeyFile,
  staticToken,
  type ChartQuery,
  type ChartSource,
  type FhirClient,
  type KeyFile,
  type TokenSource,
} from '../chart/index.ts';
import { CdsError } from '../domain/index.ts';
import type { Clock, Config, Log, TenantConfig } from '../platform/index.ts';

/** A tenant as this service reaches it with its own credentials; never with a hook request's. */
export interface Site {
  readonly tenant: TenantConfig;
  readonly client: FhirClient;
  readonly source: ChartSource;
}

export interface SiteDependencies {
  readonly queries: readonly ChartQuery[];
  readonly signingKeys: KeyFile | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** @throws {CdsError} SMART_CONFIG_INVALID */
export const openSigningKeys = async (
  { fhir }: Pick<Config, 'fhir'>,
  log: Log,
): Promise<KeyFile | undefined> =>
  fhir.smartKeys === undefined ? undefined : openKeyFile(fhir.smartKeys, log);

/** What is wrong with a tenant's credentials is found at the start, not when the first job needs them. */
const smartTokens = async (
  { id, fhirBaseUrl, smart }: TenantConfig,
  { environment }: Config,
  { signingKeys, clock, log }: SiteDependencies,
): Promise<TokenSource | undefined> => {
  if (smart === undefined) return undefined;
  if (signingKeys === undefined)
    throw new CdsError('SMART_CONFIG_INVALID', `fhir.smartKeys: tenant ${id} needs a file of private keys`);
  const { clientId, scope, algorithm, tokenUrl } = smart;
  await signingKeys.signingKey(algorithm);
  const allowHttp = environment !== 'production';
  if (tokenUrl !== undefined && !isSafeEndpoint(new URL(tokenUrl), allowHttp))
    throw new CdsError('SMART_CONFIG_INVALID', `smart.tokenUrl of ${id} must be https in production`);
  return createBackendTokens({
    baseUrl: fhirBaseUrl,
    ...{ clientId, scope, algorithm, keys: signingKeys, allowHttp, clock, log },
    ...(tokenUrl !== undefined && { tokenUrl }),
  });
};

const tokensOf = async (
  tenant: TenantConfig,
  config: Config,
  dependencies: SiteDependencies,
): Promise<TokenSource> => {
  if (tenant.smart !== undefined && tenant.bearerToken !== undefined)
    throw new CdsError('CONFIG_INVALID', `tenants: ${tenant.id} has both smart and bearerToken`);
  return (await smartTokens(tenant, config, dependencies)) ?? staticToken(tenant.bearerToken);
};

/**
 * The tenants with their FHIR clients, by tenant id.
 *
 * @throws {CdsError} CONFIG_INVALID, SMART_CONFIG_INVALID
 */
export async function createSites(
  config: Config,
  dependencies: SiteDependencies,
): Promise<ReadonlyMap<string, Site>> {
  const { timeoutMs, maxPages, concurrency, retries } = config.fhir;
  const sites = new Map<string, Site>();
  for (const tenant of config.tenants) {
    const client = createFhirClient({
      baseUrl: tenant.fhirBaseUrl,
      tokens: await tokensOf(tenant, config, dependencies),
      ...{ concurrency, retries, maxPages },
      requestTimeoutMs: timeoutMs,
      log: dependencies.log.child({ tenant: tenant.id }),
    });
    const source = createFhirSource({ client, queries: dependencies.queries, timeoutMs });
    sites.set(tenant.id, { tenant, client, source });
  }
  return sites;
}
