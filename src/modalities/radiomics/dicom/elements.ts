import { CdsError } from '../../../domain/index.ts';
import type { TransferSyntax } from './transfer-syntaxes.ts';

/** Where an element stands in a data set. `end` is after its value, and after its delimiter where it has one. */
export interface ElementRange {
  /** As a number: (7FE0,0010) is 0x7fe00010. */
  readonly tag: number;
  readonly vr: string;
  readonly start: number;
  readonly value: number;
  readonly end: number;
  readonly undefinedLength: boolean;
}

type Encoding = Pick<TransferSyntax, 'implicit' | 'bigEndian'>;

const UNDEFINED_LENGTH = 0xffffffff;
export const PIXEL_DATA = 0x7fe00010;
const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;
/** Enhanced CT nests four deep; hostile files nest until the stack ends. */
const MAXIMUM_DEPTH = 32;
/** PS3.5 section 7.1.2: VRs whose length has 32 bits after two reserved bytes. */
const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);

const truncated = (what: string) => new CdsError('DICOM_TRUNCATED', what);

/** Walks elements without reading values: finds where each ends, and whether the file holds all of it. */
export class ElementWalker {
  readonly #view: DataView;
  readonly #encoding: Encoding;

  constructor(bytes: Uint8Array, encoding: Encoding) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#encoding = encoding;
  }

  get end(): number {
    return this.#view.byteLength;
  }

  tagAt(offset: number): number {
    this.#need(offset, 4);
    return this.#tag(offset, !this.#encoding.bigEndian);
  }

  /**
   * The element at an offset.
   *
   * @throws {CdsError} DICOM_TRUNCATED where the file ends within it, DICOM_INVALID where it is no element
   */
  elementAt(offset: number): ElementRange {
    return this.#element(offset, this.#encoding, 0, this.end);
  }

  #need(offset: number, bytes: number, limit = this.end): void {
    if (offset + bytes > limit) throw truncated('The file ends within an element.');
  }

  #tag(offset: number, littleEndian: boolean): number {
    return (
      this.#view.getUint16(offset, littleEndian) * 0x10000 + this.#view.getUint16(offset + 2, littleEndian)
    );
  }

  #vr(offset: number): string {
    const first = this.#view.getUint8(offset);
    const second = this.#view.getUint8(offset + 1);
    const isLetter = (code: number) => code >= 0x41 && code <= 0x5a;
    if (!isLetter(first) || !isLetter(second)) throw new CdsError('DICOM_INVALID', 'An element has no VR.');
    return String.fromCharCode(first, second);
  }

  #element(start: number, encoding: Encoding, depth: number, limit: number): ElementRange {
    this.#need(start, 8, limit);
    const little = !encoding.bigEndian;
    const tag = this.#tag(start, little);
    let vr = '';
    let value = start + 8;
    let length: number;
    if (encoding.implicit) length = this.#view.getUint32(start + 4, little);
    else {
      vr = this.#vr(start + 4);
      if (LONG.has(vr)) {
        this.#need(start, 12, limit);
        value = start + 12;
        length = this.#view.getUint32(start + 8, little);
      } else length = this.#view.getUint16(start + 6, little);
    }
    const undefinedLength = length === UNDEFINED_LENGTH;
    if (!undefinedLength) this.#need(value, length, limit);
    const end = undefinedLength ? this.#undefinedEnd(tag, vr, value, encoding, depth, limit) : value + length;
    return { tag, vr, start, value, end, undefinedLength };
  }

  #undefinedEnd(
    tag: number,
    vr: string,
    value: number,
    encoding: Encoding,
    depth: number,
    limit: number,
  ): number {
    if (depth >= MAXIMUM_DEPTH) throw new CdsError('DICOM_INVALID', 'Sequences are nested too deep.');
    const isPixels = tag === PIXEL_DATA || !['', 'SQ', 'UN'].includes(vr);
    // PS3.5 section 6.2.2: what is UN of undefined length is encoded in Implicit VR Little Endian.
    const inner = vr === 'UN' ? { implicit: true, bigEndian: false } : encoding;
    for (let offset = value; ;) {
      const { tag: item, length } = this.#itemAt(offset, inner, limit);
      offset += 8;
      if (item === SEQUENCE_END) return offset;
      if (item !== ITEM)
        throw new CdsError('DICOM_INVALID', 'A sequence holds something that is not an item.');
      if (length === UNDEFINED_LENGTH && isPixels)
        throw new CdsError('DICOM_INVALID', 'A fragment has no length.');
      if (length === UNDEFINED_LENGTH) offset = this.#itemEnd(offset, inner, depth + 1, limit);
      else {
        this.#need(offset, length, limit);
        offset += length;
      }
    }
  }

  #itemAt(offset: number, { bigEndian }: Encoding, limit: number): { tag: number; length: number } {
    this.#need(offset, 8, limit);
    return { tag: this.#tag(offset, !bigEndian), length: this.#view.getUint32(offset + 4, !bigEndian) };
  }

  #itemEnd(start: number, encoding: Encoding, depth: number, limit: number): number {
    for (let offset = start; ;) {
      this.#need(offset, 8, limit);
      if (this.#tag(offset, !encoding.bigEndian) === ITEM_END) return offset + 8;
      offset = this.#element(offset, encoding, depth, limit).end;
    }
  }

  /** Refuses sequences of defined length that nest deeper than any image does, before a parser recurses into them. */
  checkDepth(sequence: ElementRange): void {
    this.#checkItems(sequence.value, sequence.end, 1);
  }

  /** Implicit VR does not say: a value that begins with an item is taken for one, as a parser's dictionary may. */
  #isSequence({ vr, value, end }: ElementRange): boolean {
    if (vr !== '') return vr === 'SQ';
    return end - value >= 8 && this.#tag(value, !this.#encoding.bigEndian) === ITEM;
  }

  #checkItems(start: number, end: number, depth: number): void {
    if (depth > MAXIMUM_DEPTH) throw new CdsError('DICOM_INVALID', 'Sequences are nested too deep.');
    const little = !this.#encoding.bigEndian;
    let offset = start;
    while (offset + 8 <= end) {
      const tag = this.#tag(offset, little);
      if (tag === ITEM || tag === ITEM_END || tag === SEQUENCE_END) {
        // An item's length is that of the elements in it, which are walked as they come.
        offset += 8;
        continue;
      }
      const element = this.#element(offset, this.#encoding, depth, end);
      if (this.#isSequence(element)) this.#checkItems(element.value, element.end, depth + 1);
      offset = element.end;
    }
  }
}
