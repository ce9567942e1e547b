/** The transfer syntaxes of DICOM PS3.5 section 10 and annex A that images come in, and what reads their frames. */

export type Codec = 'native' | 'rle' | 'jpeg-baseline' | 'jpeg-lossless' | 'jpeg-ls' | 'jpeg-2000' | 'htj2k';

export interface TransferSyntax {
  readonly name: string;
  readonly implicit: boolean;
  readonly bigEndian: boolean;
  readonly deflated: boolean;
  readonly codec: Codec;
}

const plain = { implicit: false, bigEndian: false, deflated: false, codec: 'native' } as const;
const encapsulated = (name: string, codec: Codec): TransferSyntax => ({ ...plain, name, codec });

const SYNTAXES: ReadonlyMap<string, TransferSyntax> = new Map([
  ['1.2.840.10008.1.2', { ...plain, name: 'Implicit VR Little Endian', implicit: true }],
  ['1.2.840.10008.1.2.1', { ...plain, name: 'Explicit VR Little Endian' }],
  ['1.2.840.10008.1.2.1.99', { ...plain, name: 'Deflated Explicit VR Little Endian', deflated: true }],
  ['1.2.840.10008.1.2.2', { ...plain, name: 'Explicit VR Big Endian', bigEndian: true }],
  ['1.2.840.10008.1.2.5', encapsulated('RLE Lossless', 'rle')],
  ['1.2.840.10008.1.2.4.50', encapsulated('JPEG Baseline', 'jpeg-baseline')],
  ['1.2.840.10008.1.2.4.51', encapsulated('JPEG Extended', 'jpeg-baseline')],
  ['1.2.840.10008.1.2.4.57', encapsulated('JPEG Lossless', 'jpeg-lossless')],
  ['1.2.840.10008.1.2.4.70', encapsulated('JPEG Lossless SV1', 'jpeg-lossless')],
  ['1.2.840.10008.1.2.4.80', encapsulated('JPEG-LS Lossless', 'jpeg-ls')],
  ['1.2.840.10008.1.2.4.81', encapsulated('JPEG-LS Near-Lossless', 'jpeg-ls')],
  ['1.2.840.10008.1.2.4.90', encapsulated('JPEG 2000 Lossless', 'jpeg-2000')],
  ['1.2.840.10008.1.2.4.91', encapsulated('JPEG 2000', 'jpeg-2000')],
  ['1.2.840.10008.1.2.4.201', encapsulated('HTJ2K Lossless', 'htj2k')],
  ['1.2.840.10008.1.2.4.202', encapsulated('HTJ2K Lossless RPCL', 'htj2k')],
  ['1.2.840.10008.1.2.4.203', encapsulated('HTJ2K', 'htj2k')],
]);

/** Undefined where frames in it are not read; its header may be: everything encapsulated is Explicit VR Little Endian. */
export const transferSyntax = (uid: string): TransferSyntax | undefined => SYNTAXES.get(uid);

export const HEADER_ONLY: TransferSyntax = { ...plain, name: 'unknown' };
