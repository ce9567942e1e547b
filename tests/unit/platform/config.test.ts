import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CdsError } from '../../../src/domain/index.ts';
import { loadConfig, parseConfig } from '../../../src/platform/index.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'config-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const file = (text: string, name = 'site.yaml'): string => {
  writeFileSync(path.join(folder, name), text);
  return path.join(folder, name);
};

const KEY = Buffer.alloc(32, 1).toString('base64');
const TENANT = { id: 'a', fhirBaseUrl: 'https://fhir.example.org/r4/' };
const OPEN = { ...TENANT, clientAuth: { required: false } };
const base = { environment: 'test', tenants: [TENANT] };
const faultOf = (raw: unknown): string => {
  try {
    parseConfig(raw);
    return 'none';
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    return (error as CdsError).detail ?? '';
  }
};

describe('parseConfig', () => {
  it('fills in defaults: production, a deadline, UTC, no trailing slash', () => {
    const config = parseConfig({ tenants: [OPEN], store: { key: KEY } });
    expect(config).toMatchObject({
      environment: 'production',
      hook: { deadlineMs: 450, maxStaleDays: 30, explainOutOfScope: false, language: 'en' },
      tenants: [{ fhirBaseUrl: 'https://fhir.example.org/r4', timeZone: 'UTC', backgroundAccess: true }],
    });
  });

  it.each([
    [{ tenants: [TENANT] }, 'store.key: production needs one'],
    [{ ...base, tenants: [] }, 'tenants: '],
    [{ ...base, tenants: [TENANT, TENANT] }, 'tenants: tenant ids repeat'],
    [
      { ...base, tenants: [TENANT, { id: 'b', fhirBaseUrl: 'https://fhir.example.org/r4' }] },
      'tenants: a fhirBaseUrl repeats',
    ],
    [{ ...base, tenants: [{ ...TENANT, fhirBaseUrl: 'ftp://x' }] }, 'tenants.0.fhirBaseUrl: '],
    [{ ...base, tenants: [{ ...TENANT, timeZone: 'Mars/Olympus' }] }, 'tenants.0.timeZone: not an IANA'],
    [{ ...base, tenants: [{ ...TENANT, id: 'A B' }] }, 'tenants.0.id: '],
    [{ ...base, hook: { deadlineMs: 1 } }, 'hook.deadlineMs: '],
    [{ ...base, http: { port: 70_000 } }, 'http.port: '],
    [{ ...base, queue: { redisUrl: 'http://x' } }, 'queue.redisUrl: '],
    [{ ...base, store: { key: 'c2hvcnQ=' } }, 'store.key: not 32 bytes in base64'],
    [{ ...base, hoook: {} }, 'settings: Unrecognized key'],
    [{ ...base, environment: 'prod' }, 'environment: '],
    ['text', 'settings: '],
    [null, 'settings: '],
  ])('%j names the setting', (raw, detail) => {
    expect(faultOf(raw)).toContain(detail);
  });

  it.each([
    ['https://fhir.example.org/r4', 'none'],
    ['http://127.0.0.1:8080/fhir', 'none'],
    ['http://localhost/fhir', 'none'],
    ['http://[::1]/fhir', 'none'],
    ['http://fhir.example.org/r4', 'must be https'],
    ['http://localhost.example.org/r4', 'must be https'],
  ])('in production %s: %s', (fhirBaseUrl, detail) => {
    expect(faultOf({ tenants: [{ ...OPEN, fhirBaseUrl }], store: { key: KEY } })).toContain(detail);
  });

  it('never repeats a secret', () => {
    const secret = 's3cret-s3cret';
    expect(faultOf({ ...base, store: { key: secret } })).not.toContain(secret);
    expect(
      faultOf({ ...base, tenants: [{ ...TENANT, bearerToken: 7, id: secret.toUpperCase() }] }),
    ).not.toContain(secret.toUpperCase());
    expect(faultOf({ ...base, queue: { redisUrl: `http://:${secret}@x` } })).not.toContain(secret);
  });
});

describe('loadConfig', () => {
  it('reads the file, then the environment over it', () => {
    const site = file(
      `environment: test\nhttp: { port: 9000, host: localhost }\ntenants: [{ id: a, fhirBaseUrl: "http://x/fhir" }]`,
    );
    const config = loadConfig(
      { RECURRENCE_PORT: '9100', RECURRENCE_LOG_LEVEL: 'silent', REDIS_URL: '', FHIR_BASE_URL: 'http://y' },
      { file: site },
    );
    expect(config.http).toMatchObject({ port: 9100, host: 'localhost' });
    expect(config.log.level).toBe('silent');
    expect(config.queue.redisUrl).toBeUndefined();
    expect(config.tenants.map((tenant) => tenant.fhirBaseUrl)).toEqual(['http://x/fhir']);
    expect(loadConfig({ RECURRENCE_CONFIG: site }).http.port).toBe(9000);
  });

  it('makes a tenant of FHIR_BASE_URL', () => {
    const config = loadConfig({
      FHIR_BASE_URL: 'http://x/fhir',
      TZ: 'Asia/Shanghai',
      RECURRENCE_ENVIRONMENT: 'test',
      REDIS_URL: 'redis://127.0.0.1:1',
    });
    expect(config.tenants).toMatchObject([
      { id: 'default', fhirBaseUrl: 'http://x/fhir', timeZone: 'Asia/Shanghai' },
    ]);
    expect(config.queue.redisUrl).toBe('redis://127.0.0.1:1');
  });

  it.each([
    ['no such file', undefined, 'no such file: gone.yaml'],
    ['not YAML', 'a: [', 'bad.yaml is not YAML'],
    ['a list', '- 1', 'bad.yaml holds no settings'],
    ['empty', '', 'bad.yaml holds no settings'],
  ])('%s', (_, text, detail) => {
    const name = text === undefined ? path.join(folder, 'gone.yaml') : file(text, 'bad.yaml');
    expect(() => loadConfig({}, { file: name })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', detail }),
    );
  });

  it('a port that is no number names the setting', () => {
    expect(() =>
      loadConfig({ RECURRENCE_PORT: 'http', RECURRENCE_ENVIRONMENT: 'test', FHIR_BASE_URL: 'http://x' }),
    ).toThrow('http.port');
  });
});
