/** Part 10 files made up for a test: what is in them is given, nothing is filled in. */

/** Tag, VR, and the value's bytes; an array of items (each elements) for SQ. */
export type Element = readonly [tag: number, vr: string, value: Buffer | readonly (readonly Element[])[]];

const LONG = new Set(['OB', 'OF', 'OD', 'OW', 'SQ', 'UN', 'OV']);

const tagBytes = (tag: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(tag >>> 16, 0);
  bytes.writeUInt16LE(tag & 0xffff, 2);
  return bytes;
};
const length32 = (length: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(length);
  return bytes;
};

export const item = (value: Buffer): Buffer =>
  Buffer.concat([tagBytes(0xfffee000), length32(value.length), value]);

export function element([tag, vr, value]: Element): Buffer {
  const bytes = Buffer.isBuffer(value)
    ? value
    : Buffer.concat(value.map((elements) => item(Buffer.concat(elements.map(element)))));
  const length = LONG.has(vr)
    ? Buffer.concat([Buffer.alloc(2), length32(bytes.length)])
    : Buffer.from([bytes.length & 255, bytes.length >> 8]);
  return Buffer.concat([tagBytes(tag), Buffer.from(vr), length, bytes]);
}

export const text = (value: string): Buffer =>
  Buffer.from(value.length % 2 === 0 ? value : `${value} `, 'latin1');
export const uid = (value: string): Buffer =>
  Buffer.from(value.length % 2 === 0 ? value : `${value}\0`, 'latin1');
export const us = (value: number): Buffer => Buffer.from([value & 255, (value >> 8) & 255]);
export const words = (...values: number[]): Buffer => Buffer.concat(values.map(us));

/** Encapsulated PixelData: the offset table, fragments, the delimiter. */
export const encapsulate = (fragments: readonly Buffer[], table: readonly number[] = []): Buffer =>
  Buffer.concat([
    tagBytes(0x7fe00010),
    Buffer.from('OB\0\0\xff\xff\xff\xff', 'latin1'),
    item(Buffer.concat(table.map(length32))),
    ...fragments.map(item),
    tagBytes(0xfffee0dd),
    length32(0),
  ]);

export const EXPLICIT = '1.2.840.10008.1.2.1';

/** Preamble, meta information and the data set's bytes as they are. */
export const part10 = (dataSet: Buffer, transferSyntaxUid = EXPLICIT): Buffer =>
  Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element([0x00020010, 'UI', uid(transferSyntaxUid)]),
    dataSet,
  ]);

/** A CT of 2 x 2 pixels of 16 bits, unsigned, without PixelData; `changes` replace, add or (undefined) remove by tag. */
export function ctElements(changes: Readonly<Record<number, Element | undefined>> = {}): Element[] {
  const elements: Element[] = [
    [0x00080016, 'UI', uid('1.2.840.10008.5.1.4.1.1.2')],
    [0x00080018, 'UI', uid('2.25.1')],
    [0x00280002, 'US', us(1)],
    [0x00280004, 'CS', text('MONOCHROME2')],
    [0x00280010, 'US', us(2)],
    [0x00280011, 'US', us(2)],
    [0x00280100, 'US', us(16)],
    [0x00280101, 'US', us(16)],
    [0x00280102, 'US', us(15)],
    [0x00280103, 'US', us(0)],
  ];
  const kept = elements.filter(([tag]) => !(tag in changes));
  const added = Object.values(changes).filter((change) => change !== undefined);
  return [...kept, ...added].sort(([a], [b]) => a - b);
}

export const dataSet = (elements: readonly Element[]): Buffer => Buffer.concat(elements.map(element));
export const pixelData = (value: Buffer, vr = 'OW'): Element => [0x7fe00010, vr, value];
