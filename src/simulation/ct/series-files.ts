import { deflateRawSync } from 'node:zlib';
import { DicomDict, DicomMetaDictionary } from './dcmjs.ts';
import { encodeRle } from './rle.ts';
import { TRANSFER_SYNTAX } from './scanners.ts';

/** A data set by keyword. */
export type Attributes = Readonly<Record<string, unknown>>;

/** Of this repository's writer: 2.25 and a UUID made for it. */
const IMPLEMENTATION_UID = '2.25.302145908862176418530277416935081940263';
const IMPLEMENTATION_NAME = 'RECURRENCE-CDS';

/** Part 10 bytes of a data set. */
function writePart10(attributes: Attributes, transferSyntax: string): Uint8Array {
  const meta = DicomMetaDictionary.denaturalizeDataset({
    FileMetaInformationVersion: new Uint8Array([0, 1]).buffer,
    MediaStorageSOPClassUID: attributes['SOPClassUID'],
    MediaStorageSOPInstanceUID: attributes['SOPInstanceUID'],
    TransferSyntaxUID: transferSyntax,
    ImplementationClassUID: IMPLEMENTATION_UID,
    ImplementationVersionName: IMPLEMENTATION_NAME,
  });
  const file = new DicomDict(meta);
  file.dict = DicomMetaDictionary.denaturalizeDataset(attributes);
  return new Uint8Array(file.write());
}

/** A file without pixels, explicit little endian. */
export const writeDataSet = (attributes: Attributes): Uint8Array =>
  writePart10(attributes, TRANSFER_SYNTAX.explicit);

/** What differs between the images of a series. */
export interface ImageOfSeries {
  readonly sopInstanceUid: string;
  readonly instanceNumber: number;
  /** ImagePositionPatient. */
  readonly position: readonly [x: number, y: number, z: number];
  readonly location: number;
  readonly acquisitionTime: string;
}

/** As long as every value that takes their place; each occurs in a header just there. */
const HOLD = {
  sopInstanceUid: '2.25.999999999999999999999999999999999999999',
  instanceNumber: '99999997',
  position: ['-99999.91', '-99999.92', '-99999.93'],
  location: '-99999.94',
  acquisitionTime: '235959.997',
} as const;

/** As many decimals as fill the place: spaces within a list are allowed, and not every reader takes them. */
const fixed = (value: number, like: string): string => {
  const whole = Math.trunc(value).toString().length + (value < 0 && value > -1 ? 1 : 0);
  const text = value.toFixed(Math.max(1, like.length - whole - 1));
  if (text.length !== like.length) throw new RangeError('a coordinate does not fit its place');
  return text;
};

const explicitElement = (vr: 'OW' | 'OB', length: number): Buffer => {
  const header = Buffer.alloc(12);
  header.writeUInt16LE(0x7fe0, 0);
  header.writeUInt16LE(0x0010, 2);
  header.write(vr, 4, 'latin1');
  header.writeUInt32LE(length, 8);
  return header;
};

const item = (element: number, length: number): Buffer => {
  const header = Buffer.alloc(8);
  header.writeUInt16LE(0xfffe, 0);
  header.writeUInt16LE(element, 2);
  header.writeUInt32LE(length, 4);
  return header;
};

/** PixelData (7FE0,0010), PS3.5 A.4: one fragment, an empty offset table. */
const encapsulated = (frame: Uint8Array): Uint8Array[] => [
  explicitElement('OB', 0xffffffff),
  item(0xe000, 0),
  item(0xe000, frame.length),
  frame,
  item(0xe0dd, 0),
];

const native = (frame: Uint8Array): Uint8Array[] => [explicitElement('OW', frame.length), frame];

/** Where the data set begins: preamble, DICM, and the group length's own element before what it counts. */
const dataSetStart = (file: Buffer): number => 144 + file.readUInt32LE(140);

/**
 * The files of one series. dcmjs writes its header once; what differs between images stands in places of fixed width, so
 * that the rest is copied.
 */
export class SeriesFiles {
  private readonly header: Buffer;
  private readonly columns: number;
  private readonly syntax: keyof typeof TRANSFER_SYNTAX;
  private readonly places: ReadonlyMap<string, readonly number[]>;

  /** @param attributes of all its images, without PixelData and what {@link ImageOfSeries} tells */
  constructor(attributes: Attributes, syntax: keyof typeof TRANSFER_SYNTAX) {
    this.syntax = syntax;
    this.columns = attributes['Columns'] as number;
    this.header = Buffer.from(
      writePart10(
        {
          ...attributes,
          SOPInstanceUID: HOLD.sopInstanceUid,
          InstanceNumber: HOLD.instanceNumber,
          ImagePositionPatient: [...HOLD.position],
          SliceLocation: HOLD.location,
          AcquisitionTime: HOLD.acquisitionTime,
          ContentTime: HOLD.acquisitionTime,
        },
        TRANSFER_SYNTAX[syntax],
      ),
    );
    const held = [
      HOLD.sopInstanceUid,
      HOLD.instanceNumber,
      ...HOLD.position,
      HOLD.location,
      HOLD.acquisitionTime,
    ];
    this.places = new Map(held.map((text) => [text, this.placesOf(text)]));
  }

  private placesOf(text: string): number[] {
    const places: number[] = [];
    for (let at = this.header.indexOf(text); at >= 0; at = this.header.indexOf(text, at + 1)) places.push(at);
    if (places.length === 0) throw new RangeError('dcmjs wrote a value in another form');
    return places;
  }

  private headerOf(image: ImageOfSeries): Buffer {
    const header = Buffer.from(this.header);
    const put = (held: string, text: string): void => {
      for (const at of this.places.get(held) ?? []) header.write(text, at, 'latin1');
    };
    put(HOLD.sopInstanceUid, image.sopInstanceUid);
    put(HOLD.instanceNumber, String(image.instanceNumber).padEnd(HOLD.instanceNumber.length));
    for (const [axis, held] of HOLD.position.entries()) put(held, fixed(image.position[axis] ?? 0, held));
    put(HOLD.location, fixed(image.location, HOLD.location));
    put(HOLD.acquisitionTime, image.acquisitionTime);
    return header;
  }

  /** @param frame stored values, two bytes each, little endian */
  file(image: ImageOfSeries, frame: Uint8Array): Uint8Array {
    const header = this.headerOf(image);
    if (this.syntax === 'rle')
      return Buffer.concat([header, ...encapsulated(encodeRle(frame, this.columns))]);
    if (this.syntax === 'explicit') return Buffer.concat([header, ...native(frame)]);
    const start = dataSetStart(header);
    const deflated = deflateRawSync(Buffer.concat([header.subarray(start), ...native(frame)]), { level: 1 });
    const padding = deflated.length % 2 === 1 ? [Buffer.alloc(1)] : [];
    return Buffer.concat([header.subarray(0, start), deflated, ...padding]);
  }
}
