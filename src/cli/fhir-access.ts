import path from 'node:path';
import type { Command } from 'commander';
import { createReading, createSites, openSigningKeys, openSiteImages } from '../app/index.ts';
import {
  createFhirClient,
  createFhirSource,
  staticToken,
  type ChartQuery,
  type ChartSource,
  type FhirClient,
  type TokenSource,
} from '../chart/index.ts';
import { CdsError } from '../domain/index.ts';
import type { DicomWebSource } from '../modalities/index.ts';
import {
  createLog,
  loadConfig,
  PACKAGE_ROOT,
  systemClock,
  type Config,
  type TenantConfig,
} from '../platform/index.ts';
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
  /** Reads charts by the queries that it was opened with. */
  readonly source: ChartSource;
  /** The archive of a configured tenant that has one; closed by who opened it. */
  readonly images?: DicomWebSource;
}

/** A tenant of a configuration that a command was given. */
export interface ConfiguredTenant {
  readonly config: Config;
  readonly tenant: TenantConfig;
}

export const addFhirAccessOptions = (command: Command): Command =>
  command
    .option('--fhir <url>', 'base URL of the FHIR server; needs no --config where it asks for no token')
    .option('--config <file>', 'configuration that names the tenant: its address, credentials and settings')
    .option('--tenant <id>', 'which tenant, where the configuration has several');

const sameAddress = (a: string, b: string): boolean => a.replace(/\/+$/, '') === b.replace(/\/+$/, '');

/**
 * The tenant whose settings a command goes by: the one that is named, or that has the address, or the only one.
 * Undefined where no configuration was given.
 *
 * @throws {CdsError} COMMAND_INVALID, CONFIG_INVALID
 */
export const configuredTenant = (
  { config: file, tenant, fhir }: FhirAccessOptions,
  env: CliContext['env'],
): ConfiguredTenant | undefined => {
  if (file === undefined && tenant === undefined) return undefined;
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

/** The vocabulary of a site, with its own codes; the shipped one where no configuration was given. */
export const readingOf = (configured: ConfiguredTenant | undefined): ReturnType<typeof createReading> =>
  createReading(configured?.config ?? { terminology: [path.join(PACKAGE_ROOT, 'fhir-profiles')] });

/** Milliseconds for one chart. */
const CHART_TIMEOUT_MS = 30_000;

/** An address without credentials. */
const openAddress = (fhir: string | undefined, queries: readonly ChartQuery[]): FhirAccess => {
  if (fhir === undefined || !/^https?:$/.test(URL.parse(fhir)?.protocol ?? ''))
    throw new CdsError('COMMAND_INVALID', 'Give --fhir with the base URL of a server, or --config.');
  const tokens = staticToken();
  const client = createFhirClient({ baseUrl: fhir, tokens, concurrency: 16, retries: 3, maxPages: 50 });
  return { client, tokens, source: createFhirSource({ client, queries, timeoutMs: CHART_TIMEOUT_MS }) };
};

/** A configured tenant, with its own credentials. */
const openTenant = async (
  { config, tenant }: ConfiguredTenant,
  queries: readonly ChartQuery[],
): Promise<FhirAccess> => {
  const log = createLog(config.log.level);
  const signingKeys = await openSigningKeys(config, log);
  const dependencies = { queries, signingKeys, clock: systemClock, log };
  // Only this tenant's: what is wrong with another one's credentials is no matter here.
  const site = (await createSites({ ...config, tenants: [tenant] }, dependencies)).get(tenant.id);
  if (site === undefined) throw new CdsError('INTERNAL', 'no such site');
  const images = openSiteImages(site, log);
  return { ...site, ...(images !== undefined && { images }) };
};

/**
 * @param queries what `source` reads of a chart
 * @throws {CdsError} COMMAND_INVALID, CONFIG_INVALID, SMART_CONFIG_INVALID
 */
export async function openFhir(
  options: FhirAccessOptions,
  env: CliContext['env'],
  queries: readonly ChartQuery[] = [],
): Promise<FhirAccess> {
  const configured = configuredTenant(options, env);
  return configured === undefined ? openAddress(options.fhir, queries) : openTenant(configured, queries);
}
