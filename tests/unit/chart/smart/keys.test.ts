import { generateKeyPairSync } from 'node:crypto';
import { chmod, lstat, readFile, readdir, rename, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { compactVerify, CompactSign, exportJWK, importJWK, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateSigningKey, openKeyFile, parseSigningKeys } from '../../../../src/chart/index.ts';
import { createProgram, exitCodeOf } from '../../../../src/cli/index.ts';
import { failureOf } from '../client/client-for-tests.ts';
import { makeFolder, readableLog, type Folder } from './keys-for-tests.ts';

let folder: Folder;
let es: JWK;
let es2: JWK;
let rs: JWK;
beforeAll(async () => {
  folder = await makeFolder();
  [es, es2, rs] = await Promise.all([
    generateSigningKey('ES384'),
    generateSigningKey('ES384'),
    generateSigningKey('RS384'),
  ]);
});
afterAll(() => folder.remove());

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth'];
const parse = (...keys: readonly object[]) => parseSigningKeys(JSON.stringify({ keys }), 'keys.json');

describe('parseSigningKeys', () => {
  it('keeps the order, and makes pairs that belong together', async () => {
    const keys = await parse(rs, es);
    expect(keys.map(({ kid, algorithm }) => [kid, algorithm])).toEqual([
      [rs.kid, 'RS384'],
      [es.kid, 'ES384'],
    ]);
    for (const { privateKey, publicJwk, algorithm } of keys) {
      const signed = await new CompactSign(Buffer.from('x'))
        .setProtectedHeader({ alg: algorithm })
        .sign(privateKey);
      const verified = await compactVerify(signed, await importJWK(publicJwk, algorithm));
      expect(Buffer.from(verified.payload).toString()).toBe('x');
    }
  });

  it('publishes public members only, whatever else the file holds', async () => {
    const keys = await parse({ ...rs, x5c: ['secret?'], oth: [{ r: 'x' }] }, { ...es, extra: 'secret?' });
    expect(keys.map(({ publicJwk }) => Object.keys(publicJwk).sort())).toEqual([
      ['alg', 'e', 'key_ops', 'kid', 'kty', 'n', 'use'],
      ['alg', 'crv', 'key_ops', 'kid', 'kty', 'use', 'x', 'y'],
    ]);
    for (const { publicJwk } of keys)
      for (const name of PRIVATE_MEMBERS) expect(publicJwk).not.toHaveProperty(name);
  });

  const weak = async (): Promise<JWK> => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    return { ...(await exportJWK(privateKey)), kid: 'weak', alg: 'RS384' };
  };

  it.each([
    ['a symmetric key', () => ({ kty: 'oct', k: 'c2VjcmV0', kid: 'a', alg: 'HS256' }), 'symmetric'],
    ['a key without kid', () => ({ ...es, kid: undefined }), 'kid'],
    ['a key without alg', () => ({ ...es, alg: undefined }), 'alg'],
    ['an algorithm that SMART does not name', () => ({ ...rs, alg: 'RS256' }), 'alg'],
    ['an algorithm of another kind of key', () => ({ ...es, alg: 'RS384' }), 'alg'],
    ['another curve', () => ({ ...es, crv: 'P-256' }), 'crv'],
    ['a public key', () => ({ ...es, d: undefined }), 'd:'],
    ['an encryption key', () => ({ ...es, use: 'enc' }), 'use'],
    ['a short RSA key', weak, '1024'],
    ['a point that is not on the curve', () => ({ ...es, y: es.x }), 'no key'],
    ['text', () => 'key', 'key 2'],
  ])('refuses %s, names what is wrong and quotes nothing', async (_, make, named) => {
    const key = (await make()) as object;
    const error = await failureOf(parse(rs, key));
    expect(error.code).toBe('SMART_CONFIG_INVALID');
    expect(error.message).toContain('keys.json, key 2');
    expect(error.message).toContain(named);
    for (const name of PRIVATE_MEMBERS) {
      const value = (key as Record<string, unknown>)[name];
      if (typeof value === 'string') expect(error.message).not.toContain(value);
    }
  });

  it('refuses what is no JWKS, and a kid that repeats', async () => {
    for (const text of ['', '[]', '{"keys":[]}', '{"keys":{}}', 'null', '{"d":"secret'])
      expect((await failureOf(parseSigningKeys(text, 'k'))).code).toBe('SMART_CONFIG_INVALID');
    expect((await failureOf(parse(es, { ...es2, kid: es.kid }))).message).toContain('repeats');
  });
});

describe('openKeyFile', () => {
  it('signs with the first key of an algorithm and publishes all', async () => {
    const { log } = readableLog();
    const keys = await openKeyFile(await folder.write([rs, es, es2]), log);
    expect((await keys.signingKey('ES384')).kid).toBe(es.kid);
    expect((await keys.signingKey('RS384')).kid).toBe(rs.kid);
    expect((await keys.publicKeys()).keys.map(({ kid }) => kid)).toEqual([rs.kid, es.kid, es2.kid]);
    const without = await openKeyFile(await folder.write([es]), log);
    expect((await failureOf(without.signingKey('RS384'))).message).toContain('no RS384 key');
  });

  it('reads the file again when it changes; what cannot be used changes nothing and is told once', async () => {
    const { log, lines } = readableLog();
    const file = await folder.write([es]);
    const keys = await openKeyFile(file, log);
    await folder.write([es2, es]);
    expect((await keys.signingKey('ES384')).kid).toBe(es2.kid);
    await folder.write([{ ...es, d: undefined }]);
    for (let i = 0; i < 3; i++) expect((await keys.signingKey('ES384')).kid).toBe(es2.kid);
    await rename(file, `${file}.gone`);
    for (let i = 0; i < 3; i++) expect((await keys.publicKeys()).keys).toHaveLength(2);
    expect(lines.filter((line) => line.includes('cannot be used'))).toHaveLength(2);
    for (const line of lines) expect(line).not.toContain(es.d);
    await folder.write([rs]);
    expect((await keys.publicKeys()).keys.map(({ kid }) => kid)).toEqual([rs.kid]);
  });

  it('warns of a file that everybody can read', async () => {
    const { log, lines } = readableLog();
    const file = await folder.write([es]);
    await openKeyFile(file, log);
    expect(lines).toEqual([]);
    await chmod(file, 0o644);
    await openKeyFile(file, log);
    expect(lines).toHaveLength(1);
    expect((await failureOf(openKeyFile(path.join(folder.path, 'none.json'), log))).message).toContain(
      'none.json cannot be read',
    );
  });
});

describe('recurrence-cds keys', () => {
  const run = async (...args: string[]) => {
    const out: string[] = [];
    const program = createProgram({
      env: {},
      out: (text) => void out.push(text),
      note: () => undefined,
      stopped: Promise.resolve(),
    });
    try {
      await program.parseAsync(['node', 'recurrence-cds', 'keys', ...args]);
      return { code: 0, out: out.join(''), text: '' };
    } catch (error) {
      const { code, text = '' } = exitCodeOf(error);
      return { code, out: out.join(''), text };
    }
  };
  const kids = async (file: string) =>
    (JSON.parse(await readFile(file, 'utf8')) as { keys: JWK[] }).keys.map(({ kid }) => kid);

  it('makes a file for its owner only, adds to it, and shows its public parts', async () => {
    const file = path.join(folder.path, 'made.json');
    const first = await run('generate', '--algorithm', 'ES384', '--out', file);
    expect(first).toMatchObject({ code: 0 });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const again = await run('generate', '--algorithm', 'ES384', '--out', file);
    expect(again).toMatchObject({ code: 2 });
    expect(again.text).toContain('made.json exists');
    const second = await run('generate', '--algorithm', 'RS384', '--out', file, '--append');
    expect(await kids(file)).toEqual([first.out.trim(), second.out.trim()]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const shown = await run('public', file);
    const { keys } = JSON.parse(shown.out) as { keys: JWK[] };
    expect(keys.map(({ kid, alg }) => [kid, alg])).toEqual([
      [first.out.trim(), 'ES384'],
      [second.out.trim(), 'RS384'],
    ]);
    for (const key of keys) for (const name of PRIVATE_MEMBERS) expect(key).not.toHaveProperty(name);
  });

  it('who could read a file still can after adding to it, and a link stays one', async () => {
    const file = path.join(folder.path, 'shared.json');
    const link = path.join(folder.path, 'link.json');
    await run('generate', '-a', 'ES384', '-o', file);
    await chmod(file, 0o644);
    await symlink(file, link);
    expect(await run('generate', '-a', 'ES384', '-o', link, '--append')).toMatchObject({ code: 0 });
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await kids(file)).toHaveLength(2);
    // The service's group, but not everybody.
    expect((await stat(file)).mode & 0o777).toBe(0o640);
    expect((await readdir(folder.path)).filter((name) => name.startsWith('shared'))).toEqual(['shared.json']);
  });

  it('adds nothing to a file that is not there or holds something else', async () => {
    const missing = path.join(folder.path, 'missing.json');
    expect(await run('generate', '-a', 'ES384', '-o', missing, '--append')).toMatchObject({ code: 2 });
    const other = path.join(folder.path, 'other.json');
    await writeFile(other, '{"precious": true}');
    expect(await run('generate', '-a', 'ES384', '-o', other, '--append')).toMatchObject({ code: 1 });
    expect(await readFile(other, 'utf8')).toBe('{"precious": true}');
  });

  it.each([
    [['generate']],
    [['generate', '--algorithm', 'HS256', '--out', 'x']],
    [['public', '/nowhere/keys.json']],
    [['nothing']],
  ])('ends with 2 for %j', async (args) => {
    expect((await run(...args)).code).toBe(2);
  });
});
