import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICE_PATH } from '../http/running-service.ts';
import { startScriptedServer } from '../unit/chart/scripted-server.ts';
import {
  bySecret,
  compact,
  goodClaims,
  ISSUER,
  jwksFile,
  makeSigner,
  pinned,
  type Signer,
} from '../unit/http/client-auth/support.ts';
import {
  DISCOVERY,
  HOOK_BODY,
  hook,
  send,
  signedFor,
  startAuthService,
  type Answer,
  type RunningAuthService,
} from './client-auth-service.ts';

const PUBLIC = 'https://cds.hospital.example/base';

let ehr: Signer;
let portal: Signer;
let attacker: Signer;
/** Two sites, each with its own EHR, behind a proxy. */
let closed: RunningAuthService;
/** One site that accepts both, on its own address. */
let accepting: RunningAuthService;
beforeAll(async () => {
  ehr = await makeSigner('RS384', 'ehr-1');
  portal = await makeSigner('ES384', 'portal-1');
  attacker = await makeSigner('RS384', 'ehr-1');
  closed = await startAuthService({
    http: { publicBaseUrl: PUBLIC, bodyLimit: '100kb' },
    tenants: [
      pinned(ehr, { protectDiscovery: true }),
      pinned(portal, {}, { issuer: 'https://portal.example' }),
    ],
  });
  accepting = await startAuthService({ tenants: [pinned(ehr, { required: false })] });
});
afterAll(async () => {
  await closed.service.close();
  await accepting.service.close();
});

const good = (): string => signedFor(ehr, PUBLIC + SERVICE_PATH);

/** 401 with nothing in it, and a line in the log that says why in one word. */
const expectRefused = ({ status, headers, text }: Answer, reason?: string, { logged } = closed): void => {
  expect([status, text, headers['www-authenticate']]).toEqual([401, '', 'Bearer']);
  if (reason === undefined) return;
  const line = logged.findLast((each) => each.includes('client refused')) ?? '{}';
  expect((JSON.parse(line) as { reason?: string }).reason).toBe(reason);
};

const counted = async (outcome: string): Promise<number> => {
  const text = (await send(closed.url, { path: '/metrics' })).text;
  const line = text
    .split('\n')
    .find((each) => each.startsWith(`recurrence_client_auth_total{outcome="${outcome}"}`));
  return Number(line?.split(' ').at(-1) ?? 0);
};

describe('a hook with a token', () => {
  it('is answered; the same token again is not', async () => {
    const token = good();
    const first = await hook(closed, token);
    // Nobody is at the FHIR server: a card says so, and it is 200.
    expect(first.status).toBe(200);
    expect(first.text).toContain('cards');
    expectRefused(await hook(closed, token), 'replayed');
    expect(await counted('verified')).toBeGreaterThan(0);
    expect(await counted('replayed')).toBeGreaterThan(0);
  });

  it('speaks for its own site only', async () => {
    const claims = { iss: 'https://portal.example' };
    const token = (): string => signedFor(portal, PUBLIC + SERVICE_PATH, { claims });
    // The FHIR server that the request names is another site's.
    const before = await counted('verified');
    expectRefused(await hook(closed, token()));
    expect(await counted('verified')).toBe(before + 1);
    expect((await hook(closed, token(), [], 1)).status).toBe(200);
  });

  it('keys at the EHR’s address, over HTTP', async () => {
    const keys = await startScriptedServer((_request, response) => {
      response.json({ keys: [ehr.publicJwk] });
    });
    const jwksUrl = `${keys.url}/jwks.json`;
    const site = await startAuthService({
      tenants: [{ clientAuth: { clients: [{ issuer: ISSUER, jwksUrl }] } }],
    });
    try {
      const token = signedFor(ehr, site.url + SERVICE_PATH, { header: { jku: jwksUrl } });
      expect((await hook(site, token)).status).toBe(200);
      expect(keys.seen).toHaveLength(1);
    } finally {
      await site.service.close();
      await keys.close();
    }
  });
});

describe('a hook without', () => {
  it('is refused with nothing in the answer, and nothing learnt', async () => {
    expectRefused(await hook(closed, []), 'no-token');
    expectRefused(await hook(closed, 'x.y.z'), 'malformed');
    expectRefused(await hook(closed, signedFor(attacker, PUBLIC + SERVICE_PATH)), 'signature');
  });

  it('is refused before the body is read: whatever its type, form or size', async () => {
    for (const [type, body] of [
      ['application/json', '{"hook":'],
      ['text/plain', HOOK_BODY],
      ['application/json', JSON.stringify({ pad: 'x'.repeat(200_000) })],
    ] as const)
      expectRefused(await send(closed.url, { path: SERVICE_PATH, headers: ['Content-Type', type], body }));
    // The answer is there while the body is still to come.
    const answered = await new Promise<number | undefined>((resolve, reject) => {
      const { hostname, port } = new URL(closed.url);
      const headers = { 'content-type': 'application/json', 'content-length': 5000 };
      const sent = httpRequest({ hostname, port, path: SERVICE_PATH, method: 'POST', headers });
      sent.on('response', (response) => {
        resolve(response.statusCode);
        sent.destroy();
      });
      sent.on('error', reject);
      sent.flushHeaders();
    });
    expect(answered).toBe(401);
  });

  it('a service that is none is no secret to a client, and nothing to a stranger', async () => {
    const unknown = `${DISCOVERY}/none-such`;
    expectRefused(await send(closed.url, { path: unknown, body: '{}' }), 'no-token');
    const headers = [
      ...['Content-Type', 'application/json'],
      ...['Authorization', `Bearer ${signedFor(ehr, PUBLIC + unknown)}`],
    ];
    expect((await send(closed.url, { path: unknown, headers, body: '{}' })).status).toBe(404);
  });

  it('a site that accepts both: none is enough, a good one too, a bad one is not', async () => {
    expect((await hook(accepting, [])).status).toBe(200);
    expect((await hook(accepting, signedFor(ehr, accepting.url + SERVICE_PATH))).status).toBe(200);
    expectRefused(
      await hook(accepting, signedFor(attacker, accepting.url + SERVICE_PATH)),
      'signature',
      accepting,
    );
    expectRefused(await hook(accepting, 'x'), 'malformed', accepting);
  });
});

describe('discovery', () => {
  const discover = (headers: readonly string[] = []): Promise<Answer> =>
    send(closed.url, { path: DISCOVERY, headers });

  it('protected: a stranger learns nothing, a client gets it', async () => {
    expectRefused(await discover(), 'no-token');
    expectRefused(await discover(['Authorization', `Bearer ${good()}`]), 'audience');
    const token = signedFor(ehr, PUBLIC + DISCOVERY);
    const answer = await discover(['Authorization', `Bearer ${token}`]);
    expect([answer.status, answer.text.includes('"services"')]).toEqual([200, true]);
  });

  it('open elsewhere; health and metrics are nobody’s secret here', async () => {
    expect((await send(accepting.url, { path: DISCOVERY })).status).toBe(200);
    expect((await send(closed.url, { path: '/health/live' })).status).toBe(200);
  });
});

describe('aud is the configured address', () => {
  it.each([
    ['Host', ['Host', 'evil.example']],
    ['X-Forwarded-Host', ['X-Forwarded-Host', 'evil.example']],
    ['X-Forwarded-Proto', ['X-Forwarded-Proto', 'https', 'X-Forwarded-Host', 'evil.example']],
    ['Forwarded', ['Forwarded', 'host=evil.example;proto=https']],
    ['X-Original-URL', ['X-Original-URL', `https://evil.example${SERVICE_PATH}`]],
  ])('whatever %s says', async (_name, headers) => {
    for (const base of ['http://evil.example', 'https://evil.example', closed.url])
      expectRefused(await hook(closed, signedFor(ehr, base + SERVICE_PATH), headers), 'audience');
    expect((await hook(closed, good(), headers)).status).toBe(200);
  });

  it.each([
    ['a trailing slash', `${SERVICE_PATH}/`, SERVICE_PATH, 200],
    ['a query', `${SERVICE_PATH}?aud=x`, SERVICE_PATH, 200],
    ['escapes', SERVICE_PATH.replace('patient', '%70atient'), SERVICE_PATH, 200],
    ['an absolute form', `http://evil.example${SERVICE_PATH}`, SERVICE_PATH, 200],
    ['another id', `${DISCOVERY}/RECURRENCE`, `${DISCOVERY}/RECURRENCE`, 404],
    ['the other service’s token', `${DISCOVERY}/other`, SERVICE_PATH, 401],
  ])('however the request line is written: %s', async (_name, written, address, status) => {
    const token = signedFor(ehr, PUBLIC + address);
    const headers = ['Content-Type', 'application/json', 'Authorization', `Bearer ${token}`];
    const answer = await send(closed.url, { path: written, headers, body: HOOK_BODY });
    expect(answer.status).toBe(status);
  });
});

describe('attacks over the wire', () => {
  it('two Authorization headers', async () => {
    expectRefused(await hook(closed, [good(), good()]), 'several-headers');
    const [first, second] = [good(), good()];
    expectRefused(await hook(closed, [`${first}, Bearer ${second}`]), 'malformed');
  });

  it('alg none, and HS256 with the public key', async () => {
    const claims = goodClaims({
      aud: PUBLIC + SERVICE_PATH,
      iat: Date.now() / 1000,
      exp: Date.now() / 1000 + 60,
    });
    const none = compact({ alg: 'none', typ: 'JWT' }, claims, () => Buffer.alloc(0));
    expectRefused(await hook(closed, none), 'malformed');
    const secret = readFileSync(jwksFile([ehr.publicJwk]));
    const hs256 = compact({ alg: 'HS256', typ: 'JWT', kid: 'ehr-1' }, claims, bySecret(secret));
    expectRefused(await hook(closed, hs256), 'algorithm');
  });

  it('a token larger than is read; headers larger than Node reads are 431', async () => {
    const claims = { pad: 'x'.repeat(7000) };
    expectRefused(await hook(closed, signedFor(ehr, PUBLIC + SERVICE_PATH, { claims })), 'too-large');
    const { status } = await hook(closed, 'x'.repeat(20_000));
    expect([401, 431]).toContain(status);
    expect((await hook(closed, good())).status).toBe(200);
  });

  it('expired, and from the future', async () => {
    const now = Math.floor(Date.now() / 1000);
    const at = (claims: Record<string, unknown>): Promise<Answer> =>
      hook(closed, signedFor(ehr, PUBLIC + SERVICE_PATH, { claims }));
    expectRefused(await at({ iat: now - 600, exp: now - 300 }), 'expired');
    expectRefused(await at({ iat: now + 300, exp: now + 600 }), 'not-yet-valid');
    expectRefused(await at({ exp: now + 86_400 * 365 }), 'lifetime');
  });

  it('anything as Authorization: 401 with an empty body, or Node’s 400; no echo; and it is still there', async () => {
    const part = fc.oneof(
      fc.stringMatching(/^[\w-]{0,30}$/),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
    );
    const anything = fc.oneof(
      fc.string({ maxLength: 100 }).filter((text) => /^[\t\x20-\x7e]*$/.test(text)),
      fc.tuple(part, part, part).map((parts) => `Bearer ${parts.join('.')}`),
    );
    await fc.assert(
      fc.asyncProperty(anything, async (authorization) => {
        const headers = ['Content-Type', 'application/json', 'Authorization', authorization];
        const answer = await send(closed.url, { path: SERVICE_PATH, headers, body: HOOK_BODY });
        expectRefused(answer);
      }),
      { numRuns: 300 },
    );
    expect((await hook(closed, good())).status).toBe(200);
  });

  it('no token, no claim and no kid in any line of the log', async () => {
    const kid = 'SECRET-KID';
    const claims = { jti: 'SECRET-JTI', sub: 'SECRET-SUB' };
    const token = signedFor(ehr, PUBLIC + SERVICE_PATH, { header: { kid }, claims });
    expectRefused(await hook(closed, token), 'unknown-key');
    const known = signedFor(ehr, PUBLIC + SERVICE_PATH, { claims });
    expect((await hook(closed, known)).status).toBe(200);
    const all = closed.logged.join('\n');
    expect(all).not.toMatch(/SECRET/);
    for (const one of [token, known]) expect(all).not.toContain(one.split('.')[2]);
  });
});

describe('the start', () => {
  it('fails by name for a file with a private key', async () => {
    const file = jwksFile([ehr.privateJwk]);
    const start = startAuthService({
      tenants: [{ clientAuth: { clients: [{ issuer: ISSUER, jwksFile: file }] } }],
    });
    await expect(start).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      detail: expect.stringContaining(`${path.basename(file)}: key 1: it is a private key`),
    });
  });
});
