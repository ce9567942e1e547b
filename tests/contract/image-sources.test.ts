/** One contract for the two ways to images: a PACS by DICOMweb (Orthanc), and the folder of a cohort. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageSource, StudyAddress } from '../../src/modalities/common/index.ts';
import { createDicomWebSource, type DicomWebSource } from '../../src/modalities/radiomics/dicomweb/index.ts';
import { DEFAULT_ACCEPT, imagingSchema } from '../../src/platform/imaging-config.ts';
import { createFolderSource } from '../../src/modalities/radiomics/folder/index.ts';
import { ORTHANC_USER, startOrthanc, storeInOrthanc } from '../setup/orthanc.ts';
import { describeWith, describeWithData } from '../setup/requires.ts';

/** LIDC-IDRI-0001: 133 slices of 2.5 mm, one series; its identifiers are made up by the archive that published it. */
const STUDY_UID = '1.3.6.1.4.1.14519.5.2.1.6279.6001.298806137288633453246975630178';
const SERIES_UID = '1.3.6.1.4.1.14519.5.2.1.6279.6001.179049373636438705059720603192';
const SLICES = 133;
const UNKNOWN = '1.2.826.0.1.3680043.10.9999.404';

const at = (studyInstanceUid: string): StudyAddress => ({ studyInstanceUid, endpoints: [] });
const STUDY = at(STUDY_UID);
const never = new AbortController().signal;
const slicesIn = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.dcm'))
    .map((name) => path.join(folder, name));

const orthancSource = (address: string, more: object = {}, root: object = {}): DicomWebSource =>
  createDicomWebSource({
    imaging: imagingSchema.parse({
      dicomweb: [{ root: `${address}/dicom-web`, basic: ORTHANC_USER, ...root }],
      retries: 0,
      ...more,
    }),
    resolveEndpoint: () => Promise.resolve(undefined),
    backoffMs: 20,
  });

/** What every source does. */
const contract = (sourceOf: () => ImageSource): void => {
  it('lists the series of a study', async () => {
    expect(await sourceOf().series(STUDY, never)).toMatchObject([
      { seriesInstanceUid: SERIES_UID, dicomModality: 'CT', instances: SLICES, bodyPartExamined: 'CHEST' },
    ]);
  });

  it('tells what the images of a series tell', async () => {
    const [series] = await sourceOf().series(STUDY, never);
    expect(await sourceOf().details(STUDY, series!, never)).toMatchObject({
      seriesInstanceUid: SERIES_UID,
      listed: SLICES,
      slices: SLICES,
      imageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
      sliceThicknessMm: 2.5,
      sliceSpacingMm: 2.5,
      orientation: [1, 0, 0, 0, 1, 0],
      convolutionKernel: ['STANDARD'],
    });
  });

  it('brings all images, each a Part 10 file', async () => {
    await using fetched = await sourceOf().fetch(
      STUDY,
      { seriesInstanceUid: SERIES_UID, instances: SLICES },
      never,
    );
    expect(new Set(fetched.files).size).toBe(SLICES);
    expect(fetched.files.every((file) => path.isAbsolute(file))).toBe(true);
    const contents = fetched.files.map((file) => readFileSync(file));
    expect(contents.every((bytes) => bytes.toString('latin1', 128, 132) === 'DICM')).toBe(true);
    expect(fetched.bytes).toBe(contents.reduce((sum, bytes) => sum + bytes.length, 0));
  });

  it('brings none where it has another number than was said', async () => {
    for (const instances of [SLICES - 1, SLICES + 1])
      await expect(
        sourceOf().fetch(STUDY, { seriesInstanceUid: SERIES_UID, instances }, never),
      ).rejects.toMatchObject({ code: expect.stringMatching(/^PACS_(INCOMPLETE|ANSWER_INVALID)$/) });
  });

  it('counts by itself where no number was said', async () => {
    await using fetched = await sourceOf().fetch(STUDY, { seriesInstanceUid: SERIES_UID }, never);
    expect(fetched.files).toHaveLength(SLICES);
  });

  it.each([
    UNKNOWN,
    '../../etc',
    '1.2/../../3',
    '1.2%2e%2e',
    '1.2?x=1',
    '',
    '.',
    '..',
    `1.${'2'.repeat(64)}`,
  ])('does not find the study or the series %j', async (uid) => {
    const source = sourceOf();
    const notFound = { code: 'PACS_NOT_FOUND' };
    const series = { seriesInstanceUid: uid, instances: 1 };
    await expect(source.series(at(uid), never)).rejects.toMatchObject(notFound);
    await expect(source.details(STUDY, series, never)).rejects.toMatchObject(notFound);
    await expect(source.fetch(STUDY, series, never)).rejects.toMatchObject(notFound);
  });

  it('does nothing for a caller that is gone', async () => {
    const gone = AbortSignal.abort();
    const series = { seriesInstanceUid: SERIES_UID, instances: SLICES };
    await expect(sourceOf().details(STUDY, series, gone)).rejects.toMatchObject({ code: 'PACS_TIMEOUT' });
    await expect(sourceOf().fetch(STUDY, series, gone)).rejects.toMatchObject({ code: 'PACS_TIMEOUT' });
  });
};

describeWithData('image sources', (data) => {
  const images = path.join(data, 'dicom', 'LIDC-IDRI-0001');
  const scratch = mkdtempSync(path.join(tmpdir(), 'sources-'));
  afterAll(() => {
    rmSync(scratch, { recursive: true });
  });

  describe('a folder', () => {
    beforeAll(() => {
      const study = path.join(scratch, 'cohort', STUDY_UID);
      const series = path.join(study, SERIES_UID);
      mkdirSync(series, { recursive: true });
      // Names that are no UIDs, and links, lead nowhere.
      mkdirSync(path.join(study, 'not-a-uid'));
      symlinkSync('/etc', path.join(study, '1.2.3'));
      for (const file of slicesIn(images)) copyFileSync(file, path.join(series, path.basename(file)));
    });
    contract(() => createFolderSource(path.join(scratch, 'cohort')));
  });

  describeWith('orthanc', 'Orthanc', (address) => {
    const source = orthancSource(address);
    beforeAll(async () => {
      for (const file of slicesIn(images)) await storeInOrthanc(address, readFileSync(file));
    });
    afterAll(() => source.close());
    contract(() => source);

    it.each([
      ['the default', [...DEFAULT_ACCEPT]],
      ['as it is stored', [DEFAULT_ACCEPT[0]]],
      ['whatever it likes', [DEFAULT_ACCEPT[1]]],
      ['explicit little endian', [`${DEFAULT_ACCEPT[1]}; transfer-syntax=1.2.840.10008.1.2.1`]],
    ])('sends the series by Accept: %s', async (_, accept) => {
      const own = orthancSource(address, {}, { accept });
      await using fetched = await own.fetch(
        STUDY,
        { seriesInstanceUid: SERIES_UID, instances: SLICES },
        never,
      );
      expect(fetched.files).toHaveLength(SLICES);
      await own.close();
    });

    it('refuses who is not known', async () => {
      const own = orthancSource(address, {}, { basic: { user: 'tests', password: 'wrong' } });
      await expect(own.series(STUDY, never)).rejects.toMatchObject({ code: 'PACS_REFUSED' });
      await own.close();
    });

    it('ends in PACS_INCOMPLETE when it is killed in mid-transfer, and works again once it is back', async () => {
      const storage = path.join(scratch, 'storage');
      const spoolDirectory = path.join(scratch, 'spool');
      mkdirSync(storage);
      mkdirSync(spoolDirectory);
      const first = await startOrthanc({ storage });
      for (const file of slicesIn(images)) await storeInOrthanc(first.address, readFileSync(file));
      const own = orthancSource(first.address, { spoolDirectory, maximumSeriesBytes: 10 ** 9 });
      const series = { seriesInstanceUid: SERIES_UID, instances: SLICES };
      const fetching = own.fetch(STUDY, series, never).catch((error: unknown) => error);
      await untilFilesIn(spoolDirectory);
      await first.stop();
      expect(await fetching).toMatchObject({ code: 'PACS_INCOMPLETE' });
      expect(readdirSync(spoolDirectory)).toEqual([]);
      await expect(own.fetch(STUDY, series, never)).rejects.toMatchObject({ code: 'PACS_UNREACHABLE' });
      const second = await startOrthanc({ port: first.port, storage });
      const fetched = await own.fetch(STUDY, series, never);
      expect(fetched.files).toHaveLength(SLICES);
      await fetched[Symbol.asyncDispose]();
      await own.close();
      await second.stop();
    });
  });
});

/** Until something of a series is on disk. */
async function untilFilesIn(folder: string): Promise<void> {
  for (;;) {
    const [spool] = readdirSync(folder);
    if (spool !== undefined && readdirSync(path.join(folder, spool)).length > 1) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
