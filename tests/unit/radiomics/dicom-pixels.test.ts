import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readDicom, readDicomHeader } from '../../../src/modalities/radiomics/dicom/index.ts';
import {
  ctElements,
  dataSet,
  element,
  encapsulate,
  part10,
  pixelData,
  text,
  us,
  words,
  type Element,
} from './dicom-file.ts';

const file = (
  changes: Readonly<Record<number, Element | undefined>>,
  value: Buffer,
  vr = 'OW',
  syntax?: string,
) => part10(dataSet([...ctElements(changes), pixelData(value, vr)]), syntax);
const bits = (allocated: number, stored: number, high: number, signed: 0 | 1) => ({
  0x00280100: [0x00280100, 'US', us(allocated)] as const,
  0x00280101: [0x00280101, 'US', us(stored)] as const,
  0x00280102: [0x00280102, 'US', us(high)] as const,
  0x00280103: [0x00280103, 'US', us(signed)] as const,
});
const FOUR = words(1, 2, 3, 4);
const frames = (count: number): Record<number, Element> => ({
  0x00280008: [0x00280008, 'IS', text(`${count}`)],
});
const RLE = '1.2.840.10008.1.2.5';
const BIG = '1.2.840.10008.1.2.2';
const DEFLATED = '1.2.840.10008.1.2.1.99';
const code = (expected: string) => expect.objectContaining({ code: expected });

describe('stored values', () => {
  it.each([
    ['16 bits, unsigned', bits(16, 16, 15, 0), words(0, 1, 32768, 65535), [0, 1, 32768, 65535]],
    ['16 bits, signed', bits(16, 16, 15, 1), words(0, 1, 32768, 65535), [0, 1, -32768, -1]],
    // Bits 12-15 once held overlays: they are no part of the pixel.
    [
      '12 of 16 bits, unsigned',
      bits(16, 12, 11, 0),
      words(0xf000, 0xf001, 0x0fff, 0x1800),
      [0, 1, 4095, 2048],
    ],
    [
      '12 of 16 bits, signed',
      bits(16, 12, 11, 1),
      words(0x0800, 0x0fff, 0x07ff, 0xf001),
      [-2048, -1, 2047, 1],
    ],
    [
      '12 of 16 bits, HighBit 15',
      bits(16, 12, 15, 0),
      words(0x0010, 0xfff0, 0x001f, 0x000f),
      [1, 4095, 1, 0],
    ],
    ['8 bits, unsigned', bits(8, 8, 7, 0), Buffer.from([0, 1, 128, 255]), [0, 1, 128, 255]],
    ['8 bits, signed', bits(8, 8, 7, 1), Buffer.from([0, 1, 128, 255]), [0, 1, -128, -1]],
    ['6 of 8 bits, signed', bits(8, 6, 5, 1), Buffer.from([0x20, 0x3f, 0x1f, 0xc1]), [-32, -1, 31, 1]],
    [
      '32 bits, unsigned',
      bits(32, 32, 31, 0),
      words(1, 0, 0, 1, 65535, 65535, 0, 0),
      [1, 65536, 4294967295, 0],
    ],
    ['32 bits, signed', bits(32, 32, 31, 1), words(1, 0, 0, 1, 65535, 65535, 0, 0), [1, 65536, -1, 0]],
  ])('%s', async (_, changes, value, expected) => {
    expect(Array.from(await readDicom(file(changes, value)).decode(0))).toEqual(expected);
  });

  it('a frame is a copy: what is done to it does not reach the file, nor the next decoding', async () => {
    const image = readDicom(file({}, FOUR));
    (await image.decode(0)).fill(9);
    expect(Array.from(await image.decode(0))).toEqual([1, 2, 3, 4]);
  });

  it('frames follow each other; there is none before the first or after the last', async () => {
    const image = readDicom(file(frames(2), words(1, 2, 3, 4, 5, 6, 7, 8)));
    expect(image.slices.map(({ frame }) => frame)).toEqual([0, 1]);
    expect(Array.from(await image.decode(1))).toEqual([5, 6, 7, 8]);
    for (const frame of [-1, 2, 0.5, NaN])
      await expect(image.decode(frame)).rejects.toEqual(code('DICOM_INVALID'));
  });

  it('big endian: words are as wide as BitsAllocated, 8-bit pixels in OW words of 16', async () => {
    // The data set is little endian here but for its pixels: so written by hand, big endian throughout.
    const swap = ([tag, vr, value]: Element): Buffer => {
      const bytes = element([tag, vr, value]);
      bytes.subarray(0, 4).swap16();
      const isLong = vr === 'OW';
      if (isLong) bytes.subarray(8, 12).swap32();
      else bytes.subarray(6, 8).swap16();
      if (vr === 'US') bytes.subarray(8).swap16();
      return bytes;
    };
    const big = (changes: Record<number, Element>, value: Buffer) =>
      part10(Buffer.concat([...ctElements(changes), pixelData(value)].map(swap)), BIG);
    const pixels = async (bytes: Buffer) => Array.from(await readDicom(bytes).decode(0));
    expect(await pixels(big({}, Buffer.from([0, 1, 0, 2, 1, 0, 255, 254])))).toEqual([1, 2, 256, 65534]);
    expect(await pixels(big(bits(8, 8, 7, 0), Buffer.from([2, 1, 4, 3])))).toEqual([1, 2, 3, 4]);
    expect(
      await pixels(big(bits(32, 32, 31, 0), Buffer.from([0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 3]))),
    ).toEqual([1, 65536, 2, 3]);
  });
});

describe('RLE', () => {
  const rle = (segments: readonly number[][], offsets?: readonly number[]) => {
    const header = Buffer.alloc(64);
    header.writeUInt32LE(segments.length, 0);
    let at = 64;
    segments.forEach((segment, index) => {
      header.writeUInt32LE(offsets?.[index] ?? at, 4 + 4 * index);
      at += segment.length;
    });
    return Buffer.concat([header, ...segments.map((segment) => Buffer.from(segment))]);
  };
  const image = (frame: Buffer) => part10(Buffer.concat([dataSet(ctElements()), encapsulate([frame])]), RLE);
  // High bytes: four zeros as a run. Low bytes: 1, 2 as they are, then a run of two threes.
  const HIGH = [253, 0];
  const LOW = [1, 1, 2, 255, 3];

  it('unpacks runs and literals, the most significant byte first', async () => {
    expect(Array.from(await readDicom(image(rle([HIGH, [...LOW, 0]]))).decode(0))).toEqual([1, 2, 3, 3]);
    expect(
      Array.from(
        await readDicom(
          image(
            rle([
              [253, 1],
              [128, ...LOW],
            ]),
          ),
        ).decode(0),
      ),
    ).toEqual([257, 258, 259, 259]);
  });

  it.each([
    ['a segment too few', rle([LOW])],
    ['a segment that ends early', rle([HIGH, [1, 1, 2]])],
    ['a literal that is cut', rle([HIGH, [3, 1, 2]])],
    ['a run without its value', rle([HIGH, [1, 1, 2, 255]])],
    ['a run beyond the frame', rle([[200, 0], LOW])],
    ['a literal beyond the frame', rle([[4, 1, 2, 3, 4, 5], LOW])],
    ['data after the frame', rle([HIGH, [...LOW, 0, 0]])],
    ['an offset beyond the end', rle([HIGH, LOW], [64, 4_000_000_000])],
    ['an offset into the header', rle([HIGH, LOW], [8, 66])],
    ['offsets in descending order', rle([HIGH, LOW], [66, 64])],
    ['a header that is cut', Buffer.alloc(62)],
  ])('%s is damage', async (_, frame) => {
    await expect(readDicom(image(frame)).decode(0)).rejects.toEqual(code('DICOM_TRUNCATED'));
  });

  describe('fragments', () => {
    const one = rle([HIGH, [...LOW, 0]]);
    const two = rle([HIGH, [1, 4, 5, 255, 6, 0]]);
    const multi = (
      fragments: readonly Buffer[],
      table?: readonly number[],
      count = 2,
      more: readonly Element[] = [],
    ) =>
      part10(
        Buffer.concat([dataSet([...ctElements(frames(count)), ...more]), encapsulate(fragments, table)]),
        RLE,
      );
    const second = async (bytes: Buffer) => Array.from(await readDicom(bytes).decode(1));
    const head = one.subarray(0, 30);
    const tail = one.subarray(30);

    it('are frames, by the offset table, by the extended one, or one a frame', async () => {
      expect(await second(multi([one, two]))).toEqual([4, 5, 6, 6]);
      expect(await second(multi([head, tail, two], [0, one.length + 16]))).toEqual([4, 5, 6, 6]);
      const extended = Buffer.alloc(16);
      extended.writeBigUInt64LE(BigInt(one.length + 16), 8);
      expect(await second(multi([head, tail, two], [], 2, [[0x7fe00001, 'OV', extended]]))).toEqual([
        4, 5, 6, 6,
      ]);
    });

    it('of a single frame are joined, whatever the table says', async () => {
      expect(Array.from(await readDicom(multi([head, tail], [0, 38], 1)).decode(0))).toEqual([1, 2, 3, 3]);
    });

    it.each([
      ['fewer than frames', multi([one]), 'DICOM_TRUNCATED'],
      ['none', multi([], [], 1), 'DICOM_TRUNCATED'],
      ['more than frames, without a table', multi([one, two, two]), 'DICOM_TRUNCATED'],
      ['a table of another length', multi([one, two], [0, one.length + 8, 0]), 'DICOM_INVALID'],
      ['a table that points between fragments', multi([one, two], [0, 4]), 'DICOM_INVALID'],
      [
        'a table that does not begin at the first',
        multi([one, two, two], [one.length + 8, 2 * one.length + 16]),
        'DICOM_INVALID',
      ],
      ['a table out of order', multi([one, two], [one.length + 8, 0]), 'DICOM_INVALID'],
    ])('%s: refused', (_, bytes, expected) => {
      expect(() => readDicom(bytes)).toThrow(code(expected));
    });
  });
});

describe('what is refused before anything is decoded', () => {
  const change = (tag: number, vr: string, value: Buffer) => file({ [tag]: [tag, vr, value] }, FOUR);
  it.each([
    ['no PixelData', part10(dataSet(ctElements())), 'DICOM_INVALID'],
    ['Float Pixel Data', part10(dataSet([...ctElements(), [0x7fe00008, 'OF', FOUR]])), 'DICOM_UNSUPPORTED'],
    ['PixelData too short', file({}, words(1, 2, 3)), 'DICOM_TRUNCATED'],
    ['a billion frames', file(frames(1e9), FOUR), 'DICOM_TOO_LARGE'],
    ['frames that are not there', file(frames(9999), FOUR), 'DICOM_TRUNCATED'],
    ['frames below one', file(frames(-1), FOUR), 'DICOM_INVALID'],
    ['Rows 65535', change(0x00280010, 'US', us(65535)), 'DICOM_TOO_LARGE'],
    ['Rows 0', change(0x00280010, 'US', us(0)), 'DICOM_INVALID'],
    ['colour', change(0x00280002, 'US', us(3)), 'DICOM_UNSUPPORTED'],
    ['MONOCHROME1', change(0x00280004, 'CS', text('MONOCHROME1')), 'DICOM_UNSUPPORTED'],
    ['BitsAllocated 12', change(0x00280100, 'US', us(12)), 'DICOM_UNSUPPORTED'],
    ['BitsStored above BitsAllocated', file(bits(16, 17, 16, 0), FOUR), 'DICOM_INVALID'],
    ['HighBit below BitsStored - 1', file(bits(16, 12, 10, 0), FOUR), 'DICOM_INVALID'],
    ['no PixelRepresentation', file({ 0x00280103: undefined }, FOUR), 'DICOM_INVALID'],
    ['an unknown transfer syntax', file({}, FOUR, 'OW', '1.2.840.10008.1.2.4.100'), 'DICOM_UNSUPPORTED'],
    ['compressed PixelData with a length', file({}, FOUR, 'OB', RLE), 'DICOM_INVALID'],
    [
      'uncompressed PixelData without',
      part10(Buffer.concat([dataSet(ctElements()), encapsulate([FOUR])])),
      'DICOM_INVALID',
    ],
    ['deflated zeros', part10(deflateRawSync(Buffer.alloc(2 ** 25)), DEFLATED), 'DICOM_TOO_LARGE'],
    [
      'a deflated data set that is cut',
      part10(deflateRawSync(dataSet(ctElements())).subarray(0, 60), DEFLATED),
      'DICOM_TRUNCATED',
    ],
    ['something else', Buffer.from('%PDF-1.7'), 'DICOM_INVALID'],
    ['nothing', Buffer.alloc(0), 'DICOM_INVALID'],
  ])('%s', (_, bytes, expected) => {
    expect(() => readDicom(bytes)).toThrow(code(expected));
  });

  it('says the transfer syntaxes of the standard by UID, and no other', () => {
    const refuse = (uid: string) => () => readDicom(file({}, FOUR, 'OW', uid));
    expect(refuse('1.2.840.10008.1.2.4.100')).toThrow(/1\.2\.840\.10008\.1\.2\.4\.100/);
    expect(refuse('2.25.4711')).toThrow(
      expect.objectContaining({ detail: 'Transfer syntax of a vendor is not read.' }),
    );
  });

  it('a header is read without pixels, and of syntaxes whose pixels are not read', () => {
    expect(readDicomHeader(part10(dataSet(ctElements()), '1.2.840.10008.1.2.4.100'))).toHaveLength(1);
    const cut = file({}, FOUR);
    expect(readDicomHeader(cut.subarray(0, cut.length - 5))).toHaveLength(1);
    expect(() => readDicomHeader(cut.subarray(0, cut.length - 25))).toThrow(code('DICOM_TRUNCATED'));
  });
});
