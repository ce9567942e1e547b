/** The demo's PACS, by the client that the service reads a hospital's with, and by requests of other kinds. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDicomWebServer, DICOMWEB_PATH } from '../../../src/demo/index.ts';
import {
  createDicomWebSource,
  type DicomWebSource,
} from '../../../src/modalities/radiomics/dicomweb/index.ts';
import { imagingSchema, listen, LOOPBACK, type Listening } from '../../../src/platform/index.ts';
import {
  type CtFile,
  demoPacs,
  simulateDemoCts,
  simulateDemoPatients,
  type SimulatedCtStudy,
} from '../../../src/simulation/index.ts';

const TODAY = '2026-03-18';
const RLE = '1.2.840.10008.1.2.5';
const EXPLICIT = '1.2.840.10008.1.2.1';

const all = simulateDemoCts(TODAY);
const syntaxesOf = ({ files }: SimulatedCtStudy): Set<string> =>
  new Set(Array.from(files, ({ transferSyntaxUid }) => transferSyntaxUid));
const stored = all.find((study) => syntaxesOf(study).has(RLE))!;
const signal = AbortSignal.timeout(60_000);

let server: Listening;
let root: string;
let source: DicomWebSource;

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${root}${path}`, { headers, signal });
const json = async (path: string): Promise<Record<string, { vr: string; Value?: unknown[] }>[]> =>
  (await get(path)).json() as Promise<Record<string, { vr: string; Value?: unknown[] }>[]>;
const study = `/studies/${stored.studyInstanceUid}`;
const axialOf = (files: Iterable<CtFile>): CtFile[] => {
  const bySeries = Map.groupBy(files, ({ seriesInstanceUid }) => seriesInstanceUid);
  return [...bySeries.values()].find((members) => members.length > 60)!;
};
const axial = axialOf(stored.files);
const series = `${study}/series/${axial[0]!.seriesInstanceUid}`;
const instance = `${series}/instances/${axial[5]!.sopInstanceUid}`;

beforeAll(async () => {
  server = await listen(createDicomWebServer({ studies: all }), LOOPBACK, 0);
  root = `${server.url}${DICOMWEB_PATH}`;
  const endpoint = demoPacs(root);
  source = createDicomWebSource({
    imaging: imagingSchema.parse({ dicomweb: [{ root }], retries: 0 }),
    resolveEndpoint: (reference) =>
      Promise.resolve(
        reference === 'Endpoint/demo-pacs'
          ? {
              source: { reference, version: '1' },
              status: endpoint.status,
              connectionType: endpoint.connectionType.code!,
              address: endpoint.address,
            }
          : undefined,
      ),
  });
});
afterAll(async () => {
  await source.close();
  await server.close();
});

describe("the service's own client", () => {
  it('finds every study that a chart names, by the Endpoint that the chart names', async () => {
    const charts = simulateDemoPatients(TODAY, undefined, { images: true });
    const named = charts
      .flatMap(({ resources }) => resources)
      .filter((resource) => resource.resourceType === 'ImagingStudy');
    expect(named.map(({ identifier }) => identifier?.[0]?.value?.replace('urn:oid:', '')).sort()).toEqual(
      all.map(({ studyInstanceUid }) => studyInstanceUid).sort(),
    );
    for (const { endpoint } of named) expect(endpoint).toEqual([{ reference: 'Endpoint/demo-pacs' }]);
    for (const { identifier, series: told, numberOfInstances } of named.slice(0, 6)) {
      const studyInstanceUid = identifier![0]!.value!.replace('urn:oid:', '');
      const found = await source.series({ studyInstanceUid, endpoints: ['Endpoint/demo-pacs'] }, signal);
      const instances = found.reduce((sum, one) => sum + (one.instances ?? NaN), 0);
      // One site's charts say nothing of series.
      if (told === undefined) continue;
      expect(found.map(({ seriesInstanceUid }) => seriesInstanceUid)).toEqual(told.map(({ uid }) => uid));
      expect(instances).toBe(numberOfInstances);
    }
  });

  it('reads what a choice of series needs', async () => {
    const address = { studyInstanceUid: stored.studyInstanceUid, endpoints: [] };
    const found = await source.series(address, signal);
    const info = found.find(({ seriesInstanceUid }) => seriesInstanceUid === axial[0]!.seriesInstanceUid)!;
    expect(info).toMatchObject({
      dicomModality: 'CT',
      seriesNumber: 2,
      description: 'Chest 4.0',
      bodyPartExamined: 'CHEST',
      instances: axial.length,
    });
    expect(await source.details(address, info, signal)).toMatchObject({
      imageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
      sliceThicknessMm: 4,
      sliceSpacingMm: 4,
      orientation: [1, 0, 0, 0, 1, 0],
      listed: axial.length,
    });
  });

  it('brings a series to disk as the site stores it, to the last byte', async () => {
    const address = { studyInstanceUid: stored.studyInstanceUid, endpoints: ['Endpoint/demo-pacs'] };
    await using fetched = await source.fetch(
      address,
      { seriesInstanceUid: axial[0]!.seriesInstanceUid, instances: axial.length },
      signal,
    );
    const files = await Promise.all(fetched.files.map((file) => readFile(file)));
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
    expect(files.map(hex).sort()).toEqual(axial.map(({ bytes }) => hex(bytes)).sort());
  });

  it('says PACS_NOT_FOUND of a study that is not there', async () => {
    const nowhere = { studyInstanceUid: '2.25.1', endpoints: [] };
    await expect(source.series(nowhere, signal)).rejects.toMatchObject({ code: 'PACS_NOT_FOUND' });
    await expect(
      source.fetch(nowhere, { seriesInstanceUid: '2.25.2', instances: 1 }, signal),
    ).rejects.toMatchObject({ code: 'PACS_NOT_FOUND' });
  });
});

describe('QIDO-RS', () => {
  it('pages through a listing, and says that there is more', async () => {
    const uids: unknown[] = [];
    for (let offset = 0; offset < axial.length; offset += 30) {
      const answer = await get(`${series}/instances?limit=30&offset=${String(offset)}`);
      expect(answer.headers.get('content-type')).toBe('application/dicom+json');
      expect(answer.headers.get('warning') === null).toBe(offset + 30 >= axial.length);
      const rows = (await answer.json()) as Record<string, { Value: unknown[] }>[];
      uids.push(...rows.map((row) => row['00080018']!.Value[0]));
    }
    expect(uids).toEqual(axial.map(({ sopInstanceUid }) => sopInstanceUid));
  });

  it('counts the whole study, whatever part of it is listed', async () => {
    const [row] = await json(`${series}/instances?limit=1&includefield=00201206&includefield=00201208`);
    const whole = [...stored.files];
    expect(row!['00201208']!.Value).toEqual([whole.length]);
    expect(row!['00201206']!.Value).toEqual([
      new Set(whole.map(({ seriesInstanceUid }) => seriesInstanceUid)).size,
    ]);
  });

  it('shows fields that are asked for, by tag, keyword, or all', async () => {
    const [plain] = await json(`${series}/instances?limit=1`);
    expect(plain).not.toHaveProperty('00200032');
    const [asked] = await json(`${series}/instances?limit=1&includefield=00200032,SliceThickness`);
    expect(asked!['00200032']!.Value).toHaveLength(3);
    expect(asked!['00180050']!.Value).toEqual([4]);
    const [everything] = await json(`${series}/instances?limit=1&includefield=all`);
    expect(everything!['00181210']!.Value).toEqual(['B30f']);
    expect(everything).not.toHaveProperty('7FE00010');
  });

  it('matches by patient, UID list, wildcard and date', async () => {
    const { patientId, date } = stored;
    const day = date.replaceAll('-', '');
    const of = async (query: string): Promise<unknown[]> => {
      const answer = await get(`/studies?PatientID=${patientId}&${query}`);
      if (answer.status === 204) return [];
      return ((await answer.json()) as Record<string, { Value: unknown[] }>[]).map(
        (row) => row['0020000D']!.Value[0],
      );
    };
    const both = all.filter((each) => each.patientId === patientId).map((each) => each.studyInstanceUid);
    expect(both).toHaveLength(2);
    expect(await of('')).toEqual(both);
    expect(await of(`StudyInstanceUID=${both[1]!},2.25.1`)).toEqual([both[1]]);
    expect(await of(`StudyDate=${day}-${day}`)).toEqual([stored.studyInstanceUid]);
    expect(await of(`0020000D=2.25.1`)).toEqual([]);
    expect(await of('PatientName=*')).toEqual(both);
    expect(await of('ModalitiesInStudy=MR')).toEqual([]);
  });

  it.each([
    ['/studies/2.25.1/series', {}, 204],
    ['/studies?PatientID=nobody', {}, 204],
    [`${study}/series?limit=many`, {}, 400],
    [`${study}/series?offset=-1`, {}, 400],
    [`${study}/series?PixelData=1`, {}, 400],
    [`${study}/series`, { accept: 'application/dicom+xml' }, 406],
    ['/nothing', {}, 404],
    ['/studies/%E0%A4%A', {}, 400],
  ])('%s with %j answers %i', async (path, headers, status) => {
    expect((await get(path, headers)).status).toBe(status);
  });
});

describe('WADO-RS', () => {
  const dicom = (more: string): Record<string, string> => ({
    accept: `multipart/related; type="application/dicom"${more}`,
  });
  const partTypes = async (answer: Response): Promise<string[]> =>
    Array.from(
      Buffer.from(await answer.arrayBuffer())
        .toString('latin1')
        .matchAll(/\r\nContent-Type: application\/dicom; transfer-syntax=([\d.]+)\r\n/g),
      ([, syntax]) => syntax!,
    );

  it.each([
    ['; transfer-syntax=*', RLE],
    [`; transfer-syntax=${RLE}`, RLE],
    ['', EXPLICIT],
    [`; transfer-syntax=1.2.840.10008.1.2.4.70, multipart/related; type="application/dicom"`, EXPLICIT],
  ])('sends a series in the syntax that is asked for: %s', async (more, syntax) => {
    const answer = await get(series, dicom(more));
    expect(answer.headers.get('content-type')).toMatch(
      /^multipart\/related; type="application\/dicom"; boundary=[\w-]+$/,
    );
    expect(await partTypes(answer)).toEqual(axial.map(() => syntax));
  });

  it('sends one instance among parts or alone', async () => {
    const parts = await get(instance, dicom('; transfer-syntax=*'));
    expect(await partTypes(parts)).toHaveLength(1);
    const alone = await get(instance, { accept: 'application/dicom; transfer-syntax=*' });
    expect(Buffer.from(await alone.arrayBuffer()).equals(axial[5]!.bytes)).toBe(true);
  });

  it('tells the headers of a series', async () => {
    const rows = await json(`${series}/metadata`);
    expect(rows).toHaveLength(axial.length);
    expect(rows[0]!['00281052']!.Value).toEqual([-1024]);
  });

  it.each([
    [series, { accept: 'image/jpeg' }, 406],
    [series, { accept: 'application/dicom; transfer-syntax=*' }, 406],
    [series, dicom('; transfer-syntax=1.2.840.10008.1.2.4.90'), 406],
    [`${study}/series/2.25.3`, dicom('; transfer-syntax=*'), 404],
    [`${series}/instances/2.25.3`, dicom('; transfer-syntax=*'), 404],
    [`${series}/instances/2.25.3/metadata`, {}, 404],
  ])('%s with %j answers %i', async (path, headers, status) => {
    expect((await get(path, headers)).status).toBe(status);
  });
});
