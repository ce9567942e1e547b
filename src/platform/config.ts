import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { CdsError, CRITERION_IDS, DEFAULT_BLOCKING } from '../domain/index.ts';
import { isTimeZone } from './clock.ts';

/** The repository or package root: defaults are found from here, wherever the process was started. */
export const PACKAGE_ROOT = path.resolve(import.meta.dirname, '../..');

const timeZone = z.string().refine(isTimeZone, { error: 'not an IANA time zone' });

const criteria = z.array(z.enum(CRITERION_IDS));

/** SMART Backend Services of one tenant, http://hl7.org/fhir/smart-app-launch/backend-services.html */
const smartSchema = z.strictObject({
  clientId: z.string().min(1),
  scope: z.string().min(1).default('system/*.rs'),
  algorithm: z.enum(['RS384', 'ES384']).default('ES384'),
  /** Where discovery is not offered. */
  tokenUrl: z.url({ protocol: /^https?$/ }).optional(),
});

const writeBackSchema = z.strictObject({
  enabled: z.boolean().default(false),
  diagnosticReport: z.boolean().default(false),
  auditEvents: z.boolean().default(false),
});

const subscriptionsSchema = z.strictObject({
  /** What notifications must carry as `Authorization: Bearer`; without one the door is shut. */
  secret: z.string().min(16).optional(),
  /** Milliseconds in which several notifications of one patient are one assessment. */
  quietMs: z.number().int().min(0).default(5000),
});

const cron = z.string().regex(/^\S+( \S+){4,5}$/, { error: 'not a cron pattern such as 0 2 * * *' });

const sweepSchema = z.strictObject({
  enabled: z.boolean().default(true),
  /** In the tenant's time zone. */
  cron: cron.default('0 2 * * *'),
  daysAhead: z.number().int().min(0).max(30).default(1),
});

const eligibilitySchema = z.strictObject({
  /** Criteria that block an assessment when they are not met, and when they are unknown. */
  blocking: z
    .strictObject({
      notMet: criteria.default([...DEFAULT_BLOCKING.notMet]),
      unknown: criteria.default([...DEFAULT_BLOCKING.unknown]),
    })
    .prefault({}),
  /** What a stage is taken for that does not say its edition of TNM. */
  tnmEditionWhenUnstated: z.enum(['8', 'unknown']).default('unknown'),
  minimumNeoadjuvantCycles: z.number().int().min(1).default(2),
});

const tenantSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,64}$/),
  /** The FHIR R4 base URL: what workers read, and the only fhirServer accepted in requests. */
  fhirBaseUrl: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')),
  timeZone: timeZone.default('UTC'),
  /** False: the site allows no reading beyond prefetch; what prefetch holds is assessed in the request. */
  backgroundAccess: z.boolean().default(true),
  /** A static bearer token for the workers, where the server asks for one. */
  bearerToken: z.string().min(1).optional(),
  /** SMART Backend Services for the workers, instead of a static token. */
  smart: smartSchema.optional(),
  writeBack: writeBackSchema.prefault({}),
  subscriptions: subscriptionsSchema.prefault({}),
  sweep: sweepSchema.prefault({}),
  eligibility: eligibilitySchema.prefault({}),
});

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
    })
    .prefault({}),
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
export type TenantConfig = Config['tenants'][number];
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

const isLoopback = ({ hostname }: URL): boolean => ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);

/** Charts travel encrypted, but for a server or sidecar on the same machine. */
const requireHttps = ({ environment, tenants }: Config): void => {
  const open = tenants.find(({ fhirBaseUrl }) => {
    const url = new URL(fhirBaseUrl);
    return url.protocol !== 'https:' && !isLoopback(url);
  });
  if (environment === 'production' && open !== undefined)
    throw new CdsError('CONFIG_INVALID', `tenants: fhirBaseUrl of ${open.id} must be https in production`);
};

/** @throws {CdsError} CONFIG_INVALID naming the setting */
export function parseConfig(raw: unknown): Config {
  const result = configSchema.safeParse(raw);
  if (!result.success) throw new CdsError('CONFIG_INVALID', firstIssue(result.error));
  const config = result.data;
  requireHttps(config);
  if (config.environment === 'production' && config.store.key === undefined)
    throw new CdsError(
      'CONFIG_INVALID',
      'store.key: production needs one (RECURRENCE_STORE_KEY, 32 bytes in base64)',
    );
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
