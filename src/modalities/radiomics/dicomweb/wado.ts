import { CdsError } from '../../../domain/index.ts';
import type { FetchedSeries } from '../../common/index.ts';
import { requireUid } from './addresses.ts';
import type { Answer } from './connection.ts';
import { requireIdentity } from './json.ts';
import { boundaryOf, mediaTypeOf, nameOfType } from './media-type.ts';
import { DEFAULT_LIMITS, MultipartReader, type PartSink } from './multipart.ts';
import type { Place } from './qido.ts';
import { Spool } from './spool.ts';

export interface SeriesRequest {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  /** How many the archive says there are: no fewer and no more are taken. */
  readonly instances: number;
}

export interface DownloadOptions {
  readonly maximumSeriesBytes: number;
  readonly spoolDirectory: string | undefined;
}

/** 128 bytes of anything, then DICM: PS3.10 7.1. */
const MAGIC = Buffer.from('DICM');
const MAGIC_AT = 128;

const invalid = (what: string): CdsError => new CdsError('PACS_ANSWER_INVALID', what);

/** Each part to a file: DICOM by its header and by its first bytes, all of them together no larger than allowed. */
class SeriesSink implements PartSink {
  readonly #spool: Spool;
  readonly #maximumBytes: number;
  /** The first bytes of the part, until there are enough of them. */
  readonly #head = Buffer.alloc(MAGIC_AT + MAGIC.length);
  #seen = 0;

  constructor(spool: Spool, maximumBytes: number) {
    this.#spool = spool;
    this.#maximumBytes = maximumBytes;
  }

  begin(headers: ReadonlyMap<string, string>): void {
    const type = mediaTypeOf(headers.get('content-type'));
    if (type?.essence !== 'application/dicom') throw invalid(`A part is ${nameOfType(type)}, not DICOM.`);
    const encoding = headers.get('content-transfer-encoding')?.toLowerCase() ?? 'binary';
    if (!['binary', '8bit', '7bit'].includes(encoding)) throw invalid('A part is encoded.');
    this.#seen = 0;
    this.#spool.begin();
  }

  data(bytes: Uint8Array): void {
    const room = this.#head.length - this.#seen;
    if (room > 0) {
      const head = bytes.subarray(0, room);
      this.#head.set(head, this.#seen);
      this.#seen += head.length;
      if (head.length === room && !this.#head.subarray(MAGIC_AT).equals(MAGIC))
        throw invalid('A part is no DICOM file.');
    }
    this.#spool.put(bytes);
    if (this.#spool.bytes > this.#maximumBytes) throw tooLarge(this.#maximumBytes);
  }

  end(): void {
    if (this.#seen < this.#head.length) throw invalid('A part is no DICOM file.');
    this.#spool.end();
  }
}

const MIB = 1024 * 1024;

const tooLarge = (maximumBytes: number): CdsError =>
  new CdsError('PACS_TOO_LARGE', `It has more than ${String(Math.floor(maximumBytes / MIB))} MiB.`);

const ofParts = (parts: number, instances: number): string =>
  `It sent ${String(parts)} images of ${String(instances)}.`;

/** What one answer brings to disk, all of it or an error. */
async function save(
  answer: Answer,
  spool: Spool,
  { instances }: SeriesRequest,
  { maximumSeriesBytes }: DownloadOptions,
): Promise<void> {
  const type = mediaTypeOf(answer.header('content-type'));
  if (type?.essence !== 'multipart/related') throw invalid(`It sent ${nameOfType(type)}, not images.`);
  const root = type.parameters.get('type')?.toLowerCase();
  if (root !== undefined && root !== 'application/dicom') throw invalid('Its parts are not DICOM files.');
  const boundary = boundaryOf(type);
  if (boundary === undefined) throw invalid('Its boundary is missing, or none.');
  requireIdentity(answer);
  if (Number(answer.header('content-length')) > maximumSeriesBytes) throw tooLarge(maximumSeriesBytes);
  const reader = new MultipartReader(boundary, new SeriesSink(spool, maximumSeriesBytes), {
    ...DEFAULT_LIMITS,
    parts: instances,
  });
  for await (const chunk of answer.body) {
    reader.write(chunk);
    await spool.drain();
  }
  reader.finish();
  if (reader.parts !== instances) throw new CdsError('PACS_INCOMPLETE', ofParts(reader.parts, instances));
  await spool.drain(true);
}

/** In the order in which they are asked for: what was answered last time comes first. */
const acceptsOf = ({ connection }: Place): readonly number[] => {
  const all = connection.accept.map((_, index) => index);
  return [connection.preferred, ...all.filter((index) => index !== connection.preferred)];
};

const isOfAccept = (error: unknown): boolean =>
  error instanceof CdsError && error.code === 'PACS_NOT_ACCEPTABLE';

/**
 * A whole series, by one request, onto disk.
 *
 * @throws {CdsError} PACS_*, SPOOL_UNAVAILABLE; nothing is left on disk then
 */
export async function downloadSeries(
  place: Place,
  request: SeriesRequest,
  options: DownloadOptions,
  signal: AbortSignal,
): Promise<FetchedSeries> {
  const study = requireUid(request.studyInstanceUid);
  const address = `${place.base}/studies/${study}/series/${requireUid(request.seriesInstanceUid)}`;
  const { connection } = place;

  const attempt = async (answer: Answer): Promise<FetchedSeries> => {
    const spool = await Spool.create(options.spoolDirectory);
    try {
      await save(answer, spool, request, options);
    } catch (error) {
      await spool.remove();
      throw error;
    }
    return {
      files: spool.files,
      bytes: spool.bytes,
      [Symbol.asyncDispose]: () => spool.remove(),
    };
  };

  let refused: unknown;
  for (const index of acceptsOf(place)) {
    try {
      const fetched = await connection.get(address, connection.accept[index] ?? '', attempt, { signal });
      connection.preferred = index;
      return fetched;
    } catch (error) {
      if (!isOfAccept(error)) throw error;
      refused = error;
    }
  }
  throw refused;
}
