import { data, log, type DicomDataSet } from 'dcmjs';
import { CdsError } from '../../../domain/index.ts';
import { ElementWalker, PIXEL_DATA, type ElementRange } from './elements.ts';
import type { Part10 } from './part10.ts';

// Its warnings quote values; what matters of them is checked here.
log.setLevel('silent', false);
log.getLogger('validation.dcmjs').setLevel('silent', false);

const EXTENDED_OFFSETS = 0x7fe00001;
/** Enough for the functional groups of thousands of frames. */
const MAXIMUM_HEADER_BYTES = 16 * 2 ** 20;

/** What a slice, or its pixels, are described by; nothing else of a file is looked at. */
const WANTED = new Set([
  0x00080008, 0x00080016, 0x00080018, 0x00080060, 0x00100020, 0x00180015, 0x00180050, 0x00181120, 0x00181210,
  0x0020000d, 0x0020000e, 0x00200012, 0x00200013, 0x00200032, 0x00200037, 0x00200052, 0x00280002, 0x00280004,
  0x00280006, 0x00280008, 0x00280010, 0x00280011, 0x00280030, 0x00280100, 0x00280101, 0x00280102, 0x00280103,
  0x00280120, 0x00280121, 0x00281052, 0x00281053, 0x00281054, 0x52009229, 0x52009230,
]);
const SEQUENCES = new Set([0x52009229, 0x52009230]);
/** Float and Double Float Pixel Data: another IOD than CT. */
const FLOAT_PIXELS = [0x7fe00008, 0x7fe00009];
const FIRST_PIXEL_TAG = 0x7fe00000;

export interface Header {
  readonly attributes: DicomDataSet;
  /** Within the data set. */
  readonly pixelData: ElementRange | undefined;
  readonly extendedOffsets: ElementRange | undefined;
  readonly hasFloatPixels: boolean;
}

/** A Part 10 file of the wanted elements alone: a few kilobytes, whatever the pixels, in an encoding dcmjs reads. */
function smallFile(part10: Part10, wanted: readonly ElementRange[]): ArrayBuffer {
  const { implicit, bigEndian } = part10.encoding;
  const uid = implicit
    ? '1.2.840.10008.1.2\0'
    : bigEndian
      ? '1.2.840.10008.1.2.2\0'
      : '1.2.840.10008.1.2.1\0';
  const meta = Buffer.alloc(128 + 4 + 12 + 8 + uid.length);
  meta.write('DICM', 128, 'latin1');
  meta.set([2, 0, 0, 0, 0x55, 0x4c, 4, 0], 132);
  meta.writeUInt32LE(8 + uid.length, 140);
  meta.set([2, 0, 0x10, 0, 0x55, 0x49, uid.length, 0], 144);
  meta.write(uid, 152, 'latin1');
  const size = wanted.reduce((sum, { start, end }) => sum + end - start, meta.length);
  if (size > MAXIMUM_HEADER_BYTES)
    throw new CdsError('DICOM_TOO_LARGE', 'The header is larger than any image has.');
  const file = new Uint8Array(size);
  file.set(meta);
  let at = meta.length;
  for (const { start, end } of wanted) {
    file.set(part10.dataSet.subarray(start, end), at);
    at += end - start;
  }
  return file.buffer;
}

function parse(part10: Part10, wanted: readonly ElementRange[]): DicomDataSet {
  try {
    return data.DicomMessage.readFile(smallFile(part10, wanted)).dict;
  } catch (cause) {
    if (cause instanceof CdsError) throw cause;
    throw new CdsError('DICOM_INVALID', 'The header cannot be parsed.', { cause });
  }
}

/**
 * Walks the data set to its pixels, which dcmjs never sees, and has dcmjs read what describes them.
 *
 * SpecificCharacterSet is left out with all that is text: of what is read only PatientID could hold anything but
 * ASCII, and it is compared, not shown. It stays Latin-1, byte for byte.
 *
 * @param pixels whether PixelData must be there in full; without, the walk ends before it
 * @throws {CdsError} DICOM_INVALID, DICOM_TRUNCATED, DICOM_TOO_LARGE
 */
export function readHeader(part10: Part10, { pixels }: { pixels: boolean }): Header {
  const walker = new ElementWalker(part10.dataSet, part10.encoding);
  const found = new Map<number, ElementRange>();
  let last = -1;
  for (let offset = 0; offset < walker.end;) {
    const tag = walker.tagAt(offset);
    if (tag <= last) throw new CdsError('DICOM_INVALID', 'Elements are not in ascending order.');
    if (tag > PIXEL_DATA || (tag === PIXEL_DATA && !pixels)) break;
    const element = walker.elementAt(offset);
    if (SEQUENCES.has(tag)) walker.checkDepth(element);
    if (WANTED.has(tag) || tag >= FIRST_PIXEL_TAG) found.set(tag, element);
    last = tag;
    offset = element.end;
  }
  return {
    attributes: parse(
      part10,
      [...found.values()].filter(({ tag }) => WANTED.has(tag)),
    ),
    pixelData: found.get(PIXEL_DATA),
    extendedOffsets: found.get(EXTENDED_OFFSETS),
    hasFloatPixels: FLOAT_PIXELS.some((tag) => found.has(tag)),
  };
}
