/** The Hounsfield units of LIDC-IDRI-0001 in a file that Python and we read alike. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CtVolume } from '../../src/modalities/radiomics/contract.ts';
import { readDicom } from '../../src/modalities/radiomics/dicom/index.ts';
import { buildVolume } from '../../src/modalities/radiomics/volume/build-volume.ts';
import { findOnPath } from '../../tests/setup/programs.ts';
import { PYTHON_FOLDERS, PYTHON_PACKAGES } from '../../tests/setup/python.ts';
import type { Peer } from './benchmark.ts';

export const SCIPY: Peer = {
  name: 'scipy.ndimage',
  find: () => findOnPath('python3', PYTHON_FOLDERS),
  aptPackage: PYTHON_PACKAGES,
};

export interface RawVolume {
  readonly volume: CtVolume;
  /** int16, z slowest. */
  readonly file: string;
  remove(): void;
}

export async function rawVolume(): Promise<RawVolume> {
  const from = path.join(process.env['RECURRENCE_DATA'] ?? '', 'dicom/LIDC-IDRI-0001');
  if (!existsSync(from)) throw new Error('RECURRENCE_DATA names no folder with dicom/LIDC-IDRI-0001');
  const names = readdirSync(from).filter((name) => name.endsWith('.dcm'));
  const volume = await buildVolume(names.map((name) => readDicom(readFileSync(path.join(from, name)))));
  const folder = mkdtempSync(path.join(tmpdir(), 'ct-raw-'));
  const file = path.join(folder, 'volume.hu');
  const { buffer, byteOffset, byteLength } = volume.hu;
  writeFileSync(file, new Uint8Array(buffer, byteOffset, byteLength));
  return {
    volume,
    file,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Milliseconds of processor time that something takes, all threads together. */
export function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
