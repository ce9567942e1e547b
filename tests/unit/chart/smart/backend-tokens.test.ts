import type { FhirResource } from 'fhir/r4.js';
import type { JWK } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createBackendTokens,
  generateSigningKey,
  openKeyFile,
  type FhirClient,
  type KeyFile,
} from '../../../../src/chart/index.ts';
import { listen, LOOPBACK, type Listening } from '../../../../src/platform/index.ts';
import { patient, PATIENT_ID } from '../../support/fhir.ts';
import { NEVER } from '../../support/reading.ts';
import { clientOf, failureOf } from '../client/client-for-tests.ts';
import { startAuthorizationServer, type AuthorizationServer } from './authorization-server.ts';
import { makeFolder, readableLog, type Folder } from './keys-for-tests.ts';

const OPTIONS = { signal: NEVER };
let es: JWK;
let es2: JWK;
let rs: JWK;
let folder: Folder;
let keys: KeyFile;
let server: AuthorizationServer;
/** Our clock, ahead of the machine's. */
let aheadMs = 0;
const { log, lines } = readableLog();
/** Time goes by, for both. */
const later = (seconds: number): void => {
  aheadMs += seconds * 1000;
  server.behaviour.aheadSeconds += seconds;
};

beforeAll(async () => {
  folder = await makeFolder();
  [es, es2, rs] = await Promise.all([
    generateSigningKey('ES384'),
    generateSigningKey('ES384'),
    generateSigningKey('RS384'),
  ]);
});
afterAll(() => folder.remove());
beforeEach(async () => {
  aheadMs = 0;
  lines.length = 0;
  keys = await openKeyFile(await folder.write([es, rs]), log);
  server = await startAuthorizationServer(() => keys.publicKeys(), [patient() as unknown as FhirResource]);
});
afterEach(() => server.close());

type Change = Partial<Parameters<typeof createBackendTokens>[0]>;
const tokensOf = (change: Change = {}) =>
  createBackendTokens({
    baseUrl: server.fhirBaseUrl,
    clientId: 'recurrence-cds',
    scope: 'system/*.rs',
    algorithm: 'ES384',
    keys,
    allowHttp: false,
    clock: { now: () => new Date(Date.now() + aheadMs) },
    log,
    ...change,
  });
const clientWith = (change: Change = {}): FhirClient =>
  clientOf(server.fhirBaseUrl.replace(/\/fhir$/, ''), { tokens: tokensOf(change) });
const readWith = (client: FhirClient) => client.read('Patient', PATIENT_ID, OPTIONS);

describe('a token', () => {
  it.each(['ES384', 'RS384'] as const)(
    'is had with %s, by an assertion of at most 5 minutes',
    async (algorithm) => {
      expect(await readWith(clientWith({ algorithm }))).toMatchObject({ id: PATIENT_ID });
      expect(server.tokenRequests).toEqual(['granted']);
      const [claims] = server.assertions;
      expect(claims).toMatchObject({ iss: 'recurrence-cds', sub: 'recurrence-cds', aud: server.tokenUrl });
      expect(claims!.exp! - claims!.iat!).toBeLessThanOrEqual(300);
      expect(claims!.jti).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it('is asked for once by 50 reads at the same time, and again after it ended', async () => {
    server.behaviour.delayMs = 50;
    const client = clientWith();
    await Promise.all(Array.from({ length: 50 }, () => readWith(client)));
    expect(server.tokenRequests).toEqual(['granted']);
    expect(server.fhirTokens).toHaveLength(50);
    // 300 s, less 30 s of skew
    later(269);
    await readWith(client);
    expect(server.tokenRequests).toHaveLength(1);
    later(2);
    await Promise.all(Array.from({ length: 50 }, () => readWith(client)));
    expect(server.tokenRequests).toEqual(['granted', 'granted']);
    expect(server.fhirTokens.at(-1)).toBe('token-2');
  });

  it('that the FHIR server refuses is renewed once, and the read succeeds', async () => {
    const client = clientWith();
    await readWith(client);
    server.revokeAll();
    const reads = Array.from({ length: 20 }, () => readWith(client));
    expect(await Promise.all(reads)).toHaveLength(20);
    expect(server.tokenRequests).toEqual(['granted', 'granted']);
  });

  it('that is refused again right after it was renewed is not renewed on and on', async () => {
    const client = clientWith();
    await readWith(client);
    server.behaviour.expiresInSeconds = -1; // worthless from the start, though it says otherwise
    server.behaviour.answerToken = (response) =>
      void response.json({ access_token: 'worthless', token_type: 'bearer', expires_in: 300 });
    server.revokeAll();
    for (let i = 0; i < 10; i++) expect((await failureOf(readWith(client))).code).toBe('FHIR_REFUSED');
    expect(server.tokenRequests).toEqual(['granted', 'scripted']);
    // after the pause it is tried again
    server.behaviour.expiresInSeconds = 300;
    server.behaviour.answerToken = undefined;
    aheadMs = 20_000;
    expect(await readWith(client)).toBeDefined();
    expect(server.tokenRequests).toEqual(['granted', 'scripted', 'granted']);
  });

  it('that lives for a second is renewed before it ends', async () => {
    server.behaviour.expiresInSeconds = 1;
    const client = clientWith();
    await readWith(client);
    aheadMs = 900;
    await readWith(client);
    expect(server.tokenRequests).toHaveLength(2);
  });

  it('is waited for no longer than the signal says, and others go on waiting', async () => {
    server.behaviour.delayMs = 300;
    const tokens = tokensOf();
    const patientOne = tokens.token(NEVER);
    const hurried = await failureOf(tokens.token(AbortSignal.timeout(30)));
    expect(hurried.code).toBe('SMART_TOKEN_UNAVAILABLE');
    expect(await patientOne).toBe('token-1');
    expect(server.tokenRequests).toHaveLength(1);
  });
});

describe('keys', () => {
  it('rotate without a restart and without a gap', async () => {
    server.behaviour.expiresInSeconds = 60;
    const client = clientWith();
    const renewed = async () => {
      later(60);
      await readWith(client);
      return server.tokenRequests.at(-1);
    };
    await readWith(client);
    await folder.write([es, rs, es2]); // known, does not sign yet
    expect(await renewed()).toBe('granted');
    await folder.write([es2, es, rs]); // signs
    expect(await renewed()).toBe('granted');
    await folder.write([es2]); // the old one is gone
    expect(await renewed()).toBe('granted');
    expect((await keys.signingKey('ES384')).kid).toBe(es2.kid);
  });

  it('that the authorization server does not know are refused, until one of another kid signs', async () => {
    const known = keys;
    await server.close();
    server = await startAuthorizationServer(async () =>
      (await openKeyFile(await folder.write([es2]), log)).publicKeys(),
    );
    const client = clientWith({ keys: { ...known, signingKey: () => Promise.resolve(signing) } });
    let signing = await known.signingKey('ES384');
    expect((await failureOf(readWith(client))).code).toBe('SMART_TOKEN_REFUSED');
    signing = await (await openKeyFile(await folder.write([es2]), log)).signingKey('ES384');
    await readWith(client);
    expect(server.tokenRequests.at(-1)).toBe('granted');
  });
});

describe('a refusal', () => {
  it.each([
    ['invalid_client', { clientId: 'somebody-else' }],
    ['invalid_scope', { scope: 'system/Nothing.rs' }],
  ])('%s is final, and repeated without asking for a while', async (named, change) => {
    const client = clientWith(change);
    const error = await failureOf(readWith(client));
    expect(error.code).toBe('SMART_TOKEN_REFUSED');
    expect(error.kind.retryable).toBe(false);
    expect(error.message).toContain(named);
    await Promise.all(Array.from({ length: 20 }, () => failureOf(readWith(client))));
    expect(server.tokenRequests).toHaveLength(1);
    expect(server.fhirTokens).toEqual([]);
    aheadMs = 11_000;
    await failureOf(readWith(client));
    expect(server.tokenRequests).toHaveLength(2);
    // the second pause is longer
    aheadMs = 22_000;
    await failureOf(readWith(client));
    expect(server.tokenRequests).toHaveLength(2);
    for (const line of lines) expect(line).not.toContain('eyJ');
  });

  it.each([
    [401, 'text', 'SMART_TOKEN_REFUSED'],
    [403, { error: 'patient p1 <script>' }, 'SMART_TOKEN_REFUSED'],
    [400, { error: 'unauthorized_client' }, 'SMART_TOKEN_REFUSED'],
    [429, {}, 'SMART_TOKEN_UNAVAILABLE'],
    [408, {}, 'SMART_TOKEN_UNAVAILABLE'],
    [500, {}, 'SMART_TOKEN_UNAVAILABLE'],
    [503, 'down', 'SMART_TOKEN_UNAVAILABLE'],
    [302, {}, 'SMART_TOKEN_UNAVAILABLE'],
    [200, 'no JSON', 'SMART_TOKEN_UNAVAILABLE'],
    [200, { access_token: '', token_type: 'bearer' }, 'SMART_TOKEN_UNAVAILABLE'],
    [200, { access_token: 'x' }, 'SMART_TOKEN_UNAVAILABLE'],
    [200, { access_token: 'x', token_type: 'bearer', note: 'x'.repeat(300_000) }, 'SMART_TOKEN_UNAVAILABLE'],
    [200, { access_token: 'x', token_type: 'mac' }, 'SMART_TOKEN_UNAVAILABLE'],
  ] as const)('%i with %j is %s', async (status, body, code) => {
    server.behaviour.answerToken = (response) => void response.status(status).send(body);
    const error = await failureOf(tokensOf().token(NEVER));
    expect(error.code).toBe(code);
    expect(error.message).not.toMatch(/script|p1|127|eyJ/);
  });

  it('heals where it was only the server', async () => {
    const client = clientWith();
    server.behaviour.answerToken = (response) => void response.status(503).end();
    expect((await failureOf(readWith(client))).code).toBe('SMART_TOKEN_UNAVAILABLE');
    server.behaviour.answerToken = undefined;
    expect(await readWith(client)).toBeDefined();
  });

  it('by fewer scopes is a warning that names them, once', async () => {
    server.behaviour.expiresInSeconds = 60;
    const client = clientWith({ scope: 'system/*.rs system/RiskAssessment.cu' });
    await readWith(client);
    aheadMs = 60_000;
    await readWith(client);
    const warned = lines.filter((line) => line.includes('fewer scopes'));
    expect(warned).toHaveLength(1);
    expect(JSON.parse(warned[0]!)).toMatchObject({ missing: ['system/RiskAssessment.cu'] });
  });
});

describe('clocks', () => {
  it.each([-120, -60, 60, 120])('that differ by %i s do no harm', async (seconds) => {
    server.behaviour.aheadSeconds = seconds;
    expect(await tokensOf().token(NEVER)).toBe('token-1');
  });

  it.each([
    [400, 'Its clock is 400 s ahead of ours.'],
    [-400, 'Its clock is 400 s behind ours.'],
  ])('that differ by %i s are named as the likely reason', async (seconds, remark) => {
    server.behaviour.aheadSeconds = seconds;
    const error = await failureOf(tokensOf().token(NEVER));
    expect(error.code).toBe('SMART_TOKEN_REFUSED');
    expect(error.message.replace(/(399|401)/, '400')).toContain(remark);
  });
});

describe('discovery', () => {
  const others: Listening[] = [];
  afterEach(async () => {
    await Promise.all(others.splice(0).map((other) => other.close()));
  });

  it.each([
    ['missing', (response: { status: (code: number) => any }) => response.status(404).end()],
    ['no JSON', (response: { send: (body: string) => unknown }) => response.send('<html>')],
    ['without an endpoint', (response: { json: (body: object) => unknown }) => response.json({})],
    ['a list', (response: { json: (body: object) => unknown }) => response.json([])],
    [
      'a relative endpoint',
      (response: { json: (body: object) => unknown }) => response.json({ token_endpoint: '/token' }),
    ],
    [
      'an endpoint elsewhere in clear',
      (response: { json: (body: object) => unknown }) =>
        response.json({ token_endpoint: 'http://auth.example.org/token' }),
    ],
    [
      'an endpoint that is no web address',
      (response: { json: (body: object) => unknown }) =>
        response.json({ token_endpoint: 'file:///etc/passwd' }),
    ],
  ])('that is %s fails, and heals when it is right', async (_, answer) => {
    const healthy = server.behaviour.discovery;
    server.behaviour.discovery = answer as typeof healthy;
    const tokens = tokensOf();
    const error = await failureOf(tokens.token(NEVER));
    expect(error.code).toBe('SMART_DISCOVERY_FAILED');
    expect(error.kind.retryable).toBe(true);
    expect(error.message).not.toMatch(/127|example|passwd/);
    expect(server.tokenRequests).toEqual([]);
    server.behaviour.discovery = healthy;
    expect(await tokens.token(NEVER)).toBe('token-1');
  });

  it('is not followed to where it redirects', async () => {
    const asked: string[] = [];
    const other = await listen(
      (request, response) => {
        asked.push(request.url ?? '');
        response.end();
      },
      LOOPBACK,
      0,
    );
    others.push(other);
    server.behaviour.discovery = (response) => {
      response.redirect(302, `${other.url}/.well-known/smart-configuration`);
    };
    expect((await failureOf(tokensOf().token(NEVER))).code).toBe('SMART_DISCOVERY_FAILED');
    expect(asked).toEqual([]);
  });

  it('is asked once an hour, again after the token endpoint failed, and not at all with tokenUrl', async () => {
    let asked = 0;
    const healthy = server.behaviour.discovery;
    server.behaviour.discovery = (response) => {
      asked++;
      healthy(response);
    };
    const tokens = tokensOf();
    await tokens.token(NEVER);
    later(400);
    await tokens.token(NEVER);
    expect(asked).toBe(1);
    later(3300);
    await tokens.token(NEVER);
    expect(asked).toBe(2);
    await tokensOf({ tokenUrl: server.tokenUrl }).token(NEVER);
    expect(asked).toBe(2);
  });

  it('of an endpoint elsewhere signs for that endpoint alone', async () => {
    let form = '';
    const other = await listen(
      (request, response) => {
        request.on('data', (chunk: Buffer) => (form += chunk.toString()));
        request.on('end', () => response.writeHead(400).end());
      },
      LOOPBACK,
      0,
    );
    others.push(other);
    server.behaviour.discovery = (response) => void response.json({ token_endpoint: `${other.url}/token` });
    expect((await failureOf(tokensOf().token(NEVER))).code).toBe('SMART_TOKEN_REFUSED');
    const assertion = new URLSearchParams(form).get('client_assertion');
    // replayed at the real server it is worth nothing: the audience is another
    const replay = await fetch(server.tokenUrl, { method: 'POST', body: new URLSearchParams(form) });
    expect(assertion).not.toBeNull();
    expect(replay.status).toBe(400);
    expect(server.tokenRequests[0]).toContain('aud');
  });
});
