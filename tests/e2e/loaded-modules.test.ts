/** What a service that answers holds in memory: not what trains, simulates, draws charts, or plays an EHR. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/platform/index.ts';

/** Runs `serve` in a process of its own until it listens, and prints the address of every module that was loaded. */
const SCRIPT = `
  import { registerHooks } from 'node:module';
  const loaded = new Set();
  registerHooks({ load: (url, context, next) => { loaded.add(url); return next(url, context); } });
  const { createProgram } = await import(${JSON.stringify(pathToFileURL(path.join(PACKAGE_ROOT, 'src/cli/index.ts')).href)});
  const notes = [];
  const context = {
    env: { RECURRENCE_ENVIRONMENT: 'test', RECURRENCE_PORT: '0', RECURRENCE_CONFIG: process.env.CONFIG },
    out: () => undefined,
    note: (line) => notes.push(line),
    stopped: Promise.resolve(),
  };
  await createProgram(context).parseAsync(['node', 'recurrence-cds', ...process.argv.slice(2)]);
  process.stdout.write(JSON.stringify({ notes, loaded: [...loaded] }), () => process.exit());
`;

interface Loaded {
  readonly notes: readonly string[];
  readonly loaded: readonly string[];
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'loaded-'));
  await writeFile(path.join(folder, 'run.mjs'), SCRIPT);
  await writeFile(
    path.join(folder, 'site.yaml'),
    `tenants: [{ id: north, fhirBaseUrl: 'http://127.0.0.1:9/fhir' }]\nstore: { file: ':memory:' }\n`,
  );
});
afterAll(() => rm(folder, { recursive: true }));

const run = async (...args: string[]): Promise<Loaded> => {
  const child = spawn(process.execPath, [path.join(folder, 'run.mjs'), ...args], {
    cwd: PACKAGE_ROOT,
    env: { PATH: process.env['PATH'], CONFIG: path.join(folder, 'site.yaml') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return JSON.parse(output) as Loaded;
};

const rooms = (loaded: readonly string[]): Set<string | undefined> =>
  new Set(loaded.map((url) => /\/src\/([^/]+)\//.exec(url)?.[1]));
const packages = (loaded: readonly string[]): Set<string | undefined> =>
  new Set(loaded.map((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1]));

it('serve loads neither the rooms nor the packages that only training, the simulator and the demo need', async () => {
  const { notes, loaded } = await run('serve');
  expect(notes.join()).toContain('recurrence-cds listens on');
  const [own, foreign] = [rooms(loaded), packages(loaded)];
  for (const needed of ['app', 'http', 'hooks', 'cards', 'modalities', 'model-registry'])
    expect(own).toContain(needed);
  // Of learning only its index, which loads the rest when it is called.
  expect(loaded.filter((url) => /\/src\/learning\/(?!index\.ts|published\/data-sets\.ts)/.test(url))).toEqual(
    [],
  );
  for (const unneeded of ['demo', 'simulation', 'survival', 'numerics']) expect(own).not.toContain(unneeded);
  for (const unneeded of ['vega', 'vega-lite', '@resvg/resvg-js', 'protobufjs', 'ml-kmeans', '@medplum/core'])
    expect(foreign).not.toContain(unneeded);
});

it('which a command that needs them does load', async () => {
  const { loaded } = await run('simulate', '--no-images', '-n', '1', '-o', path.join(folder, 'cohort'));
  expect(rooms(loaded)).toContain('simulation');
  expect(rooms(loaded)).toContain('numerics');
});
