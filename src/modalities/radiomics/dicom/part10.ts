import { constants, inflateRawSync } from 'node:zlib';
import { CdsError } from '../../../domain/index.ts';
import { ElementWalker } from './elements.ts';
import { HEADER_ONLY, transferSyntax, type TransferSyntax } from './transfer-syntaxes.ts';

const PREAMBLE = 128;
const MEBIBYTE = 2 ** 20;
/** A deflated image of 512 frames of 512 x 512; a service of 450 MB can bear it. */
const MAXIMUM_INFLATED = 256 * MEBIBYTE;
/** Deflate reaches 1032:1 on zeros alone; a CT's slices stay below 10:1. */
const MAXIMUM_RATIO = 32;
const ALWAYS_ALLOWED = 16 * MEBIBYTE;

/** A Part 10 file, opened: its data set is not deflated any more. */
export interface Part10 {
  readonly transferSyntaxUid: string;
  /** What frames in it are; undefined where they are not read. */
  readonly syntax: TransferSyntax | undefined;
  /** How the data set is encoded. */
  readonly encoding: TransferSyntax;
  readonly dataSet: Uint8Array;
}

const invalid = (detail: string) => new CdsError('DICOM_INVALID', detail);

const ascii = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');

/**
 * Inflates a data set, at most to what an image of that many compressed bytes could be.
 *
 * @throws {CdsError} DICOM_TOO_LARGE for a bomb, before its memory is used; DICOM_TRUNCATED where the stream is cut
 * @see DICOM PS3.5 annex A.5; RFC 1951 (there is no checksum: a changed byte may go unnoticed)
 */
function inflate(deflated: Uint8Array): Uint8Array {
  const limit = Math.min(MAXIMUM_INFLATED, Math.max(ALWAYS_ALLOWED, MAXIMUM_RATIO * deflated.length));
  try {
    return inflateRawSync(deflated, { maxOutputLength: limit, finishFlush: constants.Z_FINISH });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new CdsError(
        'DICOM_TOO_LARGE',
        `The deflated data set exceeds ${Math.floor(limit / MEBIBYTE)} MiB.`,
        {
          cause,
        },
      );
    throw new CdsError('DICOM_TRUNCATED', 'The deflated data set is cut or damaged.', { cause });
  }
}

/** TransferSyntaxUID (0002,0010), and where the data set begins: at the first element of another group. */
function readMeta(bytes: Uint8Array): { uid: string; end: number } {
  const walker = new ElementWalker(bytes, { implicit: false, bigEndian: false });
  let offset = PREAMBLE + 4;
  let uid = '';
  while (offset + 8 <= walker.end && walker.tagAt(offset) >>> 16 === 0x0002) {
    const element = walker.elementAt(offset);
    if (element.tag === 0x00020010) uid = ascii(bytes, element.value, element.end);
    offset = element.end;
  }
  // UI is padded with NUL (PS3.5 section 6.2).
  return { uid: uid.replace(/[\0 ]+$/, ''), end: offset };
}

/**
 * Reads the file meta information (PS3.10 section 7.1) and finds the data set.
 *
 * Group length (0002,0000) is not relied on: many writers get it wrong.
 *
 * @throws {CdsError} DICOM_INVALID, DICOM_TRUNCATED, DICOM_TOO_LARGE
 */
export function openPart10(bytes: Uint8Array): Part10 {
  if (bytes.length < PREAMBLE + 4 || ascii(bytes, PREAMBLE, PREAMBLE + 4) !== 'DICM')
    throw invalid('The Part 10 preamble is missing.');
  const { uid, end } = readMeta(bytes);
  if (!/^[0-9.]{1,64}$/.test(uid)) throw invalid('TransferSyntaxUID (0002,0010) is missing.');
  const syntax = transferSyntax(uid);
  const rest = bytes.subarray(end);
  return {
    transferSyntaxUid: uid,
    syntax,
    encoding: syntax ?? HEADER_ONLY,
    dataSet: syntax?.deflated === true ? inflate(rest) : rest,
  };
}
