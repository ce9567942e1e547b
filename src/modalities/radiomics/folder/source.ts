import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { CdsError } from '../../../domain/index.ts';
import type { ImageSource, SeriesInfo, StudyAddress } from '../../common/index.ts';
import { detailsOf, type ImageFacts } from '../choose/series-details.ts';
import type { CtSlice } from '../contract.ts';
import { readDicomHeader } from '../dicom/index.ts';
import { isUid, requireUid } from '../dicomweb/addresses.ts';

const SUFFIX = '.dcm';

/** Folders and files of a folder, sorted; links are not followed. */
const entries = async (folder: string, kind: 'folder' | 'file'): Promise<readonly string[]> => {
  try {
    const found = await readdir(folder, { withFileTypes: true });
    return found
      .filter((entry) => (kind === 'folder' ? entry.isDirectory() : entry.isFile()))
      .map(({ name }) => name)
      .sort();
  } catch (cause) {
    throw new CdsError('PACS_NOT_FOUND', undefined, { cause });
  }
};

const factsOf = (slice: CtSlice): ImageFacts => ({
  ...(slice.imageType.length > 0 && { imageType: slice.imageType }),
  ...(slice.instanceNumber !== undefined && { instanceNumber: slice.instanceNumber }),
  ...(slice.sliceThicknessMm !== undefined && { sliceThicknessMm: slice.sliceThicknessMm }),
  ...(slice.positionMm !== undefined && { position: slice.positionMm }),
  ...(slice.rowDirection !== undefined &&
    slice.columnDirection !== undefined && {
      orientation: [...slice.rowDirection, ...slice.columnDirection],
    }),
  ...(slice.convolutionKernel !== undefined && { convolutionKernel: slice.convolutionKernel }),
});

/** Headers of one file. What is no image of ours (a report, a damaged file) tells nothing; reading it tells why. */
const headerOf = async (file: string): Promise<readonly CtSlice[]> => {
  const bytes = await readFile(file);
  try {
    return readDicomHeader(bytes);
  } catch (error) {
    if (error instanceof CdsError && error.code.startsWith('DICOM_')) return [];
    throw error;
  }
};

/**
 * The images of a cohort on disk: `<directory>/<StudyInstanceUID>/<SeriesInstanceUID>/*.dcm`. Names that are no UIDs are
 * passed over, and asked for by nobody: no path leaves the directory. What it hands out is not its own to remove.
 */
export function createFolderSource(directory: string): ImageSource {
  const root = path.resolve(directory);
  const folderOf = ({ studyInstanceUid }: StudyAddress, seriesInstanceUid: string): string =>
    path.join(root, requireUid(studyInstanceUid), requireUid(seriesInstanceUid));
  const filesOf = async (folder: string, signal: AbortSignal): Promise<readonly string[]> => {
    if (signal.aborted) throw new CdsError('PACS_TIMEOUT');
    const names = (await entries(folder, 'file')).filter((name) => name.endsWith(SUFFIX));
    if (names.length === 0) throw new CdsError('PACS_NOT_FOUND');
    return names.map((name) => path.join(folder, name));
  };

  const infoOf = async (folder: string, signal: AbortSignal): Promise<SeriesInfo> => {
    const files = await filesOf(folder, signal);
    const [slice] = await headerOf(files[0] ?? '');
    return {
      seriesInstanceUid: path.basename(folder),
      instances: files.length,
      ...(slice?.dicomModality !== undefined && { dicomModality: slice.dicomModality }),
      ...(slice?.bodyPartExamined !== undefined && { bodyPartExamined: slice.bodyPartExamined }),
    };
  };

  return {
    series: async (study, signal) => {
      const folder = path.join(root, requireUid(study.studyInstanceUid));
      const names = (await entries(folder, 'folder')).filter(isUid);
      if (names.length === 0) throw new CdsError('PACS_NOT_FOUND');
      const found: SeriesInfo[] = [];
      for (const name of names) found.push(await infoOf(path.join(folder, name), signal));
      return found;
    },

    details: async (study, series, signal) => {
      const files = await filesOf(folderOf(study, series.seriesInstanceUid), signal);
      const slices: CtSlice[] = [];
      for (const file of files) {
        if (signal.aborted) throw new CdsError('PACS_TIMEOUT');
        slices.push(...(await headerOf(file)));
      }
      return detailsOf(series, slices.map(factsOf), { listed: files.length, slices: slices.length });
    },

    fetch: async (study, series, signal) => {
      const files = await filesOf(folderOf(study, series.seriesInstanceUid), signal);
      if (series.instances !== undefined && files.length !== series.instances)
        throw new CdsError(
          'PACS_INCOMPLETE',
          `It has ${String(files.length)} images of ${String(series.instances)}.`,
        );
      const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
      return {
        files,
        bytes: sizes.reduce((sum, size) => sum + size, 0),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
    },
  };
}
