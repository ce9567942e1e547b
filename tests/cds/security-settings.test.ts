/** What is open in the demo and in tests cannot be opened to others by any mixture of settings. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createReplayGuard, createSqliteRecords } from '../../src/assessment/index.ts';
import { createSpool } from '../../src/assessment/feedback/spool.ts';
import { CdsError } from '../../src/domain/index.ts';
import { createClientAuth, SANDBOX_CLIENT } from '../../src/http/client-auth/index.ts';
import { createLog, loadConfig, parseConfig, systemClock, type Config } from '../../src/platform/index.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'recurrence-settings-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const TENANT = { id: 'north', fhirBaseUrl: 'https://fhir.hospital.example/r4' };
const KEY = Buffer.alloc(32, 3).toString('base64');

const faultOf = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (error) {
    if (!(error instanceof CdsError)) throw error;
    return `${error.code} ${error.detail ?? ''}`;
  }
};

describe('outside production', () => {
  it.each(['demo', 'test'])('environment %s listens on this machine alone', (environment) => {
    for (const host of ['127.0.0.1', '::1', 'localhost'])
      expect(faultOf(() => parseConfig({ environment, http: { host }, tenants: [TENANT] }))).toBe('none');
    for (const host of ['0.0.0.0', '::', '', '10.0.0.5', 'cds.hospital.example', '127.0.0.1.evil.example'])
      expect(faultOf(() => parseConfig({ environment, http: { host }, tenants: [TENANT] }))).toMatch(
        /^CONFIG_INVALID http\.host: /,
      );
  });

  it('an environment variable changes nothing about it', () => {
    const env = { RECURRENCE_ENVIRONMENT: 'demo', FHIR_BASE_URL: TENANT.fhirBaseUrl };
    expect(faultOf(() => loadConfig(env))).toBe('none');
    expect(faultOf(() => loadConfig({ ...env, RECURRENCE_HOST: '0.0.0.0' }))).toMatch(/http\.host/);
  });
});

describe('in production', () => {
  const production = (tenant: object, more: object = {}): unknown => ({
    store: { key: KEY },
    http: { host: '0.0.0.0', publicBaseUrl: 'https://cds.hospital.example' },
    tenants: [{ ...TENANT, ...tenant }],
    ...more,
  });

  it('a tenant without clients, one whose FHIR server is not https, and no store key are refused', () => {
    expect(faultOf(() => parseConfig(production({})))).toMatch(/clientAuth/);
    const open = { clientAuth: { required: false } };
    expect(faultOf(() => parseConfig(production(open)))).toBe('none');
    expect(faultOf(() => parseConfig(production({ ...open, fhirBaseUrl: 'http://fhir.example' })))).toMatch(
      /https/,
    );
    expect(faultOf(() => parseConfig(production(open, { store: {} })))).toMatch(/store\.key/);
  });

  it.each(['production', 'test'] as const)('the sandbox’s key is not taken in %s', async (environment) => {
    const config: Config = parseConfig(production({ clientAuth: { clients: [{ ...SANDBOX_CLIENT }] } }));
    const records = createSqliteRecords(':memory:');
    await expect(
      createClientAuth({
        ...{ tenants: config.tenants, environment, clock: systemClock, log: createLog('silent') },
        replay: createReplayGuard({ records, key: Buffer.alloc(32, 3), log: createLog('silent') }),
      }),
    ).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await records.close();
  });
});

it('the spool is for its owner alone, and so is the folder that is made for it', () => {
  const file = path.join(folder, 'new', 'spool.sqlite');
  const spool = createSpool(file, 10);
  spool.put([{ name: 'one', value: Buffer.from('sealed'), attempt: 'first' }]);
  expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
  for (const each of [file, `${file}-wal`, `${file}-shm`]) expect(statSync(each).mode & 0o777).toBe(0o600);
  spool.close();
});
