import { CdsError } from '../../domain/index.ts';
import type { ClientConfig, Config, Log, TenantConfig } from '../../platform/index.ts';
import type { KeySet } from './key-set.ts';
import { mayBeSandbox } from './known-keys.ts';
import { openPinnedKeys } from './pinned-keys.ts';
import { openRemoteKeys, type RemoteLimits } from './remote-keys.ts';

/** A client of a tenant, with its keys. */
export interface Registered {
  readonly tenant: TenantConfig;
  readonly client: ClientConfig;
  readonly keys: KeySet;
}

export interface ClientsOptions {
  readonly tenants: readonly TenantConfig[];
  readonly environment: Config['environment'];
  readonly log: Log;
  readonly remoteLimits?: Partial<RemoteLimits>;
}

const requireHttps = (
  { id }: TenantConfig,
  { jwksUrl }: ClientConfig,
  environment: Config['environment'],
): void => {
  if (environment === 'production' && jwksUrl !== undefined && new URL(jwksUrl).protocol !== 'https:')
    throw new CdsError(
      'CONFIG_INVALID',
      `tenants: clientAuth.clients.jwksUrl of ${id} must be https in production`,
    );
};

/**
 * The clients of all tenants by their issuer; those that name the same file or address share its keys.
 *
 * @throws {CdsError} CONFIG_INVALID
 */
export async function openClients(
  options: ClientsOptions,
): Promise<ReadonlyMap<string, readonly Registered[]>> {
  const { tenants, environment, log, remoteLimits } = options;
  const sets = new Map<string, KeySet>();
  const byIssuer = new Map<string, Registered[]>();

  const open = async ({ id }: TenantConfig, client: ClientConfig): Promise<KeySet> => {
    const allowSandbox = mayBeSandbox(client, environment);
    const { jwksUrl, jwksFile = '' } = client;
    if (jwksUrl !== undefined)
      return openRemoteKeys({
        ...{ url: jwksUrl, allowSandbox, log },
        ...(remoteLimits !== undefined && { limits: remoteLimits }),
      });
    const setting = `tenants: clientAuth.clients.jwksFile of ${id}`;
    return openPinnedKeys({ file: jwksFile, setting, allowSandbox, log });
  };

  for (const tenant of tenants)
    for (const client of tenant.clientAuth.clients) {
      requireHttps(tenant, client, environment);
      const source = JSON.stringify([client.jwksUrl, client.jwksFile, mayBeSandbox(client, environment)]);
      const keys = sets.get(source) ?? (await open(tenant, client));
      sets.set(source, keys);
      const others = byIssuer.get(client.issuer) ?? [];
      byIssuer.set(client.issuer, [...others, { tenant, client, keys }]);
    }
  return byIssuer;
}
