import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createProgram, exitCodeOf } from '../../../src/cli/index.ts';

const SECRET = 'correct-horse-battery-staple';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'subscribe-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What the command prints, or how it ends. */
const subscribe = async (endpoint: string, environment: string): Promise<string> => {
  const file = path.join(folder, `${environment}.yaml`);
  const key = Buffer.alloc(32, 1).toString('base64');
  const tenant = `{ id: north, fhirBaseUrl: "https://fhir.example.org", clientAuth: { required: false }, subscriptions: { secret: ${SECRET} } }`;
  await writeFile(file, `environment: ${environment}\nstore: { key: "${key}" }\ntenants: [${tenant}]\n`);
  const out: string[] = [];
  const program = createProgram({
    env: {},
    out: (text) => void out.push(text),
    note: () => undefined,
    stopped: Promise.resolve(),
  });
  const args = ['subscribe', '--config', file, '--endpoint', endpoint, '--dry-run'];
  try {
    await program.parseAsync(['node', 'recurrence-cds', ...args]);
    return out.join('');
  } catch (error) {
    return exitCodeOf(error).text ?? '';
  }
};

it('in production the secret goes nowhere unencrypted', async () => {
  expect(await subscribe('http://cds.example.org', 'production')).toContain('--endpoint must be https');
});

it.each([
  ['https://cds.example.org', 'production'],
  ['http://127.0.0.1:8081', 'production'],
  ['http://cds.example.org', 'test'],
])('%s in %s is taken, and a dry run does not tell the secret', async (endpoint, environment) => {
  const printed = await subscribe(endpoint, environment);
  expect(printed).toContain(`"endpoint": "${endpoint}/notifications/north"`);
  expect(printed).not.toContain(SECRET);
});
