import { CdsError } from '../../../domain/index.ts';
import type { CtSlice, DicomImage, StoredPixels } from '../contract.ts';
import { Attributes } from './attributes.ts';
import { decodeCompressed } from './codecs/decode.ts';
import { decodeNative } from './codecs/native.ts';
import type { ElementRange } from './elements.ts';
import { splitFrames } from './fragments.ts';
import { readHeader, type Header } from './header.ts';
import { openPart10, type Part10 } from './part10.ts';
import { frameBytes, readPixelFormat, type PixelFormat } from './pixel-format.ts';
import { readSlices } from './slices.ts';
import type { TransferSyntax } from './transfer-syntaxes.ts';

type FrameDecoder = (frame: number) => StoredPixels | Promise<StoredPixels>;

/**
 * What a Part 10 file says of its slices, without a promise that its pixels are there or can be read. The file may
 * end anywhere after what comes before PixelData.
 *
 * @throws {CdsError} DICOM_INVALID, DICOM_TRUNCATED (within the header), DICOM_TOO_LARGE
 */
export function readDicomHeader(bytes: Uint8Array): readonly CtSlice[] {
  const { attributes } = readHeader(openPart10(bytes), { pixels: false });
  return readSlices(new Attributes(attributes));
}

/** DICOM's own UIDs (PS3.6 annex A) may be said; what else stands there may be anyone's. */
const nameable = (uid: string): string => (uid.startsWith('1.2.840.10008.') ? uid : 'of a vendor');

function findPixelData(header: Header): ElementRange {
  if (header.hasFloatPixels) throw new CdsError('DICOM_UNSUPPORTED', 'Float Pixel Data are not read.');
  if (header.pixelData === undefined)
    throw new CdsError('DICOM_INVALID', 'PixelData (7FE0,0010) is missing.');
  return header.pixelData;
}

/** Explicit big endian: words as wide as BitsAllocated; 8-bit pixels in OW too stand in words of 16 (PS3.5 annex A.3). */
function swapWidth(syntax: TransferSyntax, { bitsAllocated }: PixelFormat, vr: string): 1 | 2 | 4 {
  if (!syntax.bigEndian) return 1;
  if (bitsAllocated === 8) return vr === 'OW' ? 2 : 1;
  return bitsAllocated === 16 ? 2 : 4;
}

function nativeDecoder(
  part10: Part10,
  syntax: TransferSyntax,
  element: ElementRange,
  format: PixelFormat,
): FrameDecoder {
  if (element.undefinedLength) throw new CdsError('DICOM_INVALID', 'Uncompressed PixelData has no length.');
  const data = part10.dataSet.subarray(element.value, element.end);
  if (data.length < format.frames * frameBytes(format))
    throw new CdsError('DICOM_TRUNCATED', 'PixelData is shorter than Rows x Columns x NumberOfFrames.');
  const swap = swapWidth(syntax, format, element.vr);
  return (frame) => decodeNative(data, frame, format, swap);
}

function compressedDecoder(
  part10: Part10,
  syntax: Parameters<typeof decodeCompressed>[0],
  header: Header,
  format: PixelFormat,
): FrameDecoder {
  const element = findPixelData(header);
  if (!element.undefinedLength)
    throw new CdsError('DICOM_INVALID', 'Compressed PixelData is not encapsulated.');
  const { extendedOffsets } = header;
  const table = extendedOffsets && part10.dataSet.subarray(extendedOffsets.value, extendedOffsets.end);
  const frames = splitFrames(part10.dataSet, element, format.frames, table);
  return (frame) => decodeCompressed(syntax, frames[frame] ?? new Uint8Array(0), format);
}

/**
 * Reads a Part 10 file of greyscale images. The bytes are kept, not copied, until frames are decoded from them.
 *
 * @throws {CdsError} DICOM_INVALID where the file is not DICOM or lacks what an image needs; DICOM_TRUNCATED where it
 *   ends early; DICOM_UNSUPPORTED for its transfer syntax or pixel format; DICOM_TOO_LARGE
 */
export function readDicom(bytes: Uint8Array): DicomImage {
  const part10 = openPart10(bytes);
  const { syntax, transferSyntaxUid } = part10;
  const header = readHeader(part10, { pixels: true });
  const element = findPixelData(header);
  if (syntax === undefined)
    throw new CdsError('DICOM_UNSUPPORTED', `Transfer syntax ${nameable(transferSyntaxUid)} is not read.`);
  const attributes = new Attributes(header.attributes);
  const format = readPixelFormat(attributes);
  const decoder =
    syntax.codec === 'native'
      ? nativeDecoder(part10, syntax, element, format)
      : compressedDecoder(part10, { ...syntax, codec: syntax.codec }, header, format);
  return {
    slices: readSlices(attributes),
    transferSyntaxUid,
    decode: async (frame) => {
      if (!Number.isInteger(frame) || frame < 0 || frame >= format.frames)
        throw new CdsError('DICOM_INVALID', 'There is no such frame.');
      return decoder(frame);
    },
  };
}
