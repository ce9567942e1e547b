import type { JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type Service } from '../../../../src/app/index.ts';
import { createSites, openSigningKeys } from '../../../../src/app/sites.ts';
import { generateSigningKey } from '../../../../src/chart/index.ts';
import { calendarDate, parseConfig, systemClock } from '../../../../src/platform/index.ts';
import { simulateDemoPatients } from '../../../../src/simulation/index.ts';
import { hookRequest, SERVICE_PATH } from '../../../http/running-service.ts';
import { queries } from '../../support/reading.ts';
import { failureOf } from '../client/client-for-tests.ts';
import { startAuthorizationServer, type AuthorizationServer } from './authorization-server.ts';
import { makeFolder, readableLog, type Folder } from './keys-for-tests.ts';

const PATIENT = 'demo-low-3-months';
let folder: Folder;
let es: JWK;
let file: string;
beforeAll(async () => {
  folder = await makeFolder();
  es = await generateSigningKey('ES384');
  file = await folder.write([es]);
});
afterAll(() => folder.remove());

describe('a service with SMART Backend Services', () => {
  const EHR_TOKEN = 'token-of-the-ehr';
  const { log, lines } = readableLog();
  let server: AuthorizationServer;
  let service: Service;

  beforeAll(async () => {
    const patients = simulateDemoPatients(calendarDate(systemClock.now(), 'UTC'));
    server = await startAuthorizationServer(
      async () => (await (await fetch(`${service.url}/.well-known/jwks.json`)).json()) as object,
      patients.find((each) => each.id === PATIENT)?.resources ?? [],
    );
    server.accept(EHR_TOKEN);
    service = await startService({
      config: parseConfig({
        environment: 'test',
        http: { port: 0 },
        hook: { deadlineMs: 5000 },
        tenants: [{ id: 'a', fhirBaseUrl: server.fhirBaseUrl, smart: { clientId: 'recurrence-cds' } }],
        fhir: { smartKeys: file },
      }),
      clock: systemClock,
      log,
    });
  });
  afterAll(async () => {
    await service.close();
    await server.close();
  });

  const call = async (token: string) => {
    const answer = await fetch(`${service.url}${SERVICE_PATH}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(
        hookRequest(PATIENT, server.fhirBaseUrl, {
          fhirAuthorization: {
            access_token: token,
            token_type: 'Bearer',
            expires_in: 300,
            scope: 'patient/*.rs',
            subject: 'recurrence-cds',
          },
        }),
      ),
    });
    const body = (await answer.json()) as { cards: { summary: string }[] };
    return { status: answer.status, summary: body.cards[0]?.summary ?? '' };
  };

  it('publishes its public keys, and nothing else of them', async () => {
    const answer = await fetch(`${service.url}/.well-known/jwks.json`);
    expect(answer.headers.get('content-type')).toMatch(/^application\/jwk-set\+json/);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=900');
    const { keys } = (await answer.json()) as { keys: JWK[] };
    expect(keys).toEqual([
      {
        kty: 'EC',
        crv: 'P-384',
        x: es.x,
        y: es.y,
        kid: es.kid,
        alg: 'ES384',
        use: 'sig',
        key_ops: ['verify'],
      },
    ]);
    expect((await fetch(`${service.url}/.well-known/jwks.json`, { method: 'POST' })).status).toBe(405);
  });

  it("reads the chart for the hook with the hook's token, and for the worker with its own", async () => {
    const { status, summary } = await call(EHR_TOKEN);
    expect(status).toBe(200);
    expect(summary).toMatch(/\d ?%/);
    expect(new Set(server.fhirTokens)).toEqual(new Set([EHR_TOKEN, 'token-1']));
    // One assertion, checked by the authorization server against what this service publishes.
    expect(server.tokenRequests).toEqual(['granted']);
    for (const line of lines)
      for (const secret of [EHR_TOKEN, 'token-1', 'eyJ', es.d!]) expect(line).not.toContain(secret);
  });

  it('never lends its own token to a hook whose token is refused', async () => {
    server.fhirTokens.length = 0;
    const { summary } = await call('stolen');
    expect(summary).not.toMatch(/\d ?%/);
    expect(new Set(server.fhirTokens)).toEqual(new Set(['stolen']));
  });

  it('has a client and a source for each tenant', async () => {
    const site = service.core.sites.get('a')!;
    expect(site.tenant.id).toBe('a');
    expect(await site.client.read('Patient', PATIENT, { signal: AbortSignal.any([]) })).toBeDefined();
    expect(Object.keys(await site.source.read(PATIENT, ['patient'], AbortSignal.any([])))).toEqual([
      'patient',
    ]);
  });
});

describe('credentials that cannot be right', () => {
  const { log } = readableLog();
  const sitesOf = async (tenant: object, change: object = {}) => {
    const config = parseConfig({
      environment: 'production',
      tenants: [
        { id: 'a', fhirBaseUrl: 'https://fhir.example.org', clientAuth: { required: false }, ...tenant },
      ],
      store: { key: Buffer.alloc(32, 1).toString('base64') },
      fhir: { smartKeys: file },
      ...change,
    });
    const signingKeys = await openSigningKeys(config, log);
    return createSites(config, { queries, signingKeys, clock: systemClock, log });
  };
  const smart = { clientId: 'c' };

  it.each([
    ['two kinds at once', { smart, bearerToken: 't' }, {}, 'CONFIG_INVALID', 'bearerToken'],
    ['no keys', { smart }, { fhir: {} }, 'SMART_CONFIG_INVALID', 'fhir.smartKeys'],
    [
      'no key of the algorithm',
      { smart: { ...smart, algorithm: 'RS384' } },
      {},
      'SMART_CONFIG_INVALID',
      'RS384',
    ],
    [
      'a token endpoint in clear',
      { smart: { ...smart, tokenUrl: 'http://auth.example.org/token' } },
      {},
      'SMART_CONFIG_INVALID',
      'https',
    ],
    [
      'a file that is not there',
      {},
      { fhir: { smartKeys: '/none.json' } },
      'SMART_CONFIG_INVALID',
      'none.json',
    ],
  ])('%s is found at the start', async (_, tenant, change, code, named) => {
    const error = await failureOf(sitesOf(tenant, change));
    expect(error.code).toBe(code);
    expect(error.message).toContain(named);
  });

  it('in order, they start', async () => {
    const tokenUrl = 'http://127.0.0.1:9/token'; // a sidecar on this machine
    expect([...(await sitesOf({ smart: { ...smart, tokenUrl } })).keys()]).toEqual(['a']);
    expect([...(await sitesOf({ bearerToken: 't' }, { fhir: {} })).keys()]).toEqual(['a']);
  });
});

it('without keys there is no such address', async () => {
  const { log } = readableLog();
  const service = await startService({
    config: parseConfig({
      environment: 'test',
      http: { port: 0 },
      tenants: [{ id: 'a', fhirBaseUrl: 'http://127.0.0.1:9/fhir' }],
    }),
    clock: systemClock,
    log,
  });
  expect((await fetch(`${service.url}/.well-known/jwks.json`)).status).toBe(404);
  await service.close();
});
