/** Which keys count: pinned files, what must not be in them, keys that the whole world can sign with. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CdsError } from '../../../../src/domain/index.ts';
import { SANDBOX_CLIENT, SANDBOX_ISSUER } from '../../../../src/http/client-auth/index.ts';
import { sortKeys } from '../../../../src/http/client-auth/key-rules.ts';
import { PUBLISHED_KEYS } from '../../../../src/http/client-auth/known-keys.ts';
import {
  INFERNO_ES384,
  JWT_IO_ES384,
  RFC_7517_KEY,
  RFC_7638_THUMBPRINT,
  SANDBOX_KEY,
  SANDBOX_TOKEN,
} from './published-keys.ts';
import {
  bearer,
  ISSUER,
  jwksFile,
  makeSigner,
  openAuth,
  pinned,
  SERVICE,
  tokenOf,
  type Signer,
} from './support.ts';

let ec: Signer;
let rsa: Signer;
beforeAll(async () => {
  ec = await makeSigner('ES384', 'ec');
  rsa = await makeSigner('RS384', 'rsa');
});

const withFile = (jwksFileName: string, issuer = ISSUER) => ({
  clientAuth: { clients: [{ issuer, jwksFile: jwksFileName }] },
});
const faultOf = async (keys: readonly unknown[], issuer = ISSUER): Promise<string> => {
  try {
    await openAuth({ tenants: [withFile(jwksFile(keys, 'keys.json'), issuer)] });
    return 'none';
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    return (error as CdsError).detail ?? '';
  }
};
const rsaKey = (modulusLength: number, publicExponent = 65_537): JWK =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey.export({ format: 'jwk' });

describe('a pinned file', () => {
  it('names the setting, the file and the key, and never a value', async () => {
    const detail = await faultOf([ec.publicJwk, ec.privateJwk]);
    expect(detail).toBe(
      'tenants: clientAuth.clients.jwksFile of tenant-0: keys.json: key 2: it is a private key; only public parts belong here',
    );
    expect(detail).not.toContain(ec.privateJwk.d);
  });

  it('a private, symmetric, weak or broken key is refused', async () => {
    expect(await faultOf([rsa.privateJwk])).toMatch(/key 1: it is a private key/);
    expect(await faultOf([{ ...rsa.publicJwk, qi: 'AQAB' }])).toMatch(/private key/);
    expect(await faultOf([ec.publicJwk, { kty: 'oct', k: 'c2VjcmV0' }])).toMatch(/key 2: it is symmetric/);
    expect(await faultOf([{ kty: 'RSA', k: 'c2VjcmV0' }])).toMatch(/private key/);
    expect(await faultOf([rsaKey(1024)])).toMatch(/RSA of 1024 bits; between 2048 and 8192/);
    expect(await faultOf([rsaKey(2047)])).toMatch(/RSA of 2047 bits/);
    expect(await faultOf([rsaKey(2048, 3)])).toMatch(/weak exponent/);
    expect(await faultOf([{ ...rsa.publicJwk, e: 'AQ' }])).toMatch(/weak exponent|no key/);
    expect(await faultOf([{ ...ec.publicJwk, x: ec.publicJwk.y }])).toMatch(/it is no key/);
  });

  it('without a key for us, without keys, without JSON, without a file', async () => {
    const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
    for (const keys of [
      [],
      [p256],
      [{ ...ec.publicJwk, use: 'enc' }],
      [{ ...ec.publicJwk, key_ops: ['sign'] }],
    ])
      expect(await faultOf(keys)).toMatch(/holds no RSA and no P-384 key/);
    const file = jwksFile([]);
    const open = () => openAuth({ tenants: [withFile(file)] });
    for (const [text, why] of [
      ['{"keys": 1}', /no JWKS/],
      ['[]', /no JWKS/],
      ['{"keys": ["a"]}', /no JWKS/],
      [JSON.stringify({ keys: Array(101).fill(ec.publicJwk) }), /no JWKS/],
      ['secret-text', /not JSON/],
    ] as const) {
      writeFileSync(file, text);
      await expect(open()).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        detail: expect.stringMatching(why),
      });
      await expect(open()).rejects.not.toMatchObject({ detail: expect.stringMatching(/secret/) });
    }
    rmSync(file);
    await expect(open()).rejects.toMatchObject({ detail: expect.stringMatching(/cannot be read/) });
  });

  it('keys for other things may lie beside', async () => {
    const others = [
      { ...ec.publicJwk, kid: 'enc', use: 'enc' },
      { kty: 'OKP', crv: 'Ed25519', x: 'AAAA', kid: 'ed' },
      { ...rsa.publicJwk, kid: 'rs256', alg: 'RS256' },
    ];
    const auth = await openAuth({ tenants: [withFile(jwksFile([...others, ec.publicJwk]))] });
    expect(await auth.judge(bearer(tokenOf(ec)))).toEqual(['tenant-0']);
    expect(await auth.judge(bearer(tokenOf(ec, { header: { kid: 'enc' } })))).toBe('unknown-key');
    expect(await auth.judge(bearer(tokenOf(rsa, { header: { kid: 'rs256' } })))).toBe('unknown-key');
  });

  it('rotates without a restart; a change that cannot be used changes nothing', async () => {
    const next = await makeSigner('ES384', 'next');
    const file = jwksFile([ec.publicJwk]);
    const auth = await openAuth({ tenants: [withFile(file)] });
    const replace = (text: string): void => {
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
    };
    /** Longer than the file is left alone. */
    const later = (): Promise<void> => sleep(1100);
    replace(JSON.stringify({ keys: [ec.publicJwk, next.publicJwk] }));
    await later();
    expect(await auth.judge(bearer(tokenOf(next)))).toEqual(['tenant-0']);
    expect(await auth.judge(bearer(tokenOf(ec)))).toEqual(['tenant-0']);
    replace(JSON.stringify({ keys: [next.publicJwk] }));
    await later();
    expect(await auth.judge(bearer(tokenOf(ec)))).toBe('unknown-key');
    replace(JSON.stringify({ keys: [ec.privateJwk] }));
    await later();
    expect(await auth.judge(bearer(tokenOf(next)))).toEqual(['tenant-0']);
    rmSync(file);
    await later();
    expect(await auth.judge(bearer(tokenOf(next)))).toEqual(['tenant-0']);
    const errors = auth.logged.filter((line) => line.includes('cannot be used'));
    expect(errors).toHaveLength(2);
    expect(errors.join('')).not.toContain(ec.privateJwk.d);
  });
});

describe('keys that the world can sign with', () => {
  const jwtIo = createPublicKey({
    key: Buffer.from(JWT_IO_ES384, 'base64'),
    format: 'der',
    type: 'spki',
  }).export({ format: 'jwk' });

  it('thumbprints are those of RFC 7638', async () => {
    expect(await calculateJwkThumbprint(RFC_7517_KEY)).toBe(RFC_7638_THUMBPRINT);
    for (const key of [RFC_7517_KEY, SANDBOX_KEY, INFERNO_ES384, jwtIo])
      expect([...PUBLISHED_KEYS.keys()]).toContain(await calculateJwkThumbprint(key));
    expect(PUBLISHED_KEYS.size).toBe(14);
  });

  it.each([
    ['RFC 7517 A.2', RFC_7517_KEY],
    ['Inferno, ES384', INFERNO_ES384],
    ['jwt.io, ES384', jwtIo],
    ['the CDS Hooks sandbox', SANDBOX_KEY],
  ])('%s: refused in a file, left out of a set', async (name, key) => {
    expect(await faultOf([ec.publicJwk, key])).toContain(`key 2: its private part is public (${name})`);
    const sorted = await sortKeys({ keys: [{ ...key, kid: 'renamed' }, ec.publicJwk] }, false);
    expect(sorted?.bad).toEqual([{ position: 1, why: `its private part is public (${name})` }]);
    expect(sorted?.usable.map(({ kid }) => kid)).toEqual(['ec']);
  });

  it('written with leading zeros it is the same key', async () => {
    const padded = Buffer.concat([Buffer.alloc(1), Buffer.from(RFC_7517_KEY.n, 'base64url')]).toString(
      'base64url',
    );
    const key = { ...RFC_7517_KEY, n: padded };
    expect(await calculateJwkThumbprint(key)).not.toBe(RFC_7638_THUMBPRINT);
    expect(await faultOf([key])).toContain('its private part is public (RFC 7517 A.2)');
  });
});

describe('the official sandbox', () => {
  const tenants = [{ clientAuth: { clients: [SANDBOX_CLIENT] } }];

  it('is a client in the demo, with the key that it publishes and the token that it sends', async () => {
    const file = JSON.parse(readFileSync(SANDBOX_CLIENT.jwksFile ?? '', 'utf8')) as { keys: object[] };
    expect(file.keys).toEqual([expect.objectContaining(SANDBOX_KEY)]);
    const auth = await openAuth({ tenants, environment: 'demo' });
    expect(await auth.judge(bearer(SANDBOX_TOKEN))).toEqual(['tenant-0']);
    expect(await auth.judge(bearer(SANDBOX_TOKEN))).toBe('replayed');
    expect(await auth.judge(bearer(SANDBOX_TOKEN), `${SERVICE}/feedback`)).toBe('audience');
  });

  it.each(['production', 'test'] as const)(
    'in %s it keeps the service from starting',
    async (environment) => {
      await expect(openAuth({ tenants, environment })).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        detail: expect.stringContaining(
          `${path.basename(SANDBOX_CLIENT.jwksFile ?? '')}: key 1: its private part`,
        ),
      });
    },
  );

  it('in the demo, too, its key speaks for nobody else, and no other published key for it', async () => {
    const demo = (keys: readonly unknown[], issuer: string) =>
      openAuth({ tenants: [withFile(jwksFile(keys), issuer)], environment: 'demo' });
    await expect(demo([SANDBOX_KEY], ISSUER)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(demo([SANDBOX_KEY], `${SANDBOX_ISSUER}/`)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(demo([INFERNO_ES384], SANDBOX_ISSUER)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    const unknown = await openAuth({ tenants: [pinned(ec)], environment: 'demo' });
    expect(await unknown.judge(bearer(SANDBOX_TOKEN))).toBe('unknown-issuer');
  });
});
