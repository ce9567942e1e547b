import { CdsError } from '../../../domain/index.ts';
import type { SeriesDetails, SeriesInfo } from '../../common/index.ts';
import { detailsOf, type ImageFacts } from '../choose/series-details.ts';
import { isUid, requireUid } from './addresses.ts';
import type { Connection } from './connection.ts';
import { count, number, numbers, readDicomJson, text, texts, type DicomJson } from './json.ts';

/** What is asked at, of which root. */
export interface Place {
  readonly connection: Connection;
  /** Without a slash at its end. */
  readonly base: string;
}

const TAGS = {
  sopInstanceUid: '00080018',
  imageType: '00080008',
  dicomModality: '00080060',
  description: '0008103E',
  bodyPartExamined: '00180015',
  sliceThickness: '00180050',
  convolutionKernel: '00181210',
  studyInstanceUid: '0020000D',
  seriesInstanceUid: '0020000E',
  seriesNumber: '00200011',
  instanceNumber: '00200013',
  position: '00200032',
  orientation: '00200037',
  instances: '00201209',
  frames: '00280008',
} as const;

const SERIES_FIELDS = [
  'dicomModality',
  'description',
  'bodyPartExamined',
  'seriesNumber',
  'instances',
] as const;
const INSTANCE_FIELDS = [
  'imageType',
  'instanceNumber',
  'sliceThickness',
  'position',
  'orientation',
  'convolutionKernel',
  'frames',
] as const;

const ACCEPT = 'application/dicom+json';
const PAGE = 500;
const MOST_SERIES = 2000;
const MOST_INSTANCES = 20_000;

const pageOf = (address: string, fields: readonly (keyof typeof TAGS)[], offset: number): string => {
  // One parameter a field: what every version of the standard has.
  const parameters = [...fields.map((field) => ['includefield', TAGS[field]]), ['limit', String(PAGE)]];
  if (offset > 0) parameters.push(['offset', String(offset)]);
  return `${address}?${parameters.map((pair) => pair.join('=')).join('&')}`;
};

interface Page {
  readonly items: readonly DicomJson[];
  /** There is no more, as far as the answer tells. */
  readonly last: boolean;
}

/** The PACS shows fewer than there are: PS3.18 8.3.4.4. */
const isCut = (warning: string | undefined): boolean => warning?.trim().startsWith('299') === true;

/**
 * All items of a listing, page by page, until one brings nothing new: servers that know no offset send the same again,
 * and some send fewer at a time than they were asked for.
 *
 * @throws {CdsError} PACS_*
 */
async function listAll(
  { connection }: Place,
  address: string,
  {
    fields,
    key,
    most,
  }: { readonly fields: readonly (keyof typeof TAGS)[]; readonly key: string; readonly most: number },
  signal: AbortSignal,
): Promise<readonly DicomJson[]> {
  const found = new Map<string, DicomJson>();
  for (let offset = 0; ;) {
    const page = await connection.get<Page>(
      pageOf(address, fields, offset),
      ACCEPT,
      async (answer) => {
        const items = await readDicomJson(answer);
        return { items, last: items.length < PAGE && !isCut(answer.header('warning')) };
      },
      { signal, expected: [200, 204] },
    );
    const before = found.size;
    for (const item of page.items) {
      const uid = text(item, key);
      if (uid === undefined || !isUid(uid))
        throw new CdsError('PACS_ANSWER_INVALID', 'An item of a listing has no UID.');
      found.set(uid, item);
    }
    if (found.size > most)
      throw new CdsError('PACS_TOO_LARGE', `A listing has more than ${String(most)} items.`);
    if (page.last || found.size === before) return [...found.values()];
    offset += page.items.length;
  }
}

/** A server that knows no such filter, or path, lists what it has of everybody. */
const requireOf = (items: readonly DicomJson[], tag: string, uid: string): void => {
  if (items.some((item) => (text(item, tag) ?? uid) !== uid))
    throw new CdsError('PACS_ANSWER_INVALID', 'A listing is of another study or series.');
};

const compact = <T extends object>(object: { [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;

const seriesInfo = (item: DicomJson): SeriesInfo =>
  compact<SeriesInfo>({
    seriesInstanceUid: text(item, TAGS.seriesInstanceUid) ?? '',
    dicomModality: text(item, TAGS.dicomModality),
    seriesNumber: number(item, TAGS.seriesNumber),
    instances: count(item, TAGS.instances),
    description: text(item, TAGS.description),
    bodyPartExamined: text(item, TAGS.bodyPartExamined),
  });

/** @throws {CdsError} PACS_NOT_FOUND where there are none: an unknown study is an empty list */
export async function listSeries(
  place: Place,
  studyInstanceUid: string,
  signal: AbortSignal,
): Promise<readonly SeriesInfo[]> {
  const study = requireUid(studyInstanceUid);
  const items = await listAll(
    place,
    `${place.base}/studies/${study}/series`,
    { fields: SERIES_FIELDS, key: TAGS.seriesInstanceUid, most: MOST_SERIES },
    signal,
  );
  requireOf(items, TAGS.studyInstanceUid, study);
  if (items.length === 0) throw new CdsError('PACS_NOT_FOUND');
  return items.map(seriesInfo);
}

const imageFacts = (item: DicomJson): ImageFacts => {
  const imageType = texts(item, TAGS.imageType);
  const kernel = texts(item, TAGS.convolutionKernel);
  return compact<ImageFacts>({
    imageType: imageType.length > 0 ? imageType : undefined,
    instanceNumber: number(item, TAGS.instanceNumber),
    sliceThicknessMm: number(item, TAGS.sliceThickness),
    position: numbers(item, TAGS.position),
    orientation: numbers(item, TAGS.orientation),
    convolutionKernel: kernel.length > 0 ? kernel : undefined,
  });
};

const listInstances = async (
  place: Place,
  studyInstanceUid: string,
  seriesInstanceUid: string,
  fields: readonly (keyof typeof TAGS)[],
  signal: AbortSignal,
): Promise<readonly DicomJson[]> => {
  const series = requireUid(seriesInstanceUid);
  const items = await listAll(
    place,
    `${place.base}/studies/${requireUid(studyInstanceUid)}/series/${series}/instances`,
    { fields, key: TAGS.sopInstanceUid, most: MOST_INSTANCES },
    signal,
  );
  requireOf(items, TAGS.seriesInstanceUid, series);
  if (items.length === 0) throw new CdsError('PACS_NOT_FOUND');
  return items;
};

/** @throws {CdsError} PACS_* */
export async function seriesDetails(
  place: Place,
  studyInstanceUid: string,
  info: SeriesInfo,
  signal: AbortSignal,
): Promise<SeriesDetails> {
  const items = await listInstances(place, studyInstanceUid, info.seriesInstanceUid, INSTANCE_FIELDS, signal);
  const slices = items.reduce((sum, item) => sum + (count(item, TAGS.frames) ?? 1), 0);
  return detailsOf(info, items.map(imageFacts), { listed: items.length, slices });
}

/** For archives whose series do not say how many images they have. */
export const countInstances = async (
  place: Place,
  studyInstanceUid: string,
  seriesInstanceUid: string,
  signal: AbortSignal,
): Promise<number> => (await listInstances(place, studyInstanceUid, seriesInstanceUid, [], signal)).length;
