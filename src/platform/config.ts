import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { CdsError } from '../domain/index.ts';
import { modalitiesSchema } from './modality-config.ts';
import { needsClient, tenantSchema } from './tenant-config.ts';

/** The repository or package root: defaults are found from here, wherever the process was started. */
export const PACKAGE_ROOT = path.resolve(import.meta.dirname, '../..');

export const configSchema = z.strictObject({
  environment: z.enum(['production', 'demo', 'test']).default('production'),
  http: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: z.number().int().min(0).max(65_535).default(8081),
      bodyLimit: z
        .string()
        .regex(/^\d+(\.\d+)?(b|kb|mb)$/i, { error: 'not a size such as 4mb' })
        .default('4mb'),
      /** What clients call, without a trailing slash: the `aud` of their JWTs. Never taken from a request. */
      publicBaseUrl: z
        .url({ protocol: /^https?$/ })
        .transform((url) => url.replace(/\/+$/, ''))
        .optional(),
      /** Origins whose pages may call, letter for letter. */
      corsOrigins: z.array(z.url({ protocol: /^https?$/ })).default([]),
      /** Calls a minute of one tenant; 0 is no limit. */
      requestsPerMinute: z.number().int().min(0).default(6000),
      /** Milliseconds for a client to send its headers, and its whole request. */
      headersTimeoutMs: z.number().int().min(100).default(10_000),
      requestTimeoutMs: z.number().int().min(100).default(20_000),
    })
    .prefault({}),
  feedback: z
    .strictObject({
      /** Feedback that the store could not take waits here: a file, or ':memory:'. */
      spoolFile: z.string().default(':memory:'),
      /** Days for which feedback to a card is taken. */
      acceptDays: z.number().int().min(1).default(30),
    })
    .prefault({}),
  hook: z
    .strictObject({
      deadlineMs: z.number().int().min(50).default(450),
      maxStaleDays: z.number().int().min(0).default(30),
      explainOutOfScope: z.boolean().default(false),
      language: z.enum(['en', 'zh-CN']).default('en'),
    })
    .prefault({}),
  tenants: z
    .array(tenantSchema)
    .min(1)
    .refine((all) => new Set(all.map((tenant) => tenant.id)).size === all.length, {
      error: 'tenant ids repeat',
    })
    // A hook names its site by this address: of two tenants with one, the first would be taken for both.
    .refine((all) => new Set(all.map((tenant) => tenant.fhirBaseUrl)).size === all.length, {
      error: 'a fhirBaseUrl repeats',
    }),
  fhir: z
    .strictObject({
      timeoutMs: z.number().int().min(50).default(10_000),
      maxPages: z.number().int().min(1).default(50),
      /** Requests at a time to one server. */
      concurrency: z.number().int().min(1).default(16),
      /** Further attempts of one request. */
      retries: z.number().int().min(0).default(3),
      /** A JWKS file with our private keys; the first of an algorithm signs, all public parts are published. */
      smartKeys: z.string().optional(),
    })
    .prefault({}),
  models: z
    .strictObject({
      directory: z.string().default(path.join(PACKAGE_ROOT, 'models')),
      riskLayer: z.string().default('recurrence-risk'),
      /** The words that let a model trained on simulated patients serve in production. */
      allowSimulated: z.string().optional(),
      /** How image models run. */
      inference: z
        .strictObject({
          /** In order of preference; what cannot be had is passed over, and the log says why. */
          executionProviders: z
            .array(z.enum(['cpu', 'cuda', 'webgpu']))
            .min(1)
            .default(['cpu']),
          threads: z.number().int().min(1).max(64).default(1),
          intraOpThreads: z.number().int().min(1).max(64).default(2),
          maximumBatch: z.number().int().min(1).max(64).default(4),
        })
        .prefault({}),
    })
    .prefault({}),
  modalities: modalitiesSchema.prefault({}),
  queue: z
    .strictObject({
      redisUrl: z.url({ protocol: /^rediss?$/ }).optional(),
      prefix: z.string().default('recurrence'),
      concurrency: z.number().int().min(1).default(2),
    })
    .prefault({}),
  store: z
    .strictObject({
      file: z.string().default(':memory:'),
      ttlDays: z.number().int().min(1).default(400),
      /** 32 bytes, base64: encrypts what is stored. Every process of a site has the same. */
      key: z
        .string()
        .refine((text) => Buffer.from(text, 'base64').length === 32, { error: 'not 32 bytes in base64' })
        .optional(),
    })
    .prefault({}),
  terminology: z.array(z.string()).default([path.join(PACKAGE_ROOT, 'fhir-profiles')]),
  policy: z.string().default(path.join(PACKAGE_ROOT, 'config/follow-up-policy.json')),
  log: z
    .strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info') })
    .prefault({}),
});

export type Config = z.infer<typeof configSchema>;
type Raw = Record<string, unknown>;

/** Environment variable -> setting; they win over the file. */
const ENVIRONMENT: Readonly<Record<string, { at: readonly string[]; number?: true }>> = {
  RECURRENCE_ENVIRONMENT: { at: ['environment'] },
  RECURRENCE_HOST: { at: ['http', 'host'] },
  RECURRENCE_PORT: { at: ['http', 'port'], number: true },
  RECURRENCE_STORE_FILE: { at: ['store', 'file'] },
  RECURRENCE_STORE_KEY: { at: ['store', 'key'] },
  RECURRENCE_SMART_KEYS: { at: ['fhir', 'smartKeys'] },
  RECURRENCE_LOG_LEVEL: { at: ['log', 'level'] },
  REDIS_URL: { at: ['queue', 'redisUrl'] },
};

const isRecord = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const setAt = (target: Raw, [head = '', ...rest]: readonly string[], value: unknown): Raw => {
  const below = target[head];
  return { ...target, [head]: rest.length === 0 ? value : setAt(isRecord(below) ? below : {}, rest, value) };
};

const readFile = (file: string): Raw => {
  if (!existsSync(file)) throw new CdsError('CONFIG_INVALID', `no such file: ${path.basename(file)}`);
  let parsed: unknown;
  try {
    parsed = parseYaml(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new CdsError('CONFIG_INVALID', `${path.basename(file)} is not YAML`, { cause });
  }
  if (!isRecord(parsed)) throw new CdsError('CONFIG_INVALID', `${path.basename(file)} holds no settings`);
  return parsed;
};

/** Names the first wrong setting and what is wrong, never its value (it may be a secret). */
const firstIssue = (error: z.ZodError): string => {
  const [issue] = error.issues;
  const where = issue === undefined ? '' : issue.path.join('.');
  return `${where === '' ? 'settings' : where}: ${issue?.message ?? 'invalid'}`;
};

const LOOPBACK_NAMES = ['127.0.0.1', '::1', '[::1]', 'localhost'];

const isLoopback = ({ hostname }: URL): boolean => LOOPBACK_NAMES.includes(hostname);

/** Outside production nobody need prove anything, and keys that everybody has are taken: for this machine alone. */
const requireThisMachine = ({ environment, http }: Config): void => {
  if (environment !== 'production' && !LOOPBACK_NAMES.includes(http.host))
    throw new CdsError(
      'CONFIG_INVALID',
      `http.host: environment ${environment} listens on this machine only (127.0.0.1, ::1, localhost)`,
    );
};

const isOpen = (address: string): boolean => {
  const url = new URL(address);
  return url.protocol !== 'https:' && !isLoopback(url);
};

/** Charts and images travel encrypted, but for a server or sidecar on the same machine. */
const requireHttps = ({ environment, tenants }: Config): void => {
  if (environment !== 'production') return;
  for (const { id, fhirBaseUrl, imaging } of tenants) {
    if (isOpen(fhirBaseUrl))
      throw new CdsError('CONFIG_INVALID', `tenants: fhirBaseUrl of ${id} must be https in production`);
    if (imaging.dicomweb.some(({ root }) => isOpen(root)))
      throw new CdsError('CONFIG_INVALID', `tenants: imaging.dicomweb of ${id} must be https in production`);
  }
};

/**
 * In production nobody calls unproven unless the site says so; and a client proves itself to an address, which must be
 * known.
 */
const requireClients = ({ environment, tenants, http }: Config): void => {
  for (const { id, clientAuth } of tenants) {
    const { clients, required } = clientAuth;
    if (clients.length === 0 && (required === true || (environment === 'production' && required !== false)))
      throw new CdsError(
        'CONFIG_INVALID',
        `tenants: ${id} names no clientAuth.clients; clientAuth.required: false would let anybody call`,
      );
    if (clients.length > 0 && http.publicBaseUrl === undefined && environment === 'production')
      throw new CdsError('CONFIG_INVALID', 'http.publicBaseUrl: needed where clients are authenticated');
  }
};

/**
 * An EHR keeps by itself only what it is told by a service that knows who asks: a result rests on what requests
 * brought. And a resource has one writer: either the EHR keeps it, or we write it back.
 */
const requireAgreement = ({ tenants }: Config): void => {
  for (const tenant of tenants) {
    if (tenant.cards.systemActions.length === 0) continue;
    const setting = `tenants: cards.systemActions of ${tenant.id}`;
    if (!needsClient(tenant))
      throw new CdsError('CONFIG_INVALID', `${setting}: only where clients are authenticated (clientAuth)`);
    if (tenant.writeBack.enabled)
      throw new CdsError('CONFIG_INVALID', `${setting}: not beside writeBack.enabled, which writes the same`);
  }
};

/** @throws {CdsError} CONFIG_INVALID naming the setting */
export function parseConfig(raw: unknown): Config {
  const result = configSchema.safeParse(raw);
  if (!result.success) throw new CdsError('CONFIG_INVALID', firstIssue(result.error));
  const config = result.data;
  requireThisMachine(config);
  requireHttps(config);
  if (config.environment === 'production' && config.store.key === undefined)
    throw new CdsError(
      'CONFIG_INVALID',
      'store.key: production needs one (RECURRENCE_STORE_KEY, 32 bytes in base64)',
    );
  requireClients(config);
  requireAgreement(config);
  return config;
}

const withEnvironment = (raw: Raw, env: Readonly<Record<string, string | undefined>>): Raw =>
  Object.entries(ENVIRONMENT).reduce((settings, [name, { at, number }]) => {
    const value = env[name] ?? '';
    return value === '' ? settings : setAt(settings, at, number === true ? Number(value) : value);
  }, raw);

/**
 * The configuration: a YAML file, then environment variables over it.
 *
 * @param options.file path of the YAML file; RECURRENCE_CONFIG where absent
 * @throws {CdsError} CONFIG_INVALID
 */
export function loadConfig(
  env: Readonly<Record<string, string | undefined>>,
  options: { file?: string } = {},
): Config {
  const file = options.file ?? env['RECURRENCE_CONFIG'];
  const raw = withEnvironment(file === undefined ? {} : readFile(file), env);
  const fhirBaseUrl = env['FHIR_BASE_URL'];
  return parseConfig(
    fhirBaseUrl === undefined || raw['tenants'] !== undefined
      ? raw
      : { ...raw, tenants: [{ id: 'default', fhirBaseUrl, timeZone: env['TZ'] ?? 'UTC' }] },
  );
}
