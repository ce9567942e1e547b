import { CdsError } from '../../../../domain/index.ts';
import type { StoredPixels } from '../../contract.ts';
import type { PixelFormat } from '../pixel-format.ts';
import { checkCodestream, damaged } from './codestream.ts';
import { readJpegMarkers, type JpegStream } from './jpeg-markers.ts';
import { keepStoredBits } from './native.ts';

const NAME = 'JPEG Lossless';
const DHT = 0xc4;
const DRI = 0xdd;
/** Every code is at most 16 bits: one look finds its category (0..16) and length. */
const TABLE_BITS = 16;

const unsupported = (detail: string) => new CdsError('DICOM_UNSUPPORTED', `${NAME}: ${detail}`);

/** `length << 8 | category` for each 16 bits that may come next; 0 where no code begins so. T.81 annex C. */
function huffmanTable(counts: Uint8Array, symbols: Uint8Array): Uint16Array {
  const table = new Uint16Array(1 << TABLE_BITS);
  let code = 0;
  let symbol = 0;
  for (let length = 1; length <= 16; length++) {
    for (let i = 0; i < (counts[length - 1] ?? 0); i++, code++) {
      const category = symbols[symbol++];
      const first = code << (TABLE_BITS - length);
      const last = first + (1 << (TABLE_BITS - length));
      if (category === undefined || category > 16 || last > table.length)
        throw damaged(`${NAME}: a code table is damaged.`);
      table.fill((length << 8) | category, first, last);
    }
    code <<= 1;
  }
  return table;
}

function readTables({ segments }: JpegStream): { tables: Map<number, Uint16Array>; restartInterval: number } {
  const tables = new Map<number, Uint16Array>();
  let restartInterval = 0;
  for (const { marker, bytes } of segments) {
    if (marker === DRI) restartInterval = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
    if (marker !== DHT) continue;
    for (let at = 0; at < bytes.length;) {
      const counts = bytes.subarray(at + 1, at + 17);
      const total = counts.reduce((sum, count) => sum + count, 0);
      if (counts.length < 16 || at + 17 + total > bytes.length)
        throw damaged(`${NAME}: a code table is cut.`);
      tables.set(bytes[at] ?? 0, huffmanTable(counts, bytes.subarray(at + 17, at + 17 + total)));
      at += 17 + total;
    }
  }
  return { tables, restartInterval };
}

/** Bits of one entropy-coded range, with count kept of those lent beyond its end. */
class Differences {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #table: Uint16Array;
  #at: number;
  #held = 0;
  #bits = 0;
  #lent = 0;

  constructor(bytes: Uint8Array, [start, end]: readonly [number, number], table: Uint16Array) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#table = table;
  }

  /** Holds more than 16 bits; the zero stuffed after FF is skipped (T.81 section F.1.2.3). */
  #fill(): void {
    while (this.#bits <= 16) {
      let byte = 0;
      if (this.#at < this.#end) {
        byte = this.#bytes[this.#at] ?? 0;
        this.#at += byte === 0xff ? 2 : 1;
      } else this.#lent += 8;
      this.#held = (this.#held << 8) | byte;
      this.#bits += 8;
    }
  }

  /** The next difference, modulo 2^16. T.81 section F.2.2.1, table H.2. */
  next(): number {
    if (this.#bits <= 16) this.#fill();
    const entry = this.#table[(this.#held >>> (this.#bits - 16)) & 0xffff] ?? 0;
    if (entry === 0) throw damaged(`${NAME}: a code is damaged.`);
    this.#bits -= entry >> 8;
    const category = entry & 0xff;
    if (category === 0) return 0;
    if (category === 16) return 32768;
    if (this.#bits < category) this.#fill();
    this.#bits -= category;
    const value = (this.#held >>> this.#bits) & ((1 << category) - 1);
    return value < 1 << (category - 1) ? value + 1 - (1 << category) : value;
  }

  /** All there was must have been used, but for the bits that fill the last byte; and nothing that was not there. */
  finish(): void {
    if (this.#lent > this.#bits) throw damaged(`${NAME}: the entropy-coded data end early.`);
    if (this.#at < this.#end || this.#bits - this.#lent >= 8)
      throw damaged(`${NAME}: entropy-coded data are left over.`);
  }
}

interface Scan {
  readonly columns: number;
  readonly predictor: number;
  /** What the first pixel is predicted as. */
  readonly initial: number;
}

/** Rows of one restart interval: differences added to their predictions (T.81 section H.1.2.1). */
function decodeRows(
  differences: Differences,
  pixels: Uint16Array,
  rows: readonly [number, number],
  scan: Scan,
): void {
  const { columns, predictor } = scan;
  for (let row = rows[0]; row < rows[1]; row++) {
    const start = row * columns;
    const isFirst = row === rows[0];
    const above = isFirst ? scan.initial : (pixels[start - columns] ?? 0);
    let value = (above + differences.next()) & 0xffff;
    pixels[start] = value;
    if (isFirst || predictor === 1) {
      for (let index = start + 1; index < start + columns; index++) {
        value = (value + differences.next()) & 0xffff;
        pixels[index] = value;
      }
      continue;
    }
    for (let index = start + 1; index < start + columns; index++) {
      const up = index - columns;
      value = (predict(predictor, value, pixels[up] ?? 0, pixels[up - 1] ?? 0) + differences.next()) & 0xffff;
      pixels[index] = value;
    }
  }
  differences.finish();
}

/** Ra is to the left, Rb above, Rc above and to the left. T.81 table H.1. */
function predict(predictor: number, a: number, b: number, c: number): number {
  switch (predictor) {
    case 1:
      return a;
    case 2:
      return b;
    case 3:
      return c;
    case 4:
      return a + b - c;
    case 5:
      return a + ((b - c) >> 1);
    case 6:
      return b + ((a - c) >> 1);
    default:
      return (a + b) >> 1;
  }
}

/** The entropy-coded ranges between RST markers, one an interval. */
function intervals(bytes: Uint8Array, start: number, end: number): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  let from = start;
  for (let at = bytes.indexOf(0xff, start); at >= 0 && at < end - 1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] ?? 0;
    if (next < 0xd0 || next > 0xd7) continue;
    if (next !== 0xd0 + (found.length & 7)) throw damaged(`${NAME}: a restart marker is missing.`);
    found.push([from, at]);
    from = at + 2;
  }
  found.push([from, end]);
  return found;
}

/** Scan header of one component: its table, the predictor (Ss) and the point transform (Al). T.81 section B.2.3. */
function scanOf({ scans, precision }: JpegStream) {
  const [scan] = scans;
  if (scan === undefined || scans.length !== 1 || scan.header[0] !== 1 || scan.header.length !== 6)
    throw unsupported('it is not one scan of one component.');
  const [, , tables, predictor, , approximation] = [...scan.header] as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const pointTransform = approximation & 15;
  if (predictor < 1 || predictor > 7) throw unsupported(`predictor ${predictor} is not read.`);
  if (pointTransform >= precision) throw damaged(`${NAME}: the point transform is impossible.`);
  return { start: scan.start, end: scan.end, tableId: tables >> 4, predictor, pointTransform };
}

/**
 * JPEG process 14, all seven predictors, one component, 2 to 16 bits.
 *
 * Our own: the libraries there are decode half a stream to plausible pixels. Here every bit must be used, and no more.
 *
 * @throws {CdsError} DICOM_TRUNCATED, DICOM_UNSUPPORTED
 * @see ITU-T T.81 (1992), annexes C and H
 */
export function decodeJpegLossless(frame: Uint8Array, format: PixelFormat): StoredPixels {
  const stream = readJpegMarkers(NAME, frame);
  if (stream.sof !== 0xc3) throw unsupported('the frame is not of process 14.');
  checkCodestream(NAME, stream, format);
  if (format.bitsAllocated === 32) throw unsupported('BitsAllocated 32.');
  const scan = scanOf(stream);
  const { tables, restartInterval } = readTables(stream);
  const table = tables.get(scan.tableId);
  if (table === undefined) throw damaged(`${NAME}: a code table is missing.`);
  const { rows, columns, precision } = stream;
  if (restartInterval % columns !== 0) throw unsupported('restarts within a row are not read.');
  const rowsEach = restartInterval === 0 ? rows : restartInterval / columns;
  const ranges = intervals(frame, scan.start, scan.end);
  if (ranges.length !== Math.ceil(rows / rowsEach)) throw damaged(`${NAME}: a restart interval is missing.`);
  const pixels = new Uint16Array(rows * columns);
  const initial = 1 << (precision - scan.pointTransform - 1);
  ranges.forEach((range, index) => {
    const first = index * rowsEach;
    const last = Math.min(rows, first + rowsEach);
    decodeRows(new Differences(frame, range, table), pixels, [first, last], { ...scan, columns, initial });
  });
  if (scan.pointTransform > 0)
    pixels.forEach((value, index) => (pixels[index] = value << scan.pointTransform));
  return asStored(pixels, format);
}

/** Signed values are coded modulo 2^16: their bits are kept, and read as PixelRepresentation says. */
function asStored(pixels: Uint16Array, { bitsAllocated, bitsStored, signed }: PixelFormat): StoredPixels {
  const wide = signed ? new Int16Array(pixels.buffer) : pixels;
  keepStoredBits(wide, bitsStored, 0, signed);
  if (bitsAllocated === 16) return wide;
  return signed ? Int8Array.from(wide) : Uint8Array.from(wide);
}
