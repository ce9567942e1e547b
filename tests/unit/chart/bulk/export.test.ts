/** The export against the embedded server: what a hospital's one does, and what goes wrong on the way. */
import { mkdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FhirResource } from 'fhir/r4.js';
import { exportCohort } from '../../../../src/chart/index.ts';
import type { BulkExportOptions, BulkProgress } from '../../../../src/chart/bulk/types.ts';
import type { ExportFault } from '../../../../src/demo/fhir-server/export/options.ts';
import { observation, startFhirServer, type TestServer } from '../../demo/fhir-client.ts';
import { bulkClient, instantPacing } from '../../support/bulk-client.ts';

const TYPES = ['Patient', 'Observation', 'Condition'];
const OBSERVATIONS = 25;
const faults: { mode: 'ok' | ExportFault } = { mode: 'ok' };
let server: TestServer;
let root: string;
let folders = 0;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'bulk-'));
  server = await startFhirServer({
    validate: false,
    export: { polls: 2, retryAfterSeconds: 3, resourcesPerFile: 10, faults },
  });
  await server.load([
    { resourceType: 'Patient', id: 'p1' },
    { resourceType: 'Patient', id: 'p2' },
    ...Array.from({ length: OBSERVATIONS }, (_, index) => observation(`o${String(index)}`)),
    { resourceType: 'Encounter', id: 'e1', subject: { reference: 'Patient/p1' } } as FhirResource,
    {
      resourceType: 'Group',
      id: 'study',
      type: 'person',
      actual: true,
      member: [{ entity: { reference: 'Patient/p1' } }],
    },
  ]);
});
afterEach(() => {
  faults.mode = 'ok';
});
afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true });
});

/** The options of an export into a folder of its own, and what was asked of the server and reported. */
const prepare = (change: Partial<BulkExportOptions> = {}) => {
  const inner = bulkClient(server.base);
  const asked: string[] = [];
  const progress: BulkProgress[] = [];
  const pacing = instantPacing();
  const options: BulkExportOptions = {
    client: {
      baseUrl: inner.baseUrl,
      raw: (address, init, more) => {
        const name = /\$export[a-z-]*/.exec(address)?.[0] ?? address;
        asked.push(`${init.method ?? 'GET'} ${name}`);
        return inner.raw(address, init, more);
      },
    },
    scope: { level: 'group', groupId: 'study' },
    types: TYPES,
    directory: path.join(root, String(folders++)),
    signal: new AbortController().signal,
    report: (each) => progress.push(each),
    pacing,
    ...change,
  };
  return { options, asked, progress, pacing };
};

const names = async (directory: string): Promise<string[]> =>
  (await readdir(path.join(directory, 'fhir'))).sort();
const idsIn = async (directory: string): Promise<string[]> => {
  const ids: string[] = [];
  for (const name of await names(directory)) {
    const text = await readFile(path.join(directory, 'fhir', name), 'utf8');
    for (const line of text.trim().split('\n')) ids.push((JSON.parse(line) as { id: string }).id);
  }
  return ids.sort();
};
const EXPECTED = ['p1', ...Array.from({ length: OBSERVATIONS }, (_, index) => `o${String(index)}`)].sort();
const FILES = ['Observation.1.ndjson', 'Observation.2.ndjson', 'Observation.ndjson', 'Patient.ndjson'];

describe('an export', () => {
  it('asks, waits as it is told, downloads, and says when it is done', async () => {
    const { options, asked, progress, pacing } = prepare();
    const cohort = await exportCohort(options);
    expect(cohort.output.map(({ type, url, count }) => [type, url, count])).toEqual([
      ['Patient', 'fhir/Patient.ndjson', 1],
      ['Observation', 'fhir/Observation.ndjson', 10],
      ['Observation', 'fhir/Observation.1.ndjson', 10],
      ['Observation', 'fhir/Observation.2.ndjson', 5],
    ]);
    expect(await names(options.directory)).toEqual(FILES);
    expect(await idsIn(options.directory)).toEqual(EXPECTED);
    expect(pacing.waits).toEqual([3000, 3000]);
    // once the files are here, the server may forget them
    expect(asked).toEqual([
      'GET $export',
      'GET $export-status',
      'GET $export-status',
      'GET $export-status',
      'DELETE $export-status',
    ]);
    expect(progress.map((each) => ('percent' in each ? each.percent : each.step))).toEqual([
      'requested',
      33,
      66,
      ...FILES.map(() => 'downloading'),
    ]);
    expect(progress.at(-1)).toMatchObject({ done: 4, total: 4 });
    const manifest = JSON.parse(await readFile(path.join(options.directory, 'manifest.json'), 'utf8'));
    expect({ ...manifest, reused: false }).toEqual(cohort);
    expect(manifest.source).toEqual({ fhirBaseUrl: server.base, export: 'Group/study/$export' });
    expect(await readdir(options.directory)).toEqual(['fhir', 'manifest.json']);
  });

  it('takes all patients, or everything', async () => {
    const { options } = prepare({ scope: { level: 'patient' } });
    await exportCohort(options);
    expect(await idsIn(options.directory)).toEqual([...EXPECTED, 'p2'].sort());
    const all = prepare({ scope: { level: 'system' }, types: ['Patient', 'Encounter'] });
    await exportCohort(all.options);
    expect(await idsIn(all.options.directory)).toEqual(['e1', 'p1', 'p2']);
  });

  it('keeps patient data from other users of the machine', async () => {
    const { options } = prepare();
    await exportCohort(options);
    const modeOf = async (...parts: string[]) =>
      (await stat(path.join(options.directory, ...parts))).mode & 0o777;
    expect(await modeOf()).toBe(0o700);
    expect(await modeOf('fhir')).toBe(0o700);
    expect(await modeOf('manifest.json')).toBe(0o600);
    for (const name of FILES) expect(await modeOf('fhir', name)).toBe(0o600);
  });

  it('names the step and the status of a refusal', async () => {
    const { options } = prepare({ scope: { level: 'group', groupId: 'nobody/else' } });
    await expect(exportCohort(options)).rejects.toMatchObject({
      code: 'BULK_EXPORT_FAILED',
      detail: 'kick-off: the server answered 404 (not-found)',
    });
  });
});

describe('a server with troubles', () => {
  it('is asked again when it says so (429)', async () => {
    faults.mode = 'throttled';
    const { options, pacing } = prepare();
    await exportCohort(options);
    expect(await idsIn(options.directory)).toEqual(EXPECTED);
    expect(pacing.waits).toEqual([3000, 3000]);
  });

  it.each(['file-error', 'file-truncated'] as const)(
    '%s: the file is downloaded again, whole',
    async (mode) => {
      faults.mode = mode;
      const { options, pacing } = prepare();
      const { output } = await exportCohort(options);
      expect(output).toHaveLength(4);
      expect(await idsIn(options.directory)).toEqual(EXPECTED);
      expect(pacing.waits.slice(2)).toEqual([1000, 1000, 1000, 1000]);
    },
  );

  it('failed for good: says so, and the export is given back', async () => {
    faults.mode = 'failed';
    const { options, asked } = prepare();
    await expect(exportCohort(options)).rejects.toMatchObject({
      code: 'BULK_EXPORT_FAILED',
      detail: 'status: the server answered 500 (processing)',
    });
    expect(asked.at(-1)).toBe('DELETE $export-status');
    expect(await readdir(path.join(options.directory, 'fhir'))).toEqual([]);
  });
});

describe('an export that broke off', () => {
  /** Ends the export when so many files are there. */
  const breakAfter = async (files: number) => {
    const stop = new AbortController();
    const prepared = prepare({ signal: stop.signal, concurrency: 1 });
    const { report } = prepared.options;
    await expect(
      exportCohort({
        ...prepared.options,
        report: (progress) => {
          report(progress);
          if (progress.step === 'downloading' && progress.done === files) stop.abort();
        },
      }),
    ).rejects.toMatchObject({ code: 'BULK_EXPORT_FAILED' });
    prepared.asked.length = 0;
    return { ...prepared, options: { ...prepared.options, signal: new AbortController().signal } };
  };
  const stamps = async (directory: string) =>
    Object.fromEntries(
      await Promise.all(
        (await names(directory)).map(
          async (name) => [name, (await stat(path.join(directory, 'fhir', name))).mtimeMs] as const,
        ),
      ),
    );

  it('goes on where it stopped: no second kick-off, whole files are not downloaded again', async () => {
    const { options, asked } = await breakAfter(2);
    const before = await stamps(options.directory);
    expect(Object.keys(before)).toHaveLength(2);
    expect(await readdir(options.directory)).not.toContain('manifest.json');
    await exportCohort(options);
    expect(asked).toEqual(['GET $export-status', 'DELETE $export-status']);
    expect(await idsIn(options.directory)).toEqual(EXPECTED);
    expect(await stamps(options.directory)).toMatchObject(before);
  });

  it('downloads a file again that is not as it was', async () => {
    const { options } = await breakAfter(3);
    const [first = '', second = ''] = Object.keys(await stamps(options.directory));
    await writeFile(path.join(options.directory, 'fhir', first), 'broken');
    await rm(path.join(options.directory, 'fhir', second));
    await writeFile(path.join(options.directory, 'fhir', 'Observation.9.ndjson.part'), 'half of it');
    await exportCohort(options);
    expect(await idsIn(options.directory)).toEqual(EXPECTED);
    expect(await names(options.directory)).toEqual(FILES);
  });

  it('begins anew where the server has forgotten it, or another one is wanted', async () => {
    const { options, asked } = await breakAfter(2);
    const state = JSON.parse(await readFile(path.join(options.directory, 'export-state.json'), 'utf8'));
    await server.send('DELETE', state.statusUrl as string);
    await exportCohort(options);
    expect(asked.slice(0, 2)).toEqual(['GET $export-status', 'GET $export']);
    expect(await idsIn(options.directory)).toEqual(EXPECTED);

    const other = await breakAfter(2);
    await exportCohort({ ...other.options, types: ['Patient'] });
    expect(other.asked.slice(0, 2)).toEqual(['DELETE $export-status', 'GET $export']);
    expect(await names(other.options.directory)).toEqual(['Patient.ndjson']);
  });

  it('holds no address in its state that could be used, but the status address', async () => {
    const { options } = await breakAfter(2);
    const state = await readFile(path.join(options.directory, 'export-state.json'), 'utf8');
    expect(state).not.toContain('$export-file');
    expect((await stat(path.join(options.directory, 'export-state.json'))).mode & 0o777).toBe(0o600);
  });
});

describe('a folder', () => {
  it('that holds this very export is left alone, unless a fresh one is wanted', async () => {
    const { options, asked } = prepare();
    const first = await exportCohort(options);
    asked.length = 0;
    expect(await exportCohort(options)).toEqual({ ...first, reused: true });
    expect(asked).toEqual([]);
    const again = await exportCohort({ ...options, fresh: true });
    expect(again.reused).toBe(false);
    expect(asked[0]).toBe('GET $export');
    expect(again.output.map(({ sha256 }) => sha256)).toEqual(first.output.map(({ sha256 }) => sha256));
  });

  it('with a finished export that was changed since is exported into again', async () => {
    const { options } = prepare();
    await exportCohort(options);
    await writeFile(path.join(options.directory, 'fhir', 'Patient.ndjson'), '');
    expect((await exportCohort(options)).reused).toBe(false);
    expect(await idsIn(options.directory)).toEqual(EXPECTED);
  });

  it('of somebody else is not written over', async () => {
    const { options, asked } = prepare();
    await mkdir(path.join(options.directory, 'fhir'), { recursive: true });
    await writeFile(path.join(options.directory, 'fhir', 'Patient.ndjson'), 'precious');
    await expect(exportCohort({ ...options, fresh: true })).rejects.toMatchObject({
      code: 'BULK_EXPORT_FAILED',
      detail: 'folder: it holds files that no export wrote; name another',
    });
    expect(asked).toEqual([]);
    expect(await readFile(path.join(options.directory, 'fhir', 'Patient.ndjson'), 'utf8')).toBe('precious');
  });

  it('that cannot be written is named as such, and not blamed on the server', async () => {
    const { options } = prepare();
    await writeFile(path.join(root, 'file'), '');
    const directory = path.join(root, 'file', 'cohort');
    await expect(exportCohort({ ...options, directory })).rejects.toMatchObject({
      code: 'BULK_EXPORT_FAILED',
      detail: 'folder: it cannot be written (ENOTDIR)',
    });
    // or becomes so while files come in
    const late = prepare({ concurrency: 1 });
    const report: BulkExportOptions['report'] = ({ step }) => {
      if (step === 'downloading') mkdirSync(path.join(late.options.directory, 'fhir', 'Observation.ndjson'));
    };
    await expect(exportCohort({ ...late.options, report })).rejects.toMatchObject({
      detail: 'folder: it cannot be written (EISDIR)',
    });
    expect(late.pacing.waits).toHaveLength(2);
  });

  it('whose fresh export fails keeps the right to be exported into', async () => {
    const { options } = prepare();
    await exportCohort(options);
    faults.mode = 'failed';
    await expect(exportCohort({ ...options, fresh: true })).rejects.toMatchObject({
      code: 'BULK_EXPORT_FAILED',
    });
    faults.mode = 'ok';
    await exportCohort(options);
    expect(await idsIn(options.directory)).toEqual(EXPECTED);
  });
});

it('an export of changes leaves out what was changed and then deleted, and may hold no Patient', async () => {
  const since = new Date().toISOString();
  await new Promise((resolve) => setTimeout(resolve, 5));
  await server.send('PUT', 'Observation/late', observation('late'));
  await server.send('DELETE', 'Observation/late');
  await server.send('PUT', 'Condition/c1', {
    resourceType: 'Condition',
    id: 'c1',
    subject: { reference: 'Patient/p1' },
  });
  const { options } = prepare({ since });
  await exportCohort(options);
  expect(await idsIn(options.directory)).toEqual(['c1']);
  await server.send('DELETE', 'Condition/c1');
});
