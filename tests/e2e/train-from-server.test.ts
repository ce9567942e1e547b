/** `export` and `train --fhir` against a server that holds a simulated cohort. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FhirResource } from 'fhir/r4.js';
import { createFhirServer } from '../../src/demo/index.ts';
import { listen, LOOPBACK, type Listening } from '../../src/platform/index.ts';
import { simulateCohort, writeCohort } from '../../src/simulation/index.ts';
import { createProgram, exitCodeOf } from '../../src/cli/index.ts';
import { startCli, type CliResult } from './processes.ts';

const PATIENTS = 150;
const cohort = simulateCohort({ patients: PATIENTS, seed: 11 });
const folder = mkdtempSync(path.join(tmpdir(), 'train-fhir-'));
const simulated = path.join(folder, 'simulated');
let server: Listening;
let fhir: string;

beforeAll(async () => {
  await writeCohort(cohort, simulated);
  const charts = [...cohort.charts];
  const embedded = createFhirServer({
    validate: false,
    export: { polls: 1, retryAfterSeconds: 1, resourcesPerFile: 2000 },
  });
  const stranger: FhirResource = { resourceType: 'Patient', id: 'stranger' };
  const group: FhirResource = {
    resourceType: 'Group',
    id: 'study',
    type: 'person',
    actual: true,
    member: charts.map(({ patientId }) => ({ entity: { reference: `Patient/${patientId}` } })),
  };
  await embedded.load([...charts.flatMap(({ resources }) => resources), stranger, group]);
  server = await listen(embedded.app, LOOPBACK, 0);
  fhir = `${server.url}/fhir`;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** The command line without a process of its own, which takes seconds to start. */
const run = async (args: readonly string[]): Promise<CliResult> => {
  let [out, err] = ['', ''];
  const program = createProgram({
    env: {},
    out: (text) => (out += text),
    note: (text) => (err += `${text}\n`),
    stopped: new Promise(() => undefined),
  });
  try {
    await program.parseAsync(['node', 'recurrence-cds', ...args]);
    return { code: 0, out, err };
  } catch (error) {
    const { code, text = '' } = exitCodeOf(error);
    return { code, out, err: err + text };
  }
};

/** The resources of a cohort, by type, in the order of its files; without what a server adds. */
const resourcesIn = (directory: string): Record<string, unknown[]> => {
  const part = (name: string): number => Number(/\.(\d+)\./.exec(name)?.[1] ?? 0);
  const byType: Record<string, unknown[]> = {};
  for (const name of readdirSync(path.join(directory, 'fhir')).sort((a, b) => part(a) - part(b))) {
    const lines = readFileSync(path.join(directory, 'fhir', name), 'utf8')
      .trim()
      .split('\n');
    const resources = lines.map((line) => {
      const { meta = {}, ...rest } = JSON.parse(line) as { meta?: Record<string, unknown> };
      const { versionId: _, lastUpdated: __, ...kept } = meta;
      return Object.keys(kept).length === 0 ? rest : { ...rest, meta: kept };
    });
    (byType[name.split('.')[0] ?? ''] ??= []).push(...resources);
  }
  return byType;
};
const digests = (out: string): string[] => out.split('\n').filter((line) => line.includes(' sha256 '));

describe('export', () => {
  it('writes the Group as the cohort folder that simulate writes, and finds it there the next time', async () => {
    const out = path.join(folder, 'exported');
    const args = ['export', '--fhir', fhir, '--group', 'study', '--out', out];
    const { code, out: printed, err } = await run(args);
    expect([code, printed]).toEqual([0, `${out}\n`]);
    expect(err).toMatch(/export requested\n.*prepares it: \d+ s, 50 %\n.*ndjson +\d+ +file 1\//s);
    expect(err).not.toMatch(/sim-\d/);
    const [ours, theirs] = [resourcesIn(out), resourcesIn(simulated)];
    for (const type of Object.keys(theirs)) expect(ours[type], type).toEqual(theirs[type]);
    expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
    expect(readdirSync(path.join(out, 'fhir'))).toContain('Observation.1.ndjson');
    expect(statSync(path.join(out, 'fhir', 'Patient.ndjson')).mode & 0o777).toBe(0o600);

    const again = await run(args);
    expect(again.err).toMatch(/^the folder holds this export already/);
  });

  it.each([
    [['--fhir', 'ftp://x'], 2, /COMMAND_INVALID.*--fhir/],
    [['--fhir', 'http://fhir.example'], 1, /BULK_EXPORT_FAILED.*kick-off: .*https/],
    [['--fhir', 'http://127.0.0.1:9/fhir'], 1, /BULK_EXPORT_FAILED.*kick-off: FHIR_UNREACHABLE/],
    [['--config', 'no-such.yaml'], 1, /CONFIG_INVALID/],
    [['--fhir', 'https://x.example', '--since', '2026-01-01'], 2, /--since must be an instant/],
    [['--fhir', 'https://x.example', '--allow-origin', 'files'], 2, /--allow-origin must be an origin/],
  ])('%j: exit %i, and what to do', async (args, code, text) => {
    const result = await run(['export', '--group', 'g', '--out', path.join(folder, 'none'), ...args]);
    expect([result.code, result.out]).toEqual([code, '']);
    expect(result.err).toMatch(text);
  });

  it('reads with the tenant of a configuration, and refuses to send its credentials elsewhere', async () => {
    const config = path.join(folder, 'config.yaml');
    const other = 'https://other.example/fhir';
    writeFileSync(
      config,
      [
        'environment: test',
        'tenants:',
        `  - { id: here, fhirBaseUrl: '${fhir}', bearerToken: secret }`,
        `  - { id: there, fhirBaseUrl: '${other}' }`,
      ].join('\n'),
    );
    const exporting = (...args: string[]) =>
      run(['export', '--config', config, '--group', 'study', '--out', path.join(folder, 'c'), ...args]);
    expect(await exporting('--tenant', 'here', '--fhir', other)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/No tenant/) as string,
    });
    expect(await exporting()).toMatchObject({
      code: 2,
      err: expect.stringMatching(/More than one/) as string,
    });
    expect(await exporting('--tenant', 'here')).toMatchObject({ code: 0 });
  });

  it('ends when it is told to, and gives the export back', async () => {
    const slow = createFhirServer({ validate: false, export: { polls: 1000 } });
    await slow.load([{ resourceType: 'Group', id: 'g', type: 'person', actual: true }]);
    const seen: string[] = [];
    const listening = await listen(
      (request, response) => {
        seen.push(request.method ?? '');
        slow.app(request, response);
      },
      LOOPBACK,
      0,
    );
    const out = path.join(folder, 'stopped');
    const args = ['export', '--fhir', `${listening.url}/fhir`, '--group', 'g', '--out', out];
    const running = startCli(args);
    await running.noted(/prepares it/);
    const { code, err } = await running.stop();
    await listening.close();
    expect([code, seen.at(-1)]).toEqual([1, 'DELETE']);
    expect(err).toMatch(/BULK_EXPORT_FAILED.*the export was stopped/);
  });
});

describe('train --fhir', () => {
  it('makes the same models of a server as of the folder', async () => {
    const common = ['--quick', '--seed', '7', '--model-version', '9.9.9'];
    const fromFolder = await run([
      ...['train', '--cohort', simulated, '--out', path.join(folder, 'a')],
      ...common,
    ]);
    const fromServer = await run([
      ...['train', '--fhir', fhir, '--group', 'study', '--cache', path.join(folder, 'cache')],
      ...['--out', path.join(folder, 'b'), ...common],
    ]);
    expect([fromFolder.code, fromServer.code]).toEqual([0, 0]);
    expect(digests(fromFolder.out)).toHaveLength(3);
    expect(digests(fromServer.out)).toEqual(digests(fromFolder.out));
    const [kept = '', ...others] = readdirSync(path.join(folder, 'cache'));
    expect(others).toEqual([]);
    expect(kept).toMatch(/^study-[0-9a-f]{12}$/);
    expect(fromServer.err).toContain(path.join(folder, 'cache', kept));
    // no oracle went over the wire
    expect(fromServer.out).not.toMatch(/oracle/);
    expect(readdirSync(path.join(folder, 'cache', kept)).sort()).toEqual([
      'fhir',
      'folds.json',
      'manifest.json',
    ]);
  }, 120_000);

  it.each([
    [[]],
    [['--cohort', 'x', '--fhir', 'https://x.example', '--group', 'g']],
    [['--cohort', 'x', '--group', 'g']],
    [['--fhir', 'https://x.example']],
    [['--group', 'g']],
  ])('%j: one source, and a whole one', async (args) => {
    const { code, err } = await run(['train', '--out', path.join(folder, 'none'), ...args]);
    expect([code, err]).toEqual([2, expect.stringMatching(/COMMAND_INVALID.*either --cohort, or --group/)]);
  });
});
