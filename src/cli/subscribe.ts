import { Option, type Command } from 'commander';
import { createReading, createSites, openSigningKeys } from '../app/index.ts';
import {
  SUBSCRIPTION_PAYLOADS,
  SUBSCRIPTION_STYLES,
  subscriptionsFor,
  withoutSecret,
  type NamedSubscription,
  type SubscriptionPayload,
  type SubscriptionStyle,
} from '../assessment/index.ts';
import { isSafeEndpoint, type ChartQuery, type FhirClient } from '../chart/index.ts';
import { asCdsError, CdsError } from '../domain/index.ts';
import { createLog, loadConfig, systemClock, type Config, type TenantConfig } from '../platform/index.ts';
import type { CliContext } from './context.ts';

interface SubscribeOptions {
  readonly config?: string;
  readonly tenant?: string;
  readonly endpoint: string;
  readonly style: SubscriptionStyle;
  readonly payload?: SubscriptionPayload;
  readonly topic?: string;
  readonly dryRun?: true;
  readonly remove?: true;
}

/** Milliseconds for all of a tenant's Subscriptions. */
const LIMIT_MS = 60_000;

const webAddress = (written: string): string => {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new CdsError(
      'COMMAND_INVALID',
      '--endpoint must be an address such as https://cds.hospital.example.',
    );
  return written.replace(/\/+$/, '');
};

const requireEncrypted = ({ environment }: Config, endpoint: string): void => {
  if (environment === 'production' && !isSafeEndpoint(new URL(endpoint), false))
    throw new CdsError(
      'COMMAND_INVALID',
      '--endpoint must be https in production: each notification carries the secret.',
    );
};

const tenantsOf = ({ tenants }: Config, wanted: string | undefined): readonly TenantConfig[] => {
  const chosen = wanted === undefined ? tenants : tenants.filter(({ id }) => id === wanted);
  if (chosen.length === 0) throw new CdsError('COMMAND_INVALID', '--tenant names none of the configuration.');
  return chosen;
};

const requireSecret = ({ id, subscriptions, backgroundAccess }: TenantConfig): string => {
  if (subscriptions.secret === undefined)
    throw new CdsError('CONFIG_INVALID', `tenants: ${id} has no subscriptions.secret, so its door is shut`);
  if (!backgroundAccess)
    throw new CdsError('CONFIG_INVALID', `tenants: ${id} allows no background access, so its door is shut`);
  return subscriptions.secret;
};

/** At its own id; on a server that takes no client's ids, the one with the same endpoint and criteria. */
const put = async (
  client: FhirClient,
  subscription: NamedSubscription,
  signal: AbortSignal,
): Promise<string> => {
  try {
    const { created, id } = await client.put(subscription, { signal });
    return `${id} ${created ? 'created' : 'replaced'}`;
  } catch (error) {
    if (asCdsError(error).code !== 'FHIR_WRITE_REFUSED') throw error;
    const { id: _ours, ...rest } = subscription;
    const same = { url: subscription.channel.endpoint ?? '', criteria: subscription.criteria };
    const { created, id } = await client.putBy(rest, same, { signal });
    return `${id} ${created ? 'created' : 'replaced'}, an id of the server's own`;
  }
};

const GONE: readonly number[] = [404, 410];

const remove = async (
  client: FhirClient,
  { id }: NamedSubscription,
  signal: AbortSignal,
): Promise<string> => {
  const response = await client.raw(`Subscription/${id}`, { method: 'DELETE' }, { signal });
  await response.body?.cancel();
  if (GONE.includes(response.status)) return `${id} was not there`;
  if (!response.ok) throw new CdsError('FHIR_WRITE_REFUSED', `It answered ${String(response.status)}.`);
  return `${id} removed`;
};

const subscriptionsOf = (
  tenant: TenantConfig,
  { style, payload = style === 'r4' ? 'full' : 'id-only', topic, endpoint }: SubscribeOptions,
  queries: readonly ChartQuery[],
): readonly NamedSubscription[] =>
  subscriptionsFor(
    {
      tenant: tenant.id,
      serviceUrl: endpoint,
      secret: requireSecret(tenant),
      style,
      payload,
      ...(topic !== undefined && { topic }),
    },
    queries,
  );

const subscribe = async (options: SubscribeOptions, context: CliContext): Promise<void> => {
  const config = loadConfig(context.env, options.config === undefined ? {} : { file: options.config });
  requireEncrypted(config, options.endpoint);
  const { queries } = createReading(config);
  const log = createLog('warn');
  const signingKeys = await openSigningKeys(config, log);
  const sites = await createSites(config, { queries, signingKeys, clock: systemClock, log });
  const act = options.remove === true ? remove : put;
  for (const tenant of tenantsOf(config, options.tenant)) {
    const made = subscriptionsOf(tenant, options, queries);
    const client = sites.get(tenant.id)?.client;
    if (options.dryRun === true || client === undefined) {
      context.out(`${JSON.stringify(made.map(withoutSecret), null, 2)}\n`);
      continue;
    }
    const signal = AbortSignal.timeout(LIMIT_MS);
    for (const subscription of made)
      context.out(`${tenant.id}: Subscription/${await act(client, subscription, signal)}\n`);
  }
};

export const addSubscribe = (program: Command, context: CliContext): void => {
  program
    .command('subscribe')
    .description(
      "have the tenants' FHIR servers tell of new data: makes their Subscriptions, or replaces or removes them",
    )
    .option(
      '-c, --config <file>',
      'YAML file of settings; default: RECURRENCE_CONFIG, else defaults and environment variables',
    )
    .option('--tenant <id>', 'of this tenant only')
    .requiredOption('--endpoint <url>', 'this service, as the FHIR server reaches it', webAddress)
    .addOption(
      new Option('--style <name>', 'R4 criteria, or a topic of the R5 backport')
        .choices(SUBSCRIPTION_STYLES)
        .default('r4'),
    )
    .addOption(
      new Option(
        '--payload <kind>',
        'what a notification carries; default: full of r4, id-only of backport',
      ).choices(SUBSCRIPTION_PAYLOADS),
    )
    .option('--topic <canonical>', "the server's SubscriptionTopic, of the backport")
    .option('--dry-run', 'print the Subscriptions, without the secret, and send nothing')
    .option('--remove', 'remove them')
    .action((options: SubscribeOptions) => subscribe(options, context));
};
