import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { configSchema, loadConfig, parseConfig } from '../../../src/platform/config.ts';
import { leafPaths, ROOT } from '../docs/markdown.ts';

type Raw = Record<string, unknown> & { store: object; tenants: Record<string, unknown>[] };

const KEY = Buffer.alloc(32, 5).toString('base64');
const file = path.join(ROOT, 'config/default.yaml');
const text = readFileSync(file, 'utf8');
/** The settings without a default, which the file shows as `# name: example`, switched on. */
const allSwitchedOn = text.replace(/^( *)# ([a-z][A-Za-z]*:( .*)?)$/gm, '$1$2');

const pathsIn = (value: unknown, at = ''): string[] => {
  if (Array.isArray(value))
    return value.length > 0 && value.every((item) => typeof item === 'object')
      ? [...new Set(value.flatMap((item) => pathsIn(item, `${at}[]`)))]
      : [at];
  if (typeof value !== 'object' || value === null) return [at];
  return Object.entries(value).flatMap(([name, inner]) => pathsIn(inner, at === '' ? name : `${at}.${name}`));
};

describe('config/default.yaml', () => {
  const raw = parseYaml(text) as Raw;

  it('gives what the schema gives by itself, but for the example tenant', () => {
    const [tenant] = raw.tenants;
    const written = parseConfig({ ...raw, store: { ...raw.store, key: KEY } });
    const { id, fhirBaseUrl, clientAuth } = tenant ?? {};
    const { clients } = clientAuth as { clients: unknown };
    const { publicBaseUrl } = raw['http'] as { publicBaseUrl: string };
    expect(written).toEqual(
      parseConfig({
        http: { publicBaseUrl },
        tenants: [{ id, fhirBaseUrl, clientAuth: { clients } }],
        store: { key: KEY },
      }),
    );
  });

  it('shows every setting of the schema, and no other', () => {
    const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
    expect(pathsIn(parseYaml(allSwitchedOn)).sort()).toEqual(leafPaths(schema).sort());
  });

  it('has an example for every optional setting that parses, production with a key included', () => {
    const config = parseConfig(parseYaml(allSwitchedOn));
    expect(config.environment).toBe('production');
    expect(config.queue.redisUrl).toBe('redis://127.0.0.1:6379');
    expect(config.models.allowSimulated).toBe('serve a model trained on simulated patients');
  });

  it('is refused as it is, because production needs a key', () => {
    expect(() => parseConfig(raw)).toThrow(/store\.key/);
  });

  it.each(Object.entries(environmentTable(text)))('%s sets %s, as its first lines say', (name, setting) => {
    const value = EXAMPLES[setting] ?? 'x';
    const config = loadConfig({ RECURRENCE_STORE_KEY: KEY, [name]: value }, { file }) as unknown as Record<
      string,
      Record<string, unknown> | string
    >;
    const [group = '', key] = setting.split('.');
    const at = config[group];
    expect(String(typeof at === 'object' && key !== undefined ? at[key] : at)).toBe(value);
  });
});

describe('config/production.example.yaml', () => {
  it('parses with the secrets of the environment', () => {
    const config = loadConfig(
      { RECURRENCE_STORE_KEY: KEY, REDIS_URL: 'rediss://:secret@redis.hospital.example:6380' },
      { file: path.join(ROOT, 'config/production.example.yaml') },
    );
    expect(config.environment).toBe('production');
    expect(config.tenants).toMatchObject([
      {
        id: 'thoracic-surgery',
        fhirBaseUrl: 'https://fhir.hospital.example/r4',
        timeZone: 'Asia/Shanghai',
        backgroundAccess: true,
      },
    ]);
    expect(config.models.allowSimulated).toBeUndefined();
  });

  it('holds no secret', () => {
    expect(() => loadConfig({}, { file: path.join(ROOT, 'config/production.example.yaml') })).toThrow(
      /store\.key/,
    );
  });
});

/** A value other than the default, by setting. */
const EXAMPLES: Readonly<Record<string, string>> = {
  environment: 'test',
  'http.host': '::1',
  'http.port': '9999',
  'store.file': 'results.sqlite',
  'store.key': Buffer.alloc(32, 6).toString('base64'),
  'log.level': 'debug',
  'queue.redisUrl': 'rediss://redis.example:6380',
};

/** `NAME setting` pairs of the comment at the top. */
function environmentTable(yaml: string): Record<string, string> {
  const head = yaml.slice(0, yaml.indexOf('Where no file names a tenant'));
  return Object.fromEntries(
    [...head.matchAll(/\b(RECURRENCE_[A-Z_]+|REDIS_URL)\s+([a-z]+(?:\.[a-zA-Z]+)?)\b/g)]
      .map(([, name = '', setting = '']) => [name, setting] as const)
      .filter(([, setting]) => setting in EXAMPLES),
  );
}
