/** The worked example of docs/client-authentication.md, run as it is printed. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../../src/platform/index.ts';
import { SERVICE_PATH } from '../http/running-service.ts';
import { readDocument, section } from '../unit/docs/markdown.ts';
import { hook, startAuthService, type RunningAuthService } from './client-auth-service.ts';

const TEXT = readDocument('docs/client-authentication.md');
const block = (text: string, language: string): string =>
  new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(text)?.[1] ?? '';
const ISSUER = 'https://test.hospital.example';

const folder = mkdtempSync(path.join(tmpdir(), 'client-example-'));
const run = (...args: string[]): string =>
  execFileSync(process.execPath, ['client.mjs', ...args], { cwd: folder, encoding: 'utf8' }).trim();

let site: RunningAuthService;
beforeAll(async () => {
  writeFileSync(path.join(folder, 'client.mjs'), block(section(TEXT, '## Try it'), 'js'));
  run('keys');
  const jwksFile = path.join(folder, 'client.jwks.json');
  site = await startAuthService({ tenants: [{ clientAuth: { clients: [{ issuer: ISSUER, jwksFile }] } }] });
});
afterAll(async () => {
  await site.service.close();
  rmSync(folder, { recursive: true });
});

it('signs what the service takes, once', async () => {
  const token = run('token', ISSUER, site.url + SERVICE_PATH);
  expect((await hook(site, token)).status).toBe(200);
  expect((await hook(site, token)).status).toBe(401);
  expect((await hook(site, run('token', ISSUER, `${site.url}/elsewhere`))).status).toBe(401);
});

it('keeps the private key to its owner', () => {
  expect(statSync(path.join(folder, 'client.pem')).mode & 0o077).toBe(0);
});

it('the configurations in it are configurations', () => {
  const store = { key: Buffer.alloc(32, 1).toString('base64') };
  for (const heading of ['## Register an EHR', '## The official sandbox']) {
    const raw = parse(block(section(TEXT, heading), 'yaml')) as object;
    const { tenants } = parseConfig({ ...raw, store });
    expect(tenants.every(({ clientAuth }) => clientAuth.clients.length > 0)).toBe(true);
  }
});
