import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createDicomWebSource } from '../src/modalities/radiomics/dicomweb/index.ts';
import { imagingSchema } from '../src/platform/index.ts';
import { ORTHANC_AUTHORIZATION, ORTHANC_USER, startOrthanc, storeInOrthanc } from '../tests/setup/orthanc.ts';
import { PYTHON_FOLDERS } from '../tests/setup/python.ts';
import { findOnPath } from '../tests/setup/programs.ts';
import type { Benchmark } from './lib/benchmark.ts';

const STUDY_UID = '1.3.6.1.4.1.14519.5.2.1.6279.6001.298806137288633453246975630178';
const SERIES_UID = '1.3.6.1.4.1.14519.5.2.1.6279.6001.179049373636438705059720603192';
const SLICES = 133;
const MIB = 1024 * 1024;

/** The same request, its body split at the boundary, a file a part; it times itself, without starting up. */
const PYTHON = `
import os, sys, time, tempfile, shutil, urllib.request
address, authorization = sys.argv[1:3]
start = time.perf_counter()
request = urllib.request.Request(address, headers={
    'Authorization': authorization,
    'Accept': 'multipart/related; type="application/dicom"; transfer-syntax=*'})
with urllib.request.urlopen(request) as response:
    boundary = response.headers.get_param('boundary').encode()
    body = response.read()
folder = tempfile.mkdtemp()
parts = body.split(b'--' + boundary)[1:-1]
for number, part in enumerate(parts):
    with open(os.path.join(folder, '%d.dcm' % number), 'wb') as file:
        file.write(part[part.index(b'\\r\\n\\r\\n') + 4:-2])
print((time.perf_counter() - start) * 1000, len(parts))
shutil.rmtree(folder)
`;

const imagesFolder = (): string | undefined => {
  const data = process.env['RECURRENCE_DATA'];
  const folder = data === undefined ? undefined : path.join(data, 'dicom', 'LIDC-IDRI-0001');
  return folder !== undefined && existsSync(folder) ? folder : undefined;
};

const pythonProgram = (): string | undefined => findOnPath('python3', PYTHON_FOLDERS);

/**
 * A series of 133 slices (70 MB) out of Orthanc onto disk: QIDO-RS and WADO-RS, against the least that Python does for
 * the same, with all of the body in memory and nothing checked.
 */
export const benchmark: Benchmark = {
  name: 'ct-fetch',
  question: 'How long does a series of 133 slices take from Orthanc to disk, streamed and checked?',
  unit: 'ms',
  limit: 1.5,
  peer: {
    name: 'Python urllib, body in memory',
    find: () =>
      imagesFolder() !== undefined && findOnPath('Orthanc', '/usr/sbin') !== undefined
        ? pythonProgram()
        : undefined,
    aptPackage: ['orthanc', 'orthanc-dicomweb', 'python3'],
    hint: 'RECURRENCE_DATA has to name the reference data',
  },
  setup: async () => {
    const folder = imagesFolder();
    if (folder === undefined) throw new Error('RECURRENCE_DATA does not name the reference data');
    const orthanc = await startOrthanc();
    const files = readdirSync(folder).filter((name) => name.endsWith('.dcm'));
    for (const name of files) await storeInOrthanc(orthanc.address, readFileSync(path.join(folder, name)));
    const spoolDirectory = mkdtempSync(path.join(tmpdir(), 'ct-fetch-'));
    const source = createDicomWebSource({
      imaging: imagingSchema.parse({
        dicomweb: [{ root: `${orthanc.address}/dicom-web`, basic: ORTHANC_USER }],
        spoolDirectory,
      }),
      resolveEndpoint: () => Promise.resolve(undefined),
    });
    const study = { studyInstanceUid: STUDY_UID, endpoints: [] };
    const { signal } = new AbortController();
    let largestRss = 0;
    const address = `${orthanc.address}/dicom-web/studies/${STUDY_UID}/series/${SERIES_UID}`;
    const isWhole = (slices: number): void => {
      if (slices !== SLICES) throw new Error(`${slices} of ${SLICES} slices`);
    };
    return {
      ours: async () => {
        const start = performance.now();
        const [series] = await source.series(study, signal);
        if (series === undefined) throw new Error('no series');
        const fetched = await source.fetch(study, series, signal);
        const took = performance.now() - start;
        largestRss = Math.max(largestRss, process.memoryUsage.rss());
        isWhole(fetched.files.length);
        await fetched[Symbol.asyncDispose]();
        return took;
      },
      peer: async () => {
        const args = ['-c', PYTHON, address, ORTHANC_AUTHORIZATION];
        const { stdout } = await promisify(execFile)(pythonProgram() ?? 'python3', args);
        const [took = Number.NaN, slices = 0] = stdout.trim().split(' ').map(Number);
        isWhole(slices);
        return took;
      },
      figures: () => [{ what: 'resident memory', value: largestRss / MIB, unit: 'MiB', limit: 450 }],
      teardown: async () => {
        await source.close();
        await orthanc.stop();
        rmSync(spoolDirectory, { recursive: true });
      },
    };
  },
};
