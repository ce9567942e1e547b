import { beforeAll, describe, expect, it } from 'vitest';
import {
  BASE,
  bearer,
  goodClaims,
  ISSUER,
  jwksFile,
  makeSigner,
  NOW,
  openAuth,
  pinned,
  SERVICE,
  tokenOf,
  type OpenedAuth,
  type Signer,
} from './support.ts';

let es384: Signer;
let rs384: Signer;
let opened: OpenedAuth;
beforeAll(async () => {
  es384 = await makeSigner('ES384', 'ec-1');
  rs384 = await makeSigner('RS384', 'rsa-1');
  opened = await openAuth({ tenants: [pinned(es384)] });
});

const judged = (claims: Record<string, unknown>): Promise<string[] | string> =>
  opened.judge(bearer(tokenOf(es384, { claims })));

describe('a token that is good', () => {
  it('proves its tenant, by ES384 or RS384, and is counted', async () => {
    const both = {
      clientAuth: {
        clients: [{ issuer: ISSUER, jwksFile: jwksFile([es384.publicJwk, rs384.publicJwk]) }],
      },
    };
    const auth = await openAuth({ tenants: [both] });
    expect(await auth.judge(bearer(tokenOf(es384)))).toEqual(['tenant-0']);
    expect(await auth.judge(bearer(tokenOf(rs384)))).toEqual(['tenant-0']);
    expect(await auth.counted('verified')).toBe(2);
  });

  it.each([
    ['one of several audiences', { aud: ['https://other.example', BASE + SERVICE] }],
    ['a further claim, and nbf', { sub: 'epic-client', nbf: NOW }],
    ['a clock 29 s ahead', { iat: NOW + 29, exp: NOW + 329 }],
    ['expired for 29 s', { iat: NOW - 300, exp: NOW - 29 }],
    ['an hour of life', { exp: NOW + 3600 }],
    ['a jti of 256 characters', { jti: 'j'.repeat(256) }],
  ])('%s', async (_name, claims) => {
    expect(await judged(claims)).toEqual(['tenant-0']);
  });

  it.each(['bearer', 'BEARER'])('the scheme is written as it likes: %s', async (scheme) => {
    expect(await opened.judge(`${scheme} ${tokenOf(es384)}`)).toEqual(['tenant-0']);
  });

  it('no kid, where one key of the algorithm is there', async () => {
    expect(await opened.judge(bearer(tokenOf(es384, { header: { kid: undefined } })))).toEqual(['tenant-0']);
  });

  it('the client has an audience of its own, and the called address counts still', async () => {
    const auth = await openAuth({ tenants: [pinned(es384, {}, { audience: ['urn:cds'] })] });
    expect(await auth.judge(bearer(tokenOf(es384, { claims: { aud: 'urn:cds' } })))).toEqual(['tenant-0']);
    expect(await auth.judge(bearer(tokenOf(es384)))).toEqual(['tenant-0']);
    expect(await opened.judge(bearer(tokenOf(es384, { claims: { aud: 'urn:cds' } })))).toBe('audience');
  });

  it('feedback and discovery are addresses of their own', async () => {
    const at = async (path: string): Promise<unknown> =>
      opened.judge(bearer(tokenOf(es384, { claims: { aud: BASE + path } })), path);
    expect(await at(`${SERVICE}/feedback`)).toEqual(['tenant-0']);
    expect(await at('/cds-services')).toEqual(['tenant-0']);
    expect(await opened.judge(bearer(tokenOf(es384)), `${SERVICE}/feedback`)).toBe('audience');
  });
});

describe('claims that are wrong', () => {
  it.each([
    ['another service', { aud: `${BASE}/cds-services/other` }, 'audience'],
    ['another host', { aud: `https://cds.other.example${SERVICE}` }, 'audience'],
    ['a trailing slash', { aud: `${BASE}${SERVICE}/` }, 'audience'],
    ['the base alone', { aud: BASE }, 'audience'],
    ['no audience in the list', { aud: [] }, 'audience'],
    ['audiences that are no text', { aud: [{ toString: BASE + SERVICE }, 1, null] }, 'audience'],
    ['expired', { iat: NOW - 400, exp: NOW - 31 }, 'expired'],
    ['expired long ago', { iat: 0, exp: 60 }, 'expired'],
    ['issued in the future', { iat: NOW + 31, exp: NOW + 331 }, 'not-yet-valid'],
    ['not before in the future', { nbf: NOW + 31 }, 'not-yet-valid'],
    ['not before that is text', { nbf: 'soon' }, 'not-yet-valid'],
    ['a year of life', { exp: NOW + 31_536_000 }, 'lifetime'],
    ['more life than a number holds', { exp: Number.MAX_VALUE }, 'lifetime'],
    ['issued long ago, alive for long', { iat: NOW - 3600, exp: NOW + 60 }, 'lifetime'],
    ['exp as text', { exp: String(NOW + 300) }, 'missing-claim'],
    ['no exp', { exp: undefined }, 'missing-claim'],
    ['no iat', { iat: undefined }, 'missing-claim'],
    ['no aud', { aud: undefined }, 'missing-claim'],
    ['no jti', { jti: undefined }, 'missing-claim'],
    ['no iss', { iss: undefined }, 'missing-claim'],
    ['iss a list', { iss: [ISSUER] }, 'missing-claim'],
    ['an empty jti', { jti: '' }, 'jti'],
    ['a jti that is a number', { jti: 7 }, 'jti'],
    ['a jti of 257 characters', { jti: 'j'.repeat(257) }, 'jti'],
    ['another issuer', { iss: 'https://ehr.other.example' }, 'unknown-issuer'],
    ['the issuer in capitals', { iss: ISSUER.toUpperCase() }, 'unknown-issuer'],
    ['the issuer with a slash', { iss: `${ISSUER}/` }, 'unknown-issuer'],
    ['an issuer of Object.prototype', { iss: '__proto__' }, 'unknown-issuer'],
    ['a tenant that no client names', { tenant: 'thoracic' }, 'unknown-tenant'],
    ['a tenant that is null', { tenant: null }, 'unknown-tenant'],
  ])('%s', async (_name, claims, reason) => {
    expect(await judged(claims)).toBe(reason);
  });

  it('of what is refused neither token nor claim nor kid is logged', async () => {
    const token = tokenOf(es384, {
      claims: { jti: 'SECRET-JTI', iss: 'https://SECRET-ISS' },
      header: { kid: 'SECRET-KID' },
    });
    await opened.judge(bearer(token));
    const all = opened.logged.join('\n');
    expect(all).toContain('"reason":"unknown-issuer"');
    expect(all).not.toMatch(/SECRET/);
    for (const part of token.split('.')) expect(all).not.toContain(part);
  });

  it('a lifetime and a skew are the tenant’s', async () => {
    const strict = await openAuth({
      tenants: [pinned(es384, { clockSkewSeconds: 0, maxLifetimeSeconds: 60 })],
    });
    const at = (claims: Record<string, unknown>): Promise<unknown> =>
      strict.judge(bearer(tokenOf(es384, { claims })));
    expect(await at({ exp: NOW + 61 })).toBe('lifetime');
    expect(await at({ iat: NOW + 1, exp: NOW + 30 })).toBe('not-yet-valid');
    expect(await at({ iat: NOW - 30, exp: NOW })).toBe('expired');
    expect(await at({ exp: NOW + 60 })).toEqual(['tenant-0']);
  });
});

describe('replays', () => {
  it('a token is good once', async () => {
    const token = bearer(tokenOf(es384));
    expect(await opened.judge(token)).toEqual(['tenant-0']);
    expect(await opened.judge(token)).toBe('replayed');
    expect(await opened.counted('replayed')).toBe(1);
  });

  it('the same jti in another token of the issuer is one too', async () => {
    const { jti } = goodClaims();
    expect(await judged({ jti })).toEqual(['tenant-0']);
    expect(await judged({ jti, exp: NOW + 301 })).toBe('replayed');
  });

  it('nobody else can use a jti up: not a forger, not the wrong address', async () => {
    const { jti } = goodClaims();
    const forger = await makeSigner('ES384', 'ec-1');
    expect(await opened.judge(bearer(tokenOf(forger, { claims: { jti } })))).toBe('signature');
    expect(await judged({ jti, aud: 'https://elsewhere.example' })).toBe('audience');
    expect(await judged({ jti })).toEqual(['tenant-0']);
  });

  it('of twenty at once one passes', async () => {
    const token = bearer(tokenOf(es384));
    const answers = await Promise.allSettled(
      Array.from({ length: 20 }, () => opened.auth.authenticate(token, SERVICE)),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('two issuers may use one jti', async () => {
    const other = { ...pinned(rs384, {}, { issuer: 'https://portal.example' }) };
    const auth = await openAuth({ tenants: [pinned(es384), other] });
    const claims = { jti: 'one' };
    expect(await auth.judge(bearer(tokenOf(es384, { claims })))).toEqual(['tenant-0']);
    const portal = { claims: { ...claims, iss: 'https://portal.example' } };
    expect(await auth.judge(bearer(tokenOf(rs384, portal)))).toEqual(['tenant-1']);
  });
});

describe('several tenants', () => {
  it('one issuer and one key for two: both are proven', async () => {
    const auth = await openAuth({ tenants: [pinned(es384), pinned(es384), pinned(rs384)] });
    expect(await auth.judge(bearer(tokenOf(es384)))).toEqual(['tenant-0', 'tenant-1']);
    expect(await auth.judge(bearer(tokenOf(rs384)))).toEqual(['tenant-2']);
  });

  it('each by its own rules', async () => {
    const auth = await openAuth({
      tenants: [
        pinned(es384),
        pinned(es384, {}, { algorithms: ['RS384'] }),
        pinned(es384, { maxLifetimeSeconds: 60 }),
      ],
    });
    expect(await auth.judge(bearer(tokenOf(es384)))).toEqual(['tenant-0']);
  });

  it('a tenant claim chooses among those of one issuer', async () => {
    const auth = await openAuth({
      tenants: [pinned(es384, {}, { tenant: 'thoracic' }), pinned(es384, {}, { tenant: 'cardiac' })],
    });
    const at = (tenant?: string): Promise<unknown> =>
      auth.judge(bearer(tokenOf(es384, { claims: { tenant } })));
    expect(await at('thoracic')).toEqual(['tenant-0']);
    expect(await at('cardiac')).toEqual(['tenant-1']);
    expect(await at('renal')).toBe('unknown-tenant');
    expect(await at()).toBe('unknown-tenant');
  });

  it('an issuer proves no tenant that does not name it', async () => {
    const other = pinned(rs384, {}, { issuer: 'https://portal.example' });
    const auth = await openAuth({ tenants: [pinned(es384), other] });
    expect(await auth.judge(bearer(tokenOf(es384)))).toEqual(['tenant-0']);
    // The portal's key under the EHR's name.
    expect(await auth.judge(bearer(tokenOf(rs384)))).toBe('unknown-key');
  });
});

describe('no token', () => {
  it('is enough for tenants that ask for none, and for those that accept both', async () => {
    const accepting = pinned(es384, { required: false });
    const auth = await openAuth({ tenants: [{}, accepting, pinned(es384)] });
    expect(await auth.judge(undefined)).toEqual(['tenant-0', 'tenant-1']);
    expect(await auth.judge([])).toEqual(['tenant-0', 'tenant-1']);
    expect(await auth.counted('anonymous')).toBe(2);
    expect(await auth.judge(bearer(tokenOf(es384)))).toEqual(['tenant-0', 'tenant-1', 'tenant-2']);
  });

  it('is refused where every tenant asks for one', async () => {
    expect(await opened.judge(undefined)).toBe('no-token');
  });

  it('a bad one is never taken for none', async () => {
    const auth = await openAuth({ tenants: [{}] });
    expect(await auth.judge(bearer(tokenOf(es384)))).toBe('unknown-issuer');
    expect(await auth.judge('')).toBe('not-bearer');
    expect(await auth.judge('Bearer x')).toBe('malformed');
  });
});

describe('discovery', () => {
  const discovery = { discovery: true };
  const good = (): string => bearer(tokenOf(es384, { claims: { aud: `${BASE}/cds-services` } }));

  it('is open unless a tenant protects it, whoever else asks for tokens', async () => {
    expect(await opened.judge(undefined, '/cds-services', discovery)).toEqual([]);
    expect(await opened.judge(good(), '/cds-services', discovery)).toEqual(['tenant-0']);
    expect(await opened.judge('Bearer x', '/cds-services', discovery)).toBe('malformed');
  });

  it('one tenant that protects it protects it', async () => {
    const auth = await openAuth({ tenants: [{}, pinned(es384, { protectDiscovery: true })] });
    expect(await auth.judge(undefined, '/cds-services', discovery)).toBe('no-token');
    expect(await auth.judge(undefined)).toEqual(['tenant-0']);
    expect(await auth.judge(good(), '/cds-services', discovery)).toEqual(['tenant-0', 'tenant-1']);
  });
});

describe('without a public base URL', () => {
  const own = 'http://127.0.0.1:8081';
  const at = (address: string): string => bearer(tokenOf(es384, { claims: { aud: address + SERVICE } }));

  it('the address that is listened on stands in, from when it is', async () => {
    const auth = await openAuth({ tenants: [pinned(es384)], publicBaseUrl: null });
    expect(await auth.judge(at(own))).toBe('audience');
    auth.auth.listeningAt(own);
    expect(await auth.judge(at(own))).toEqual(['tenant-0']);
    expect(await auth.judge(at(BASE))).toBe('audience');
  });

  it('never where one is configured', async () => {
    const auth = await openAuth({ tenants: [pinned(es384)] });
    auth.auth.listeningAt(own);
    expect(await auth.judge(at(own))).toBe('audience');
  });
});
