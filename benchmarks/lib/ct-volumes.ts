/** One CT series on disk, files to Hounsfield volume: ours and pydicom with NumPy, in three transfer syntaxes. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readDicom } from '../../src/modalities/radiomics/dicom/index.ts';
import { buildVolume } from '../../src/modalities/radiomics/volume/build-volume.ts';
import { findOnPath } from '../../tests/setup/programs.ts';
import { PYTHON_FOLDERS, PYTHON_PACKAGES, runPython } from '../../tests/setup/python.ts';
import type { Benchmark, Peer, Trial } from './benchmark.ts';

/** The transfer syntaxes that are asked about; native files are read where they lie. */
const ENCODED = {
  native: undefined,
  'JPEG-Lossless': 'JPEGLosslessProcess14_1',
  'JPEG-LS': 'JPEGLSLossless',
} as const;

/** Files of another transfer syntax, pixels and headers else the same. */
const ENCODE = `
import glob, os, gdcm
for f in glob.glob(d['from'] + '/*.dcm'):
    reader = gdcm.ImageReader(); reader.SetFileName(f)
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, d['syntax'])))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter(); writer.SetFile(reader.GetFile()); writer.SetImage(change.GetOutput())
    writer.SetFileName(os.path.join(d['to'], os.path.basename(f)))
    assert writer.Write()
result = None
`;

/** Reading, order, one array of HU, padding to -1024: twice, the second timed; int16 all the way. */
const PEER = `
import glob, hashlib, time
import numpy as np, pydicom

def volume(folder):
    sets = [pydicom.dcmread(f) for f in glob.glob(folder + '/*.dcm')]
    sets.sort(key=lambda s: float(s.ImagePositionPatient[2]))
    hu = np.empty((len(sets), sets[0].Rows, sets[0].Columns), np.int16)
    for k, s in enumerate(sets):
        pixels = s.pixel_array
        np.add(pixels, np.int16(s.RescaleIntercept), out=hu[k])
        if float(s.RescaleSlope) != 1: raise ValueError('slope')
        if 'PixelPaddingValue' in s:
            padding = np.array(int(s.PixelPaddingValue) & 0xffff, np.uint16).view(np.int16)
            hu[k][pixels == padding] = -1024
    return hu

volume(d['folder'])
start = time.perf_counter()
hu = volume(d['folder'])
took = time.perf_counter() - start
result = dict(ms=1000 * took, digest=hashlib.sha256(hu.tobytes()).hexdigest())
`;

const PYTHON: Peer = {
  name: 'pydicom with NumPy',
  find: () => findOnPath('python3', PYTHON_FOLDERS),
  aptPackage: PYTHON_PACKAGES,
};

const ourVolume = async (folder: string): Promise<Int16Array | Float32Array> => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.dcm'));
  const images = files.map((name) => readDicom(readFileSync(path.join(folder, name))));
  return (await buildVolume(images)).hu;
};

async function trialOf(folder: string, teardown: () => void): Promise<Trial> {
  const python = PYTHON.find() ?? 'python3';
  const digest = createHash('sha256')
    .update(await ourVolume(folder))
    .digest('hex');
  return {
    ours: async () => {
      const start = performance.now();
      await ourVolume(folder);
      return performance.now() - start;
    },
    peer: async () => {
      const answer = await runPython<{ ms: number; digest: string }>(python, PEER, { folder });
      if (answer.digest !== digest) throw new Error('NumPy has another volume');
      return answer.ms;
    },
    teardown: () => {
      teardown();
      return Promise.resolve();
    },
  };
}

const seriesFolder = (): string => {
  const folder = path.join(process.env['RECURRENCE_DATA'] ?? '', 'dicom/LIDC-IDRI-0001');
  if (!existsSync(folder)) throw new Error('RECURRENCE_DATA names no folder with dicom/LIDC-IDRI-0001');
  return folder;
};

/** A benchmark over the 133 slices of LIDC-IDRI-0001 in one transfer syntax. */
export const volumeBenchmark = (name: string, encoding: keyof typeof ENCODED, limit: number): Benchmark => ({
  name,
  question: `What do 133 ${encoding} slices cost, from files to one volume of Hounsfield units?`,
  unit: 'ms',
  limit,
  peer: PYTHON,
  setup: async () => {
    const [from, syntax] = [seriesFolder(), ENCODED[encoding]];
    if (syntax === undefined) return trialOf(from, () => undefined);
    const to = mkdtempSync(path.join(tmpdir(), `${name}-`));
    const remove = (): void => {
      rmSync(to, { recursive: true, force: true });
    };
    try {
      await runPython(PYTHON.find() ?? 'python3', ENCODE, { from, to, syntax });
      return await trialOf(to, remove);
    } catch (error) {
      remove();
      throw error;
    }
  },
});
