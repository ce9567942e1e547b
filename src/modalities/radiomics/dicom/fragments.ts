import { CdsError } from '../../../domain/index.ts';
import type { ElementRange } from './elements.ts';

/** A fragment, and where its item begins, counted from the first item after the basic offset table. */
interface Fragment {
  readonly bytes: Uint8Array;
  readonly offset: number;
}

const truncated = (detail: string) => new CdsError('DICOM_TRUNCATED', detail);

/** Items of encapsulated PixelData: the basic offset table, then the fragments (PS3.5 annex A.4). */
function readItems(
  dataSet: Uint8Array,
  { value, end }: ElementRange,
): { table: Uint8Array; fragments: Fragment[] } {
  const view = new DataView(dataSet.buffer, dataSet.byteOffset, dataSet.byteLength);
  const fragments: Fragment[] = [];
  let table: Uint8Array | undefined;
  let first = value;
  // The walk over the data set has checked tags and lengths; the last 8 bytes are the delimiter.
  for (let offset = value; offset < end - 8;) {
    const length = view.getUint32(offset + 4, true);
    const bytes = dataSet.subarray(offset + 8, offset + 8 + length);
    if (table === undefined) {
      table = bytes;
      first = offset + 8 + length;
    } else fragments.push({ bytes, offset: offset - first });
    offset += 8 + length;
  }
  if (table === undefined)
    throw new CdsError('DICOM_INVALID', 'Encapsulated PixelData has no offset table item.');
  return { table, fragments };
}

const concatenate = (parts: readonly Fragment[]): Uint8Array => {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only.bytes;
  return Buffer.concat(parts.map(({ bytes }) => bytes));
};

function readOffsets(table: Uint8Array, width: 4 | 8): number[] {
  if (table.length % width !== 0)
    throw new CdsError('DICOM_INVALID', 'The offset table has a broken length.');
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  return Array.from({ length: table.length / width }, (_, index) =>
    width === 4 ? view.getUint32(index * 4, true) : Number(view.getBigUint64(index * 8, true)),
  );
}

/** Indices of fragments that begin a frame. */
function byOffsets(fragments: readonly Fragment[], offsets: readonly number[]): number[] {
  const at = new Map(fragments.map(({ offset }, index) => [offset, index]));
  return offsets.map((offset) => {
    const index = at.get(offset);
    if (index === undefined) throw new CdsError('DICOM_INVALID', 'The offset table points to no fragment.');
    return index;
  });
}

/** Without a table: a fragment that begins as a codestream does (JPEG and JPEG-LS FF D8, JPEG 2000 FF 4F). */
const byMarkers = (fragments: readonly Fragment[]): number[] =>
  fragments.flatMap(({ bytes }, index) =>
    bytes[0] === 0xff && (bytes[1] === 0xd8 || bytes[1] === 0x4f) ? [index] : [],
  );

function frameStarts(fragments: readonly Fragment[], frames: number, offsets: readonly number[]): number[] {
  if (frames === 1) return [0];
  if (offsets.length > 0) return byOffsets(fragments, offsets);
  return fragments.length === frames ? fragments.map((_, index) => index) : byMarkers(fragments);
}

/**
 * The compressed bytes of each frame, views where it is one fragment.
 *
 * @param extendedOffsets value of Extended Offset Table (7FE0,0001), used where there is no basic one
 * @throws {CdsError} DICOM_TRUNCATED where there are fewer frames than NumberOfFrames; DICOM_INVALID where the tables
 *   contradict the fragments or frames are more
 */
export function splitFrames(
  dataSet: Uint8Array,
  pixelData: ElementRange,
  frames: number,
  extendedOffsets?: Uint8Array,
): readonly Uint8Array[] {
  const { table, fragments } = readItems(dataSet, pixelData);
  if (fragments.length === 0) throw truncated('PixelData has no fragment.');
  const basic = readOffsets(table, 4);
  const offsets = basic.length > 0 || extendedOffsets === undefined ? basic : readOffsets(extendedOffsets, 8);
  const starts = frameStarts(fragments, frames, offsets);
  if (starts.length < frames) throw truncated(`${starts.length} of ${frames} frames are there.`);
  const isAscending = starts.every((start, index) => index === 0 || start > (starts[index - 1] ?? 0));
  if (starts.length > frames || starts[0] !== 0 || !isAscending)
    throw new CdsError('DICOM_INVALID', 'The fragments do not make NumberOfFrames frames.');
  return starts.map((start, index) =>
    concatenate(fragments.slice(start, starts[index + 1] ?? fragments.length)),
  );
}
