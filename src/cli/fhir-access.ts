import type { Command } from 'commander';
import type { FhirClient, TokenSource } from '../chart/index.ts';
import { CdsError } from '../domain/index.ts';
import { loadConfig, type TenantConfig } from '../platform/index.ts';
import type { CliContext } from './context.ts';

/** Where a command reads from: an address without credentials, or a configured tenant with its own. */
export interface FhirAccessOptions {
  readonly fhir?: string;
  readonly config?: string;
  readonly tenant?: string;
}

export interface FhirAccess {
  readonly client: Pick<FhirClient, 'baseUrl' | 'raw'>;
  readonly tokens: TokenSource;
}

export const addFhirAccessOptions = (command: Command): Command =>
  command
    .option('--fhir <url>', 'base URL of the FHIR server; needs no --config where it asks for no token')
    .option('--config <file>', 'configuration that names the tenant, for its address and credentials')
    .option('--tenant <id>', 'which tenant, where the configuration has several');

const sameAddress = (a: string, b: string): boolean => a.replace(/\/+$/, '') === b.replace(/\/+$/, '');

const tenantOf = ({ config, tenant, fhir }: FhirAccessOptions, env: CliContext['env']): TenantConfig => {
  const { tenants } = loadConfig(env, config === undefined ? {} : { file: config });
  const named = tenants.filter(
    ({ id, fhirBaseUrl }) =>
      (tenant === undefined || id === tenant) && (fhir === undefined || sameAddress(fhir, fhirBaseUrl)),
  );
  const [only] = named;
  if (only === undefined || named.length > 1)
    throw new CdsError(
      'COMMAND_INVALID',
      `${named.length === 0 ? 'No tenant' : 'More than one tenant'} of the configuration has this id and address.`,
    );
  return only;
};

const staticToken = (token: string | undefined): TokenSource => ({
  token: () => Promise.resolve(token),
  refused: () => false,
});

const plainClient = (baseUrl: string, tokens: TokenSource): FhirAccess['client'] => ({
  baseUrl,
  raw: async (address, init, { signal }) => {
    const url = new URL(address, `${baseUrl}/`);
    if (url.origin !== new URL(baseUrl).origin) throw new CdsError('FHIR_FOREIGN_LINK');
    const token = await tokens.token(signal);
    const headers = { ...init.headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
    try {
      return await fetch(url, { ...init, headers, redirect: 'manual', signal });
    } catch (cause) {
      throw new CdsError('FHIR_UNREACHABLE', undefined, { cause });
    }
  },
});

/**
 * @throws {CdsError} COMMAND_INVALID, CONFIG_INVALID
 */
export function openFhir(options: FhirAccessOptions, env: CliContext['env']): FhirAccess {
  const { fhir, config, tenant } = options;
  if (config === undefined && tenant === undefined) {
    if (fhir === undefined || !/^https?:$/.test(URL.parse(fhir)?.protocol ?? ''))
      throw new CdsError('COMMAND_INVALID', 'Give --fhir with the base URL of a server, or --config.');
    const tokens = staticToken(undefined);
    return { client: plainClient(fhir.replace(/\/+$/, ''), tokens), tokens };
  }
  const { fhirBaseUrl, bearerToken } = tenantOf(options, env);
  const tokens = staticToken(bearerToken);
  return { client: plainClient(fhirBaseUrl, tokens), tokens };
}
