import { damaged, isPadding, type Codestream } from './codestream.ts';

const SOC = 0xff4f;
const SIZ = 0xff51;
const SOT = 0xff90;
const EOC = 0xffd9;

export interface J2kStream extends Codestream {
  readonly isSigned: boolean;
}

function readSize(view: DataView, at: number): J2kStream {
  const depth = view.getUint8(at + 40);
  return {
    columns: view.getUint32(at + 6) - view.getUint32(at + 14),
    rows: view.getUint32(at + 10) - view.getUint32(at + 18),
    components: view.getUint16(at + 38),
    precision: (depth & 0x7f) + 1,
    isSigned: depth >= 0x80,
  };
}

/** Psot 0: the last tile-part, up to EOC. */
function checkLastPart(name: string, view: DataView, bytes: Uint8Array): void {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] !== 0xd9) end -= 1;
  if (view.getUint16(end - 2) !== EOC || !isPadding(bytes, end)) throw damaged(`${name}: EOC is missing.`);
}

/** Walks tile-parts by their lengths (Psot) to EOC. */
function walkTileParts(name: string, view: DataView, bytes: Uint8Array, first: number): void {
  let at = first;
  for (; view.getUint16(at) === SOT; at += view.getUint32(at + 6)) {
    const length = view.getUint32(at + 6);
    if (length === 0) {
      checkLastPart(name, view, bytes);
      return;
    }
    if (length < 14) throw damaged(`${name}: a tile-part is damaged.`);
  }
  if (view.getUint16(at) !== EOC) throw damaged(`${name}: a tile-part is damaged.`);
  if (!isPadding(bytes, at + 2)) throw damaged(`${name}: bytes follow EOC.`);
}

/**
 * Walks a JPEG 2000 codestream: main header, tile-parts, EOC. What cuts it short is found without decoding; OpenJPEG and
 * OpenJPH decode what they get.
 *
 * @throws {CdsError} DICOM_TRUNCATED
 * @see ITU-T T.800 annex A
 */
export function readJ2kMarkers(name: string, bytes: Uint8Array): J2kStream {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (view.getUint16(0) !== SOC || view.getUint16(2) !== SIZ)
      throw damaged(`${name}: the codestream does not begin with SOC and SIZ.`);
    const size = readSize(view, 2);
    let at = 2;
    while (view.getUint16(at) !== SOT) {
      if (view.getUint16(at) >> 8 !== 0xff) throw damaged(`${name}: the main header is damaged.`);
      at += 2 + view.getUint16(at + 2);
    }
    walkTileParts(name, view, bytes, at);
    return size;
  } catch (cause) {
    if (cause instanceof RangeError) throw damaged(`${name}: the codestream ends early.`);
    throw cause;
  }
}
