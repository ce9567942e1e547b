import type { Command } from 'commander';
import { createSites, openSigningKeys } from '../app/index.ts';
import { createFhirClient, staticToken, type FhirClient, type TokenSource } from '../chart/index.ts';
import { CdsError } from '../domain/index.ts';
import { createLog, loadConfig, systemClock, type Config, type TenantConfig } from '../platform/index.ts';
import type { CliContext } from './context.ts';

/** Where a command reads from: an address without credentials, or a configured tenant with its own. */
export interface FhirAccessOptions {
  readonly fhir?: string;
  readonly config?: string;
  readonly tenant?: string;
}

export interface FhirAccess {
  readonly client: FhirClient;
  readonly tokens: TokenSource;
}

export const addFhirAccessOptions = (command: Command): Command =>
  command
    .option('--fhir <url>', 'base URL of the FHIR server; needs no --config where it asks for no token')
    .option('--config <file>', 'configuration that names the tenant, for its address and credentials')
    .option('--tenant <id>', 'which tenant, where the configuration has several');

const sameAddress = (a: string, b: string): boolean => a.replace(/\/+$/, '') === b.replace(/\/+$/, '');

const tenantOf = (
  { config: file, tenant, fhir }: FhirAccessOptions,
  env: CliContext['env'],
): { readonly config: Config; readonly tenant: TenantConfig } => {
  const config = loadConfig(env, file === undefined ? {} : { file });
  const named = config.tenants.filter(
    ({ id, fhirBaseUrl }) =>
      (tenant === undefined || id === tenant) && (fhir === undefined || sameAddress(fhir, fhirBaseUrl)),
  );
  const [only] = named;
  if (only === undefined || named.length > 1)
    throw new CdsError(
      'COMMAND_INVALID',
      `${named.length === 0 ? 'No tenant' : 'More than one tenant'} of the configuration has this id and address.`,
    );
  return { config, tenant: only };
};

/** An address without credentials. */
const openAddress = (fhir: string | undefined): FhirAccess => {
  if (fhir === undefined || !/^https?:$/.test(URL.parse(fhir)?.protocol ?? ''))
    throw new CdsError('COMMAND_INVALID', 'Give --fhir with the base URL of a server, or --config.');
  const tokens = staticToken();
  const client = createFhirClient({ baseUrl: fhir, tokens, concurrency: 16, retries: 3, maxPages: 50 });
  return { client, tokens };
};

/**
 * @throws {CdsError} COMMAND_INVALID, CONFIG_INVALID, SMART_CONFIG_INVALID
 */
export async function openFhir(options: FhirAccessOptions, env: CliContext['env']): Promise<FhirAccess> {
  if (options.config === undefined && options.tenant === undefined) return openAddress(options.fhir);
  const { config, tenant } = tenantOf(options, env);
  const log = createLog(config.log.level);
  const signingKeys = await openSigningKeys(config, log);
  const dependencies = { queries: [], signingKeys, clock: systemClock, log };
  // Only this tenant's: what is wrong with another one's credentials is no matter here.
  const site = (await createSites({ ...config, tenants: [tenant] }, dependencies)).get(tenant.id);
  if (site === undefined) throw new CdsError('INTERNAL', 'no such site');
  return site;
}
